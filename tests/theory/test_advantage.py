"""The two weights: what whitening does to a binary reward, and what it does not do to any other."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
import sympy.stats
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper import MEAN_ONLY, WHITENED, Omega, certify, omega_minus, omega_plus
from grpo_paper.theory.advantage import advantage
from grpo_paper.theory.symbols import L, eps, p
from grpo_paper.theory.weighting import whitening, whitening_slope
from tests.conftest import Number, exact

P = ("0.001", "0.2", "0.5", "0.97")
EPS = ("0", "0.00001", "0.1")
# Six float operations, each off by at most 2⁻⁵³ of its result: below 2e-15 of the value.
FLOAT = 2e-15


def moments(rewards, policy):
    """Mean and variance of a reward under a policy, added up output by output in exact fractions."""
    mean = variance = Fraction(0)
    for probability, r in zip(policy, rewards, strict=True):
        mean += probability * r
    for probability, r in zip(policy, rewards, strict=True):
        variance += probability * (r - mean) ** 2
    return mean, variance


def relative(found, expected):
    return abs(found / expected - 1)


class TestFigure1:
    """The curves √((1−p)/p) and √(p/(1−p)), without smoothing."""

    @pytest.mark.parametrize("value", P)
    def test_every_number_type_gives_the_printed_curves(self, number: Number, value: str) -> None:
        with mpmath.workdps(50):
            q = exact(value)
            plus = number.read(omega_plus(number.make(value), number.make("0")))
            minus = number.read(omega_minus(number.make(value), number.make("0")))
            # For floats, 1 − p near p = 1 inherits p's rounding, enlarged by p/(1−p) < 33.
            assert relative(plus, mpmath.sqrt((1 - q) / q)) < 35 * FLOAT
            assert relative(minus, mpmath.sqrt(q / (1 - q))) < 35 * FLOAT

    def test_symbolically_the_weights_are_the_root_of_the_odds(self) -> None:
        t = sympy.Symbol("t", positive=True)  # odds of failure
        assert sympy.simplify(omega_plus(1 / (1 + t), 0) - sympy.sqrt(t)) == 0
        assert sympy.simplify(omega_minus(1 / (1 + t), 0) - 1 / sympy.sqrt(t)) == 0

    def test_the_curves_leave_the_printed_axis_where_the_odds_pass_100(self) -> None:
        # The value axis ends at 10 = √100, so p = 1/101 on the left and 100/101 on the right.
        assert omega_plus(1 / 101, 0.0) == pytest.approx(10, rel=100 * FLOAT)
        assert omega_plus(1 / 102, 0.0) > 10 > omega_plus(1 / 100, 0.0)
        assert omega_minus(101 / 102, 0.0) > 10 > omega_minus(99 / 100, 0.0)

    def test_smoothing_lowers_both_curves_everywhere(self) -> None:
        for weight in (omega_plus, omega_minus):
            assert certify.positive(
                lambda q, e, weight=weight: weight(q, arb(0)) - weight(q, e), ("0.1", "0.9"), ("0.01", "0.1")
            )

    def test_without_smoothing_the_ends_are_singular(self) -> None:
        with pytest.raises(ZeroDivisionError):
            omega_plus(0.0, 0.0)
        with pytest.raises(ZeroDivisionError):
            omega_minus(1.0, 0.0)
        assert omega_plus(0.0, 0.25) == omega_minus(1.0, 0.25) == 2.0


class TestWeights:
    """ω⁺, ω⁻, Ω and the advantage, for any ε, against the definition of whitening."""

    @pytest.mark.parametrize(("value", "smoothing"), list(itertools.product(P, EPS)))
    def test_every_number_type_whitens_exact_statistics(self, number: Number, value: str, smoothing: str) -> None:
        q, e = Fraction(value), Fraction(smoothing)
        mean, variance = moments((1, 0), (q, 1 - q))
        args = number.make(value), number.make(smoothing)
        with mpmath.workdps(50):
            deviation = mpmath.sqrt(exact(str(variance + e)))
            for found, expected in (
                (omega_plus(*args), exact(str(1 - mean)) / deviation),
                (omega_minus(*args), exact(str(mean)) / deviation),
                (Omega(*args), 1 / deviation),
                (advantage(1, *args), exact(str(1 - mean)) / deviation),
                (advantage(0, *args), exact(str(0 - mean)) / deviation),
            ):
                assert relative(number.read(found), expected) < 35 * FLOAT  # as in TestFigure1

    @pytest.mark.parametrize("size", [2, 3, 16, 64])
    def test_every_group_whitened_by_numpy(self, size: int) -> None:
        for successes in range(size + 1):
            group = np.array([1.0] * successes + [0.0] * (size - successes))
            whitened = (group - group.mean()) / np.sqrt(group.var() + 1e-5)
            # At most 64 roundings in the variance, half of that in the root, times a weight below 8: 64·8·1.1e-16/2.
            assert advantage(group, successes / size, 1e-5) == pytest.approx(whitened, abs=3e-14)

    def test_sympys_own_bernoulli_variable(self) -> None:
        reward = sympy.stats.Bernoulli("r", p)
        mean, variance = sympy.stats.E(reward), sympy.stats.variance(reward)
        for value in (0, 1):
            whitened = (value - mean) / sympy.sqrt(variance + eps)
            assert sympy.simplify(advantage(value, p, eps) - whitened) == 0
        assert sympy.simplify(advantage(1, p, eps) - omega_plus(p, eps)) == 0
        assert sympy.simplify(advantage(0, p, eps) + omega_minus(p, eps)) == 0

    @given(st.floats(1e-6, 1 - 1e-6), st.floats(1e-8, 1.0))
    def test_the_two_sides_balance_and_mirror(self, q: float, e: float) -> None:
        # Products of four rounded factors: a few 1e-16 of sides that are at most ½.
        assert q * omega_plus(q, e) == pytest.approx((1 - q) * omega_minus(q, e), abs=FLOAT)
        # 1 − q rounds by at most 1e-16, which moves the weights by at most 1e-16 Ω³.
        assert omega_plus(1 - q, e) == pytest.approx(omega_minus(q, e), abs=FLOAT + 1e-16 * Omega(q, e) ** 3)

    def test_the_weight_of_a_success_falls_everywhere(self) -> None:
        slope = -(1 - p + 2 * eps) * Omega(p, eps) ** 3 / 2
        assert sympy.simplify(sympy.diff(omega_plus(p, eps), p) - slope) == 0
        assert sympy.simplify(omega_plus(sympy.Integer(0), eps) - 1 / sympy.sqrt(eps)) == 0
        assert certify.positive(
            lambda q, e: omega_plus(arb(0), e) - omega_plus(q, e), ("0.05", "1"), ("0.00001", "0.1")
        )

    @pytest.mark.parametrize("size", [2, 16, 64])
    def test_no_group_exceeds_the_root_of_its_size_less_one(self, size: int) -> None:
        weights = [omega_plus(k / size, 0.0) for k in range(1, size)]
        assert max(weights) == pytest.approx(math.sqrt(size - 1), rel=10 * FLOAT)

    def test_slope_of_the_whitening_in_log_odds(self, number: Number) -> None:
        q = 1 / (1 + sympy.exp(-L))
        assert sympy.simplify(sympy.diff(Omega(q, eps), L) - whitening_slope(q * (1 - q), 2 * q - 1, eps)) == 0
        found = number.read(whitening_slope(number.make("0.16"), number.make("-0.6"), number.make("0.00001")))
        with mpmath.workdps(50):
            # dv/dL = −v·tilt for p = 0.2, through the derivative of v ↦ (v+ε)^{−1/2} found numerically.
            derivative = mpmath.diff(lambda v: 1 / mpmath.sqrt(v + exact("0.00001")), exact("0.16"))
            expected = derivative * -exact("0.16") * exact("-0.6")
            assert relative(found, expected) < FLOAT

    def test_a_tiny_smoothing_does_not_overflow_the_slope(self) -> None:
        # Ω³ alone is 1e375 here; the product is v·Ω³·tilt/2 = 0.5e-250 · 1e375, which is a float.
        assert whitening_slope(1e-250, 1.0, 0.0) == pytest.approx(0.5e125, rel=1e-14)


class TestMeanOnly:
    """Dr. GRPO: centre, do not scale."""

    @pytest.mark.parametrize("value", P)
    def test_every_number_type_gives_the_centred_reward(self, number: Number, value: str) -> None:
        q, e = number.make(value), number.make("0.1")
        with mpmath.workdps(50):
            for found, expected in (
                (omega_plus(q, e, MEAN_ONLY), 1 - exact(value)),
                (omega_minus(q, e, MEAN_ONLY), exact(value)),
                (Omega(q, e, MEAN_ONLY), mpmath.mpf(1)),
                (advantage(0, q, e, MEAN_ONLY), -exact(value)),
            ):
                assert relative(number.read(found), expected) < 35 * FLOAT

    def test_scale_and_slope_are_constant(self) -> None:
        assert sympy.diff(MEAN_ONLY.push(p, 1 - p, eps), p) == MEAN_ONLY.slope(p, 1 - p, eps) == 0

    def test_the_division_leaves_the_ratio_of_the_weights(self) -> None:
        def ratio(kind):
            return omega_plus(p, eps, kind) / omega_minus(p, eps, kind)

        assert sympy.simplify(ratio(MEAN_ONLY) - ratio(WHITENED)) == 0
        assert sympy.simplify(Omega(p, eps, MEAN_ONLY) - Omega(p, eps)) != 0


class TestBinaryRewardIsNeeded:
    """Each hypothesis on the reward dropped in turn."""

    CREDITS = (Fraction(0), Fraction(1, 2), Fraction(1))

    def test_a_ternary_reward_has_two_weights_at_one_mean(self) -> None:
        first = moments(self.CREDITS, (Fraction("0.4"), Fraction("0.2"), Fraction("0.4")))
        second = moments(self.CREDITS, (Fraction("0.1"), Fraction("0.8"), Fraction("0.1")))
        assert first[0] == second[0] == Fraction(1, 2)
        assert first[1] == 4 * second[1]  # so a full success weighs twice as much in the second
        assert second[1] < first[1] < Fraction(1, 4)  # and the binary formula is right for neither

    def test_half_credit_changes_side_with_the_mean(self) -> None:
        weak, _ = moments(self.CREDITS, (Fraction("0.6"), Fraction("0.2"), Fraction("0.2")))
        strong, _ = moments(self.CREDITS, (Fraction("0.2"), Fraction("0.2"), Fraction("0.6")))
        assert weak < Fraction(1, 2) < strong

    @given(st.lists(st.tuples(st.fractions(0, 1), st.integers(1, 9)), min_size=1, max_size=6))
    def test_among_rewards_in_the_unit_interval_the_binary_formula_pushes_least(self, group) -> None:
        total = sum(weight for _, weight in group)
        mean, variance = moments([r for r, _ in group], [Fraction(w, total) for _, w in group])
        assert variance <= mean * (1 - mean)  # so 1/√(variance + ε) ≥ Ω(mean)
        assert (variance == mean * (1 - mean)) == all(r in (0, 1) for r, _ in group)

    def test_another_pair_of_values_rescales_the_smoothing(self) -> None:
        low, width = sympy.Symbol("a", real=True), sympy.Symbol("w", positive=True)
        reward = low + width * sympy.stats.Bernoulli("r", p)
        mean, variance = sympy.stats.E(reward), sympy.stats.variance(reward)
        success = (low + width - mean) / sympy.sqrt(variance + eps)
        assert sympy.simplify(success**2 - omega_plus(p, eps / width**2) ** 2) == 0
        assert sympy.simplify(success**2 - omega_plus(p, eps) ** 2) != 0

    def test_a_sample_variance_does_not_give_the_weights(self) -> None:
        group = np.array([1.0] * 4 + [0.0] * 12)
        sample = (group - group.mean()) / group.std(ddof=1)
        assert sample[0] == pytest.approx(math.sqrt(15 / 16) * omega_plus(0.25, 0.0), rel=10 * FLOAT)
        assert sample[0] < 0.97 * omega_plus(0.25, 0.0)

    def test_whitening_takes_the_variance_not_the_probability(self) -> None:
        # σ(L)σ(−L) at L = 60 is 8.76e-27: as 1 − p it would be 0 and the answer infinite.
        tiny = math.exp(-60.0)
        assert whitening(tiny, 0.0) == pytest.approx(math.exp(30.0), rel=10 * FLOAT)
