"""The few functions on which the number systems differ; every formula above is written with these.

Operators (``+ - * /``, ``abs``) already work on floats, arrays, tensors, SymPy expressions and Arb balls.
The functions below do not: they are dispatched here, and nowhere else, on the type of their first argument.
Torch, SymPy and python-flint are registered when a first value of theirs arrives, so that importing the library
stays light.
"""

import math
from collections.abc import Callable
from functools import singledispatch
from operator import methodcaller
from typing import Any, NoReturn

import numpy as np
import scipy.special

Number = Any
"""A float, ``numpy.ndarray``, ``torch.Tensor``, ``sympy.Expr`` or ``flint.arb``."""


@singledispatch
def exp(x: Number) -> Number:
    """e to the power x.

    >>> exp(0)
    1.0
    """
    return _register_then(exp, x)


@singledispatch
def log(x: Number) -> Number:
    """Natural logarithm.

    >>> log(1)
    0.0
    """
    return _register_then(log, x)


@singledispatch
def sqrt(x: Number) -> Number:
    """Square root.

    >>> sqrt(4)
    2.0
    """
    return _register_then(sqrt, x)


@singledispatch
def sigmoid(x: Number) -> Number:
    """Logistic function σ(x) = 1/(1 + e^{−x}): log-odds in nats to probability.

    Keeps its relative accuracy down to the smallest float, so that a failure probability 1 − σ(L) is
    taken as ``sigmoid(-L)``.

    >>> sigmoid(0), sigmoid(-740) > 0, sigmoid(float("inf"))
    (0.5, True, 1.0)
    """
    return _register_then(sigmoid, x)


@singledispatch
def logit(p: Number) -> Number:
    """Log-odds log(p/(1 − p)) in nats, the inverse of `sigmoid`; −∞ at 0 and +∞ at 1 for floats.

    >>> logit(0.5), logit(0)
    (0.0, -inf)
    """
    return _register_then(logit, p)


@singledispatch
def arctan(x: Number) -> Number:
    """Angle in (−π/2, π/2) of a slope.

    >>> arctan(0)
    0.0
    """
    return _register_then(arctan, x)


@singledispatch
def arcsinh(x: Number) -> Number:
    """Inverse hyperbolic sine, log(x + √(x² + 1)).

    >>> arcsinh(0)
    0.0
    """
    return _register_then(arcsinh, x)


@singledispatch
def minimum(x: Number, y: Number) -> Number:
    """The smaller of two numbers, elementwise.

    >>> minimum(1, 2)
    1.0
    """
    return _register_then(minimum, x, y)


@singledispatch
def maximum(x: Number, y: Number) -> Number:
    """The larger of two numbers, elementwise.

    >>> maximum(1, 2)
    2.0
    """
    return _register_then(maximum, x, y)


@singledispatch
def power(x: Number, exponent: Number) -> Number:
    """x ≥ 0 to a power > 0, elementwise.

    >>> power(0.25, 0.5)
    0.5
    """
    return _register_then(power, x, exponent)


@singledispatch
def logsumexp(x: Number) -> Number:
    """Log of the sum of exponentials along the last axis; arrays and tensors only.

    >>> float(logsumexp(np.array([0.0, 0.0])).round(6))
    0.693147
    """
    return _register_then(logsumexp, x)


@singledispatch
def mean(x: Number) -> Number:
    """Mean along the last axis, which is kept, of length 1; arrays and tensors, and a letter for SymPy.

    >>> mean(np.array([1.0, 2.0]))
    array([1.5])
    """
    return _register_then(mean, x)


@singledispatch
def where(condition: Number, x: Number, y: Number) -> Number:
    """Elementwise choice: x where the condition holds, else y; arrays and tensors only.

    >>> where(np.array([True, False]), 1, 2)
    array([1, 2])
    """
    return _register_then(where, condition, x, y)


POINTWISE = (exp, log, sqrt, sigmoid, logit, arctan, arcsinh, minimum, maximum, power)
ARRAYWISE = (*POINTWISE, logsumexp, mean, where)


def _register(kind: type, *implementations: Callable[..., Number]) -> None:
    primitives = POINTWISE if len(implementations) == len(POINTWISE) else ARRAYWISE
    for primitive, implementation in zip(primitives, implementations, strict=True):
        primitive.register(kind, implementation)


