"""Products of matrices: loops of our own where they are small, BLAS where they are not, NumPy's loop for the rest."""

from __future__ import annotations

import math
from typing import Any

from wengert.ir import Line
from wengert.native import moves
from wengert.native.builders.elements import spread
from wengert.native.builders.values import Val, itemsize
from wengert.native.machine import blas
from wengert.native.planning.views import Layout, Place
from wengert.native.routines import gufuncs
from wengert.native.scope import Scope

LETTERS = {"f8": "d", "f4": "s"}
SMALL = 8  # the length of the sides up to which our own loops are faster
NARROW, DEEP = 32, 64  # the width and the depth up to which they are where the rows are vectors: B is in the cache
ROWS = 4  # that are done together
SMALL_WORK = 32768  # multiplications with a vector, up to which they are, too


def matmul(low: Scope, line: Line) -> Any:
    """`x @ y` of stacks of matrices; vectors are rows or columns."""
    out = low.place(line.outputs[0])
    code = out.code
    if any(low.shape(x)[-1:] == (0,) for x in line.inputs[:1]):
        low.fill(out, 0)
        return None
    x, y = (low.place(x) for x in line.inputs)
    if code not in LETTERS:
        return gufuncs.call(low, line)
    x, y = (_in_type(low, p, code) for p in (x, y))
    vector_x, vector_y = len(x.shape) == 1, len(y.shape) == 1
    a = _reshaped(x, (1, x.shape[0]), (0, x.layout.strides[0])) if vector_x else x
    b = _reshaped(y, (y.shape[0], 1), (y.layout.strides[0], 0)) if vector_y else y
    shape, strides = list(out.shape), list(out.layout.strides)
    if vector_x:
        at = len(shape) - (0 if vector_y else 1)
        shape.insert(at, 1)
        strides.insert(at, 0)
    if vector_y:
        shape.append(1)
        strides.append(0)
    c = _reshaped(out, tuple(shape), tuple(strides))
    low.assembly.cost += math.prod(shape) * a.shape[-1]
    stack = c.shape[:-2]
    a, b = (moves.broadcast_to(p, (*stack, *p.shape[-2:])) for p in (a, b))
    if stack and _one_product(a, b, c):
        a, b, c = _tall(a), _reshaped(b, b.shape[-2:], b.layout.strides[-2:]), _tall(c)
        stack = ()
    axes = moves.merged_axes(*(_outer(p, len(stack)) for p in (a, b, c)))
    pointers = tuple(low.b.offset(p.pointer, p.layout.offset) for p in (a, b, c))
    inner = [Layout(p.shape[-2:], p.layout.strides[-2:], code) for p in (a, b, c)]

    def one(lanes: int, at: tuple[Val, ...]) -> None:
        product(low, *(Place(p, layout) for p, layout in zip(at, inner, strict=True)))

    moves.nest(low.b, axes, pointers, (), one)
    return None


def sum_outer(low: Scope, line: Line) -> Any:
    """Σ a_t b_tᵀ: the product of matrices, and only if there is a nan in it, products in which an exact zero wins."""
    c = low.place(line.outputs[0])
    if low.shape(line.inputs[0])[-2] == 0:
        low.fill(c, 0)
        return None
    if c.code not in LETTERS:
        return NotImplemented
    low.assembly.cost += math.prod(c.shape) * low.shape(line.inputs[0])[-2]
    stack = c.shape[:-2]
    a, b = (_in_type(low, low.place(x), c.code) for x in line.inputs)
    a, b = (moves.broadcast_to(p, (*stack, *p.shape[-2:])) for p in (a, b))
    axes = moves.merged_axes(*(_outer(p, len(stack)) for p in (a, b, c)))
    pointers = tuple(low.b.offset(p.pointer, p.layout.offset) for p in (a, b, c))
    inner = [Layout(p.shape[-2:], p.layout.strides[-2:], c.code) for p in (a, b, c)]

    def one(lanes: int, at: tuple[Val, ...]) -> None:
        a, b, c = (Place(p, layout) for p, layout in zip(at, inner, strict=True))
        if low.b.language != "llvm":
            _zeros_win(low, _turned(a), b, c)
            return
        product(low, _turned(a), b, c)
        with low.b.when(_is_infinite(low, c), likely=False):
            _zeros_win(low, _turned(a), b, c)

    moves.nest(low.b, axes, pointers, (), one)
    return None


