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

from wengert.read.expressions import Expressions
from wengert.read.names import Liveness, bound, declared, parameters, suspends
from wengert.read.patterns import AsChoices
from wengert.read.rewrite import at, at_start, hook_call
from wengert.read.scopes import Scope, all_statements, hook_attribute, looks_at_frames, node_of, own_parameters
from wengert.read.statements import Statements


class Full(Statements, Expressions):
    """The full strength."""

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
        head += [one for one in all_statements(body) if isinstance(one, kinds)]
        others = scope.global_names | declared(node_of(body), ast.Nonlocal) | own_parameters(node)
        hoisted = sorted(scope.hoisted - others)
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
            plain=any(map(looks_at_frames, body)),
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
