"""Two KL penalties: Lemmas 2 and 3, Theorem 9, and what is left of the Rényi correction along the iteration (E15)."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper import certify
from grpo_paper.theory.divergence import kl, renyi
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fixed_points import fixed_points
from grpo_paper.theory.policy import (
    conditional,
    geometric_mean,
    normalize,
    policy_step,
    renyi_correction,
    success_logit,
)
from grpo_paper.theory.success_map import log_odds_step
from grpo_paper.theory.variants import GRPO, two_kl
from tests.extra import torch
from tests.policies import ROUNDING, SEEDS, VARIANTS, distance, random_case, reweighted, slow_step


def slow_renyi(P, Q, alpha):
    with mpmath.workdps(40):
        P, Q = ([mpmath.mpf(float(x)) for x in values] for values in (P, Q))
        P, Q = [x / mpmath.fsum(P) for x in P], [x / mpmath.fsum(Q) for x in Q]
        overlap = mpmath.fsum(x**alpha * y ** (1 - alpha) for x, y in zip(P, Q, strict=True))
        return mpmath.log(overlap) / (alpha - 1)


class TestTheorem9:
    """With E14: the step is Omega(p_{n-1})/beta."""

    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
    def test_log_odds_with_the_correction(self, seed, alpha):
        reward, reference, previous, beta, eps = random_case(seed)
        slow = slow_step(previous, reference, reward, beta, eps, two_kl(alpha))
        step = policy_step(np.log(previous), np.log(reference), reward, beta, eps, two_kl(alpha))
        assert distance(step, slow) < ROUNDING
        S, F = reward == 1, reward == 0
        correction = (1 - alpha) * (
            slow_renyi(reference[F], previous[F], alpha) - slow_renyi(reference[S], previous[S], alpha)
        )
        assert abs(renyi_correction(np.log(reference), np.log(previous), reward, alpha) - correction) < ROUNDING
        p = previous[S].sum()
        without = alpha * logit(reference[S].sum()) + (1 - alpha) * logit(p) + (p * (1 - p) + eps) ** -0.5 / beta
        reached = mpmath.log(mpmath.fsum(slow[i] for i in np.flatnonzero(S)))
        reached -= mpmath.log(mpmath.fsum(slow[i] for i in np.flatnonzero(F)))
        assert abs(reached - without - correction) < ROUNDING
        assert abs(correction) > 1e-6  # so that dropping it would be seen

    def test_e14_the_force_is_that_of_the_previous_policy(self):
        reward, reference, previous, beta, eps = random_case(0)
        step = policy_step(np.log(previous), np.log(reference), reward, beta, eps, two_kl(0.5))
        L = [success_logit(x, reward) for x in (np.log(reference), np.log(previous), step)]
        pushed = L[2] - (L[0] + L[1]) / 2 - renyi_correction(np.log(reference), np.log(previous), reward, 0.5)
        forces = [(sigmoid(x) * sigmoid(-x) + eps) ** -0.5 for x in L[1:]]
        assert abs(pushed - forces[0] / beta) < ROUNDING
        assert abs(pushed - forces[1]) > 0.1  # Omega(p_n) without 1/beta, as printed

    @given(st.integers(0, 10**6), st.floats(0.05, 0.95))
    def test_amplification_needs_both_conditions(self, seed, alpha):
        reward, reference, previous, beta, eps = random_case(seed)
        S, F = reward == 1, reward == 0
        ref, old = np.log(reference), np.log(previous)
        favourable = renyi(conditional(ref, S), conditional(old, S), alpha) <= renyi(
            conditional(ref, F), conditional(old, F), alpha
        )
        if favourable and success_logit(old, reward) >= success_logit(ref, reward):
            step = policy_step(old, ref, reward, beta, eps, two_kl(alpha))
            assert success_logit(step, reward) > success_logit(ref, reward)

    def test_amplification_without_the_renyi_condition(self):
        # Successes that moved far apart, failures that did not: the update falls below the reference.
        reward, ref = np.array([1, 1, 0]), np.log([0.499, 0.001, 0.5])
        old = np.log([0.001, 0.499, 0.5])
        assert renyi_correction(ref, old, reward, 0.5) < -1
        assert success_logit(policy_step(old, ref, reward, 10.0, 1e-5, two_kl(0.5)), reward) < -1

    def test_amplification_from_below_the_reference(self):
        # Equal divergences (both 0), but a previous policy far below the reference: one step does not reach it.
        reference, reward = np.array([0.25, 0.25, 0.25, 0.25]), np.array([1, 1, 0, 0])
        old = reweighted(reference, reward, -4.0)
        step = policy_step(old, np.log(reference), reward, 10.0, 1e-2, two_kl(0.5))
        assert success_logit(step, reward) < -0.5


class TestLemma2:
    @given(st.integers(0, 10**6), st.floats(0, 1))
    def test_two_penalties_are_one(self, seed, alpha):
        rng = np.random.default_rng(seed)
        a, b, *policies = np.log(rng.dirichlet(np.ones(5), size=6))
        mean = geometric_mean(a, b, alpha)
        constants = [alpha * kl(x, a) + (1 - alpha) * kl(x, b) - kl(x, mean) for x in policies]
        # The constant is -log sum a^alpha b^(1-alpha), never negative.
        expected = -np.log(sum(np.exp(alpha * x + (1 - alpha) * y) for x, y in zip(a, b, strict=True)))
        np.testing.assert_allclose(constants, expected, atol=ROUNDING)
        assert expected > -1e-14

    def test_an_output_that_one_anchor_lacks(self):
        with np.errstate(divide="ignore"):
            a, b = np.log([0.5, 0.5, 0.0]), np.log([0.2, 0.3, 0.5])
        assert np.exp(geometric_mean(a, b, 0.5))[2] == 0
        np.testing.assert_array_equal(geometric_mean(a, b, 0), b)  # alpha = 0 forgets a, its zero included
        np.testing.assert_array_equal(geometric_mean(a, b, 1), a)
        np.testing.assert_array_equal(geometric_mean(b, a, 1), b)  # and alpha = 1 forgets the other

    def test_beyond_one_the_constant_changes_sign(self):
        a, b = np.log([0.6, 0.3, 0.1]), np.log([0.2, 0.3, 0.5])
        mean = geometric_mean(a, b, 1.5)
        assert 1.5 * kl(mean, a) - 0.5 * kl(mean, b) < -0.1  # no longer a penalty: the least value is below 0


class TestLemma3:
    """With E13: success is r = 1, (1 - p_ref)^alpha, and the log stands."""

    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
    def test_success_of_the_geometric_mean(self, seed, alpha):
        reward, reference, previous, _, _ = random_case(seed)
        with mpmath.workdps(40):
            pairs = zip(reference, previous, strict=True)
            mean = np.array([mpmath.mpf(x) ** alpha * mpmath.mpf(y) ** (1 - alpha) for x, y in pairs])
            S, F = (mpmath.fsum(mean[reward == k]) for k in (1, 0))
            L = mpmath.log(S / F)
        ref, old = np.log(reference), np.log(previous)
        averaged = alpha * success_logit(ref, reward) + (1 - alpha) * success_logit(old, reward)
        assert abs(success_logit(geometric_mean(ref, old, alpha), reward) - L) < ROUNDING
        assert abs(averaged + renyi_correction(ref, old, reward, alpha) - L) < ROUNDING

    def test_e13_as_printed_it_fails(self):
        alpha, reference, previous = 0.5, np.array([0.1, 0.3, 0.2, 0.4]), np.array([0.3, 0.1, 0.25, 0.35])
        S, F = slice(0, 2), slice(2, 4)

        def overlap(first, second):
            P, Q = reference[first] / reference[first].sum(), previous[second] / previous[second].sum()
            return (P**alpha * Q ** (1 - alpha)).sum()

        p_ref, p = reference[S].sum(), previous[S].sum()
        mean = reference**alpha * previous ** (1 - alpha)
        L = np.log(mean[S].sum() / mean[F].sum())
        averaged = alpha * logit(p_ref) + (1 - alpha) * logit(p)
        assert abs(averaged + np.log(overlap(S, S) / overlap(F, F)) - L) < 1e-14
        # Success conditioned on r = 0; 1 - p_ref^alpha for (1 - p_ref)^alpha; no log before the failures' sum.
        assert abs(averaged + np.log(overlap(S, F) / overlap(F, F)) - L) > 0.01
        wrong_odds = p_ref**alpha * p ** (1 - alpha) / ((1 - p_ref**alpha) * (1 - p) ** (1 - alpha))
        assert abs(np.log(wrong_odds * overlap(S, S) / overlap(F, F)) - L) > 0.1
        assert abs(averaged + np.log(overlap(S, S)) - overlap(F, F) - L) > 0.1


class TestE15:
    @pytest.mark.parametrize("variant", [v for v in VARIANTS if 0 < v.alpha < 1], ids=lambda v: v.name)
    @pytest.mark.parametrize("seed", range(5))
    def test_the_correction_vanishes_along_the_iteration(self, variant, seed):
        reward, reference, _, beta, eps = random_case(seed)
        policy, L = np.log(reference), success_logit(np.log(reference), reward)
        L_ref = L
        for _ in range(8):
            policy = policy_step(policy, np.log(reference), reward, beta, eps, variant)
            L = log_odds_step(L, L_ref, beta, eps, variant)
            assert abs(renyi_correction(np.log(reference), policy, reward, variant.alpha)) < ROUNDING
            assert abs(success_logit(policy, reward) - L) < 1e-9  # slopes up to 10 in size multiply rounding 8 times

    def test_fixed_points_are_those_of_the_reference_only_map(self):
        reward, reference = np.array([1, 1, 0, 0]), np.array([0.05, 0.15, 0.3, 0.5])
        for alpha in (0.2, 0.5, 0.9):
            for L in fixed_points(0.2, 1.0, 1e-2).logit[:3]:
                policy = reweighted(reference, reward, L)
                for variant, beta in ((GRPO, 1.0), (two_kl(alpha), 1.0 / alpha)):
                    moved = policy_step(policy, np.log(reference), reward, beta, 1e-2, variant)
                    # The root is good to a few units in the last place; the largest slope is below 2.
                    np.testing.assert_allclose(moved, policy, atol=1e-12)

    @pytest.mark.parametrize("alpha", [0.1, 0.4, 0.8, 1.0])
    def test_slope(self, alpha):
        """The derivative of the whole policy's update, by torch, against (1 - alpha) + alpha s."""
        beta, eps = 5.0, 1e-5
        found = fixed_points(1e-4, beta, eps)
        reference, reward = torch.tensor([4e-5, 6e-5, 0.3999, 0.6], dtype=torch.float64), torch.tensor([1, 1, 0, 0])
        for L_star, s in zip(found.logit[:2], found.slope[:2], strict=True):
            L = torch.tensor(L_star, requires_grad=True)
            old = torch.log(reference) + (L - success_logit(torch.log(reference), reward)) * reward
            new = policy_step(normalize(old), torch.log(reference), reward, beta / alpha, eps, two_kl(alpha))
            (slope,) = torch.autograd.grad(success_logit(new, reward), L)
            assert abs(slope.item() - ((1 - alpha) + alpha * s)) < 1e-9  # slope 8; the root's error times curvature

    def test_stable_exactly_below_the_threshold(self):
        # p* = 0.003279 of (beta, p_ref) = (5, 1e-4) has slope s = -1.73, so it turns stable at alpha = 2/(1 - s).
        found = fixed_points(1e-4, 5.0, 1e-5)
        L_star, s = found.logit[0], found.slope[0]
        reward, reference = np.array([1, 0, 0]), np.array([1e-4, 0.4, 0.5999])
        threshold = 2 / (1 - s)
        assert 0 < threshold < 1
        for alpha, settles in ((0.97 * threshold, True), (1.03 * threshold, False)):
            policy = reweighted(reference, reward, L_star + 1e-3)
            for _ in range(300):
                policy = policy_step(policy, np.log(reference), reward, 5.0 / alpha, 1e-5, two_kl(alpha))
            # Slope -0.94 leaves 1e-3 · 0.94^300 = 1e-11; slope -1.06 would have grown it 4e7 times.
            assert (abs(success_logit(policy, reward) - L_star) < 1e-6) == settles

    def test_threshold_certified(self):
        # For s < -1 and alpha in (0, 1], 1 - slope^2 has the sign of 2 - alpha (1 - s): checked on boxes either side.
        def margin(s, share, sign):
            alpha = share * 2 / (1 - s)
            slope = (1 - alpha) + alpha * s
            return sign * (1 - slope * slope)

        box = ("-20", "-1.01")
        below = certify.positive(lambda s, share: margin(s, share, 1), box, ("0.01", "0.99"))
        above = certify.positive(lambda s, share: margin(s, share, -1), box, ("1.01", "2"))
        assert below is certify.Verdict.TRUE
        assert above is certify.Verdict.TRUE
