"""Programs built of classes."""

from __future__ import annotations

import abc
import dataclasses
import enum
import functools
import math
import operator
from collections import namedtuple
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from tests.scenarios import as_written_module as physics
from tests.scenarios.as_written_module import Material, stress
from tests.scenarios.program import Program

T = TypeVar("T")


class Layer(abc.ABC):
    """A layer with a dict of parameters."""

    def __init__(self):
        self.params = {}
        self.cache = None

    @abc.abstractmethod
    def forward(self, x): ...

    def __call__(self, x):
        return self.forward(x)


class Dense(Layer):
    """An affine layer."""

    def __init__(self, W, b):
        super().__init__()
        self.params["W"], self.params["b"] = W, b

    def forward(self, x):
        self.cache = x
        return self.params["W"] @ x + self.params["b"]


class Activation(Layer):
    """A function by its name."""

    functions = {
        "tanh": np.tanh,
        "relu": lambda z: np.where(z > 0, z, 0.01 * z),
        "sigmoid": lambda z: 1 / (1 + math.e**-z),
    }

    def __init__(self, name):
        super().__init__()
        self.name = name

    def forward(self, x):
        return self.functions[self.name](x)


class Network:
    """A sequence of layers with a regularization."""

    def __init__(self, *layers, decay=0.01):
        self.layers = list(layers)
        self.decay = decay

    @property
    def weight_norm(self):
        return math.sqrt(sum(float(np.sum(l.params["W"] ** 2)) for l in self.layers if "W" in l.params))

    def __matmul__(self, x):
        return functools.reduce(lambda value, layer: layer(value), self.layers, x)

    def loss(self, x, y):
        error = self @ x - y
        return 0.5 * (error @ error) + self.decay * self.weight_norm


def neural_network(params):
    """A class with a dict of parameters, made inside."""
    net = Network(
        Dense(params["W1"], params["b1"]), Activation("tanh"), Dense(params["W2"], params["b2"]), Activation("sigmoid")
    )
    return net.loss(np.array([0.3, -0.7, 1.1]), np.array([1.0, 0.0]))


def network_parameters(rng):
    """A dict of parameters."""
    return (
        {
            "W1": rng.normal(size=(3, 3)),
            "b1": rng.normal(size=3),
            "W2": rng.normal(size=(2, 3)),
            "b2": rng.normal(size=2),
        },
    )


class Quaternion:
    """Rotations by operators."""

    __slots__ = ("w", "x", "y", "z")

    def __init__(self, w, x, y, z):
        self.w, self.x, self.y, self.z = w, x, y, z

    @classmethod
    def from_axis_angle(cls, axis, angle):
        axis = np.asarray(axis) / np.linalg.norm(axis)
        s = math.sin(angle / 2)
        return cls(math.cos(angle / 2), *(s * a for a in axis))

    def __mul__(self, o):
        if not isinstance(o, Quaternion):
            return Quaternion(self.w * o, self.x * o, self.y * o, self.z * o)
        return Quaternion(
            self.w * o.w - self.x * o.x - self.y * o.y - self.z * o.z,
            self.w * o.x + self.x * o.w + self.y * o.z - self.z * o.y,
            self.w * o.y - self.x * o.z + self.y * o.w + self.z * o.x,
            self.w * o.z + self.x * o.y - self.y * o.x + self.z * o.w,
        )

    __rmul__ = __mul__

    def __neg__(self):
        return -1 * self

    def __invert__(self):
        return Quaternion(self.w, -self.x, -self.y, -self.z)

    def __abs__(self):
        return math.sqrt(sum(c * c for c in self))

    def __iter__(self):
        yield self.w
        yield self.x
        yield self.y
        yield self.z

    def __eq__(self, other):
        return math.isclose(abs(self), abs(other))

    def __truediv__(self, k):
        return self * (1 / k)

    def rotate(self, v):
        q = self / abs(self)
        r = q * Quaternion(0.0, *v) * ~q
        return np.array([r.x, r.y, r.z])


def quaternion_rotation(axis, angle):
    """Two rotations of a vector."""
    q = Quaternion.from_axis_angle(axis, angle)
    p = -Quaternion(1.0, 0.2, angle, -0.3)
    assert q == q
    v = (q * p).rotate([1.0, 2.0, 3.0])
    return v[0] * v[1] + v[2]


