"""Theorems 2 and 5, Proposition 1, Remark 1, Figure 2, Section 5, E16, and the orbits themselves.

The oracles are written out by hand: mpmath at 50 digits, and policies over a few outputs that know nothing of h.
"""

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper import (
    DR_GRPO,
    MEAN_ONLY,
    MIRROR_DR_GRPO,
    MIRROR_GRPO,
    Omega,
    Variant,
    certify,
    fixed_points,
    h,
    h_prime,
    logit,
    sigmoid,
    trajectory,
    two_kl,
    two_kl_dr,
)
from grpo_paper.success_map import effective_beta, force_slope, log_odds_step
from grpo_paper.symbols import L, L_ref, alpha, beta, eps, p, p_ref

POINTS = (
    ("0.2", "0.2", "1", "1e-5"),
    ("0.5", "0.8", "0.2", "1e-2"),
    ("0.001", "0.0001", "5", "1e-5"),
    ("0.97", "0.3", "2", "0.01"),
    ("0", "0.2", "5", "1e-1"),
    ("1", "0.2", "5", "1e-1"),
)


def h_by_hand(p: str, p_ref: str, beta: str, eps: str) -> mpmath.mpf:
    """The paper's display, digit by digit."""
    p, p_ref, beta, eps = map(mpmath.mpf, (p, p_ref, beta, eps))
    return 1 / (1 + (1 - p_ref) / p_ref * mpmath.exp(-1 / (beta * mpmath.sqrt(p * (1 - p) + eps))))


def updated(reference, previous, reward, b, e, *, whiten=True):
    """One update output by output: the reference's probability times e^{A/β}, then a division by the total."""
    rate = sum(x for x, r in zip(previous, reward, strict=True) if r)
    scale = (rate * (1 - rate) + e) ** 0.5 if whiten else 1.0
    weight = [x * float(np.exp((r - rate) / scale / b)) for x, r in zip(reference, reward, strict=True)]
    return [w / sum(weight) for w in weight]


def success(policy, reward) -> float:
    return sum(x for x, r in zip(policy, reward, strict=True) if r)


def random_policies(trials: int):
    rng = np.random.default_rng(7)
    for _ in range(trials):
        reward = rng.permutation([1] * 3 + [0] * 5)
        yield rng.dirichlet(np.ones(8)), rng.dirichlet(np.ones(8)), reward, 10 ** rng.uniform(-0.5, 1)


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
            new = updated(reference, previous, reward, b, 1e-3)
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
        exact = updated([0.2, 0.8], [0.2, 0.8], [1, 0], 1.0, 1e-5)[0]
        assert abs(min(exact, 1.2 * 0.2) - h(0.2, 0.2, 1.0, 1e-5)) > 0.1


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


class TestTheorem5:
    STARTS = np.array([1e-300, 1e-8, 0.01, 0.5, 0.99])[:, None, None]

    def test_strictly_increasing_and_at_least_the_slowest_line(self):
        betas, smoothings = np.array([0.5, 5.0, 50.0])[:, None], np.array([1e-5, 1e-2])
        orbit = trajectory(self.STARTS, betas, smoothings, 40, MIRROR_GRPO).logit
        assert np.all(np.diff(orbit, axis=-1) > 0)
        slowest = np.arange(41) / (betas * np.sqrt(0.25 + smoothings))[..., None]
        # Forty additions, each rounded in the last place of the log-odds so far.
        assert np.all(orbit - orbit[..., :1] >= slowest - 41 * 2.3e-16 * np.abs(orbit).max(-1, keepdims=True))

    def test_tends_to_one(self):
        assert trajectory(0.2, 20.0, 1e-5, 400, MIRROR_GRPO).failure[-1] < 1e-300

    def test_no_interior_fixed_point_is_certified(self):
        assert certify.positive(lambda x, b: Omega(x / 1000, arb("1e-5")) / b, ("0", "1000"), ("0.01", "1000"))
        found = fixed_points(0.3, 2.0, 1e-2, MIRROR_GRPO)
        assert found.p[:2].tolist() == [0, 1]
        assert np.isnan(found.p[2])

    def test_zero_stays_zero(self):
        assert np.all(trajectory(0.0, 1.0, 1e-5, 50, MIRROR_GRPO).p == 0)

    def test_whole_policies(self):
        for start, _, reward, b in random_policies(30):
            policy, rates = start, [success(start, reward)]
            for _ in range(5):
                policy = updated(policy, policy, reward, 3 * b, 1e-2)
                rates.append(success(policy, reward))
            predicted = trajectory(rates[0], 3 * b, 1e-2, 5, MIRROR_GRPO).p
            # Five updates of eight outputs, errors growing by a factor of at most 1 + 1.9/β each.
            assert np.max(np.abs(np.array(rates) - predicted)) < 1e-13

    def test_time_to_success_without_smoothing(self):
        """Our B5: about β arccos(2p − 1) iterations; lag ½ log of the ratio of forces, and under 1 of rounding up."""
        for b, r in ((50.0, 0.01), (100.0, 0.2), (200.0, 0.8)):
            needed = int(np.argmax(trajectory(r, b, 1e-10, int(4 * b), MIRROR_GRPO).failure <= 0.01))
            lag = needed - b * (np.arccos(2 * r - 1) - np.arccos(0.98))
            assert -0.1 < lag - 0.5 * np.log(np.sqrt(r * (1 - r) / 0.0099)) < 1.1

    def test_a_pull_to_the_reference_breaks_it(self):
        """α = 0 dropped: with the reference only (p_ref, β) = (0.2, 5) stops near 0.28 and is not monotone."""
        pulled = trajectory(0.2, 5.0, 1e-5, 200)
        assert pulled.p[-1] == pytest.approx(0.2807, abs=5e-5)
        assert np.any(np.diff(pulled.p) < 0)


