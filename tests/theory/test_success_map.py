"""The success map: Theorem 2, Proposition 1, Remark 1, Figure 2.

The oracles are written out by hand: mpmath at 50 digits, and policies over a few outputs that know nothing of h.
"""

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper import GRPO, MIRROR_GRPO, Omega, Variant, certify, fixed_points, h, h_prime, logit, sigmoid, trajectory
from grpo_paper.theory.success_map import effective_beta, log_odds_step, success_variance
from grpo_paper.theory.symbols import L, L_ref, beta, eps, p, p_ref
from grpo_paper.theory.weighting import Weighting
from grpo_paper.theory.zoo import MAXRL
from tests.orbits import POINTS, h_by_hand
from tests.policies import random_policies, slow_step, success


class TestTheorem2:
    @pytest.mark.parametrize("point", POINTS, ids="-".join)
    def test_display_in_every_number_system(self, number, point):
        with mpmath.workdps(50):
            exact = h_by_hand(*point)
            error = abs(number.read(h(*map(number.make, point))) / exact - 1)
        # A dozen roundings of 1.1e-16, on log-odds of size up to 10.
        assert error < 1e-14

    def test_whole_policies_follow_h(self):
        for reference, previous, reward, b in random_policies(100):
            new = slow_step(previous, reference, reward, b, 1e-3, GRPO)
            predicted = h(success(previous, reward), success(reference, reward), b, 1e-3)
            # Sums of eight rounded terms, exponents up to 30/β ≈ 100: about 100 units of 1.1e-16 in the worst case.
            assert abs(success(new, reward) - predicted) < 2e-14

    def test_symbolic_sum_over_outputs_is_h(self):
        root = sp.sqrt(p * (1 - p) + eps)
        right = p_ref * sp.exp((1 - p) / root / beta)
        wrong = (1 - p_ref) * sp.exp(-p / root / beta)
        assert sp.simplify(right / (right + wrong) - h(p, p_ref, beta, eps)) == 0

    def test_step_in_log_odds_is_h(self):
        in_p = sigmoid(log_odds_step(L, L_ref, beta, eps)).subs({L: logit(p), L_ref: logit(p_ref)})
        assert sp.simplify(in_p - h(p, p_ref, beta, eps)) == 0

    def test_orbit_is_iteration_of_h_from_the_reference(self):
        with mpmath.workdps(50):
            value = mpmath.mpf("0.2")
            for computed in trajectory(0.2, 5.0, 1e-2, 30).p:
                # Thirty contractions (slope below 1 here): roundings do not pile up.
                assert abs(computed / value - 1) < 1e-14
                value = h_by_hand(value, "0.2", "5", "1e-2")

    def test_hypotheses_dropped(self):
        """Another anchor than the reference, or an update held within 20 % of the previous policy, misses h."""
        predicted = h(0.5, sigmoid(-1.0), 1.0, 1e-5)
        assert abs(sigmoid(log_odds_step(0.0, -1.0, 1.0, 1e-5, MIRROR_GRPO)) - predicted) > 0.1
        exact = slow_step([0.2, 0.8], [0.2, 0.8], [1, 0], 1.0, 1e-5, GRPO)[0]
        assert abs(min(exact, 1.2 * 0.2) - h(0.2, 0.2, 1.0, 1e-5)) > 0.1


@pytest.mark.parametrize("text", ["-40", "-2", "0", "0.7", "40"])
def test_variance_and_effective_strength_in_fifty_digits(text):
    with mpmath.workdps(50):
        rate = 1 / (1 + mpmath.exp(-mpmath.mpf(text)))
        variance = rate * (1 - rate)
        # Roundings of two exponentials, each of 1.1e-16.
        assert abs(success_variance(float(text)) / variance - 1) < 1e-15
        deviation = mpmath.sqrt(variance + mpmath.mpf("0.01"))
        # p near 1 is rounded by 1.1e-16 of it, beside ε = 0.01.
        assert abs(effective_beta(float(rate), 3.0, 0.01) / (3 * deviation) - 1) < 2e-14


class TestProposition1:
    def test_slope_is_the_derivative(self):
        assert sp.simplify(sp.diff(h(p, p_ref, beta, eps), p) - h_prime(p, p_ref, beta, eps)) == 0

    @pytest.mark.parametrize("point", POINTS, ids="-".join)
    def test_slope_in_every_number_system(self, number, point):
        with mpmath.workdps(50):
            exact = mpmath.diff(lambda x: h_by_hand(x, *point[1:]), mpmath.mpf(point[0])) if point[0] != "0.5" else 0
            got = number.read(h_prime(*map(number.make, point)))
            # Some twenty roundings; the zero at p = ½ is exact.
            assert abs(got - exact) <= 3e-14 * abs(exact)

    def test_minimum_at_one_half_and_monotone_on_each_side(self):
        grid = np.linspace(0, 1, 401)
        values = h(grid, 0.2, 5.0, 1e-2)
        assert np.all(np.diff(values[:201]) < 0)
        assert np.all(np.diff(values[200:]) > 0)
        assert np.argmin(values) == 200

    def test_certified_signs_of_the_slope(self):
        def rising(x):
            return h_prime(x, arb("0.2"), arb(1), arb("0.01"))

        assert certify.positive(rising, ("0.51", "1"))
        assert certify.positive(lambda x: -rising(x), ("0", "0.49"))
        assert not certify.positive(rising, ("0.4", "0.6"))

    def test_certified_bounds(self):
        def value(percent, b):
            return h(percent / 100, arb("0.2"), b, arb("0.01"))

        box = (("0", "100"), ("0.1", "5"))
        assert certify.positive(value, *box)
        assert certify.positive(lambda x, b: 1 - value(x, b), *box)

    @given(st.floats(-12, 12), st.floats(-2, 3), st.floats(-6, 0))
    def test_a_fixed_point_exists(self, L_r, log_beta, log_eps):
        r, b, e = sigmoid(L_r), 10**log_beta, 10**log_eps
        found = fixed_points(r, b, e)
        assert found.count >= 1
        L_star = found.logit[0]
        moved = np.log(r) - np.log1p(-r) + 1 / (b * np.sqrt(1 / (2 + 2 * np.cosh(min(L_star, 700.0))) + e))
        # An error of 1e-15 relative, times the slope (largest 1/(3√3·β·√ε), 2e4 at these settings), on L itself.
        assert abs(moved - L_star) <= 1e-11 * max(1, abs(L_star)) * (1 + abs(found.slope[0]))

    def test_not_unique_in_general(self):
        assert fixed_points(0.2, 1.0, 1e-5).count == 3
        assert fixed_points(0.2, 1.0, 1e-1).count == 1