class Vector(NamedTuple):
    """A named tuple with methods."""

    x: Any
    y: Any

    def plus(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    @property
    def length(self):
        return math.hypot(self.x, self.y)


Sample = namedtuple("Sample", "time value", defaults=(0.0,))


def named_tuples(a, b):
    """Named tuples of both kinds."""
    v = Vector(a, b).plus(Vector(1.0, y=a * b))
    s = Sample(v.length)._replace(value=b)
    x, y = v
    return x * y + s.time * s.value + sum(v)


class Phase(enum.Enum):
    """The states of a machine."""

    GROWING = "growing"
    DECAYING = "decaying"
    DONE = "done"


@dataclasses.dataclass
class Machine:
    """A state machine with a history."""

    rate: float
    level: float = 1.0
    phase: Phase = Phase.GROWING
    history: list = dataclasses.field(default_factory=list)
    buffer: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(4), repr=False)
    steps: dataclasses.InitVar[int] = 4

    def __post_init__(self, steps):
        self.scale = math.exp(-self.rate)
        self.steps = steps

    def step(self, i):
        match self.phase:
            case Phase.GROWING:
                self.level *= 1 + self.rate
                if self.level > 1.8:
                    self.phase = Phase.DECAYING
            case Phase.DECAYING if i > 2:
                self.level *= self.scale
            case _:
                self.level += 0.1
        self.history.append(self.level)
        self.buffer[i % 4] += self.level

    def run(self):
        for i in range(self.steps):
            self.step(i)
        return self


@dataclasses.dataclass(frozen=True, slots=True)
class Gaussian:
    """A frozen dataclass."""

    mean: Any
    width: Any = 1.0

    def density(self, x):
        return math.exp(-0.5 * ((x - self.mean) / self.width) ** 2) / (self.width * math.sqrt(2 * math.pi))

    def shifted(self, by):
        return dataclasses.replace(self, mean=self.mean + by)


def state_machine(rate, level):
    """A dataclass that changes its state, and a frozen one."""
    m = Machine(rate, level, steps=6).run()
    g = Gaussian(rate, width=level).shifted(0.2)
    return np.sum(m.buffer**2) + m.history[-1] + g.density(0.4)


class Integrator(Protocol):
    """Anything that steps."""

    def step(self, f, y, h): ...


class Euler:
    """Explicit Euler."""

    order = 1

    def step(self, f, y, h):
        return [yi + h * fi for yi, fi in zip(y, f(y), strict=True)]


class Midpoint(Euler):
    """The midpoint rule on top of Euler."""

    order = 2

    def step(self, f, y, h):
        half = super().step(f, y, h / 2)
        slope = f(half)
        return list(map(lambda yi, fi: yi + h * fi, y, slope))


class Logged:
    """A mixin."""

    def step(self, f, y, h):
        self.log = [*getattr(self, "log", []), y[0]]
        return super().step(f, y, h)


class LoggedMidpoint(Logged, Midpoint):
    """A mixin in front."""


def solve_with(method: Integrator, f, y0, n=5):
    """Any integrator."""
    y = list(y0)
    for _ in range(n):
        y = method.step(f, y, 0.1)
    return y


def mixins(k, y0):
    """Inheritance, super and a mixin."""
    method = LoggedMidpoint()
    y = solve_with(method, lambda y: [y[1], -k * math.sin(y[0])], (y0, 0.3))
    return y[0] * y[1] + sum(method.log) / method.order


class Stack(Generic[T]):
    """A generic container."""

    def __init__(self, items=()):
        self._items = list(items)

    def push(self, item: T) -> Stack[T]:
        self._items.append(item)
        return self

    def pop(self) -> T:
        return self._items.pop()

    def __len__(self):
        return len(self._items)

    def __getitem__(self, i):
        return self._items[i]

    def __setitem__(self, i, value):
        self._items[i] = value

    def __contains__(self, value):
        return any(math.isclose(value, item) for item in self._items)

    def __bool__(self):
        return bool(self._items)


OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}


def reverse_polish(a, b):
    """A calculator on a stack."""
    stack = Stack[float]()
    for token in "a b + b * a 2 ^ - 3 /".split():
        if token in OPERATIONS:
            right, left = stack.pop(), stack.pop()
            stack.push(OPERATIONS[token](left, right))
        else:
            stack.push({"a": a, "b": b}.get(token) if token.isalpha() else float(token))
    stack[0] *= 2
    assert stack and len(stack) == 1 and stack[0] in stack
    return sum(stack)


