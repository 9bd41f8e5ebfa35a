"""Own functions with own rules, by `wengert.primitive`."""

import wengert as wg
from wengert.ir import Traced


class Primitive:
    """A function that is taken as it is; its rules come later."""

    def __init__(self, fun):
        self.fun = fun
        self.__name__ = getattr(fun, "__name__", "primitive")
        self.vjps = {}
        self.jvps = {}
        self.made = None

    def __call__(self, *args, **kwargs):
        if not any(isinstance(a, Traced) for a in args):
            return self.fun(*args, **kwargs)
        if self.made is None:
            self.made = self._make()
        return self.made(*args, **kwargs)

    def _make(self):
        if self.vjps:
            return wg.primitive(self.fun, vjp=self._vjp, name=self.__name__)
        if self.jvps:
            return wg.primitive(self.fun, jvp=self._jvp, name=self.__name__)
        raise NotImplementedError(f"{self.__name__} has no rule")

    def _vjp(self, ct, out, *args, **kwargs):
        makers = [self.vjps.get(i, self.vjps.get("all")) for i in range(len(args))]
        return tuple(None if m is None else m(out, *args, **kwargs)(ct) for m in makers)

    def _jvp(self, out, primals, tangents, **kwargs):
        total = 0.0
        for i, dx in enumerate(tangents):
            rule = self.jvps.get(i)
            if dx is not None and rule is not None:
                total = total + rule(dx, out, *primals, **kwargs)
        return total

    def defgrad(self, maker, argnum=0):
        """A rule in the oldest form."""
        self.vjps[argnum] = maker

    def defvjp(self, rule, argnum=0):
        """A rule in the second oldest form."""
        self.vjps[argnum] = lambda ans, *args, **kwargs: lambda g: rule(g, ans, None, None, *args, **kwargs)

    def defvjp_is_zero(self, argnums=(0,)):
        """Arguments without influence."""
        for argnum in argnums:
            self.vjps[argnum] = lambda ans, *args, **kwargs: lambda g: 0 * args[0]


primitive = Primitive


def defvjp(fun, *makers, argnums=None):
    """Rules of reverse mode, one per argument."""
    for i, maker in zip(argnums or range(len(makers)), makers, strict=False):
        fun.vjps[i] = maker


def defjvp(fun, *rules, argnums=None):
    """Rules of forward mode, one per argument."""
    for i, rule in zip(argnums or range(len(rules)), rules, strict=False):
        fun.jvps[i] = rule


def defvjp_argnum(fun, maker):
    """One rule for all arguments."""
    fun.vjps["all"] = None
    for i in range(8):
        fun.vjps[i] = lambda ans, *args, i=i, **kwargs: maker(i, ans, args, kwargs)
