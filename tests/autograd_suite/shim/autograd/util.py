"""What older tests import."""

from autograd.test_util import check_grads


def quick_grad_check(fun, arg0, extra_args=(), kwargs=None, **_):
    """A check of first order."""
    check_grads(fun, order=1)(arg0, *extra_args, **(kwargs or {}))
