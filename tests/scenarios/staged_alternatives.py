"""Programs in which a name is one thing or another: None or a number, one text or another, bound or not."""

import enum
from collections.abc import Callable
from typing import Any

import numpy as np

ALTERNATIVES: list[Callable[[Any, Any], Any]] = []
POINTS = ((2.0, 0.1), (2.0, 3.0), (2.0, 1.5), (0.4, 1.2), (0.2, 0.9))


def alternative(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Enter a function of two numbers; all must give numbers or the same errors."""
    ALTERNATIVES.append(function)
    return function


# -- names that may be unbound -----------------------------------------------------------------------------------------


@alternative
def bound_in_a_loop_of_any_length(x, low):
    y = x
    while y > low:
        z = y * 2
        y = y * 0.5
    return y + z  # UnboundLocalError where there was no pass


@alternative
def bound_and_read_under_the_same_condition(x, low):
    if x > low:
        z = x * x
    s = x * 2
    if x > low:
        s = s + z
    return s


@alternative
def bound_in_one_case(x, low):
    if x > low:
        z = x * x
    return z + 1


@alternative
def bound_in_the_pass_before(x, low):
    s = 0.0
    for i in range(6):
        if i > 0:
            s += (x * i - last) ** 2
        last = np.sin(x * i) + low
    return s


# -- None or a number --------------------------------------------------------------------------------------------------


@alternative
def none_or_what_a_loop_found(x, low):
    z, y = None, x
    while y > low:
        z = y * 2
        y = y * 0.5
    if z is None:
        return y * 3
    return y + z


@alternative
def none_until_something_is_better(x, low):
    best, v = None, x
    for _ in range(int(low * 3)):
        if best is None or v < best:
            best = v
        v = np.cos(v * 3)
        if best < -0.9:
            return best * 2
    return best * 3 if best is not None else x


@alternative
def none_in_one_case(x, low):
    bound = None if x < low else x * 2
    return (x if bound is None else bound) ** 2


class _Best:
    def __init__(self):
        self.value = None
        self.stalled = 0

    def step(self, v):
        if self.value is None or v < self.value:
            self.value = v
            self.stalled = 0
        else:
            self.stalled += 1


@alternative
def none_in_an_attribute(x, low):
    best, v = _Best(), x
    while best.stalled < 3:
        v = v - 0.3 * (2 * v - low)
        best.step((v - low / 3) ** 2)
        if v * v > 50:
            break
    return best.value + x * best.stalled


# -- writing in place --------------------------------------------------------------------------------------------------


@alternative
def added_to_an_array_with_a_view(x, low):
    y, z = np.ones(3) * x, None
    v = y[1:]
    if x > low:
        z = x
    if z is not None:
        y += z
    return np.sum(y) + 3 * np.sum(v)


@alternative
def multiplied_by_what_may_be_unbound(x, low):
    y = np.ones(3) * x
    v = y[1:]
    if x > low:
        z = x
    y *= z
    y[:2] -= z
    return np.sum(y) + 3 * np.sum(v)


@alternative
def a_number_that_may_be_none_grows(x, low):
    n = None
    if x > low:
        n = x
    if n is None:
        n = 2 * x
    n += 1
    n *= x
    return n


class _Holder:
    def __init__(self, x):
        self.array, self.step = np.ones(3) * x, None


@alternative
def an_attribute_is_written_in_place(x, low):
    holder = _Holder(x)
    other = holder.array
    if x > low:
        holder.step = x
    if holder.step is not None:
        holder.array -= holder.step
        holder.step += 1
    return np.sum(other) + (holder.step if holder.step is not None else 0)


# -- texts and functions -----------------------------------------------------------------------------------------------


@alternative
def machine_of_states(x, low):
    state, energy, counts = "idle", x, {"idle": 0.0, "run": 0.0, "stop": 0.0}
    for _ in range(14):
        if state == "idle":
            energy = energy * 1.4
            if energy > low:
                state = "run"
        elif state == "run":
            energy = energy - 0.2 * low
            if energy < 0.3:
                state = "stop"
        else:
            energy = energy + 1
            if energy > 4:
                state = "idle"
        counts[state] += energy
    return energy + counts["idle"] + 2 * counts["run"]


@alternative
def looked_up_by_name(x, low):
    name = "a" if x > low else "b"
    table = {"a": 2.0, "b": 3.0}
    return table[name] * x + (name == "a") * x + (name in ("b", "c")) * x**2


@alternative
def written_by_name(x, low):
    table = {"a": 2.0, "b": 3.0}
    table["a" if x > low else "b"] = x
    return table["a"] * table["b"] ** 2


@alternative
def one_function_or_another(x, low):
    f = np.sin if x > low else np.cos
    g = max if x > 1 else min
    return f(x) * g(x, 1.2)


@alternative
def a_pair_or_none(x, low):
    bracket = None
    a = x
    for _ in range(5):
        b = a * 0.7
        if a > low > b:
            bracket = (a, b)
        a = b
    if bracket is None:
        return x
    a, b = bracket
    return (a + b) / 2


class _Phase(enum.Enum):
    GROWING = "growing"
    DECAYING = "decaying"
    RESTING = "resting"


@alternative
def matched_phases(x, low):
    phase, size, total = _Phase.GROWING, x, 0.0
    for step in range(12):
        match phase:
            case _Phase.GROWING:
                size = size * 1.5
                if size > 2 + low:
                    phase = _Phase.DECAYING
            case _Phase.DECAYING if step % 2:
                size = size * 0.4
            case _Phase.DECAYING:
                size = size - 0.3 * low
                if size < 0.5:
                    phase = _Phase.RESTING
            case _Phase.RESTING | None:
                size = size + 0.25
                phase = _Phase.GROWING if size > 1 else phase
        total += size * step
    return total


@alternative
def matched_numbers(x, low):
    total = 0.0
    for k in range(6):
        match int(x * k):
            case 0 | 1:
                total += x
            case 2:
                total += x * x
            case n if n > 5:
                total += n * x
                continue
            case 3 as n:
                total += n * low * x
            case other:
                if other == 5:
                    return total
        total *= 1.5
    return total
