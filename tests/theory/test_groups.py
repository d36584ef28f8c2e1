"""What a group gives, against every group there is, reward by reward, in fifty digits."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb
from scipy.stats import binom

from grpo_paper import MEAN_ONLY, WHITENED, Omega, certify, h
from grpo_paper.theory.groups import (
    group_h,
    group_Omega,
    group_potential,
    group_push,
    group_variance,
    refilled_Omega,
    silent_share,
)
from grpo_paper.theory.weighting import library_whitening
from tests.conftest import Number, exact

P = ("0.0001", "0.2", "0.5", "0.97")
EPS = ("0.00001", "0.1")
SIZES = (2, 3, 6)
# A group of G takes fewer than G² operations, all of positive terms, each off by 2⁻⁵³; near p = 1 the rounding of p is
# enlarged by p/(1 − p) < 33.
FLOAT = 33 * 36 * 2.0**-53


def groups(p: mpmath.mpf, size: int):
    """Every group of rewards with its probability."""
    for rewards in itertools.product((0, 1), repeat=size):
        yield mpmath.fprod(p if r else 1 - p for r in rewards), rewards


def slope(rewards, p: mpmath.mpf, eps: mpmath.mpf, whitened: bool = True) -> mpmath.mpf:
    """Slope along p of the mean of A·ρ, by the advantage of each output; ρ is p'/p or (1 − p')/(1 − p)."""
    mean = mpmath.fsum(rewards) / len(rewards)
    deviation = mpmath.sqrt(mpmath.fsum((r - mean) ** 2 for r in rewards) / len(rewards) + eps) if whitened else 1
    return mpmath.fsum((r - mean) / deviation * (1 / p if r else -1 / (1 - p)) for r in rewards) / len(rewards)


def moments(p: mpmath.mpf, eps: mpmath.mpf, size: int, whitened: bool = True) -> tuple[mpmath.mpf, mpmath.mpf]:
    slopes = [(q, slope(rewards, p, eps, whitened)) for q, rewards in groups(p, size)]
    mean = mpmath.fsum(q * s for q, s in slopes)
    return mean, mpmath.fsum(q * (s - mean) ** 2 for q, s in slopes)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("p", P)
class TestMeanPush:
    def test_every_number_type_gives_the_mean_over_all_groups(self, number: Number, p, eps, size) -> None:
        with mpmath.workdps(50):
            mean, _ = moments(exact(p), exact(eps), size)
            found = number.read(group_Omega(number.make(p), number.make(eps), size))
            assert abs(found / mean - 1) < FLOAT

    def test_the_variance_is_that_over_all_groups(self, number: Number, p, eps, size) -> None:
        with mpmath.workdps(50):
            mean, variance = moments(exact(p), exact(eps), size)
            found = number.read(group_variance(number.make(p), number.make(eps), size))
            # A difference of two positive numbers: the roundings are those of the larger one.
            assert abs(found - variance) < 3 * FLOAT * (variance + mean**2)

    def test_one_group_s_push_is_its_slope(self, p, eps, size) -> None:
        with mpmath.workdps(50):
            for _, rewards in groups(exact(p), size):
                push = group_push(sum(rewards), size, float(p), float(eps))
                assert abs(push - slope(rewards, exact(p), exact(eps))) <= FLOAT * abs(push)

    def test_refilled_it_is_the_mean_over_the_groups_that_push(self, p, eps, size) -> None:
        with mpmath.workdps(50):
            loud = [
                (q, slope(rewards, exact(p), exact(eps)))
                for q, rewards in groups(exact(p), size)
                if len({*rewards}) > 1
            ]
            share = mpmath.fsum(q for q, _ in loud)
            mean = mpmath.fsum(q * s for q, s in loud) / share
            # The share is what is left of 1.
            assert abs(refilled_Omega(float(p), float(eps), size) / mean - 1) < FLOAT + 2.0**-51 / share


@pytest.mark.parametrize("size", SIZES[:2])
@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("p", P)
def test_what_small_steps_climb_is_the_integral_of_the_mean(p, eps, size) -> None:
    with mpmath.workdps(50):
        for weighting, whitened in ((WHITENED, True), (MEAN_ONLY, False)):
            climbed = mpmath.quad(lambda x, w=whitened: moments(x, exact(eps), size, w)[0], [0, exact(p)], maxdegree=3)
            assert abs(group_potential(float(p), float(eps), size, weighting) / climbed - 1) < FLOAT


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("p", P)
def test_mean_only(p, size) -> None:
    with mpmath.workdps(50):
        mean, variance = moments(exact(p), exact("0.1"), size, whitened=False)
        assert abs(group_Omega(float(p), 0.1, size, MEAN_ONLY) / mean - 1) < FLOAT
        loud = 1 - mpmath.fsum(q for q, rewards in groups(exact(p), size) if len({*rewards}) == 1)
        assert abs(refilled_Omega(float(p), 0.1, size, MEAN_ONLY) * loud / mean - 1) < FLOAT + 2.0**-51 / loud
        assert abs(group_variance(float(p), 0.1, size, MEAN_ONLY) - variance) < 3 * FLOAT * (variance + mean**2)
        for _, rewards in groups(exact(p), size):
            push = group_push(sum(rewards), size, float(p), 0.1, MEAN_ONLY)
            assert abs(push - slope(rewards, exact(p), exact("0.1"), whitened=False)) <= FLOAT * abs(push)


class TestE20:
    def test_silent_groups(self, number: Number) -> None:
        with mpmath.workdps(50):
            for p, size in itertools.product(P, SIZES):
                silent = mpmath.fsum(q for q, rewards in groups(exact(p), size) if len(set(rewards)) == 1)
                assert abs(number.read(silent_share(number.make(p), size)) / silent - 1) < FLOAT

    def test_the_mean_push_is_less_than_theory_s(self) -> None:
        for size in (2, 5, 16):
            assert certify.positive(
                lambda q, e, G=size: Omega(q, e) - group_Omega(q, e, G), ("0.1", "0.4"), ("0.001", "0.01")
            )

    def test_it_is_bounded_where_theory_s_is_not(self) -> None:
        rare = np.geomspace(1e-12, 0.5, 50)
        for size in (2, 16, 64):
            bound = math.sqrt(size - 1)
            assert np.all(group_Omega(rare, 0.0, size) <= bound * (1 + FLOAT))
            assert group_Omega(0.0, 0.0, size) == pytest.approx(bound, rel=FLOAT)
            assert group_Omega(1.0, 0.0, size) == pytest.approx(bound, rel=FLOAT)
        assert Omega(rare[0], 0.0) > 1e5

    def test_mean_only_loses_one_part_in_G(self) -> None:
        q, e = sympy.symbols("q e", positive=True)
        for size in SIZES:
            assert sympy.expand(group_Omega(q, e, size, MEAN_ONLY)) == 1 - sympy.Rational(1, size)


class TestLargeGroups:
    def test_no_coefficient_overflows(self) -> None:
        """Beside binomial weights of scipy's, through logarithms of the gamma function: 1e-10 at G = 1,100."""
        size, p = 1100, np.array([1e-3, 0.3, 0.999])
        push = np.array([group_push(k, size, p, 1e-5) for k in range(size + 1)])
        expected = (binom.pmf(np.arange(size + 1)[:, None], size, p) * push).sum(0)
        assert np.abs(group_Omega(p, 1e-5, size) / expected - 1).max() < 1e-10

    def test_theory_is_the_limit(self) -> None:
        """The loss is 1/(8Gp(1 − p)) and what is of higher order; a tenth of it is allowed at G = 400, ε small."""
        p = np.array([0.2, 0.5, 0.7])
        loss = 1 - group_Omega(p, 1e-9, 400) / Omega(p, 1e-9)
        assert np.abs(loss * 8 * 400 * p * (1 - p) - 1).max() < 0.1

    def test_the_map_takes_any_weighting(self) -> None:
        """Mean-only pushes 1 − 1/G whatever p: logit ½ + ¾/½ for groups of four."""
        assert group_h(0.2, 0.5, 0.5, 0.0, 4, MEAN_ONLY) == pytest.approx(1 / (1 + math.exp(-1.5)), rel=1e-14)

    def test_the_map_tends_to_h(self) -> None:
        apart = [abs(group_h(0.2, 0.3, 0.5, 1e-4, size) - h(0.2, 0.3, 0.5, 1e-4)) for size in (4, 16, 64, 256)]
        assert np.all(np.diff(apart) < 0)
        assert apart[-1] < 1e-3


