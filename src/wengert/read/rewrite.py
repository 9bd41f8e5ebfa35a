"""The light rewriting of a user's function: whatever may reach a user's own code or lose a derivative goes to a hook.

    f(a, b)      ->  H.call(f, a, b)
    a + b        ->  H.binary('Add', a, b)            (so that a class's own __add__ is read, too)
    a < b        ->  H.compare('Lt', a, b)
    a.b          ->  H.attribute(a, 'b')              (properties)
    a[i]         ->  H.item(a, i)
    a[i] = v     ->  H.store(v, a, i)
    a, b.c = v   ->  a, H.member(b, 'c').value = v
    a[i] += v    ->  H.augment('Add', H.place(a, i).read(), v)
    for x in a:  ->  for x in H.iterate(a):
    with a:      ->  with H.manager(a):
    f"{a}"       ->  f"{H.shown(a)}"

All else stays. Every new node carries the position of the one it replaces, so tracebacks, debuggers and coverage see
the user's own lines. `H` is a free variable of the new function; nothing of the user's module changes.
"""

from __future__ import annotations

import ast
from typing import Any

from wengert.read.source import Found, FunctionNode

HOOKS = "__wengert__"
PATTERN = "__wengert_class_"
FRAMES = frozenset({"locals", "vars", "dir"})  # without arguments they show the names of the frame
UNTOUCHED = frozenset({"super", "globals", "eval", "exec", "breakpoint"})  # they look at frames, too


def rewrite(found: Found, kind: type[Light]) -> FunctionNode:
    """The function's node, rewritten in the strength of this class; the original is left as it is.

    New nodes may lack their place: `ast.fix_missing_locations` gives them that of what they are in.
    """
    node = copied(found.node)
    visitor = kind(found.class_name)
    _without_expressions(node.args)
    if isinstance(node, ast.Lambda):
        node.body = visitor.lambda_body(node)
    else:
        first = node.decorator_list[:1]  # only its line matters, which is the function's first
        node.decorator_list = [at(ast.Constant(None), decorator) for decorator in first]
        node.returns = None
        if hasattr(node, "type_params"):
            node.type_params = []  # those that the body names are free variables
        node.body = visitor.function_body(node)
    return node


def copied(node: Any) -> Any:
    """A copy of a node and all in it; nodes that hold nothing are shared."""
    if isinstance(node, list):
        return [copied(one) for one in node]
    if not isinstance(node, ast.AST) or not node.__dict__:
        return node
    new = type(node)()
    for name, value in node.__dict__.items():
        new.__dict__[name] = copied(value) if isinstance(value, (ast.AST, list)) else value
    return new


def _without_expressions(args: ast.arguments) -> None:
    """Parameters alone: annotations play no role, and the defaults come from the function object."""
    for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]:
        if arg is not None:
            arg.annotation = None
    args.defaults = [at(ast.Constant(None), d) for d in args.defaults]
    args.kw_defaults = [None if d is None else at(ast.Constant(None), d) for d in args.kw_defaults]