def _sigmoid_array(x: Number) -> Number:
    # Only e to a negative power is formed, so nothing overflows and subnormal results survive.
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-abs(x)))


def _sigmoid_float(x: float) -> float:
    return math.exp(min(x, 0)) / (1 + math.exp(-abs(x)))


def _logit_float(p: float) -> float:
    return float(scipy.special.logit(p))


for _kind in (int, float):
    _register(
        _kind,
        math.exp,
        math.log,
        math.sqrt,
        _sigmoid_float,
        _logit_float,
        math.atan,
        math.asinh,
        lambda x, y: float(min(x, y)),
        lambda x, y: float(max(x, y)),
        math.pow,
    )
for _array in (np.generic, np.ndarray):
    _register(
        _array,
        np.exp,
        np.log,
        np.sqrt,
        _sigmoid_array,
        scipy.special.logit,
        np.arctan,
        np.arcsinh,
        np.minimum,
        np.maximum,
        np.power,
        lambda x: scipy.special.logsumexp(x, axis=-1),
        lambda x: np.mean(x, axis=-1, keepdims=True) if np.ndim(x) else x,
        np.where,
    )


def _register_torch() -> None:
    import torch

    # A clamp costs less than a tensor of one number; at a tie it passes the whole gradient on, as in TRL.
    _register(
        torch.Tensor,
        torch.exp,
        torch.log,
        torch.sqrt,
        lambda x: torch.exp(torch.minimum(x, torch.zeros_like(x))) / (1 + torch.exp(-abs(x))),
        torch.logit,
        torch.arctan,
        torch.arcsinh,
        lambda x, y: torch.minimum(x, y) if isinstance(y, torch.Tensor) else x.clamp(max=y),
        lambda x, y: torch.maximum(x, y) if isinstance(y, torch.Tensor) else x.clamp(min=y),
        torch.pow,
        lambda x: torch.logsumexp(x, -1),
        lambda x: torch.mean(x, -1, keepdim=True),
        torch.where,
    )


def _register_sympy() -> None:
    import sympy

    _register(
        sympy.Expr,
        sympy.exp,
        sympy.log,
        sympy.sqrt,
        lambda x: 1 / (1 + sympy.exp(-x)),
        lambda p: sympy.log(p / (1 - p)),
        sympy.atan,
        sympy.asinh,
        sympy.Min,
        sympy.Max,
        sympy.Pow,
    )
    mean.register(sympy.Expr, sympy.Function("mean"))


def _register_flint() -> None:
    import flint

    # Reached through the bound method: an unbound arb.exp(0.3) returns NaN.
    arb_exp, arb_log = methodcaller("exp"), methodcaller("log")

    def rising(function: Callable[[flint.arb], flint.arb]) -> Callable[[flint.arb], flint.arb]:
        # Of a number that is not negative, though its ball may reach below 0: the values at the two ends enclose it.
        return lambda x: function(x) if x > 0 else function(x.lower().max(flint.arb(0))).union(function(x.upper()))

    arb_sqrt = rising(methodcaller("sqrt"))

    def arb_sigmoid(x: flint.arb) -> flint.arb:
        # Monotone: the values at the two ends enclose it, where 1 + e^{−x} of a wide ball would contain 0.
        low, high = (1 / (1 + arb_exp(-end)) for end in (x.lower(), x.upper()))
        return low.union(high)

    _register(
        flint.arb,
        arb_exp,
        arb_log,
        arb_sqrt,
        arb_sigmoid,
        lambda p: arb_log(p / (1 - p)),
        methodcaller("atan"),
        methodcaller("asinh"),
        lambda x, y: x.min(flint.arb(y)),
        lambda x, y: x.max(flint.arb(y)),
        lambda x, exponent: rising(lambda end: end ** flint.arb(exponent))(x),
    )


_LATE = {"torch": _register_torch, "sympy": _register_sympy, "flint": _register_flint}


def _register_then(primitive: Callable[..., Number], x: object, *rest: object) -> Number:
    for kind in type(x).__mro__:
        register = _LATE.pop(kind.__module__.partition(".")[0], None)
        if register is not None:
            register()
            return primitive(x, *rest)
    _refuse(primitive, x)


def _refuse(primitive: Callable[..., Number], x: object) -> NoReturn:
    raise TypeError(
        f"{primitive.__name__} takes a float, numpy array, torch tensor, SymPy expression or flint.arb, "
        f"not {type(x).__name__}"
    )
