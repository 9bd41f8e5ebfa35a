"""The two notations: Python's, which `eval` reads again, and LaTeX."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir.text import literal
from wengert.symbolic.form import ATOM, POWER, PRODUCT, REMAINDER, SUM, UNARY, latex_form, python_form
from wengert.symbolic.text import Style, Written

GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell",
})  # fmt: skip


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _number_text(value: Any) -> str | None:
    """A real number, whole ones without a decimal point; `None` for anything else."""
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return "-0.0" if value == 0 and math.copysign(1, value) < 0 else str(int(value))
    return repr(value)


def _sign(text: str) -> int:
    return UNARY if text.startswith("-") else ATOM


# -- Python ------------------------------------------------------------------------------------------------------------


def _python_literal(value: Any) -> Written:
    text = _number_text(value)
    if text is not None:
        return Written(text, _sign(text), number=text, above=())
    if isinstance(value, np.ndarray) and value.size <= 1000:
        return Written(f"array({value.tolist()!r})")
    return Written(literal(value))


def _python_product(number: str, above: Sequence[Written], below: Sequence[Written]) -> str:
    """Factors with stars between them; 2 * (1 / x) is 2 / x."""
    text = number
    for x in above:
        factor = x.text
        if x.precedence < (PRODUCT if text else REMAINDER):
            factor = f"({factor})"
        text = factor if not text else f"{text}{factor[1:]}" if factor.startswith("1 / ") else f"{text} * {factor}"
    return text


def _python_steps(steps: Sequence[tuple[str, str]], last: str) -> str:
    return "\n".join([*(f"{name} = {text}" for name, text in steps), last])


PYTHON = Style(
    form=python_form,
    column=lambda row: row.symbol,
    name=lambda name: name,
    literal=_python_literal,
    parentheses=lambda text: f"({text})",
    product=_python_product,
    fractions=False,
    power=lambda base, exponent: None,
    steps=_python_steps,
)


# -- LaTeX -------------------------------------------------------------------------------------------------------------


def _latex_name(name: str) -> str:
    """x1 and x_1 with an index, Greek letters by their names, words upright."""
    match = re.fullmatch(r"([^\W\d_]+)_?(\w*)", name)
    if match is None:
        return rf"\mathrm{{{name.replace('_', ' ')}}}"
    stem, index = match.groups()
    text = f"\\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    if not index:
        return text
    parts = [f"\\{part}" if part in GREEK else part for part in index.split("_") if part]
    return f"{text}_{{{','.join(parts)}}}"


def _latex_literal(value: Any) -> Written:
    text = _number_text(value)
    if text is not None:
        if "inf" in text or "nan" in text:
            text = text.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")
            return Written(text, _sign(text))
        mantissa, e, exponent = text.partition("e")
        if e:
            text = rf"10^{{{int(exponent)}}}" if mantissa == "1" else rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
            return Written(text, PRODUCT, ast.Mult, text, ())
        return Written(text, _sign(text), number=text, above=())
    value = _plain(value)
    if isinstance(value, complex):
        real, imag = (_number_text(part) for part in (value.real, value.imag))
        sum_ = f"{real} {'-' if imag.startswith('-') else '+'} {imag.lstrip('-')} i"
        return Written(f"{imag} i", PRODUCT, ast.Mult) if value.real == 0 else Written(sum_, SUM)
    if isinstance(value, np.ndarray) and value.ndim in (1, 2) and value.size <= 100:
        rows = value if value.ndim == 2 else value[:, None]
        body = r" \\ ".join(" & ".join(_latex_literal(x).text for x in row) for row in rows)
        return Written(rf"\begin{{pmatrix}}{body}\end{{pmatrix}}")
    return Written(rf"\mathtt{{{literal(value)}}}")


def _latex_product(number: str, above: Sequence[Written], below: Sequence[Written]) -> str:
    """Factors side by side, equal ones as a power, above and below the line of a fraction."""
    if not below:
        return _latex_factors(number, above)
    sign = "-" if number.startswith("-") else ""
    top = above[0].text if len(above) == 1 and not number else _latex_factors(number.removeprefix("-"), above)
    bottom = below[0].text if len(below) == 1 else _latex_factors("", below)
    return rf"{sign}\frac{{{top or 1}}}{{{bottom}}}"


def _latex_factors(number: str, factors: Sequence[Written]) -> str:
    """A product: a dot where two numbers would run together, parentheses around a sign or a sum."""
    text = number
    for x, count in Counter(factors).items():
        repeated = count > 1 and _latex_power(x, Written(str(count), number=str(count)))
        parts = (
            [repeated.text] if repeated else [x.text if x.precedence > PRODUCT else _latex_parentheses(x.text)] * count
        )
        for part in parts:
            part = _latex_parentheses(part) if part.startswith("-") else part
            text = part if not text else rf"{text} \cdot {part}" if part[:1].isdigit() else f"{text} {part}"
    return text


def _latex_parentheses(text: str) -> str:
    return rf"\left({text}\right)"


def _latex_power(base: Written, exponent: Written) -> Written | None:
    """sin²(x): a whole positive power of a function goes to its name; `None` where there is nothing special."""
    if not exponent.number.isdigit():
        return None
    match = re.fullmatch(r"(\\[a-z]+)(\\left\(.*\\right\))", base.text)
    if base.precedence == ATOM and match is not None:
        return Written(f"{match[1]}^{{{exponent.text}}}{match[2]}")
    text = base.text if base.precedence == ATOM else _latex_parentheses(base.text)
    return Written(f"{text}^{{{exponent.text}}}", POWER)


def _latex_steps(steps: Sequence[tuple[str, str]], last: str) -> str:
    body = r" \\ ".join([*(f"{name} &= {text}" for name, text in steps), f"& {last}"])
    return rf"\begin{{aligned}}{body}\end{{aligned}}"


LATEX = Style(
    form=latex_form,
    column=lambda row: row.latex,
    name=_latex_name,
    literal=_latex_literal,
    parentheses=_latex_parentheses,
    product=_latex_product,
    fractions=True,
    power=_latex_power,
    steps=_latex_steps,
)
