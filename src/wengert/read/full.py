"""The rewriting in full strength, which serves `compile`: control flow goes to hooks, too.

    if a: A                ->  def then(): A
                               H.branch(a, then, None, None, live)
    for x in a: A          ->  def body(item): x = item; A
                               H.loop(a, body, None, None, live)
    while a: A             ->  H.repeat(lambda: a, body, None, None, live)
    a if c else b          ->  H.choose(c, lambda: a, lambda: b)
    a and b                ->  H.both(a, lambda: b)
    not a                  ->  H.negate(a)
    a < b < c              ->  H.chain(('Lt', 'Lt'), a, lambda: b, lambda: c)
    match a: case b: A     ->  an `if`, where the patterns compare (`patterns`)
    assert a, m            ->  H.check(a, lambda: m)
    f"{a:.2f}"             ->  H.text((a, -1, '.2f'))
    [f(x) for x in a]      ->  H.elements(a, lambda item: [f(x) for x in (item,)])
    W                      ->  H.captured(W, lambda: W)      (names from outside of what is read)
    lambda x: a            ->  H.defined(lambda x: a)

The blocks become functions of the same frame: they declare the names that they bind `nonlocal`, so that closures made
in a loop see what they would have seen. A block that may be left by `break`, `continue` or `return` gives an outcome,
and the statements that follow it become a function as well, which the hook calls where the block came to its end:

    if a: return 1         ->  def then(): return H.returned(1)
    B                          def rest(): B
                               return H.final(H.branch(a, then, None, rest, live))
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wengert.read.names import (
    NOTHING,
    Liveness,
    Names,
    bound,
    bound_anywhere,
    captured,
    declared,
    jumps,
    parameters,
    suspends,
)
from wengert.read.patterns import AsChoices
from wengert.read.rewrite import FRAMES, UNTOUCHED, Light, at, at_start, hook_call

REGION = "__wengert_block_"  # functions made of blocks
ITEM = "__wengert_item__"
OUTCOME = "__wengert_outcome__"


@dataclass
class Scope:
    """A function of the user's, or a lambda or comprehension within it."""

    names: set[str]  # its own
    global_names: Names = NOTHING
    liveness: Liveness | None = None  # only of functions with statements
    suspends: bool = False  # a generator or a coroutine
    first: str | None = None  # its first parameter, which `super()` takes
    inside: bool = False  # whether the statement at hand stands in a function made of a block
    loop: str | None = None  # what the innermost loop is: "block" or "plain"
    inline: bool = False  # whether jumps must stay statements
    plain: bool = False  # whether all stays in one frame, because the program looks at its frames
    blocks: int = 0
    hoisted: set[str] = field(default_factory=set)  # names that blocks bind