class TestSection5:
    def test_one_step_symbolically(self):
        once = log_odds_step(L, L_ref, beta, eps, DR_GRPO)
        assert sp.simplify(once - L_ref - 1 / beta) == 0
        assert sp.simplify(log_odds_step(once, L_ref, beta, eps, DR_GRPO) - once) == 0
        assert sp.simplify(log_odds_step(L, L_ref, beta, eps, MIRROR_DR_GRPO) - L - 1 / beta) == 0
        assert force_slope(L, beta, eps, DR_GRPO) == 0

    def test_whole_policies_stop_after_one_update(self):
        for reference, _, reward, b in random_policies(50):
            once = updated(reference, reference, reward, b, 0, whiten=False)
            twice = updated(reference, once, reward, b, 0, whiten=False)
            # Eight probabilities below 1, exponents below 4.
            np.testing.assert_allclose(once, twice, atol=2e-15, rtol=0)
            orbit = trajectory(success(reference, reward), b, 1e-5, 3, DR_GRPO).p
            np.testing.assert_allclose(orbit[1:], success(once, reward), rtol=1e-13)

    def test_mirror_climbs_in_equal_steps(self):
        orbit = trajectory(0.01, 3.0, 1e-5, 100, MIRROR_DR_GRPO).logit
        # A hundred roundings of a log-odds below 30.
        np.testing.assert_allclose(orbit, np.log(0.01 / 0.99) + np.arange(101) / 3, rtol=0, atol=1e-12)

    @pytest.mark.parametrize("point", POINTS, ids="-".join)
    def test_effective_strength_in_every_number_system(self, number, point):
        x, _, b, e = point
        with mpmath.workdps(50):
            exact = mpmath.mpf(b) * mpmath.sqrt(mpmath.mpf(x) * (1 - mpmath.mpf(x)) + mpmath.mpf(e))
            got = number.read(effective_beta(number.make(x), number.make(b), number.make(e)))
            assert abs(got / exact - 1) < 1e-14  # five roundings

    def test_whitened_weights_are_mean_only_at_the_effective_strength(self):
        assert sp.simplify(Omega(p, eps) / beta - Omega(p, eps, MEAN_ONLY) / effective_beta(p, beta, eps)) == 0

    def test_equivalence_of_whole_policies_and_a_constant_strength_breaks_it(self):
        for reference, previous, reward, b in random_policies(50):
            own = effective_beta(success(previous, reward), b, 1e-3)
            whitened = updated(reference, previous, reward, b, 1e-3)
            centred = updated(reference, previous, reward, own, 1e-3, whiten=False)
            # Exponents up to 100 rounded to 1e-14, probabilities below 1.
            np.testing.assert_allclose(whitened, centred, atol=5e-14, rtol=0)
        rates = (0.01, 0.5)
        assert effective_beta(rates[1], 1.0, 1e-5) > 4 * effective_beta(rates[0], 1.0, 1e-5)

    def test_with_the_division_one_step_is_not_enough(self):
        orbit = trajectory(0.2, 5.0, 1e-5, 2).logit
        assert abs(orbit[2] - orbit[1]) > 1e-3


class TestE16:
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1])
    def test_closed_form_and_monotone(self, share):
        orbit = trajectory(0.2, 3.0, 1e-5, 40, two_kl_dr(share)).logit
        expected = np.log(0.25) + (1 - (1 - share) ** np.arange(41)) / (share * 3)
        # Forty roundings of numbers below 4, damped at every step.
        np.testing.assert_allclose(orbit, expected, rtol=0, atol=1e-13)
        assert np.all(np.diff(orbit) >= 0)
        assert np.all(np.diff(orbit[:10]) > 0) or share >= 0.9

    def test_symbolic_induction(self):
        n = sp.Symbol("n", positive=True)
        claimed = L_ref + (1 - (1 - alpha) ** n) / (alpha * beta)
        moved = log_odds_step(claimed, L_ref, beta, eps, Variant(MEAN_ONLY, alpha))
        assert sp.simplify(moved - claimed.subs(n, n + 1)) == 0
        assert sp.simplify(claimed.subs(n, 0) - L_ref) == 0

    def test_with_variance_normalisation_monotonicity_fails(self):
        orbit = trajectory(0.001, 3.0, 1e-5, 40, two_kl(0.9)).logit
        assert np.any(np.diff(orbit) < 0)
