"""Names of a function: which a statement binds, and which are still read after a point (liveness).

Liveness is the backward analysis of compilers, on structured statements: what is live before a statement is what it
reads, and what is live after it less what it binds. A loop is gone through until nothing changes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop)  # nodes that hold nothing
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Names = frozenset[str]
NOTHING: Names = frozenset()
CONSUMERS = frozenset({"sum", "any", "all", "max", "min", "list", "tuple", "set", "dict", "sorted", "frozenset"})


def own_nodes(root: ast.AST) -> list[ast.AST]:
    """A node and what is in it, outer ones first, without the bodies of functions and classes defined in it."""
    found: list[ast.AST] = []
    rest = [root]
    while rest:
        node = rest.pop()
        found.append(node)
        inner = _children(node) if node is root or not isinstance(node, DEFINITIONS) else _around(node)
        rest.extend(reversed(inner))
    return found


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, MARKS):
            found.append(value)
    return found


def _around(node: ast.AST) -> list[ast.AST]:
    """What of a definition is evaluated where it stands: decorators, defaults, bases."""
    found = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ())]
    found += [keyword.value for keyword in getattr(node, "keywords", ())]
    args = getattr(node, "args", None)
    if isinstance(args, ast.arguments):
        found += [*args.defaults, *(default for default in args.kw_defaults if default is not None)]
    return found


def bound(nodes: ast.AST | Iterable[ast.AST]) -> Names:
    """The names that statements bind in the function they stand in."""
    found: set[str] = set()
    for root in [nodes] if isinstance(nodes, ast.AST) else nodes:
        inner: set[ast.AST] = set()  # targets of comprehensions, which have a scope of their own
        for node in own_nodes(root):
            if isinstance(node, COMPREHENSIONS):
                for one in node.generators:
                    inner.update(ast.walk(one.target))
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load) and node not in inner:
                    found.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
                if node.name is not None:
                    found.add(node.name)
            elif isinstance(node, ast.MatchMapping) and node.rest is not None:
                found.add(node.rest)
    return frozenset(found)


def declared(node: ast.AST, kind: type[ast.Global] | type[ast.Nonlocal]) -> Names:
    """The names that a function declares as global, or as those of a function around it."""
    return frozenset(name for one in own_nodes(node) if isinstance(one, kind) for name in one.names)


def parameters(args: ast.arguments) -> list[str]:
    """The names of a function's parameters."""
    found = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return [arg.arg for arg in [*found, args.vararg, args.kwarg] if arg is not None]


def read(node: ast.AST | None) -> Names:
    """All names that are read in a node, in functions that are defined there, too."""
    if node is None:
        return NOTHING
    return frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load))


def captured(body: Sequence[ast.stmt]) -> Names:
    """The names that functions defined in a body go by: these may be called at any time."""
    found: set[str] = set()
    at_once: set[ast.AST] = set()  # generators that are consumed where they stand
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CONSUMERS:
                at_once.update(arg for arg in node.args if isinstance(arg, ast.GeneratorExp))
            if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.GeneratorExp)) and node not in at_once:
                found |= read(node) | bound_anywhere(node)
    return frozenset(found)


def bound_anywhere(node: ast.AST) -> Names:
    """The names that are bound in a node, in functions that are defined there, too."""
    return frozenset(
        one.id for one in ast.walk(node) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    )


@dataclass(frozen=True)
class Live:
    """What is known of a statement: the names that are read before they are bound in its body, and after it."""

    entry: Names
    after: Names
    end: Names = NOTHING  # at the end of the block that holds it: what follows in the block is part of it


@dataclass(frozen=True)
class _Exits:
    """What is live where a statement may go other than to the next one."""

    broken: Names = NOTHING
    continued: Names = NOTHING
    raised: Names = NOTHING
    end: Names = NOTHING  # where the block ends that holds the statement


