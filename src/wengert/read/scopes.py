"""The scopes of the functions that are being rewritten in full strength, and pieces of syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wengert.read.names import NOTHING, Liveness, Names, parameters, suspends
from wengert.read.rewrite import FRAMES, Light, at, hook_call

ITEM = "__wengert_item__"


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


class Scoped(Light):
    """A rewriting that knows in which function it is."""

    def __init__(self, class_name: str | None) -> None:
        super().__init__(class_name)
        self.scopes: list[Scope] = []
        self.in_class = False  # directly in the body of a class, where a function does not see the names

    @property
    def scope(self) -> Scope:
        """The innermost function."""
        return self.scopes[-1]

    def from_outside(self, name: str) -> bool:
        """Whether a name belongs to none of the functions that are being read here."""
        for scope in reversed(self.scopes):
            if name in scope.names:
                return False
            if name in scope.global_names:
                return True
        return True

    def later(self, node: ast.expr) -> ast.expr | None:
        """An expression to be evaluated only if need be; `None` where a lambda would change what it means."""
        binds = any(isinstance(one, ast.NamedExpr) for one in ast.walk(node))
        if binds or suspends(node) or self.in_class:
            return None
        return as_lambda(self.visit(node), node)

    @staticmethod
    def unpacked(target: ast.expr, value: ast.expr) -> ast.expr:
        """A value for a target, which may take it apart."""
        return hook_call("iterate", value, value) if isinstance(target, (ast.Tuple, ast.List)) else value


def node_of(body: Sequence[ast.stmt]) -> ast.Module:
    """Statements as one node."""
    return ast.Module(list(body), [])


def own_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names of a function's parameters."""
    return set(parameters(node.args))


def all_statements(body: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """All statements in a body, without those of functions and classes in it."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for _, value in ast.iter_fields(statement):
            if isinstance(value, list):
                yield from all_statements(one for one in value if isinstance(one, ast.stmt))
                for part in value:
                    if isinstance(part, (ast.ExceptHandler, ast.match_case)):
                        yield from all_statements(part.body)


def looks_at_frames(node: ast.AST) -> bool:
    """Whether a program asks for the names of its frame, which functions made of blocks would change."""
    names = FRAMES | {"eval", "exec"}
    for one in ast.walk(node):
        called = one.func.id if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) else ""
        if called in names and not (called in FRAMES and one.args):  # type: ignore[attr-defined]
            return True
    return False


def as_lambda(body: ast.expr, place: ast.AST, *names: str) -> ast.expr:
    """A function of some names that gives an expression."""
    args = [at(ast.arg(name), place) for name in names]
    return at(ast.Lambda(ast.arguments([], args, None, [], [], None, []), body), place)


def hook_attribute(name: str, place: ast.AST) -> ast.expr:
    """What stands in the hooks under a name."""
    return hook_call(name, place).func  # type: ignore[attr-defined, no-any-return]