def _is_infinite(low: Scope, c: Place) -> Val:
    """Whether there is a nan, or an infinity, among the elements."""
    b, e = low.b, low.e
    sums = {n: b.variable(e.constant(0.0, c.code, n)) for n in (1, b.lanes)}

    def one(lanes: int, at: tuple[Val, ...]) -> None:
        x = b.load(at[0], c.code, lanes, align=itemsize(c.code))
        b.put(sums[lanes], e.add(b.get(sums[lanes]), e.subtract(x, x)))

    moves.nest(b, moves.merged_axes(c.layout), (low.address(c),), (c.code,), one, True)
    return e.logical_or(e.isnan(b.get(sums[1])), b.any_lane(e.isnan(b.get(sums[b.lanes]))))


def _zeros_win(low: Scope, a: Place, b: Place, c: Place) -> None:
    """C = A B, number by number."""
    e, (m, k), n = low.b, a.shape, b.shape[1]
    with e.loop(0, m) as i, e.loop(0, n) as j:
        total = e.variable(e.constant(0.0, c.code))
        row, column = _at(low, low.address(a), i, a.layout.strides[0]), _at(low, low.address(b), j, b.layout.strides[1])
        with e.loop(0, k) as t:
            x = e.load(_at(low, row, t, a.layout.strides[1]), c.code)
            y = e.load(_at(low, column, t, b.layout.strides[0]), c.code)
            e.put(total, low.e.add(e.get(total), low.e.times(x, y)))
        place = _at(low, low.address(c), i, c.layout.strides[0])
        e.store(e.get(total), _at(low, place, j, c.layout.strides[1]))


def _in_type(low: Scope, place: Place, code: str) -> Place:
    if place.code == code:
        return place
    found = low.temporary(place.shape, code)
    moves.move(low.e, found, place)
    return found


def _reshaped(place: Place, shape: tuple[int, ...], strides: tuple[int, ...]) -> Place:
    return Place(place.pointer, place.layout._replace(shape=shape, strides=strides))


def _outer(place: Place, ndim: int) -> Layout:
    return Layout(place.shape[:ndim], place.layout.strides[:ndim], place.code)


def _one_product(a: Place, b: Place, c: Place) -> bool:
    """Whether a stack of products with one matrix is the product of one tall matrix with it."""
    ndim = len(c.shape) - 2
    still = all(s == 0 or n == 1 for n, s in zip(b.shape[:ndim], b.layout.strides[:ndim], strict=True))
    return still and all(_even_rows(p) for p in (a, c))


def _even_rows(place: Place) -> bool:
    shape, strides = place.shape[:-1], place.layout.strides[:-1]
    return all(shape[i] == 1 or strides[i] == strides[i + 1] * shape[i + 1] for i in range(len(shape) - 1))


def _tall(place: Place) -> Place:
    rows = math.prod(place.shape[:-1])
    return _reshaped(place, (rows, place.shape[-1]), (place.layout.strides[-2], place.layout.strides[-1]))


# -- one product -------------------------------------------------------------------------------------------------------


def product(low: Scope, a: Place, b: Place, c: Place) -> None:
    """C = A B of matrices of any strides."""
    (m, k), n = a.shape, b.shape[1]
    if low.b.language != "llvm":
        _plain_loops(low, a, b, c)
        return
    if n == 1 and m > 1 and _leading(a) is None:  # windows of a sequence: vectors of neighbouring windows
        own_loops(low, _turned(b), _turned(a), _turned(c))
        return
    if min(m, n) == 1 < max(m, n) and m * k * n <= SMALL_WORK:
        _with_vector(low, *((a, b, c) if n == 1 else (_turned(b), _turned(a), _turned(c))))
    elif _rows_of_vectors(low, b, c) and n <= NARROW and k <= DEEP:
        own_loops(low, a, b, c)
    elif _rows_of_vectors(low, _turned(a), _turned(c)) and m <= NARROW and k <= DEEP:
        own_loops(low, _turned(b), _turned(a), _turned(c))
    elif max(m, k, n) <= SMALL or m * n * k <= SMALL**3 or k == 1:
        own_loops(low, a, b, c)
    elif m == 1 and n == 1:
        _dot(low, a, b, c)
    elif n == 1 and _leading(a) is not None:
        gemv(low, a, b, c)
    elif m == 1 and _leading(b) is not None:
        gemv(low, _turned(b), _turned(a), _turned(c))
    else:
        gemm(low, a, b, c)


