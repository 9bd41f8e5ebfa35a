"""The expressions a random program is made of, as templates.

They are smooth at the values they are drawn for: what has a kink (a maximum, a sort, a comparison)
is drawn only at a distance of `MARGIN` from it, which its guard tells.
"""

from collections.abc import Callable, Mapping

import numpy as np

MARGIN = 0.05

Guard = Callable[..., bool]


def away(*points: float) -> Guard:
    """No entry is near any of the points."""
    return lambda a: all(np.min(np.abs(a - p)) > MARGIN for p in points)


def off_integers(a: np.ndarray) -> bool:
    """No entry is near an integer."""
    return bool(np.min(np.abs(a - np.round(a))) > MARGIN)


def apart(a: np.ndarray, b: np.ndarray) -> bool:
    """No entry is near its partner."""
    return bool(np.min(np.abs(a - b)) > MARGIN)


def distinct(a: np.ndarray, axis: int | tuple[int, ...] | None) -> bool:
    """No two entries along the axes are near each other."""
    if axis is None or isinstance(axis, tuple):
        a, axis = np.ravel(a), 0
    gaps = np.diff(np.sort(a, axis=axis), axis=axis)
    return bool(np.all(gaps > MARGIN))


def anywhere(*_: np.ndarray) -> bool:
    """Smooth everywhere."""
    return True


UNARY: tuple[tuple[str, Guard], ...] = (
    *(
        (template, anywhere)
        for template in (
            "-{a}",
            "0.5 * {a}",
            "{a} - 0.75",
            "1.5 - {a}",
            "{a} / 3.0",
            "1.0 / (1.0 + {a} ** 2)",
            "{a} / np.sqrt(2.0 + {a} * {a})",
            "(1.0 + {a} ** 2) ** -0.5",
            "{a} ** 2",
            "{a} ** 3",
            "2.0 ** np.tanh({a})",
            "np.sin({a})",
            "np.cos({a})",
            "np.tan(np.sin({a}))",
            "np.arcsin(0.9 * np.tanh({a}))",
            "np.arctan({a})",
            "np.tanh({a})",
            "np.cosh(np.sin({a}))",
            "np.arcsinh({a})",
            "np.arccosh(2.0 + {a} ** 2)",
            "np.arctanh(0.5 * np.sin({a}))",
            "np.exp(np.sin({a}))",
            "np.exp(-{a} * {a})",
            "np.expm1(np.tanh({a}))",
            "np.exp2(np.cos({a}))",
            "np.log(1.0 + {a} * {a})",
            "np.log1p(np.square({a}))",
            "np.log2(3.0 + np.sin({a}))",
            "np.sqrt({a} * {a} + 1.0)",
            "np.cbrt(2.0 + np.sin({a}))",
            "np.reciprocal(2.0 + np.cos({a}))",
            "np.power(1.5 + np.sin({a}), 1.3)",
            "np.sinc({a})",
            "np.logaddexp({a}, 0.5)",
            "np.hypot({a}, 1.0)",
            "np.arctan2({a}, 2.0 + np.cos({a}))",
            "np.real(np.exp(1j * {a}))",
            "np.abs(1.0 + 1j * {a})",
            "np.nan_to_num({a})",
        )
    ),
    ("np.abs({a})", away(0.0)),
    ("np.sign({a}) * {a} ** 2", away(0.0)),
    ("np.copysign({a}, -1.0)", away(0.0)),
    ("np.maximum({a}, 0.2)", away(0.2)),
    ("np.fmin(0.4, {a})", away(0.4)),
    ("np.clip({a}, -0.8, 0.9)", away(-0.8, 0.9)),
    ("np.where({a} > 0.1, {a} ** 2, np.sin({a}))", away(0.1)),
    ("np.where({a} > 0.1, np.log({a}), 0.0)", away(0.1, 0.0)),
    ("np.where({a} < 0.1, -{a}, np.sqrt({a}))", away(0.1, 0.0)),
    ("({a} > 0.0) * {a}", away(0.0)),
    ("{a} % 1.0", off_integers),
    ("{a} - np.floor({a})", off_integers),
)

