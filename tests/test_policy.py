"""Whole policies on a finite set of outputs: Theorems 1, 4, 8 and 9, Lemmas 2 and 3, and their errata.

The oracle is a loop over single outputs in 40-digit arithmetic; searches that do not know the answer stand beside it.
"""

import mpmath
import numpy as np
import pytest
import scipy.optimize
import sympy
import torch
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper import certify
from grpo_paper.divergence import kl, renyi
from grpo_paper.elementary import exp, logit, sigmoid
from grpo_paper.fixed_points import fixed_points
from grpo_paper.objective import clipped_objective, regularized_objective
from grpo_paper.policy import (
    conditional,
    geometric_mean,
    log_partition,
    normalize,
    policy_step,
    renyi_correction,
    success_logit,
    tilt,
)
from grpo_paper.success_map import h, log_odds_step
from grpo_paper.variants import DR_GRPO, GRPO, MIRROR_DR_GRPO, MIRROR_GRPO, two_kl, two_kl_dr

VARIANTS = [GRPO, MIRROR_GRPO, two_kl(0.3), DR_GRPO, MIRROR_DR_GRPO, two_kl_dr(0.3)]
SEEDS = range(20)
# Scores and log-ratios here stay below 40; some tens of rounded operations on them leave a few 1e-14.
ROUNDING = 1e-12


def random_case(seed, outputs=7):
    """Reward, reference, previous policy, beta, eps; at least one output right and one wrong."""
    rng = np.random.default_rng(seed)
    reward = rng.permutation([1, 0, *rng.integers(0, 2, outputs - 2)])
    reference, previous = rng.dirichlet(np.ones(outputs), size=2)
    return reward, reference, previous, 10 ** rng.uniform(-0.3, 1), 10 ** rng.uniform(-5, -1)


def slow_step(previous, reference, reward, beta, eps, variant):
    """The update as the theorems print it, output by output, in 40 digits."""
    with mpmath.workdps(40):
        p = mpmath.fsum(x for x, r in zip(previous, reward, strict=True) if r == 1) / mpmath.fsum(previous)
        scale = 1 / mpmath.sqrt(p * (1 - p) + mpmath.mpf(eps)) if variant.normalization is GRPO.normalization else 1
        weights = []
        for x, y, r in zip(previous, reference, reward, strict=True):
            anchor = mpmath.mpf(y) ** mpmath.mpf(variant.alpha) * mpmath.mpf(x) ** (1 - mpmath.mpf(variant.alpha))
            weights.append(anchor * mpmath.exp((r - p) * scale / mpmath.mpf(beta)))
        return [w / mpmath.fsum(weights) for w in weights]


def distance(log_policy, slow):
    """Largest relative error in a probability."""
    return max(abs(mpmath.exp(float(x)) / y - 1) for x, y in zip(log_policy, slow, strict=True))


