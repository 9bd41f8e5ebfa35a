"""Statements in full strength: blocks become functions, and choices, loops and jumps go to hooks (see full.py)."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import Any

from wengert.read.names import NOTHING, bound, bound_anywhere, jumps, suspends
from wengert.read.rewrite import at, at_start, hook_call
from wengert.read.scopes import ITEM, Scoped, as_lambda, hook_attribute, node_of

REGION = "__wengert_block_"  # functions made of blocks
OUTCOME = "__wengert_outcome__"


class Statements(Scoped):
    """The statements of a function."""

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
            new.insert(0, at(ast.Assign([target], self.unpacked(item, at(ast.Name(ITEM, ast.Load()), item))), item))
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
        attempt = ast.withitem(hook_call("attempt", node.body[0], as_lambda(types, node.handlers[0])))
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
            message = self.later(node.msg)
            if message is None:
                return self.generic_visit(node)
        check = at(ast.Expr(hook_call("check", node, self.visit(node.test), message)), node)
        return at(ast.If(at_start(ast.Name("__debug__", ast.Load()), node), [check], []), node)


COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)
_NO_TYPE_PARAMETERS: dict[str, Any] = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}


class _Value(ast.stmt):
    """An expression as the last statement of a function: its value is returned as it is."""

    _fields = ("value",)

    def __init__(self, value: ast.expr) -> None:
        super().__init__()
        self.value = value