class Liveness:
    """The live names around every loop and choice of a function."""

    def __init__(self, body: Sequence[ast.stmt], always: Names) -> None:
        self.always = always | captured(body)
        self._found: dict[ast.AST, Live] = {}
        self._ends: dict[ast.AST, Names] = {}
        self._block(body, NOTHING, _Exits())

    def of(self, node: ast.AST) -> Live:
        """Around a statement."""
        found = self._found.get(node, Live(NOTHING, NOTHING))
        end = self._ends.get(node, NOTHING)
        return Live(found.entry | self.always, found.after | self.always, end | self.always)

    def _block(self, body: Sequence[ast.stmt], after: Names, exits: _Exits) -> Names:
        exits = replace(exits, end=after)
        for statement in reversed(body):
            self._ends[statement] = exits.end | exits.broken | exits.continued
            after = self._before(statement, after, exits) | exits.raised
        return after

    def _before(self, node: ast.stmt, after: Names, exits: _Exits) -> Names:
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is not None:
            found: Names = method(node, after, exits)
            return found
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Delete, ast.Import, ast.ImportFrom)):
            return (after - self._plain_targets(node)) | read(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return (after - {node.name}) | read(node)
        if isinstance(node, ast.AugAssign):
            return after | read(node) | bound(node.target)
        return after | read(node)

    @staticmethod
    def _plain_targets(node: ast.stmt) -> Names:
        """The names that are bound for sure; an annotation without a value binds nothing."""
        if isinstance(node, ast.AnnAssign):
            return bound(node.target) if node.value is not None else NOTHING
        if isinstance(node, ast.Assign):
            return frozenset(name for target in node.targets for name in bound(target))
        return bound(node)

    def _Return(self, node: ast.Return, after: Names, exits: _Exits) -> Names:
        return read(node.value)

    def _Raise(self, node: ast.Raise, after: Names, exits: _Exits) -> Names:
        return read(node)

    def _Break(self, node: ast.Break, after: Names, exits: _Exits) -> Names:
        return exits.broken

    def _Continue(self, node: ast.Continue, after: Names, exits: _Exits) -> Names:
        return exits.continued

    def _If(self, node: ast.If, after: Names, exits: _Exits) -> Names:
        self._found[node] = Live(NOTHING, after)
        return read(node.test) | self._block(node.body, after, exits) | self._block(node.orelse, after, exits)

    def _For(self, node: ast.For, after: Names, exits: _Exits) -> Names:
        exhausted = self._block(node.orelse, after, exits)
        head = exhausted
        while True:
            inner = _Exits(after, head, exits.raised)
            entry = self._block(node.body, head, inner) - bound(node.target)
            if entry <= head:
                break
            head |= entry
        self._found[node] = Live(entry, after | exhausted)
        return read(node.iter) | read(node.target) | head

    _AsyncFor = _For

    def _While(self, node: ast.While, after: Names, exits: _Exits) -> Names:
        exhausted = self._block(node.orelse, after, exits)
        head = read(node.test) | exhausted
        while True:
            entry = self._block(node.body, head, _Exits(after, head, exits.raised))
            if entry <= head:
                break
            head |= entry
        self._found[node] = Live(entry | read(node.test), after | exhausted)
        return head

    def _With(self, node: ast.With, after: Names, exits: _Exits) -> Names:
        self._found[node] = Live(NOTHING, after)
        targets = frozenset(name for item in node.items if item.optional_vars for name in bound(item.optional_vars))
        inner = self._block(node.body, after, exits)
        return (inner - targets) | frozenset(name for item in node.items for name in read(item.context_expr))

    _AsyncWith = _With

    def _Try(self, node: ast.Try, after: Names, exits: _Exits) -> Names:
        self._found[node] = Live(NOTHING, after)
        final = self._block(node.finalbody, after, exits)
        caught = final
        for handler in node.handlers:
            inner = self._block(handler.body, final, replace(exits, raised=exits.raised | final))
            caught |= (inner - {handler.name or ""}) | read(handler.type)
        otherwise = self._block(node.orelse, final, replace(exits, raised=exits.raised | final))
        return self._block(node.body, otherwise, replace(exits, raised=exits.raised | caught)) | caught

    _TryStar = _Try

    def _Match(self, node: ast.Match, after: Names, exits: _Exits) -> Names:
        self._found[node] = Live(NOTHING, after)
        found = after | read(node.subject)
        for case in node.cases:
            inner = self._block(case.body, after, exits)
            found |= (inner - bound(case.pattern)) | read(case.guard) | read(case.pattern)
        return found


def jumps(node: ast.stmt | Sequence[ast.stmt]) -> Names:
    """How a statement may be left other than at its end: `break`, `continue`, `return`."""
    if not isinstance(node, ast.AST):
        return frozenset(name for statement in node for name in jumps(statement))
    if isinstance(node, (ast.Break, ast.Continue, ast.Return)):
        return frozenset({type(node).__name__.lower()})
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        return (jumps(node.body) & {"return"}) | jumps(node.orelse)
    if isinstance(node, ast.Match):
        return frozenset(name for case in node.cases for name in jumps(case.body))
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return NOTHING
    blocks = [getattr(node, field, []) for field in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(node, "handlers", ())]
    return frozenset(name for block in blocks for name in jumps(block))


def suspends(node: ast.AST) -> bool:
    """Whether a generator or a coroutine may pause in a node."""
    kinds = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return any(isinstance(one, kinds) for one in own_nodes(node))