def test_a_library_s_scale_is_a_factor_and_next_to_nothing() -> None:
    """A group that pushes has a deviation of 1/√G or more, so a constant δ beside it takes δ√G at most."""
    for size in (2, 16):
        factor = math.sqrt((size - 1) / size)
        ratio = group_Omega(np.array([1e-6, 0.3]), 0.0, size, library_whitening(size)) / group_Omega(
            np.array([1e-6, 0.3]), 0.0, size, WHITENED
        )
        assert np.all((1 - 1e-4 * math.sqrt(size)) * factor < ratio)
        assert np.all(ratio < factor)


@pytest.mark.parametrize("weighting", [WHITENED, MEAN_ONLY], ids=lambda w: w.name)
def test_without_a_success_the_potential_is_nothing(weighting) -> None:
    assert group_potential(0.0, 1e-5, 4, weighting) == 0


def test_a_ball_encloses_the_mean() -> None:
    ball = group_Omega(arb("0.3"), arb("0.01"), 6)
    with mpmath.workdps(50):
        mean, _ = moments(exact("0.3"), exact("0.01"), 6)
        assert ball.contains(arb(mpmath.nstr(mean, 45)))


@pytest.mark.parametrize("size", [1, 2.5, "16"])
def test_a_group_has_two_outputs_or_more(size) -> None:
    sentence = f"^group_size = {size!r} is outside its domain: it must be a whole number from 2 on$"
    with pytest.raises(ValueError, match=sentence):
        silent_share(0.5, size)
    with pytest.raises(ValueError, match=sentence):
        group_Omega(0.5, 1e-5, size)
    with pytest.raises(ValueError, match=sentence):
        group_variance(0.5, 1e-5, size)
