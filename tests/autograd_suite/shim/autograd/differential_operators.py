"""autograd's operators of functions, each of one of wengert's."""

import inspect

import numpy as np

import wengert as wg
from autograd.core import VSpace
from autograd.core import make_jvp as _make_jvp
from autograd.core import make_vjp as _make_vjp
from autograd.wrap_util import unary_to_nary

make_vjp = unary_to_nary(_make_vjp)
make_jvp = unary_to_nary(_make_jvp)


def checkpoint(fun):
    """Recompute in place of keeping, where there is such a thing."""
    return getattr(wg, "checkpoint", lambda f: f)(fun)


def _with_ones(fun, x):
    vjp, value = _make_vjp(fun, x)
    return value, vjp(VSpace(value).ones())


def _scalar(value):
    space = VSpace(value)
    if space.size != 1 or space.types[0][1].kind == "b":
        raise TypeError("Grad only applies to real scalar-output functions.")
    return value


@unary_to_nary
def grad(fun, x):
    """
    Returns a function which computes the gradient."""
    vjp, value = _make_vjp(fun, x)
    return vjp(VSpace(_scalar(value)).ones())


@unary_to_nary
def value_and_grad(fun, x):
    """Returns a function that gives the value, too."""
    value, gradient = _with_ones(fun, x)
    return _scalar(value), gradient


@unary_to_nary
def elementwise_grad(fun, x):
    """Returns a function which sums the columns of the Jacobian."""
    value, gradient = _with_ones(fun, x)
    if VSpace(value).iscomplex:
        raise TypeError("Elementwise_grad only applies to real-output functions.")
    return gradient


@unary_to_nary
def deriv(fun, x):
    """Returns a function which computes the derivative by forward mode."""
    return _make_jvp(fun, x)(VSpace(x).ones())[1]


@unary_to_nary
def jacobian(fun, x):
    """Returns a function which computes the Jacobian."""
    if VSpace(x).iscomplex or VSpace(fun(x)).iscomplex:
        vjp, value = _make_vjp(fun, x)
        return np.reshape(np.stack([vjp(e) for e in VSpace(value).standard_basis()]), np.shape(value) + np.shape(x))
    return wg.jacobian(fun)(x)


@unary_to_nary
def hessian(fun, x):
    """Returns a function which computes the Hessian."""
    return wg.hessian(fun)(x)


@unary_to_nary
def holomorphic_grad(fun, x):
    """Returns a function which computes f'."""
    return grad(lambda x: np.real(fun(x)))(x)


def grad_named(fun, name):
    """The gradient with respect to an argument by its name."""
    return grad(fun, list(inspect.signature(fun).parameters).index(name))


@unary_to_nary
def make_hvp(fun, x):
    """Products with the Hessian."""
    return _make_vjp(grad(fun), x)


def hessian_tensor_product(fun, argnum=0):
    """A product of the Hessian with a tensor, the last argument."""
    gradient = grad(fun, argnum)

    def along(*args, **kwargs):
        *args, tensor = args
        return np.tensordot(gradient(*args, **kwargs), tensor, np.ndim(tensor))

    return grad(along, argnum)


hessian_vector_product = hessian_tensor_product


def tensor_jacobian_product(fun, argnum=0):
    """A product of a tensor, the last argument, with the Jacobian."""

    def along(*args, **kwargs):
        *args, tensor = args
        return np.tensordot(tensor, fun(*args, **kwargs), axes=np.ndim(tensor))

    return jacobian(along, argnum)


vector_jacobian_product = tensor_jacobian_product


def make_ggnvp(f, g=lambda x: 0.5 * np.sum(x**2, axis=-1), f_argnum=0):
    """Products with the generalized Gauss-Newton matrix JᵀHJ."""

    def make(f, x):
        value, forward = wg.linearize(f, x)
        pullback = _make_vjp(f, x)[0]
        hessian_product = _make_vjp(grad(g), value)[0]
        return lambda v: pullback(hessian_product(forward(v)))

    return unary_to_nary(make)(f, f_argnum)


@unary_to_nary
def grad_and_aux(fun, x):
    """The gradient of the first of two results, and the second as it is."""
    return wg.grad(fun, has_aux=True)(x)
