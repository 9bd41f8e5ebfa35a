"""Derivatives inside derivatives: an inner derivative must never see an outer perturbation."""

import numpy as np

import wengert as wg
from tests.scenarios.trap import Trap

POINTS = np.array([1.0, 2.0, 3.0])


def _forward(function):
    """The derivative of a scalar function through a tangent."""
    return lambda x: wg.jvp(function, (x,), (1.0,))[1]


def _backward(function):
    """The derivative of a scalar function through a cotangent."""
    return lambda x: wg.vjp(function, x)[1](1.0)[0]


INNER = {"forward": _forward, "pullback": _backward, "grad": wg.grad}


def _each_inner(name, build, argument, expected, note):
    """A row for each way of taking the inner derivative; the outer way is the test's."""
    return [Trap(f"{name}-{way}-inside", build(derive), (argument,), expected, note) for way, derive in INNER.items()]


def inner_sum(derive):
    """x · d/dy (x + y) at y = 1."""
    return lambda x: x * derive(lambda y: x + y)(1.0)


def inner_product(derive):
    """x · d/dy (x y) at y = 1."""
    return lambda x: x * derive(lambda y: x * y)(1.0)


def inner_at_outer_point(derive):
    """d/dy (x y²) at y = x."""
    return lambda x: derive(lambda y: x * y * y)(x)


def three_deep(derive):
    """x · d/dy [y · d/dz (x y z) at z = 2] at y = 3."""

    def middle(x):
        return lambda y: y * derive(lambda z: x * y * z)(2.0)

    return lambda x: x * derive(middle(x))(3.0)


def three_deep_same_point(derive):
    """d/dy [d/dz (x y² z³) at z = y] at y = x."""

    def middle(x):
        return lambda y: derive(lambda z: x * y * y * z**3)(y)

    return lambda x: derive(middle(x))(x)


def two_siblings(derive):
    """sin'(x) · (x³)'."""
    return lambda x: derive(np.sin)(x) * derive(lambda y: y**3)(x)


def captured_in_containers(derive):
    """d/dy of y·a + y²·b with a and b captured in a dict and a list."""

    def outer(x):
        table, row = {"a": x * x}, [x]
        return derive(lambda y: y * table["a"] + y * y * row[0])(2.0)

    return outer


def inner_while_loop(derive):
    """sqrt(x) by Newton steps whose slope is an inner derivative."""

    def outer(x):
        y = 1.0 + 0.0 * x
        while abs(y * y - x) > 1e-13:
            y = y - (y * y - x) / derive(lambda t: t * t - x)(y)
        return y

    return outer


def gradient_of_batch(x):
    """Σ over a batch of the gradient of y³."""
    return np.sum(wg.vmap(wg.grad(lambda y: y**3))(x))


def batch_with_captured(a):
    """Σ over a batch of a·y, with `a` from outside the batch."""
    return np.sum(wg.vmap(lambda y: a * y)(POINTS))


def batch_of_captured_gradients(a):
    """Σ over a batch of d/dy (a y²)."""
    return np.sum(wg.vmap(wg.grad(lambda y: a * y * y))(POINTS))


def tangent_of_batch_of_gradients(x):
    """The tangent of the batch of (y⁴)'."""
    return wg.jvp(wg.vmap(wg.grad(lambda y: y**4)), (x,), (np.ones(3),))[1]


def batch_of_tangents(x):
    """The batch of (sin y)' through tangents."""
    return wg.vmap(lambda y: wg.jvp(np.sin, (y,), (1.0,))[1])(x)


def batch_in_batch(x):
    """The outer product x y by two nested batches."""
    return wg.vmap(lambda a: wg.vmap(lambda b: a * b)(x))(x)


def tangent_of_gradient(x):
    """The Hessian of Σ x³ times ones, forward over reverse."""
    return wg.jvp(wg.grad(lambda y: np.sum(y**3)), (x,), (np.ones(3),))[1]


def hessian_trace(x):
    """tr ∇² Σ x³ = 6 Σ x."""
    return np.trace(wg.hessian(lambda y: np.sum(y**3))(x))


def hvp_squared_length(x):
    """|H 1|² for Σ x³: Σ 36 x²."""
    product = wg.hvp(lambda y: np.sum(y**3), (x,), (np.ones(3),))
    return np.sum(product**2)