class Light(ast.NodeTransformer):
    """The light strength, which serves eager mode."""

    def __init__(self, class_name: str | None) -> None:
        self.class_name = class_name
        self.patterns = 0

    def function_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """The statements of a function."""
        return [new for statement in node.body for new in self.statements(statement)]

    def lambda_body(self, node: ast.Lambda) -> ast.expr:
        """The expression of a lambda."""
        body: ast.expr = self.visit(node.body)
        return body

    def name(self, attribute: str) -> ast.expr:
        """The name of an attribute as a constant: a private one as the compiler would spell it in the class."""
        private = attribute.startswith("__") and not attribute.endswith("__")
        if private and self.class_name and self.class_name.strip("_"):
            attribute = f"_{self.class_name.lstrip('_')}{attribute}"
        return ast.Constant(attribute)

    # -- statements ----------------------------------------------------------------------------------------------------

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outer, self.class_name = self.class_name, node.name
        node.body = [new for statement in node.body for new in self.statements(statement)]
        self.class_name = outer
        node.bases = [self.visit(base) for base in node.bases]
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node  # annotations are left alone

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.returns = returns
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return node
        if isinstance(node.target, ast.Name):
            node.value = self.visit(node.value)
            return node
        return self.visit(at(ast.Assign([node.target], node.value), node))

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        node.value = self.visit(node.value)
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Subscript):
            hook = hook_call("store", node, node.value, self.visit(target.value), self.index(target.slice))
            return at(ast.Expr(hook), node)
        if len(node.targets) == 1 and isinstance(target, ast.Attribute):
            hook = hook_call("set_attribute", node, node.value, self.visit(target.value), self.name(target.attr))
            return at(ast.Expr(hook), node)
        node.targets = [self.visit(target) for target in node.targets]
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        operator = ast.Constant(type(node.op).__name__)
        value = self.visit(node.value)
        target = node.target
        if isinstance(target, ast.Name):
            read = self.visit(at(ast.Name(target.id, ast.Load()), target))
            return at(ast.Assign([target], hook_call("in_place", node, operator, read, value)), node)
        place = self.target(target)
        read = at(ast.Call(at(ast.Attribute(place, "read", ast.Load()), target), [], []), target)
        return at(ast.Expr(hook_call("augment", node, operator, read, value)), node)

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = hook_call("iterate", node.iter, node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        if not node.is_async:
            node.iter = hook_call("iterate", node.iter, node.iter)
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        self.generic_visit(node)
        for item in node.items:
            item.context_expr = hook_call("manager", item.context_expr, item.context_expr)
        return node

    def visit_Match(self, node: ast.Match) -> Any:
        """Patterns are no expressions. A class in them is looked up before, as one that knows traced numbers, too."""
        lines = self.patterns_before(node)
        for case in node.cases:
            case.guard = None if case.guard is None else self.visit(case.guard)
            case.body = [new for statement in case.body for new in self.statements(statement)]
        return [*lines, node]

    def patterns_before(self, node: ast.Match) -> list[ast.stmt]:
        """Look up the classes in the patterns, and visit the subject."""
        lines: list[ast.stmt] = []
        for pattern in (p for case in node.cases for p in ast.walk(case.pattern) if isinstance(p, ast.MatchClass)):
            name = f"{PATTERN}{self.patterns}__"
            self.patterns += 1
            kind = self.visit(pattern.cls)
            line = ast.Assign([ast.Name(name, ast.Store())], hook_call("pattern", pattern.cls, kind))
            for new in ast.walk(line):
                at_start(new, node)
            lines.append(line)
            pattern.cls = at(ast.Name(name, ast.Load()), pattern)
        node.subject = self.visit(node.subject)
        return lines

    def statements(self, node: ast.stmt) -> list[Any]:
        """A statement, visited; there may be several then."""
        found = self.visit(node)
        return found if isinstance(found, list) else [found]

    # -- expressions ---------------------------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        self.generic_visit(node)
        if name in FRAMES and not (node.args or node.keywords):
            return hook_call("without_hooks", node, node)
        if name in UNTOUCHED or name in FRAMES:
            return node
        return hook_call("call", node, node.func, *node.args, keywords=node.keywords)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if not isinstance(node.ctx, ast.Load):
            return at(ast.Attribute(self.target(node), "value", node.ctx), node)
        parent = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        kind = "parents" if parent and node.value.func.id == "super" else "attribute"  # type: ignore[attr-defined]
        return hook_call(kind, node, self.visit(node.value), self.name(node.attr))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if not isinstance(node.ctx, ast.Load):
            return at(ast.Attribute(self.target(node), "value", node.ctx), node)
        return hook_call("item", node, self.visit(node.value), self.index(node.slice))

    def target(self, node: ast.expr) -> ast.expr:
        """A place that can be read and written, in an object or a container."""
        if isinstance(node, ast.Attribute):
            return hook_call("member", node, self.visit(node.value), self.name(node.attr))
        assert isinstance(node, ast.Subscript)
        return hook_call("place", node, self.visit(node.value), self.index(node.slice))

    def index(self, node: ast.expr) -> ast.expr:
        """A subscript as an ordinary expression: slices become calls of `slice`."""
        if isinstance(node, ast.Slice):
            parts = [None if p is None else self.visit(p) for p in (node.lower, node.upper, node.step)]
            return hook_call("slice", node, *(at(ast.Constant(None), node) if p is None else p for p in parts))
        if isinstance(node, ast.Tuple):
            return at(ast.Tuple([self.index(part) for part in node.elts], ast.Load()), node)
        found: ast.expr = self.visit(node)
        return found

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return hook_call("binary", node, ast.Constant(type(node.op).__name__), node.left, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) or isinstance(node.operand, ast.Constant):
            return node
        return hook_call("unary", node, ast.Constant(type(node.op).__name__), node.operand)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) > 1 or isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            return node  # a chain evaluates each operand once and stops early: Python does that best
        return hook_call("compare", node, ast.Constant(type(node.ops[0]).__name__), node.left, node.comparators[0])

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            node.value = hook_call("iterate", node.value, node.value)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        self.generic_visit(node)
        node.value = hook_call("iterate", node.value, node.value)
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        node.value = hook_call("shown", node.value, node.value)
        return node


def hook_call(name: str, place: ast.AST, *args: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.expr:
    function = at_start(ast.Attribute(at_start(ast.Name(HOOKS, ast.Load()), place), name, ast.Load()), place)
    call = ast.Call(function, list(args), keywords or [])
    for node in (call, *(a for a in args if not hasattr(a, "lineno"))):
        at(node, place)
    return call


def at_start(node: Any, place: Any) -> Any:
    """A node where another one starts: the compiler would place a call on the last line of a long attribute."""
    node.lineno = node.end_lineno = place.lineno
    node.col_offset = node.end_col_offset = place.col_offset
    return node


def at(node: Any, place: ast.AST) -> Any:
    return ast.copy_location(node, place)