class Signal:
    """Cached and computed attributes."""

    def __init__(self, samples):
        self.samples = samples
        self.computed = 0
        self._gain = 1.0

    @functools.cached_property
    def energy(self):
        self.computed += 1
        return math.fsum(s**2 for s in self.samples)

    @property
    def gain(self):
        return self._gain

    @gain.setter
    def gain(self, value):
        self._gain = math.tanh(value)

    @staticmethod
    def window(n):
        w = np.zeros(n)
        for i in range(n):
            w[i] = 0.5 - 0.5 * math.cos(2 * math.pi * i / (n - 1))
        return w

    def __getattr__(self, name):
        if name.startswith("moment"):
            return np.mean(self.samples ** int(name[-1]))
        raise AttributeError(name)

    def __enter__(self):
        self.samples = np.array(self.samples)
        self.samples[0] = math.cos(self.samples[0])
        return self

    def __exit__(self, *exc):
        self.samples = self.samples * math.sqrt(2.0)
        return False


def attributes(x, g):
    """Properties with setters, cached properties, __getattr__, with."""
    s = Signal(x)
    s.gain = g
    s.gain += 0.5
    total = s.energy * s.gain + s.energy + s.moment3
    with s as opened:
        total += np.sum(opened.samples * Signal.window(len(x)))
    return total + s.computed * s.samples[0]


@functools.singledispatch
def measure(x):
    """A function by the class of its argument."""
    return -1e6


@measure.register
def _(x: float):
    return math.exp(x)


@measure.register(np.ndarray)
def _(x):
    return np.sum(x**2)


@measure.register(list)
def _(x):
    return sum(measure(t) for t in x)


class Shape:
    """Dispatch on classes in a method."""

    @functools.singledispatchmethod
    def area(self, arg):
        raise NotImplementedError

    @area.register
    def _(self, arg: float):
        return math.pi * arg**2

    @area.register
    def _(self, arg: tuple):
        return arg[0] * arg[1]


def dispatched(x, v):
    """singledispatch, isinstance, type()."""
    assert type(x) is float and isinstance(v, np.ndarray) and type(v[0]) is np.float64
    return measure(x) + measure(v) + measure([x, x * 2]) + Shape().area(x) + Shape().area((x, v[0]))


def other_module(strain, modulus):
    """Functions and classes of another module of the user's."""
    steel = Material(modulus, table={"hardening": 0.3})
    total = stress(steel, strain) + physics.energy(steel, np.array([strain, 2 * strain]))
    physics.CALLS.clear()
    return total + physics.Beam(steel, n=4).deflection()[-1] + physics.LENGTH * strain


def matching(kind, x):
    """Structural patterns."""
    match kind:
        case ["scale", k]:
            return k * x
        case {"power": p, **rest} if not rest:
            return x**p
        case Gaussian(mean=m, width=w):
            return m * w * x
        case Vector(a, b) | (a, b, _):
            return math.atan2(a, b) * x
        case "sin" | "cos" as name:
            return getattr(math, name)(x)
        case float() as number:
            return number * x
        case None:
            return 0.0


def patterns(x, y):
    """All cases of a match."""
    kinds = [["scale", y], {"power": 3}, Gaussian(x, y), Vector(x, y), (y, x, 0), "sin", "cos", y, None]
    return sum(matching(kind, x) for kind in kinds)


OBJECTS: tuple[Program, ...] = (
    Program("neural-network", neural_network, network_parameters, "ABC, super, a property, __call__, __matmul__"),
    Program("quaternions", quaternion_rotation, lambda rng: (rng.normal(size=3), 0.7), "operators, slots, __iter__"),
    Program("named-tuples", named_tuples, lambda rng: (1.2, 0.7), "NamedTuple, namedtuple, _replace"),
    Program("state-machine", state_machine, lambda rng: (0.3, 1.1), "dataclasses, default_factory, InitVar, match"),
    Program("mixins", mixins, lambda rng: (1.7, 0.4), "super through a mixin, map with a lambda"),
    Program("reverse-polish", reverse_polish, lambda rng: (1.3, 0.8), "a generic container, operator functions"),
    Program("attributes", attributes, lambda rng: (rng.uniform(0.5, 1.5, 4), 0.3), "setters, cached_property, with"),
    Program("dispatched", dispatched, lambda rng: (0.7, rng.normal(size=3)), "singledispatch on traced values"),
    Program("patterns", patterns, lambda rng: (0.7, 1.3), "sequence, mapping and class patterns"),
    Program("other-module", other_module, lambda rng: (0.02, 2.1), "a second module of the user's"),
)
