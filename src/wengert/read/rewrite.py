"""The light rewriting of a user's function: calls, operators and reads of attributes and items go through hooks.

    f(a, b)    ->  H.call(f, a, b)
    a + b      ->  H.binary(add, a, b)      (so that a class's own __add__ is read, too)
    a.b        ->  H.attribute(a, 'b')      (properties)
    a[i]       ->  H.item(a, i)
    a[i] = v   ->  H.store(a, i, v)

All else stays. Every new node carries the position of the one it replaces, so tracebacks, debuggers and coverage see
the user's own lines. `H` is a free variable of the new function; nothing of the user's module changes.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

from wengert.read.source import Found, FunctionNode

HOOKS = "__wengert__"
UNTOUCHED = frozenset(
    {"super", "locals", "globals", "vars", "eval", "exec", "breakpoint", "dir"}
)  # they look at frames


def rewrite(found: Found) -> FunctionNode:
    """The function's node, rewritten; the original is left as it is."""
    node = copy.deepcopy(found.node)
    light = Light(found.class_name)
    if isinstance(node, ast.Lambda):
        node.args = light.arguments(node.args)
        node.body = light.visit(node.body)
    else:
        node.decorator_list = []
        node.returns = None
        node.args = light.arguments(node.args)
        node.body = [light.visit(statement) for statement in node.body]
    return ast.fix_missing_locations(node)


class Light(ast.NodeTransformer):
    """The light strength, which serves eager mode."""

    def __init__(self, class_name: str | None) -> None:
        self.class_name = class_name

    # -- names ---------------------------------------------------------------------------------------------------------

    def mangle(self, name: str) -> str:
        """A private name of a class, as the compiler would spell it there."""
        if self.class_name and name.startswith("__") and not name.endswith("__"):
            return f"_{self.class_name.lstrip('_')}{name}" if self.class_name.strip("_") else name
        return name

    def arguments(self, args: ast.arguments) -> ast.arguments:
        """Parameters without annotations; the defaults of the function itself come from the function object."""
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        for arg in every:
            if arg is not None:
                arg.annotation = None
                arg.arg = self.mangle(arg.arg)
        args.defaults = [_at(ast.Constant(None), d) for d in args.defaults]
        args.kw_defaults = [None if d is None else _at(ast.Constant(None), d) for d in args.kw_defaults]
        return args

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.mangle(node.id)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outer, self.class_name = self.class_name, None  # the compiler mangles inside by itself
        self.generic_visit(node)
        self.class_name = outer
        return node

    # -- hooks ---------------------------------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> ast.AST:
        untouched = isinstance(node.func, ast.Name) and node.func.id in UNTOUCHED
        self.generic_visit(node)
        if untouched:
            return node
        return _hook("call", node, node.func, *node.args, keywords=node.keywords)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = self.mangle(node.attr)
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or _is_super(node.value):
            return node
        return _hook("attribute", node, node.value, ast.Constant(node.attr))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        return _hook("item", node, node.value, _index(node.slice))

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        return _at(ast.Expr(_hook("store", node, node.value, target.value, _index(target.slice))), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        node.target = self.visit(node.target)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _hook("binary", node, ast.Constant(type(node.op).__name__), node.left, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) or isinstance(node.operand, ast.Constant):
            return node
        return _hook("unary", node, ast.Constant(type(node.op).__name__), node.operand)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return self.generic_visit(node)

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.AST:
        return node  # patterns are names, not expressions

    visit_MatchClass = visit_MatchMapping = visit_MatchValue  # type: ignore[assignment]


def _hook(name: str, place: ast.AST, *args: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.expr:
    function = ast.Attribute(ast.Name(HOOKS, ast.Load()), name, ast.Load())
    call = ast.Call(function, list(args), keywords or [])
    for node in (function.value, function, call):
        _at(node, place)
    for arg in args:
        if not hasattr(arg, "lineno"):
            _at(arg, place)
    return call


def _index(node: ast.expr) -> ast.expr:
    """A subscript as an ordinary expression: slices become calls of `slice`."""
    if isinstance(node, ast.Slice):
        parts = [part if part is not None else ast.Constant(None) for part in (node.lower, node.upper, node.step)]
        return _hook("slice", node, *parts)
    if isinstance(node, ast.Tuple):
        return _at(ast.Tuple([_index(part) for part in node.elts], ast.Load()), node)
    return node


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _at(node: Any, place: ast.AST) -> Any:
    return ast.copy_location(node, place)
