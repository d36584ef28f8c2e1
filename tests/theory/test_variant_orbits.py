"""Orbits of the other variants: mirror (Theorem 5), without the division (Section 5), with two penalties (E16)."""

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb

from grpo_paper import (
    DR_GRPO,
    GRPO,
    MEAN_ONLY,
    MIRROR_DR_GRPO,
    MIRROR_GRPO,
    Omega,
    Variant,
    certify,
    fixed_points,
    trajectory,
    two_kl,
    two_kl_dr,
)
from grpo_paper.theory.success_map import effective_beta, force_slope, log_odds_step
from grpo_paper.theory.symbols import L, L_ref, alpha, beta, eps, p
from tests.orbits import POINTS
from tests.policies import random_policies, slow_step, success


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
                policy = slow_step(policy, policy, reward, 3 * b, 1e-2, MIRROR_GRPO)
                rates.append(float(success(policy, reward)))
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
            once = np.array(slow_step(reference, reference, reward, b, 0, DR_GRPO), float)
            twice = np.array(slow_step(once, reference, reward, b, 0, DR_GRPO), float)
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
            whitened = np.array(slow_step(previous, reference, reward, b, 1e-3, GRPO), float)
            centred = np.array(slow_step(previous, reference, reward, own, 1e-3, DR_GRPO), float)
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