BINARY: tuple[tuple[str, Guard], ...] = (
    *(
        (template, anywhere)
        for template in (
            "{a} + {b}",
            "{a} - {b}",
            "{a} * {b}",
            "{a} / (1.5 + {b} ** 2)",
            "np.multiply({a}, np.cos({b}))",
            "np.divide({a}, 2.0 + np.sin({b}))",
            "np.power(1.5 + np.sin({a}), np.tanh({b}))",
            "np.hypot({a}, 1.0 + {b} ** 2)",
            "np.arctan2({a}, 1.5 + np.cos({b}))",
            "np.logaddexp({a}, {b})",
        )
    ),
    ("np.maximum({a}, {b})", apart),
    ("np.minimum({a}, {b})", apart),
    ("np.where({a} > {b}, {a}, {b} ** 2)", apart),
)

# Which reductions need entries that are distinct along the reduced axes, and how each is spelled.
REDUCTIONS: tuple[tuple[str, bool], ...] = (
    ("np.sum({a}, axis={axis}, keepdims={keepdims})", False),
    ("{a}.sum(axis={axis}, keepdims={keepdims})", False),
    ("np.mean({a}, axis={axis}, keepdims={keepdims})", False),
    ("{a}.mean(axis={axis}, keepdims={keepdims})", False),
    ("np.prod({a}, axis={axis}, keepdims={keepdims})", False),
    ("np.var({a}, axis={axis}, keepdims={keepdims})", False),
    ("np.log(np.sum(np.exp({a}), axis={axis}, keepdims={keepdims}))", False),
    ("np.std({a}, axis={axis}, keepdims={keepdims})", True),
    ("np.max({a}, axis={axis}, keepdims={keepdims})", True),
    ("{a}.min(axis={axis}, keepdims={keepdims})", True),
    ("np.median({a}, axis={axis}, keepdims={keepdims})", True),
    ("np.ptp({a}, axis={axis}, keepdims={keepdims})", True),
)

# Along one axis, keeping it.
SCANS: tuple[tuple[str, bool], ...] = (
    ("np.cumsum({a}, axis={axis})", False),
    ("{a}.cumsum(axis={axis})", False),
    ("np.cumprod({a}, axis={axis})", False),
    ("np.diff({a}, axis={axis})", False),
    ("np.flip({a}, axis={axis})", False),
    ("np.roll({a}, 1, axis={axis})", False),
    ("np.repeat({a}, 2, axis={axis})", False),
    ("np.expand_dims({a}, {axis})", False),
    ("np.concatenate([{a}, {a}], axis={axis})", False),
    ("np.stack([{a}, np.sin({a})], axis={axis})", False),
    ("np.split({a}, [1], axis={axis})[0]", False),
    ("np.moveaxis({a}, {axis}, 0)", False),
    ("np.take({a}, [0, -1, 0], axis={axis})", False),
    ("np.delete({a}, 0, axis={axis})", False),
    ("np.sort({a}, axis={axis})", True),
    ("np.take_along_axis({a}, np.argsort({a}, axis={axis}), axis={axis})", True),
)

