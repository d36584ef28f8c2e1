"""The five number systems in which every pointwise formula must give the same value."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
import torch
from flint import arb, ctx


@dataclass(frozen=True)
class Number:
    """One number system: how to make a value from a decimal string, and how to read one back exactly."""

    name: str
    make: Callable[[str], Any]
    read: Callable[[Any], mpmath.mpf]


def read_arb(x: arb) -> mpmath.mpf:
    with ctx.workprec(200), mpmath.workdps(50):
        return mpmath.mpf(x.mid().str(45, radius=False))


NUMBERS = (
    Number("float", float, mpmath.mpf),
    Number("array", lambda s: np.array([float(s)]), lambda x: mpmath.mpf(float(x[0]))),
    Number("tensor", lambda s: torch.tensor(float(s), dtype=torch.float64), lambda x: mpmath.mpf(x.item())),
    Number("sympy", lambda s: sympy.Rational(Fraction(s)), lambda x: mpmath.mpf(str(sympy.N(x, 40, maxn=10**5)))),
    Number("arb", arb, read_arb),
)


@pytest.fixture(params=NUMBERS, ids=lambda n: n.name)
def number(request: pytest.FixtureRequest) -> Number:
    """Each of the five number systems in turn."""
    return request.param