def simplex_optimum(objective, gradient, start):
    """SciPy's SLSQP over the simplex; it sees the objective only."""
    return scipy.optimize.minimize(
        lambda x: -objective(x),
        start,
        jac=lambda x: -gradient(x),
        bounds=[(1e-12, 1)] * len(start),
        constraints={"type": "eq", "fun": lambda x: x.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    ).x


def reweighted(reference, reward, L):
    """The reference with log-odds of success L and its own proportions within successes and within failures."""
    return normalize(np.log(reference) + (L - success_logit(np.log(reference), reward)) * reward)


class TestTheorem1:
    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("make", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
    def test_against_the_printed_policy(self, seed, make):
        reward, reference, previous, beta, eps = random_case(seed)
        step = policy_step(make(np.log(previous)), make(np.log(reference)), make(reward), beta, eps)
        assert distance(step, slow_step(previous, reference, reward, beta, eps, GRPO)) < ROUNDING

    @pytest.mark.parametrize("seed", SEEDS)
    def test_certificate(self, seed):
        reward, reference, previous, beta, eps = random_case(seed)
        p = previous[reward == 1].sum()
        scores = (reward - p) / np.sqrt(p * (1 - p) + eps)
        star = policy_step(np.log(previous), np.log(reference), reward, beta, eps)
        ceiling = beta * log_partition(p, reference[reward == 1].sum(), beta, eps)
        assert abs(regularized_objective(star, np.log(reference), scores, beta) - ceiling) < 100 * ROUNDING
        for rival in np.random.default_rng(seed).dirichlet(np.ones(7), size=20):
            gap = ceiling - regularized_objective(np.log(rival), np.log(reference), scores, beta)
            assert gap > 0
            assert abs(gap - beta * kl(np.log(rival), star)) < 100 * ROUNDING  # beta <= 10 multiplies the rounding

    @pytest.mark.parametrize("seed", range(5))
    def test_an_optimiser_finds_it(self, seed):
        reward, reference, previous, beta, eps = random_case(seed)
        p = previous[reward == 1].sum()
        scores = (reward - p) / np.sqrt(p * (1 - p) + eps)
        found = simplex_optimum(
            lambda x: x @ scores - beta * (x @ np.log(x / reference)),
            lambda x: scores - beta * (np.log(x / reference) + 1),
            reference,
        )
        step = np.exp(policy_step(np.log(previous), np.log(reference), reward, beta, eps))
        # Pinsker: an objective 1e-12 short of the maximum is at most sqrt(1e-12 / 2 beta) away in total variation.
        assert np.abs(found - step).sum() / 2 < np.sqrt(1e-12 / (2 * beta))

    def test_log_partition_in_every_number_type(self, number):
        values = {"p": "0.2", "p_ref": "0.3", "beta": "0.7", "eps": "0.001"}
        with mpmath.workdps(40):
            p, p_ref, beta, eps = (mpmath.mpf(x) for x in values.values())
            root = mpmath.sqrt(p * (1 - p) + eps)
            Z = p_ref * mpmath.exp((1 - p) / root / beta) + (1 - p_ref) * mpmath.exp(-p / root / beta)
            read = number.read(log_partition(*map(number.make, values.values())))
            assert abs(read - mpmath.log(Z)) < mpmath.mpf("1e-14")  # four terms of size 3 in float64

    def test_log_partition_is_the_printed_one(self):
        p, p_ref, beta, eps = sympy.symbols("p p_ref beta eps", positive=True)
        root = sympy.sqrt(p * (1 - p) + eps)
        Z = p_ref * sympy.exp((1 - p) / (root * beta)) + (1 - p_ref) * sympy.exp(-p / (root * beta))
        assert sympy.simplify(sympy.exp(log_partition(p, p_ref, beta, eps)) - Z) == 0

    def test_certified_gain_over_the_reference(self):
        # J(pi*) = beta log Z exceeds J(pi_ref) = (p_ref - p) Omega on a whole box, p = p_ref included.
        beta, eps = arb("0.7"), arb("0.01")

        def gain(p, p_ref):
            score = (p_ref - p) / (p * (1 - p) + eps).sqrt()
            return beta * log_partition(p, p_ref, beta, eps) - score

        assert certify.positive(gain, ("0.1", "0.9"), ("0.1", "0.9")) is certify.Verdict.TRUE

    @pytest.mark.parametrize("clip", [0.1, 0.2, 0.28, 0.5])
    def test_with_clipping_it_is_not_the_maximiser(self, clip):
        reward, reference = np.array([1, 1, 0, 0]), np.array([0.1, 0.2, 0.3, 0.4])
        ref = np.log(reference)
        free = policy_step(ref, ref, reward, 0.5, 1e-5)
        # Failures brought down to the ratio 1 - clip, and no further, do better than the tilt.
        modest = np.log(np.where(reward == 0, (1 - clip) * reference, reference * (1 + clip * 0.7 / 0.3)))
        values = [clipped_objective(x, ref, ref, reward, 0.5, clip, 1e-5) for x in (modest, free)]
        assert values[0] > values[1] + 0.1

    def test_in_a_restricted_class_the_nearest_to_the_tilt_is_best(self):
        reward, reference = np.array([1, 0, 0]), np.array([0.3, 0.3, 0.4])
        star = policy_step(np.log(reference), np.log(reference), reward, 1.0, 1e-5)
        scores = (reward - 0.3) / np.sqrt(0.21 + 1e-5)
        shares = np.linspace(0.01, 0.99, 99)
        tied = np.log(np.stack([shares / 2, shares / 2, 1 - shares], axis=-1))  # outputs 1 and 2 share a logit
        values = regularized_objective(tied, np.log(reference), scores, 1.0)
        assert values.argmax() == kl(tied, star).argmin()
        assert values.max() < log_partition(0.3, 0.3, 1.0, 1e-5) - 0.1

    def test_at_negative_beta_it_is_the_minimiser(self):
        reward, reference = np.array([1, 0, 0]), np.log([0.2, 0.3, 0.5])
        scores = np.array([2.0, -0.5, -0.5])
        lowest = regularized_objective(tilt(reference, scores, -1.0), reference, scores, -1.0)
        rivals = np.log(np.random.default_rng(0).dirichlet(np.ones(3), size=100))
        assert (regularized_objective(rivals, reference, scores, -1.0) > lowest).all()
        assert success_logit(tilt(reference, scores, -1.0), reward) < success_logit(reference, reward)

    def test_what_the_reference_lacks_stays_absent(self):
        with np.errstate(divide="ignore"):
            reference = np.log([0.0, 0.4, 0.6])
        step = policy_step(np.log([0.5, 0.25, 0.25]), reference, np.array([1, 0, 0]), 0.1, 1e-5)
        np.testing.assert_allclose(np.exp(step), [0, 0.4, 0.6], atol=1e-15)

    def test_scores_that_follow_the_policy_teach_nothing(self):
        # Whitened by the policy's own success rate, the expected score is 0: the maximiser would be the anchor.
        for policy in np.random.default_rng(0).dirichlet(np.ones(4), size=20):
            p = policy[:2].sum()
            scores = (np.array([1, 1, 0, 0]) - p) / np.sqrt(p * (1 - p) + 1e-5)
            assert abs(policy @ scores) < 1e-14


class TestTheorem4:
    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("variant", [MIRROR_GRPO, MIRROR_DR_GRPO], ids=lambda v: v.name)
    def test_against_the_printed_policy(self, seed, variant):
        reward, reference, previous, beta, eps = random_case(seed)
        step = policy_step(np.log(previous), np.log(reference), reward, beta, eps, variant)
        assert distance(step, slow_step(previous, reference, reward, beta, eps, variant)) < ROUNDING

    def test_five_steps_tilt_the_start_by_the_sum_of_the_scores(self):
        reward, reference, _, beta, eps = random_case(3)
        policy, total = np.log(reference), np.zeros(7)
        for _ in range(5):
            p = np.exp(policy)[reward == 1].sum()
            total += (reward - p) / np.sqrt(p * (1 - p) + eps)
            policy = policy_step(policy, np.log(reference), reward, beta, eps, MIRROR_GRPO)
        direct = reference * np.exp(total / beta)
        np.testing.assert_allclose(np.exp(policy), direct / direct.sum(), rtol=ROUNDING)

    def test_log_odds(self):
        reward, reference, previous, beta, eps = random_case(4)
        p = previous[reward == 1].sum()
        step = policy_step(np.log(previous), np.log(reference), reward, beta, eps, MIRROR_GRPO)
        expected = np.log(p / (1 - p)) + 1 / np.sqrt(p * (1 - p) + eps) / beta
        assert abs(success_logit(step, reward) - expected) < ROUNDING

    def test_anchored_at_the_reference_it_is_another_policy(self):
        reward, reference, previous, beta, eps = random_case(5)
        slow = slow_step(previous, reference, reward, beta, eps, MIRROR_GRPO)
        assert distance(policy_step(np.log(previous), np.log(reference), reward, beta, eps, GRPO), slow) > 0.1


class TestTheorem8:
    """With E12: both displays have 1/beta."""

    @pytest.mark.parametrize("seed", range(5))
    def test_any_weights_and_anchor(self, seed):
        rng = np.random.default_rng(seed)
        reward, anchor = np.array([1, 1, 0, 0, 0]), rng.dirichlet(np.ones(5) * 2)
        plus, minus, beta = *rng.normal(size=2), rng.uniform(0.3, 3)
        scores = np.where(reward == 1, plus, -minus)
        found = simplex_optimum(
            lambda x: x @ scores - beta * (x @ np.log(x / anchor)),
            lambda x: scores - beta * (np.log(x / anchor) + 1),
            anchor,
        )
        star = tilt(np.log(anchor), scores, beta)
        assert np.abs(found - np.exp(star)).sum() / 2 < np.sqrt(1e-12 / (2 * beta))  # Pinsker, as above
        step = success_logit(star, reward) - success_logit(np.log(anchor), reward)
        assert abs(step - (plus + minus) / beta) < ROUNDING

    def test_scores_need_not_be_binary(self):
        anchor, scores = np.array([0.2, 0.3, 0.5]), np.array([1.0, -2.0, 0.5])
        direct = anchor * np.exp(scores / 0.7)
        np.testing.assert_allclose(np.exp(tilt(np.log(anchor), scores, 0.7)), direct / direct.sum(), rtol=1e-14)

    @pytest.mark.parametrize("beta", [0.2, 0.5, 2.0, 5.0])
    def test_e12_without_one_over_beta_it_is_no_maximiser(self, beta):
        anchor, scores, reward = np.log([0.2, 0.3, 0.5]), np.array([1.5, -0.5, -0.5]), np.array([1, 0, 0])
        printed, star = normalize(anchor + scores), tilt(anchor, scores, beta)
        values = [regularized_objective(x, anchor, scores, beta) for x in (printed, star)]
        assert values[1] > values[0] + 0.01
        step = success_logit(star, reward) - success_logit(anchor, reward)
        assert abs(step - 2.0 / beta) < ROUNDING
        assert abs(step - 2.0) > 0.5

    def test_e12_at_beta_one_both_agree(self):
        anchor, scores = np.log([0.2, 0.3, 0.5]), np.array([1.5, -0.5, -0.5])
        np.testing.assert_allclose(normalize(anchor + scores), tilt(anchor, scores, 1.0), atol=1e-15)


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


class TestE19:
    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize(("whitened", "mean_only"), list(zip(VARIANTS[:3], VARIANTS[3:], strict=True)))
    def test_whole_policies_agree(self, seed, whitened, mean_only):
        reward, reference, previous, beta, eps = random_case(seed)
        p = previous[reward == 1].sum()
        effective = beta * np.sqrt(p * (1 - p) + eps)
        step = policy_step(np.log(previous), np.log(reference), reward, effective, eps, mean_only)
        assert distance(step, slow_step(previous, reference, reward, beta, eps, whitened)) < ROUNDING

    def test_the_effective_beta_belongs_to_the_previous_policy(self):
        reward, reference, previous, beta, eps = np.array([1, 0]), np.array([0.1, 0.9]), np.array([0.5, 0.5]), 1.0, 1e-5
        slow = slow_step(previous, reference, reward, beta, eps, GRPO)
        for p, agrees in ((0.5, True), (0.1, False)):  # 0.1: that of the first step, kept for the second
            effective = beta * np.sqrt(p * (1 - p) + eps)
            step = policy_step(np.log(previous), np.log(reference), reward, effective, eps, DR_GRPO)
            assert (distance(step, slow) < ROUNDING) == agrees

    def test_success_is_h(self):
        reward, reference, previous, beta, eps = random_case(2)
        p, p_ref = previous[reward == 1].sum(), reference[reward == 1].sum()
        effective = beta * np.sqrt(p * (1 - p) + eps)
        step = policy_step(np.log(previous), np.log(reference), reward, effective, eps, DR_GRPO)
        assert abs(exp(step)[reward == 1].sum() - h(p, p_ref, beta, eps)) < ROUNDING