NESTING: tuple[Trap, ...] = (
    *_each_inner("nest-sum", inner_sum, 1.0, 1.0, "x · 1"),
    *_each_inner("nest-product", inner_product, 2.0, 4.0, "x · x"),
    *_each_inner("nest-same-point", inner_at_outer_point, 3.0, 12.0, "2x²: 4x"),
    *_each_inner("nest-three-deep", three_deep, 2.0, 24.0, "x · 2xy at y = 3: 6x²"),
    *_each_inner(
        "nest-three-deep-same-point",
        three_deep_same_point,
        1.0,
        48.0,
        "3 x y² z² at z = y is 3 x y⁴, so 12 x y³, at y = x 12 x⁴: 48 x³",
    ),
    *_each_inner("nest-siblings", two_siblings, 0.5, 6 * 0.5 * np.cos(0.5) - 3 * 0.25 * np.sin(0.5), "3x² cos x"),
    *_each_inner("nest-containers", captured_in_containers, 3.0, 10.0, "x² + 4x"),
    *_each_inner("nest-newton", inner_while_loop, 2.0, 0.5 / np.sqrt(2.0), "sqrt"),
    Trap(
        "nest-gradient-of-tangent",
        lambda x: wg.jvp(np.sin, (x,), (x,))[1],
        (0.5,),
        np.cos(0.5) - 0.5 * np.sin(0.5),
        "x cos x: the tangent depends on x",
    ),
    Trap(
        "nest-gradient-of-tangent-second",
        lambda x: wg.jvp(np.sin, (x,), (x,))[1],
        (0.5,),
        -2 * np.sin(0.5) - 0.5 * np.cos(0.5),
        "x cos x",
        order=2,
    ),
    Trap(
        "nest-gradient-of-pullback",
        lambda c: wg.vjp(np.sin, 1.0)[1](c)[0],
        (2.0,),
        np.cos(1.0),
        "c cos 1: linear in the cotangent",
    ),
    Trap("nest-gradient-of-linearized", lambda x: wg.linearize(np.exp, x)[1](x), (0.5,), 1.5 * np.exp(0.5), "x exp x"),
    Trap("nest-gradient-of-hvp", hvp_squared_length, (POINTS,), 72 * POINTS, "Σ 36 x²"),
    Trap("nest-gradient-of-hessian-trace", hessian_trace, (POINTS,), np.full(3, 6.0), "6 Σ x"),
    Trap(
        "nest-gradient-of-value-and-grad",
        lambda x: wg.value_and_grad(np.sin)(x)[0] * wg.value_and_grad(np.sin)(x)[1],
        (0.5,),
        np.cos(1.0),
        "sin x cos x",
    ),
    Trap(
        "nest-gradient-of-forward-jacobian",
        lambda x: np.sum(wg.jacobian(lambda y: y * x, mode="forward")(x)),
        (POINTS,),
        np.ones(3),
        "the Jacobian diag x",
    ),
    Trap(
        "nest-gradient-of-reverse-jacobian",
        lambda x: np.sum(wg.jacobian(lambda y: y * x, mode="reverse")(x)),
        (POINTS,),
        np.ones(3),
        "the Jacobian diag x",
    ),
    Trap("nest-gradient-of-batch", gradient_of_batch, (POINTS,), 6 * POINTS, "Σ 3x²"),
    Trap("nest-gradient-through-batch", batch_with_captured, (2.0,), 6.0, "a Σ y"),
    Trap("nest-gradient-through-batch-of-gradients", batch_of_captured_gradients, (2.0,), 12.0, "2 a Σ y"),
    Trap("nest-batch-of-gradients", wg.vmap(wg.grad(lambda y: y**3)), (POINTS,), 3 * POINTS**2, "3y²", order=0),
    Trap("nest-batch-of-tangents", batch_of_tangents, (POINTS,), np.cos(POINTS), "cos y", order=0),
    Trap("nest-batch-in-batch", batch_in_batch, (POINTS,), np.outer(POINTS, POINTS), "a b", order=0),
    Trap(
        "nest-tangent-of-batch-of-gradients", tangent_of_batch_of_gradients, (POINTS,), 12 * POINTS**2, "12y²", order=0
    ),
    Trap("nest-tangent-of-gradient", tangent_of_gradient, (POINTS,), 6 * POINTS, "6x", order=0),
    Trap(
        "nest-tangent-of-gradient-once-more",
        lambda x: np.sum(tangent_of_gradient(x)),
        (POINTS,),
        np.full(3, 6.0),
        "Σ 6x",
    ),
    Trap("nest-third-of-sine", np.sin, (0.0,), -1.0, "-cos 0", order=3),
    Trap("nest-stop-gradient", lambda x: x * wg.stop_gradient(x), (3.0,), 3.0, "the second factor is a constant"),
    Trap("nest-stop-gradient-second", lambda x: x * wg.stop_gradient(x), (3.0,), 0.0, "a constant again", order=2),
    Trap(
        "nest-stop-gradient-inside",
        lambda x: wg.grad(lambda y: wg.stop_gradient(y) * x * y)(2.0),
        (5.0,),
        2.0,
        "the inner stop leaves x alone: 2x",
    ),
)
