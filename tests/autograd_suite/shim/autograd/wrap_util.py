"""Operators of functions of one argument, made operators of functions of many."""


def get_name(f):
    """The name, if there is one."""
    return getattr(f, "__name__", "[unknown name]")


def unary_to_nary(operator):
    """`operator(f, x)` as `operator(f, argnum)(*args)`; several argnums are one tuple."""

    def of_many(fun, argnum=0, *settings, **named):
        def of_args(*args, **kwargs):
            def of_one(x):
                given = list(args)
                pairs = [(argnum, x)] if isinstance(argnum, int) else zip(argnum, x, strict=False)
                for position, value in pairs:
                    given[position] = value
                return fun(*given, **kwargs)

            of_one.__name__ = get_name(fun)
            x = args[argnum] if isinstance(argnum, int) else tuple(args[i] for i in argnum)
            return operator(of_one, x, *settings, **named)

        of_args.__name__ = f"{operator.__name__}_of_{get_name(fun)}_wrt_argnum_{argnum}"
        of_args.__doc__ = f"    {operator.__name__} of function {get_name(fun)} with respect to argument {argnum}."
        return of_args

    of_many.__name__ = operator.__name__
    of_many.__doc__ = operator.__doc__
    return of_many
