"""What several files of tests share: the five number systems, a cache of references, the explorer in a browser."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, ctx
from hypothesis import settings

from tests.extra import torch

# Two workers with two threads each would wait for one another on two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A busy machine is no failure, and neither is a slow example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

if find_spec("torch") is None:
    collect_ignore = ["trainer", "cli/test_cli.py", "histories.py"]


@dataclass(frozen=True)
class Number:
    """One number system: how to make a value from a decimal string, and how to read one back exactly."""

    name: str
    make: Callable[[str], Any]
    read: Callable[[Any], mpmath.mpf]


def exact(text: str) -> mpmath.mpf:
    """The number that a decimal string names, to mpmath's present precision."""
    return mpmath.mpf(Fraction(text).numerator) / Fraction(text).denominator


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


@pytest.fixture(scope="module")
def own_references(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Reference policies of these tests, kept apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRPO_PAPER_CACHE", str(tmp_path_factory.mktemp("references")))
        yield


# Imported where they are used, so that the other tests need neither a browser nor what drives it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from tests.browser import launch

    with launch() as launched:
        yield launched


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The explorer as a page of its own."""
    from tests.explorer import standalone

    return standalone(tmp_path_factory.mktemp("explorer")).as_uri()


def _opened(browser: Any, address: str) -> Iterator[Any]:
    from tests.explorer import explored

    with explored(browser, address) as opened:
        yield opened


explorer = pytest.fixture(_opened)
"""The explorer as it is first opened."""
standing = pytest.fixture(scope="module")(_opened)
"""The explorer, opened once for all tests of a file that ask it or go on from wherever it is."""