# Contractions and shapes, by the number of axes.
BY_AXES: Mapping[int, tuple[str, ...]] = {
    0: ("{a}[None]", "{a} * np.ones(3)", "np.stack([{a}, {a} ** 2])"),
    1: (
        "{a} @ {a}",
        "np.outer({a}, np.sin({a}))",
        "{a}[:, None] - {a}",
        "np.einsum('i,i->', {a}, {a})",
        "np.einsum('i,j->ij', {a}, np.cos({a}))",
        "np.convolve({a}, {a})",
        "np.correlate({a}, np.cos({a}), mode='same')",
        "np.diag({a})",
        "np.tile({a}, 2)",
        "np.pad({a}, (1, 2))",
        "np.pad({a}, 1, mode='edge')",
        "np.broadcast_to({a}, (2, {n}))",
        "np.append({a}, {a}[0] * {a}[-1])",
        "np.vstack([{a}, np.tanh({a})])",
        "np.trapezoid({a}, dx=0.5)",
        "np.interp(0.3, np.linspace(0.0, 1.0, {n}), {a})",
    ),
    2: (
        "{a}.T",
        "{a} @ {a}.T",
        "np.matmul({a}.T, np.sin({a}))",
        "np.dot({a}, {a}[0])",
        "{a} @ {a}[0] + 1.0",
        "np.einsum('ij,kj->ik', {a}, {a})",
        "np.einsum('ij,ij->i', {a}, np.cos({a}))",
        "np.einsum('ij->j', {a})",
        "np.tensordot({a}, {a}, axes=([0], [0]))",
        "np.trace({a})",
        "np.triu({a}) - np.tril({a}, -1)",
        "np.diagonal({a})",
        "np.rot90({a})",
        "np.hstack([{a}, {a} ** 2])",
        "np.pad({a}, ((0, 1), (1, 0)))",
        "np.kron({a}, {a}[:1, :1])",
    ),
    3: (
        "np.swapaxes({a}, 0, -1)",
        "np.transpose({a}, (2, 0, 1))",
        "{a} @ np.swapaxes({a}, -1, -2)",
        "np.einsum('ijk->ki', {a})",
        "np.einsum('ijk,ilk->ijl', {a}, {a})",
        "np.einsum('...j,...j', {a}, {a})",
        "np.sum({a}, axis=(0, -1))",
        "np.tensordot({a}, {a}, axes=([0, 1], [0, 1]))",
        "np.squeeze({a}[:1])",
        "{a}[0] - {a}[-1]",
    ),
}

RESHAPES: tuple[str, ...] = (
    "np.reshape({a}, ({rows}, -1))",
    "{a}.reshape({rows}, {columns})",
    "np.reshape({a}, (-1, {rows}), order='F')",
    "{a}.ravel()",
    "{a}.flatten()",
)

COPIES: tuple[str, ...] = ("{a}.copy()", "{a} * 1.0", "+{a}", "np.zeros_like({a}) + {a}[0]")

# What is written, and what the written part then holds; a guard looks at the target.
WRITES: tuple[tuple[str, str, Guard], ...] = (
    ("{part} = {source}", "{part} * 0.0 + {source}", anywhere),
    ("{part} += {source}", "{part} + {source}", anywhere),
    ("{part} -= np.sin({source})", "{part} - np.sin({source})", anywhere),
    ("{part} *= np.cos({source})", "{part} * np.cos({source})", anywhere),
    ("{part} /= 1.5 + {source} ** 2", "{part} / (1.5 + {source} ** 2)", anywhere),
    ("{part} = {constant} * {part}", "{constant} * {part}", anywhere),
    ("{part} **= 2", "{part} ** 2", anywhere),
    ("{target} += {target}[::-1]", "{target} + {target}[::-1]", anywhere),
    ("{target}[1:] = {target}[:-1]", "{target}[:-1]", anywhere),
    ("{target}[1:] += 0.5 * {target}[:-1]", "{target}[1:] + 0.5 * {target}[:-1]", anywhere),
    ("np.add.at({target}, [0, 0, -1], {constant} * {target}[0])", "{target} + 3 * {constant} * {target}[0]", anywhere),
    ("np.tanh({target}, out={target})", "np.tanh({target})", anywhere),
    ("np.multiply({target}, {target}, out={target})", "{target} * {target}", anywhere),
    ("np.copyto({target}, {constant}, where={target} > 0.1)", "{target}", away(0.1)),
    ("{target}[{target} > 0.1] = {constant}", "{target}", away(0.1)),
    ("{target}[{target} < 0.1] *= {target}[0].sum()", "{target} * {target}[0].sum()", away(0.1)),
)
