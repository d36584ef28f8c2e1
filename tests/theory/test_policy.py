"""Whole policies on a finite set of outputs: Theorems 1, 4, 8 and 9, Lemmas 2 and 3, and their errata.

The oracle is a loop over single outputs in 40-digit arithmetic; searches that do not know the answer stand beside it.
"""

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb

from grpo_paper import certify
from grpo_paper.theory.divergence import kl
from grpo_paper.theory.elementary import exp
from grpo_paper.theory.objective import clipped_objective, regularized_objective
from grpo_paper.theory.policy import (
    log_partition,
    normalize,
    policy_step,
    success_logit,
    tilt,
)
from grpo_paper.theory.success_map import h
from grpo_paper.theory.variants import DR_GRPO, GRPO, MIRROR_DR_GRPO, MIRROR_GRPO
from tests.extra import torch
from tests.policies import ROUNDING, SEEDS, VARIANTS, distance, random_case, simplex_optimum, slow_step


class TestTheorem1:
    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("make", [np.asarray, lambda x: torch.as_tensor(x)], ids=["numpy", "torch"])
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