class TestRemark1:
    """E3: at ε = 0 the formula has a gap at each end, and its limits there are 1."""

    def test_limit_is_one_at_both_ends(self):
        assert sp.limit(Omega(p, 0), p, 0, "+") == sp.oo
        # By symmetry at 1 too; SymPy 1.14 itself returns −∞ for the limit from the left at 1, a wrong branch.
        assert sp.simplify(Omega(1 - p, 0) - Omega(p, 0)) == 0
        with mpmath.workdps(120):
            for distance in map(mpmath.mpf, ("1e-2", "1e-4", "1e-6")):
                for x in (distance, 1 - distance):
                    gap = 1 - h_by_hand(x, "0.2", "5", "0")
                    assert 0 < gap < 4 * mpmath.exp(-1 / (5 * mpmath.sqrt(distance)))

    def test_undefined_at_the_ends_themselves(self):
        with pytest.raises(ZeroDivisionError):
            h(0.0, 0.2, 1.0, 0.0)

    def test_one_is_then_fixed_but_not_with_smoothing(self):
        weight = sp.Symbol("weight", positive=True)
        assert sp.limit(sigmoid(logit(p_ref) + weight / beta), weight, sp.oo) == 1
        assert certify.positive(lambda r: 1 - h(arb(1), r, arb(1), arb("0.01")), ("0.1", "0.9"))

    def test_with_smoothing_both_ends_share_one_value_below_one(self):
        ends = [h(arb(x), arb("0.2"), arb(5), arb("0.01")) for x in (0, 1)]
        assert all(x < 1 for x in ends)
        assert ends[0].overlaps(ends[1])


class TestFigure2:
    BETAS = (0.01, 0.2, 1, 5)
    REFERENCES = (0.0001, 0.2, 0.8)
    VALLEYS = ((1, 0.0001), (1, 0.2), (5, 0.0001), (5, 0.2), (5, 0.8))

    @pytest.mark.parametrize("b", BETAS)
    @pytest.mark.parametrize("r", REFERENCES)
    def test_curve(self, b, r):
        grid = np.linspace(0, 1, 101)
        for x, y in zip(grid, h(grid, r, b, 1e-5), strict=True):
            with mpmath.workdps(50):
                # Where h is not 1 the log-odds are below 37; next to the ends the variance loses 1e-16/ε of its digits.
                assert abs(y - h_by_hand(float(x), r, b, 1e-5)) < 1e-13

    @pytest.mark.parametrize("b", BETAS)
    @pytest.mark.parametrize("r", REFERENCES)
    def test_crossings_of_the_diagonal(self, b, r):
        """Counted on a fine grid of log-odds with the map spelled out."""
        grid = np.linspace(-12, 30 + 320 / b, 400_001)
        variance = 1 / (2 + 2 * np.cosh(np.minimum(grid, 700)))
        defect = np.log(r / (1 - r)) + 1 / (b * np.sqrt(variance + 1e-5)) - grid
        crossings = (np.diff(np.sign(defect)) != 0).sum()
        # Three wherever the push at even odds, 2/β, does not carry the reference clear of the valley.
        assert crossings == (3 if (b, r) in self.VALLEYS else 1) == fixed_points(r, b, 1e-5).count


def test_a_push_of_either_sign_runs_without_a_clip_alone():
    tilt = Weighting("tilt", lambda p, q, eps: q - p, lambda p, q, eps: -2 * p * q, positive=False)
    step = logit(0.2) + (0.8 - 0.2) / 3.0
    assert trajectory(0.2, 3.0, 1e-5, 1, Variant(tilt, 1)).logit[-1] == pytest.approx(step, rel=1e-14)
    sentence = "variant = tilt is outside its domain: with a clip Ω must be positive at every success rate"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        trajectory(0.2, 3.0, 1e-5, 1, Variant(tilt, 1), clip=0.2)


def test_where_omega_has_no_bound_nothing_is_said():
    with np.errstate(all="raise"):
        assert trajectory([0.0, 0.5], 1.0, 1e-5, 1, Variant(MAXRL, 1)).p[0].tolist() == [0, 0]