def _rows_of_vectors(low: Scope, b: Place, c: Place) -> bool:
    """Whether the rows of B and C can be taken in vectors."""
    size = itemsize(c.code)
    return c.shape[1] >= low.b.lanes and b.layout.strides[1] == c.layout.strides[1] == size


def _leading(place: Place) -> tuple[bool, int] | None:
    """Whether BLAS has to transpose a matrix of C order, and its leading dimension; `None` if it cannot take it."""
    size = itemsize(place.code)
    (m, n), (s, t) = place.shape, place.layout.strides
    if (t == size or n == 1) and s % size == 0 and (s >= n * size or m == 1):
        return False, max(s // size, n, 1)
    if (s == size or m == 1) and t % size == 0 and (t >= m * size or n == 1):
        return True, max(t // size, m, 1)
    return None


def gemv(low: Scope, a: Place, b: Place, c: Place) -> None:
    """A matrix times a column, by BLAS, which sees the transpose of a matrix in C order."""
    e, code, size = low.b, c.code, itemsize(c.code)
    leading = _leading(a)
    assert leading is not None
    by_columns, step = leading
    rows, columns = a.shape if by_columns else a.shape[::-1]
    vectors = []
    for p in (b, c):
        stride = p.layout.strides[0]
        good = stride > 0 and stride % size == 0
        vectors.append(p if good else low.temporary((p.shape[0], 1), code))
    if vectors[0] is not b:
        moves.move(low.e, vectors[0], b)
    name = f"{LETTERS[code]}gemv"
    function = e.slot(low.assembly.address(("blas", name), lambda: blas.address(name)))
    constant = low.assembly.module.constant
    one, zero = (constant([v], code) for v in (1.0, 0.0))
    (x, step_x), (y, step_y) = ((low.address(p), constant([p.layout.strides[0] // size], "i8")) for p in vectors)
    letter = constant([ord("N" if by_columns else "T")], "u1")
    sizes = (constant([value], "i8") for value in (rows, columns))
    e.call_address(
        function, None, [letter, *sizes, one, low.address(a), constant([step], "i8"), x, step_x, zero, y, step_y]
    )
    if vectors[1] is not c:
        moves.move(low.e, c, vectors[1])


def gemm(low: Scope, a: Place, b: Place, c: Place) -> None:
    """By BLAS: in its column order the transposes are multiplied, Cᵀ = Bᵀ Aᵀ."""
    e, code = low.b, c.code
    (m, k), n = a.shape, b.shape[1]
    found = []
    for p in (b, a):
        leading = _leading(p)
        if leading is None:
            copied = low.temporary(p.shape, code)
            moves.move(low.e, copied, p)
            p, leading = copied, (False, p.shape[1])
        found.append((p, *leading))
    target, leading_c = c, _leading(c)
    if leading_c is None or leading_c[0]:
        target = low.temporary(c.shape, code)
        leading_c = (False, n)
    name = f"{LETTERS[code]}gemm"
    function = e.slot(low.assembly.address(("blas", name), lambda: blas.address(name)))

    def integer(value: int) -> Val:
        return low.assembly.module.constant([value], "i8")  # for 32 bits, too: see native/machine/blas.py

    def letter(transposed: bool) -> Val:
        return low.assembly.module.constant([ord("T" if transposed else "N")], "u1")

    one, zero = (low.assembly.module.constant([v], code) for v in (1.0, 0.0))
    (pb, tb, lb), (pa, ta, la) = found
    arguments = [
        letter(tb), letter(ta), integer(n), integer(m), integer(k), one, low.address(pb), integer(lb),
        low.address(pa), integer(la), zero, low.address(target), integer(leading_c[1]),
    ]  # fmt: skip
    e.call_address(function, None, arguments)
    if target is not c:
        moves.move(low.e, c, target)


def _turned(place: Place) -> Place:
    """The transpose."""
    return _reshaped(place, place.shape[::-1], place.layout.strides[::-1])


def own_loops(low: Scope, a: Place, b: Place, c: Place) -> None:
    """Vectors along the rows of C where B has them, else along the common axis, else single numbers."""
    e, m = low.b, a.shape[0]
    if not _rows_of_vectors(low, b, c):
        _plain_loops(low, a, b, c)
        return
    done = m - m % ROWS
    if done:
        with e.loop(0, done, ROWS) as i:
            _rows(low, a, b, c, i, ROWS)
    if done < m:
        with e.loop(done, m) as i:
            _rows(low, a, b, c, i, 1)


def _plain_loops(low: Scope, a: Place, b: Place, c: Place) -> None:
    e, (m, k), n, code = low.b, a.shape, b.shape[1], c.code
    with e.loop(0, m) as i, e.loop(0, n) as j:
        row = _at(low, low.address(a), i, a.layout.strides[0])
        column = _at(low, low.address(b), j, b.layout.strides[1])
        total = _inner(low, k, row, a.layout.strides[1], column, b.layout.strides[0], code)
        place = _at(low, low.address(c), i, c.layout.strides[0])
        e.store(total, _at(low, place, j, c.layout.strides[1]))


def _with_vector(low: Scope, a: Place, x: Place, y: Place) -> None:
    """y = A x: the columns of A in vectors, if they are contiguous, or its rows, some at once."""
    size, k = itemsize(y.code), a.shape[1]
    if _rows_of_vectors(low, _turned(a), _turned(y)):
        own_loops(low, _turned(x), _turned(a), _turned(y))
    elif a.layout.strides[1] == x.layout.strides[0] == size and k >= low.b.lanes:
        m = a.shape[0]
        done = m - m % ROWS
        for begin, end, count in ((0, done, ROWS), (done, m, 1)):
            if begin < end:
                with low.b.loop(begin, end, count) as i:
                    _dots(low, a, x, y, i, count)
    else:
        _plain_loops(low, a, x, y)


def _dots(low: Scope, a: Place, x: Place, y: Place, i: Val, count: int) -> None:
    """So many elements of y = A x, in vectors along the rows, the last of which ends with the row."""
    b, code, size, lanes = low.b, y.code, itemsize(y.code), low.b.lanes
    k = a.shape[1]
    row, step = _at(low, low.address(a), i, a.layout.strides[0]), a.layout.strides[0]
    totals = [b.variable(b.constant(0.0, code, lanes)) for _ in range(count)]

    def turn(at: Val, mask: Val | None = None) -> None:
        one = b.load(_at(low, low.address(x), at, size), code, lanes, align=size)
        for r, total in enumerate(totals):
            other = b.load(_at(low, b.offset(row, r * step), at, size), code, lanes, align=size)
            before = b.get(total)
            found = b.intrinsic("fma", one, other, before)
            b.put(total, found if mask is None else b.select(mask, found, before))

    with b.loop(0, k - k % lanes, lanes) as at:
        turn(at)
    if k % lanes:
        fresh = b.compare("sge", b.steps(lanes), b.constant(lanes - k % lanes, "i8", lanes))
        turn(b.constant(k - lanes, "i8"), fresh)
    target = _at(low, low.address(y), i, y.layout.strides[0])
    for r, total in enumerate(totals):
        b.store(across(low, b.get(total)), b.offset(target, r * y.layout.strides[0]))


def _rows(low: Scope, a: Place, b: Place, c: Place, i: Val, count: int) -> None:
    """So many rows of C, in vectors, the last of which ends with the row."""
    e, code, size = low.b, c.code, itemsize(c.code)
    (_, k), n = a.shape, b.shape[1]
    row_a = _at(low, low.address(a), i, a.layout.strides[0])
    row_c = _at(low, low.address(c), i, c.layout.strides[0])
    starts = [*range(0, n - low.b.lanes, low.b.lanes), n - low.b.lanes]
    wide = 8 // count or 1  # vectors at once, so that there are enough sums that do not wait for one another
    for group in (starts[x : x + wide] for x in range(0, len(starts), wide)):
        totals = [[e.variable(e.constant(0.0, code, low.b.lanes)) for _ in group] for _ in range(count)]
        with e.loop(0, k) as index:
            step_a = _at(low, row_a, index, a.layout.strides[1])
            row_b = _at(low, low.address(b), index, b.layout.strides[0])
            vectors = [e.load(e.offset(row_b, size * first), code, low.b.lanes, align=size) for first in group]
            for r, row in enumerate(totals):
                x = spread(low.e, e.load(e.offset(step_a, r * a.layout.strides[0]), code), low.b.lanes)
                for total, y in zip(row, vectors, strict=True):
                    e.put(total, e.intrinsic("fma", x, y, e.get(total)))
        for r, row in enumerate(totals):
            for first, total in zip(group, row, strict=True):
                e.store(e.get(total), e.offset(row_c, r * c.layout.strides[0] + size * first))


def _dot(low: Scope, a: Place, b: Place, c: Place) -> None:
    total = _inner(low, a.shape[1], low.address(a), a.layout.strides[1], low.address(b), b.layout.strides[0], c.code)
    low.b.store(total, low.address(c))


def _at(low: Scope, pointer: Val, index: Val, stride: int) -> Val:
    return low.b.offset(pointer, low.b.op("mul", index, low.b.constant(stride, "i8"))) if stride else pointer


def _sum(low: Scope, k: int, a: Val, step_a: int, b: Val, step_b: int, code: str, lanes: int) -> Val:
    """Σ a_k b_k, where each b_k is as many numbers as there are lanes."""
    e = low.b
    total = e.variable(e.constant(0.0, code, lanes))
    with e.loop(0, k) as index:
        x = spread(low.e, e.load(_at(low, a, index, step_a), code), lanes)
        y = e.load(_at(low, b, index, step_b), code, lanes, align=itemsize(code))
        e.put(total, e.intrinsic("fma", x, y, e.get(total)))
    return e.get(total)


def _inner(low: Scope, k: int, a: Val, step_a: int, b: Val, step_b: int, code: str) -> Val:
    """Σ a_k b_k of numbers: in vectors, four at a time, if both lie in a row."""
    e, size = low.b, itemsize(code)
    if not (step_a == step_b == size and k >= low.b.lanes):
        return _sum(low, k, a, step_a, b, step_b, code, 1)
    sides = 4 if k >= 4 * low.b.lanes else 1
    totals = [e.variable(e.constant(0.0, code, low.b.lanes)) for _ in range(sides)]
    done = k - k % (low.b.lanes * sides)
    with e.loop(0, done, low.b.lanes * sides) as index:
        for number, total in enumerate(totals):
            at = e.op("add", index, e.constant(number * low.b.lanes, "i8"))
            x, y = (e.load(_at(low, p, at, size), code, low.b.lanes, align=size) for p in (a, b))
            e.put(total, e.intrinsic("fma", x, y, e.get(total)))
    values = [e.get(t) for t in totals]
    while len(values) > 1:
        values = [low.e.add(x, y) for x, y in zip(values[::2], values[1::2], strict=True)]
    found = across(low, values[0])
    if done < k:
        rest = e.variable(found)
        with e.loop(done, k) as index:
            x, y = (e.load(_at(low, p, index, size), code) for p in (a, b))
            e.put(rest, e.intrinsic("fma", x, y, e.get(rest)))
        found = e.get(rest)
    return found


def across(low: Scope, total: Val) -> Val:
    """The sum of the lanes, halves first."""
    lanes = total.lanes
    while lanes > 1:
        half = lanes // 2
        if half == 1:
            return low.e.add(low.b.extract(total, 0), low.b.extract(total, 1))
        lower, upper = low.b.shuffle(total, total, range(half)), low.b.shuffle(total, total, range(half, lanes))
        total, lanes = low.e.add(lower, upper), half
    return total