class Full(Light):
    """The full strength."""

    def __init__(self, class_name: str | None) -> None:
        super().__init__(class_name)
        self.scopes: list[Scope] = []
        self.in_class = False  # directly in the body of a class, where a function does not see the names

    @property
    def scope(self) -> Scope:
        """The innermost function."""
        return self.scopes[-1]

    # -- functions -----------------------------------------------------------------------------------------------------

    def function_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """The statements of a function; what its blocks bind is declared to be the function's own."""
        AsChoices().visit(node)
        scope = self._enter(node)
        body = list(node.body)
        head: list[ast.stmt] = []
        if (
            isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
            and type(body[0].value.value) is str
        ):
            head.append(body.pop(0))
        outer_class, self.in_class = self.in_class, False
        new = self.block(body)
        self.in_class = outer_class
        self.scopes.pop()
        kinds = (ast.Global, ast.Nonlocal)
        head += [one for one in _statements(body) if isinstance(one, kinds)]
        hoisted = sorted(scope.hoisted - scope.global_names - declared(node_of(body), ast.Nonlocal) - _params(node))
        if hoisted:  # never executed: it tells the compiler whose names these are
            targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in hoisted]
            head.append(ast.If(ast.Constant(False), [ast.Assign(targets, ast.Constant(None))], []))
            for one in ast.walk(head[-1]):
                at_start(one, node.body[0])
        return [*head, *new] or [at(ast.Pass(), node)]

    def _enter(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Scope:
        body = node.body
        global_names = declared(node_of(body), ast.Global)
        outer = declared(node_of(body), ast.Nonlocal)
        params = parameters(node.args)
        scope = Scope(
            names=(set(params) | bound(body)) - global_names - outer,
            global_names=global_names,
            liveness=Liveness(body, global_names | outer),
            suspends=isinstance(node, ast.AsyncFunctionDef) or any(map(suspends, body)),
            first=params[0] if params else None,
            plain=any(map(_looks_at_frames, body)),
        )
        self.scopes.append(scope)
        return scope

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [self.visit(one) for one in node.decorator_list]
        node.decorator_list.append(hook_attribute("defined", node))
        self._visit_defaults(node.args)
        node.body = self.function_body(node)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._visit_defaults(node.args)
        node.body = self.lambda_body(node)
        return hook_call("defined", node, node)

    def lambda_body(self, node: ast.Lambda) -> ast.expr:
        """The expression of a lambda."""
        outer_class, self.in_class = self.in_class, False
        params = parameters(node.args)
        self.scopes.append(Scope(set(params), first=params[0] if params else None, suspends=True))
        body: ast.expr = self.visit(node.body)
        self.scopes.pop()
        self.in_class = outer_class
        return body

    def _visit_defaults(self, args: ast.arguments) -> None:
        args.defaults = [self.visit(one) for one in args.defaults]
        args.kw_defaults = [None if one is None else self.visit(one) for one in args.kw_defaults]

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outer, self.in_class = self.in_class, True
        found = super().visit_ClassDef(node)
        self.in_class = outer
        return found

    # -- blocks --------------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Statements; from the first on that may jump, the rest is a function."""
        out: list[ast.stmt] = []
        for number, statement in enumerate(body):
            if isinstance(statement, (ast.Global, ast.Nonlocal)):
                continue  # declared at the head of the function
            if isinstance(statement, COMPOUND) and self._splits(statement):
                return [*out, *self._jumping(statement, body[number + 1 :])]
            out += self.statements(statement)
        return out

    def _splits(self, node: ast.stmt) -> bool:
        """Whether what follows a statement must wait for its outcome."""
        return bool(jumps(node)) and self._convertible(node)

    def _convertible(self, node: ast.stmt) -> bool:
        """Whether the blocks of a statement can be functions."""
        scope = self.scope
        if self.in_class or scope.plain or scope.liveness is None or suspends(node):
            return False
        if jumps(node) and (scope.suspends or scope.inline):
            return False
        return not (isinstance(node, (ast.Try, ast.TryStar)) and jumps(node.finalbody))

    def _jumping(self, node: ast.stmt, rest: Sequence[ast.stmt]) -> list[ast.stmt]:
        """A statement that may jump, and all that follows it."""
        inside = self.scope.inside
        lines, outcome = getattr(self, f"_outcome_of_{type(node).__name__}")(node, rest)
        value = outcome if inside else hook_call("final", node, outcome)
        return [*lines, at(ast.Return(value), node)]

    def _function(
        self, what: str, body: Sequence[ast.stmt], place: ast.AST, item: ast.expr | None = None
    ) -> tuple[ast.FunctionDef, ast.expr]:
        """A block as a function of the frame it stands in, and its name; the item of a loop is given to it."""
        scope = self.scope
        bindings = bound(body) | (NOTHING if item is None else bound(item))
        outside, scope.inside = scope.inside, True
        inline, scope.inline = scope.inline, False
        new = self.block(body)
        scope.inside, scope.inline = outside, inline
        scope.hoisted |= bindings
        if item is not None:
            target = self.visit(item)
            new.insert(0, at(ast.Assign([target], self._unpacked(item, at(ast.Name(ITEM, ast.Load()), item))), item))
        head: list[ast.stmt] = []
        for kind, names in ((ast.Global, bindings & scope.global_names), (ast.Nonlocal, bindings - scope.global_names)):
            if names:
                head.append(at(kind(sorted(names)), place))
        name = f"{REGION}{what}_{scope.blocks}__"
        scope.blocks += 1
        args = [] if item is None else [ast.arg(ITEM)]
        arguments = ast.arguments([], args, None, [], [], None, [])
        function = ast.FunctionDef(
            name, arguments, [*head, *new] or [ast.Pass()], [], None, None, **_NO_TYPE_PARAMETERS
        )
        for one in (function, *args):
            at(one, place)
        for one in function.body:
            if not hasattr(one, "lineno"):
                at(one, place)
        return function, at_start(ast.Name(name, ast.Load()), place)

    def _optional(self, what: str, body: Sequence[ast.stmt], place: ast.AST) -> tuple[list[ast.stmt], ast.expr]:
        if not body:
            return [], at(ast.Constant(None), place)
        function, name = self._function(what, body, body[0])
        return [function], name

    def _live(self, node: ast.stmt, rest: Sequence[ast.stmt], entry: bool = True) -> ast.expr:
        """Of the names that the blocks bind: those read before they are bound (in loops), read after the statement,
        read after the block in which it stands, and outliving the function.
        """
        assert self.scope.liveness is not None
        liveness = self.scope.liveness
        found = liveness.of(node)
        names = bound([node, *rest]) | bound_anywhere(node_of([node, *rest]))
        sets = [found.entry] if entry else []
        sets += [found.after, found.end if jumps(node) else found.after, liveness.always]
        return at(ast.Constant(tuple(tuple(sorted(one & names)) for one in sets)), node)

    @staticmethod
    def _unpacked(target: ast.expr, value: ast.expr) -> ast.expr:
        """A value for a target, which may take it apart."""
        return hook_call("iterate", value, value) if isinstance(target, (ast.Tuple, ast.List)) else value

    # -- if, for, while ------------------------------------------------------------------------------------------------

    def visit_If(self, node: ast.If) -> Any:
        if not self._convertible(node):
            node.test = hook_call("truth", node.test, self.visit(node.test))
            node.body, node.orelse = self.inner(node.body), self.inner(node.orelse)
            return node
        lines, outcome = self._outcome_of_If(node, ())
        return [*lines, at(ast.Expr(outcome), node)]

    def _outcome_of_If(self, node: ast.If, rest: Sequence[ast.stmt]) -> tuple[list[ast.stmt], ast.expr]:
        live = self._live(node, rest, entry=False)
        test = self.visit(node.test)
        then, name = self._function("then", node.body, node.body[0])
        orelse, other = self._optional("else", node.orelse, node)
        after, last = self._optional("rest", rest, node)
        return [then, *orelse, *after], hook_call("branch", node, test, name, other, last, live)

    def visit_For(self, node: ast.For) -> Any:
        if not self._convertible(node):
            node.iter = hook_call("iterate", node.iter, self.visit(node.iter))
            node.target = self.visit(node.target)
            outer, self.scope.loop = self.scope.loop, "plain"
            node.body = self.inner(node.body)
            self.scope.loop = outer
            node.orelse = self.inner(node.orelse)
            return node
        lines, outcome = self._outcome_of_For(node, ())
        return [*lines, at(ast.Expr(outcome), node)]

    def _outcome_of_For(self, node: ast.For, rest: Sequence[ast.stmt]) -> tuple[list[ast.stmt], ast.expr]:
        live = self._live(node, rest)
        iterable = self.visit(node.iter)
        outer, self.scope.loop = self.scope.loop, "block"
        body, name = self._function("body", node.body, node.target, node.target)
        self.scope.loop = outer
        orelse, other = self._optional("else", node.orelse, node)
        after, last = self._optional("rest", rest, node)
        return [body, *orelse, *after], hook_call("loop", node, iterable, name, other, last, live)

    def visit_While(self, node: ast.While) -> Any:
        if not self._convertible(node):
            node.test = hook_call("truth", node.test, self.visit(node.test))
            outer, self.scope.loop = self.scope.loop, "plain"
            node.body = self.inner(node.body)
            self.scope.loop = outer
            node.orelse = self.inner(node.orelse)
            return node
        lines, outcome = self._outcome_of_While(node, ())
        return [*lines, at(ast.Expr(outcome), node)]

    def _outcome_of_While(self, node: ast.While, rest: Sequence[ast.stmt]) -> tuple[list[ast.stmt], ast.expr]:
        live = self._live(node, rest)
        outer, self.scope.loop = self.scope.loop, None
        test, condition = self._function("test", [at(_Value(node.test), node.test)], node.test)
        self.scope.loop = "block"
        body, name = self._function("body", node.body, node.body[0])
        self.scope.loop = outer
        orelse, other = self._optional("else", node.orelse, node)
        after, last = self._optional("rest", rest, node)
        lines = [test, body, *orelse, *after]
        return lines, hook_call("repeat", node, condition, name, other, last, live)

    def visit__Value(self, node: Any) -> Any:
        return at(ast.Return(self.visit(node.value)), node)

    # -- with, try, match ----------------------------------------------------------------------------------------------

    def inner(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """A block that stays where it is, in a statement that stays: jumps out of it stay statements."""
        outer, self.scope.inline = self.scope.inline, True
        new = self.block(body)
        self.scope.inline = outer
        return new

    def visit_With(self, node: ast.With) -> Any:
        self._visit_items(node)
        node.body = self.inner(node.body) if jumps(node) else self.block(node.body)
        return node

    visit_AsyncWith = visit_With  # type: ignore[assignment]

    def _visit_items(self, node: Any) -> None:
        hook = "iterate" if isinstance(node, ast.For) else "manager"
        for item in node.items:
            visited = self.visit(item.context_expr)
            plain = isinstance(node, ast.AsyncWith)
            item.context_expr = visited if plain else hook_call(hook, item.context_expr, visited)
            if item.optional_vars is not None:
                item.optional_vars = self.visit(item.optional_vars)

    def _outcome_of_With(self, node: ast.With, rest: Sequence[ast.stmt]) -> tuple[list[ast.stmt], ast.expr]:
        live = self._live(node, rest, entry=False)
        body, name = self._function("with", node.body, node.body[0])
        self._visit_items(node)
        node.body = [self._keep(name, node)]
        after, last = self._optional("rest", rest, node)
        return [body, *after, self._nothing(node), node], hook_call("then", node, self._kept(node), last, live)

    def visit_Try(self, node: ast.Try) -> Any:
        through = self.inner if jumps(node) else self.block
        node.body = through(node.body)
        self._watch(node)
        for handler in node.handlers:
            handler.body = [self._caught(handler), *through(handler.body)]
        node.orelse, node.finalbody = through(node.orelse), through(node.finalbody)
        return node

    visit_TryStar = visit_Try  # type: ignore[assignment]

    def _outcome_of_Try(self, node: ast.Try, rest: Sequence[ast.stmt]) -> tuple[list[ast.stmt], ast.expr]:
        live = self._live(node, rest, entry=False)
        body, name = self._function("try", node.body, node.body[0])
        lines: list[ast.stmt] = [body]
        node.body = [self._keep(name, node)]
        self._watch(node)
        for handler in node.handlers:
            function, name = self._function("except", handler.body, handler.body[0])
            lines.append(function)
            handler.body = [self._caught(handler), self._keep(name, handler)]
        if node.orelse:
            function, name = self._function("else", node.orelse, node.orelse[0])
            lines.append(function)
            outcome = hook_call("then", node, self._kept(node), name, live)
            node.orelse = [at(ast.Assign([at(ast.Name(OUTCOME, ast.Store()), node)], outcome), node)]
        node.finalbody = self.block(node.finalbody)
        after, last = self._optional("rest", rest, node)
        return [*lines, *after, self._nothing(node), node], hook_call("then", node, self._kept(node), last, live)

    _outcome_of_TryStar = _outcome_of_Try

    def _watch(self, node: Any) -> None:
        """Let it be known which exceptions are caught: what raises one only when the list runs would not be."""
        for handler in node.handlers:
            handler.type = None if handler.type is None else self.visit(handler.type)
        if not node.handlers:
            return
        kinds = [
            at(ast.Name("BaseException", ast.Load()), one) if one.type is None else one.type for one in node.handlers
        ]
        types = at(ast.Tuple([copy.deepcopy(kind) for kind in kinds], ast.Load()), node.handlers[0])
        attempt = ast.withitem(hook_call("attempt", node.body[0], _lambda(types, node.handlers[0])))
        node.body = [at(ast.With([attempt], node.body), node.body[0])]

    def _caught(self, handler: ast.ExceptHandler) -> ast.stmt:
        return at(ast.Expr(hook_call("caught", handler)), handler)

    def visit_Match(self, node: ast.Match) -> Any:
        through = self.inner if jumps(node) else self.block
        lines = self.patterns_before(node)
        for case in node.cases:
            case.guard = None if case.guard is None else self.visit(case.guard)
            case.body = through(case.body)
        return [*lines, node]

    def _outcome_of_Match(self, node: ast.Match, rest: Sequence[ast.stmt]) -> tuple[list[ast.stmt], ast.expr]:
        live = self._live(node, rest, entry=False)
        functions: list[ast.stmt] = []
        for case in node.cases:
            function, name = self._function("case", case.body, case.body[0])
            functions.append(function)
            case.body = [self._keep(name, case.body[0])]
        lines = self.patterns_before(node)
        for case in node.cases:
            case.guard = None if case.guard is None else self.visit(case.guard)
        after, last = self._optional("rest", rest, node)
        kept = hook_call("then", node, self._kept(node), last, live)
        return [*functions, *after, self._nothing(node), *lines, node], kept

    def _keep(self, name: ast.expr, place: ast.AST) -> ast.stmt:
        """The outcome of a block, kept in a name of the frame."""
        call = at(ast.Call(name, [], []), place)
        return at(ast.Assign([at(ast.Name(OUTCOME, ast.Store()), place)], call), place)

    def _nothing(self, place: ast.AST) -> ast.stmt:
        line = ast.Assign([ast.Name(OUTCOME, ast.Store())], ast.Constant(None))
        for one in ast.walk(line):
            at_start(one, place)
        return line

    def _kept(self, place: ast.AST) -> ast.expr:
        return at_start(ast.Name(OUTCOME, ast.Load()), place)

    # -- jumps ---------------------------------------------------------------------------------------------------------

    def visit_Return(self, node: ast.Return) -> ast.AST:
        value = at(ast.Constant(None), node) if node.value is None else self.visit(node.value)
        if self.scope.inside:
            value = hook_call("returned", node, value)
        elif node.value is None:
            return node
        return at(ast.Return(value), node)

    def visit_Break(self, node: ast.Break) -> ast.AST:
        return self._jump(node, "BREAK")

    def visit_Continue(self, node: ast.Continue) -> ast.AST:
        return self._jump(node, "CONTINUE")

    def _jump(self, node: ast.stmt, name: str) -> ast.AST:
        if self.scope.loop != "block":
            return node
        return at(ast.Return(hook_attribute(name, node)), node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        apart = any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets)
        together = isinstance(node.value, (ast.Tuple, ast.List))
        found = super().visit_Assign(node)
        if apart and not together and len(node.targets) == 1:
            node.value = hook_call("iterate", node.value, node.value)
        return found

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if not isinstance(node.target, ast.Name) or self.in_class:
            return super().visit_AnnAssign(node)
        if node.value is None:
            return at(ast.Pass(), node)
        return at(ast.Assign([node.target], self.visit(node.value)), node)  # a name of a frame around has no annotation

    def visit_Assert(self, node: ast.Assert) -> Any:
        message = at(ast.Constant(None), node)
        if node.msg is not None:
            message = self._later(node.msg)
            if message is None:
                return self.generic_visit(node)
        check = at(ast.Expr(hook_call("check", node, self.visit(node.test), message)), node)
        return at(ast.If(at_start(ast.Name("__debug__", ast.Load()), node), [check], []), node)

    # -- expressions ---------------------------------------------------------------------------------------------------

    def _later(self, node: ast.expr) -> ast.expr | None:
        """An expression to be evaluated only if need be; `None` where a lambda would change what it means."""
        binds = any(isinstance(one, ast.NamedExpr) for one in ast.walk(node))
        if binds or suspends(node) or self.in_class:
            return None
        return _lambda(self.visit(node), node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        then, orelse = self._later(node.body), self._later(node.orelse)
        if then is None or orelse is None:
            node.test = hook_call("truth", node.test, node.test)
            return self.generic_visit(node)
        return hook_call("choose", node, self.visit(node.test), then, orelse)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        later = [self._later(value) for value in node.values[1:]]
        if None in later:
            return self.generic_visit(node)
        name = "both" if isinstance(node.op, ast.And) else "either"
        return hook_call(name, node, self.visit(node.values[0]), *later)  # type: ignore[arg-type]

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.Not):
            return hook_call("negate", node, self.visit(node.operand))
        return super().visit_UnaryOp(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        names = [type(op).__name__ for op in node.ops]
        if len(names) == 1:
            left, right = self.visit(node.left), self.visit(node.comparators[0])
            return hook_call("compare", node, ast.Constant(names[0]), left, right)
        later = [self._later(one) for one in node.comparators[1:]]
        if None in later:
            return self.generic_visit(node)
        operators = at(ast.Tuple([at(ast.Constant(name), node) for name in names], ast.Load()), node)
        return hook_call("chain", node, operators, self.visit(node.left), self.visit(node.comparators[0]), *later)  # type: ignore[arg-type]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if (
            not isinstance(node.ctx, ast.Load)
            or self.in_class
            or node.id == "__class__"
            or not self._from_outside(node.id)
        ):
            return node
        return hook_call("captured", node, node, _lambda(at(ast.Name(node.id, ast.Load()), node), node))

    def _from_outside(self, name: str) -> bool:
        """Whether a name belongs to none of the functions that are being read here."""
        for scope in reversed(self.scopes):
            if name in scope.names:
                return False
            if name in scope.global_names:
                return True
        return True

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name not in UNTOUCHED and name not in FRAMES:
            for keyword in node.keywords:
                if keyword.arg is None:
                    keyword.value = at(_Mapping(keyword.value), keyword.value)
            return super().visit_Call(node)
        node.args = [self.visit(arg) for arg in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if name == "super" and not node.args and self.scopes and self.scope.inside and self.scope.first:
            node.args = [at(ast.Name(one, ast.Load()), node) for one in ("__class__", self.scope.first)]
        if name in FRAMES and not (node.args or node.keywords):
            return hook_call("without_hooks", node, node)
        return node

    def visit__Mapping(self, node: Any) -> ast.AST:
        return hook_call("mapping", node, self.visit(node.value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return hook_call("text", node, *(self._piece(value) for value in node.values))

    def _piece(self, node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.FormattedValue):
            return node
        spec = at(ast.Constant(""), node) if node.format_spec is None else self.visit(node.format_spec)
        parts = [self.visit(node.value), at(ast.Constant(node.conversion), node), spec]
        return at(ast.Tuple(parts, ast.Load()), node)

    # -- comprehensions ------------------------------------------------------------------------------------------------

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._comprehension(node, "elements", ast.ListComp)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self._comprehension(node, "generated", ast.GeneratorExp)

    def _comprehension(self, node: Any, name: str, kind: Any) -> ast.AST:
        """Each item of the first iterable gives elements; the others are comprehensions in it."""
        binds = any(isinstance(one, ast.NamedExpr) for one in ast.walk(node))
        if binds or self.in_class or suspends(node) or any(one.is_async for one in node.generators) or _defers(node):
            return self._plain_comprehension(node)
        first, *others = node.generators
        iterable = self.visit(first.iter)
        with_targets = Scope({one.id for one in ast.walk(first.target) if isinstance(one, ast.Name)}, suspends=True)
        self.scopes.append(with_targets)
        tests = [hook_call("truth", one, self.visit(one)) for one in first.ifs]
        target = self.visit(first.target)
        one = self._unpacked(first.target, at_start(ast.Name(ITEM, ast.Load()), node))
        item = at_start(ast.Tuple([one], ast.Load()), node)
        inner = [ast.comprehension(target, item, tests, 0)]
        if others:
            part = "__wengert_part__"
            rest = self._comprehension(at(kind(node.elt, others), node), name, kind)
            inner.append(ast.comprehension(at(ast.Name(part, ast.Store()), node), rest, [], 0))  # type: ignore[arg-type]
            element: ast.expr = at(ast.Name(part, ast.Load()), node)
        else:
            element = self.visit(node.elt)
        self.scopes.pop()
        made = at(kind(element, inner), node)
        return hook_call(name, node, iterable, _lambda(made, node, ITEM))

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self._plain_comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self._plain_comprehension(node)

    def _plain_comprehension(self, node: Any) -> ast.AST:
        names = {one.id for part in node.generators for one in ast.walk(part.target) if isinstance(one, ast.Name)}
        self.scopes.append(Scope(names, suspends=True))
        self.generic_visit(node)
        self.scopes.pop()
        return node


COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)
_NO_TYPE_PARAMETERS: dict[str, Any] = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}


class _Value(ast.stmt):
    """An expression as the last statement of a function: its value is returned as it is."""

    _fields = ("value",)

    def __init__(self, value: ast.expr) -> None:
        super().__init__()
        self.value = value


class _Mapping(ast.expr):
    """What stands after `**` in a call."""

    _fields = ("value",)

    def __init__(self, value: ast.expr) -> None:
        super().__init__()
        self.value = value


def node_of(body: Sequence[ast.stmt]) -> ast.Module:
    """Statements as one node."""
    return ast.Module(list(body), [])


def _params(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    return set(parameters(node.args))


def _statements(body: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """All statements in a body, without those of functions and classes in it."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for _, value in ast.iter_fields(statement):
            if isinstance(value, list):
                yield from _statements(one for one in value if isinstance(one, ast.stmt))
                for part in value:
                    if isinstance(part, (ast.ExceptHandler, ast.match_case)):
                        yield from _statements(part.body)


def _looks_at_frames(node: ast.AST) -> bool:
    """Whether a program asks for the names of its frame, which functions made of blocks would change."""
    names = FRAMES | {"eval", "exec"}
    for one in ast.walk(node):
        called = one.func.id if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) else ""
        if called in names and not (called in FRAMES and one.args):  # type: ignore[attr-defined]
            return True
    return False


def _defers(node: Any) -> bool:
    """Whether a comprehension makes functions: these share its names, and see what they are in the end."""
    inner = [node.elt, *(test for one in node.generators for test in one.ifs)]
    return bool(captured([ast.Expr(one) for one in inner]))


def _lambda(body: ast.expr, place: ast.AST, *names: str) -> ast.expr:
    args = [at(ast.arg(name), place) for name in names]
    return at(ast.Lambda(ast.arguments([], args, None, [], [], None, []), body), place)


def hook_attribute(name: str, place: ast.AST) -> ast.expr:
    """What stands in the hooks under a name."""
    return hook_call(name, place).func  # type: ignore[attr-defined, no-any-return]
