"""`match` as a chain of `if`, where its patterns compare: values, None, alternatives of these, and names.

    match s:                        ->  subject = s
        case "a" | "b": A               if subject == "a" or subject == "b": A
        case None: B                    elif subject is None: B
        case x if x > 0: C              elif (x := subject, x > 0)[-1]: C
        case _: D                       else: D

So the choice may depend on traced values. Patterns that take their subject apart are left to Python.
"""

from __future__ import annotations

import ast

from wengert.read.rewrite import at_start

SUBJECT = "__wengert_subject_"


class AsChoices(ast.NodeTransformer):
    """Rewrites the statements of a function."""

    def __init__(self) -> None:
        self.subjects = 0

    def visit_Match(self, node: ast.Match) -> ast.AST | list[ast.stmt]:
        """One statement."""
        self.generic_visit(node)
        if not all(_compares(case.pattern) for case in node.cases):
            return node
        name = f"{SUBJECT}{self.subjects}__"
        self.subjects += 1
        orelse: list[ast.stmt] = []
        for case in reversed(node.cases):
            test = _test(case.pattern, name)
            bound = _bindings(case.pattern, name)
            body = case.body
            if case.guard is not None:
                names = [ast.NamedExpr(ast.Name(one.targets[0].id, ast.Store()), one.value) for one in bound]  # type: ignore[attr-defined]
                guard = case.guard if not names else _last([*names, case.guard])
                test = guard if test is None else ast.BoolOp(ast.And(), [test, guard])
            else:
                body = [*bound, *body]
            orelse = body if test is None else [ast.If(test, body, orelse)]
            _place(orelse, case.pattern)
        line = ast.Assign([ast.Name(name, ast.Store())], node.subject)
        _place([line], node)
        return [line, *orelse]


def _place(lines: list[ast.stmt], where: ast.AST) -> None:
    """Give what has no place in the program yet one."""
    for line in lines:
        for one in ast.walk(line):
            if not hasattr(one, "lineno"):
                at_start(one, where)


def _compares(pattern: ast.pattern) -> bool:
    """Whether a pattern only compares, and gives names to the whole."""
    if isinstance(pattern, ast.MatchOr):
        return all(_compares(one) and not _bindings(one, "") for one in pattern.patterns)
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is None or _compares(pattern.pattern)
    return isinstance(pattern, (ast.MatchValue, ast.MatchSingleton))


def _test(pattern: ast.pattern, name: str) -> ast.expr | None:
    """The condition for a pattern; None where there is none."""
    subject = ast.Name(name, ast.Load())
    if isinstance(pattern, ast.MatchValue):
        return ast.Compare(subject, [ast.Eq()], [pattern.value])
    if isinstance(pattern, ast.MatchSingleton):
        return ast.Compare(subject, [ast.Is()], [ast.Constant(pattern.value)])
    if isinstance(pattern, ast.MatchOr):
        tests = [_test(one, name) for one in pattern.patterns]
        some = [test for test in tests if test is not None]
        return ast.BoolOp(ast.Or(), some) if len(some) == len(tests) else None
    assert isinstance(pattern, ast.MatchAs)
    return None if pattern.pattern is None else _test(pattern.pattern, name)


def _bindings(pattern: ast.pattern, name: str) -> list[ast.Assign]:
    """The names that a pattern gives to the whole."""
    found = []
    while isinstance(pattern, ast.MatchAs):
        if pattern.name is not None:
            found.append(ast.Assign([ast.Name(pattern.name, ast.Store())], ast.Name(name, ast.Load())))
        if pattern.pattern is None:
            break
        pattern = pattern.pattern
    return found


def _last(parts: list[ast.expr]) -> ast.expr:
    """The last of several values."""
    return ast.Subscript(ast.Tuple(parts, ast.Load()), ast.Constant(-1), ast.Load())
