"""Expressions in full strength: those that may choose, names from outside, texts, comprehensions (see full.py)."""

from __future__ import annotations

import ast
from typing import Any

from wengert.read.names import captured, suspends
from wengert.read.rewrite import FRAMES, UNTOUCHED, at, at_start, hook_call
from wengert.read.scopes import ITEM, Scope, Scoped, as_lambda


class Expressions(Scoped):
    """The expressions of a function."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        then, orelse = self.later(node.body), self.later(node.orelse)
        if then is None or orelse is None:
            node.test = hook_call("truth", node.test, node.test)
            return self.generic_visit(node)
        return hook_call("choose", node, self.visit(node.test), then, orelse)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        later = [self.later(value) for value in node.values[1:]]
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
        later = [self.later(one) for one in node.comparators[1:]]
        if None in later:
            return self.generic_visit(node)
        operators = at(ast.Tuple([at(ast.Constant(name), node) for name in names], ast.Load()), node)
        return hook_call("chain", node, operators, self.visit(node.left), self.visit(node.comparators[0]), *later)  # type: ignore[arg-type]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if (
            not isinstance(node.ctx, ast.Load)
            or self.in_class
            or node.id == "__class__"
            or not self.from_outside(node.id)
        ):
            return node
        return hook_call("captured", node, node, as_lambda(at(ast.Name(node.id, ast.Load()), node), node))

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
        one = self.unpacked(first.target, at_start(ast.Name(ITEM, ast.Load()), node))
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
        return hook_call(name, node, iterable, as_lambda(made, node, ITEM))

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


class _Mapping(ast.expr):
    """What stands after `**` in a call."""

    _fields = ("value",)

    def __init__(self, value: ast.expr) -> None:
        super().__init__()
        self.value = value


def _defers(node: Any) -> bool:
    """Whether a comprehension makes functions: these share its names, and see what they are in the end."""
    inner = [node.elt, *(test for one in node.generators for test in one.ifs)]
    return bool(captured([ast.Expr(one) for one in inner]))
