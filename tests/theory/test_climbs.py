"""What each method maximises, against numerical derivatives, quadrature, grids and whole policies."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.stats import binom

from grpo_paper.theory import zoo
from grpo_paper.theory.climbs import climbed, coin_kl, objective
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fate import fate
from grpo_paper.theory.fixed_points import bifurcation_curve, fixed_points
from grpo_paper.theory.groups import group_Omega, group_potential
from grpo_paper.theory.success_map import log_odds_step, trajectory
from grpo_paper.theory.variants import MIRROR_GRPO, Variant, two_kl
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED
from tests.policies import random_case, reweighted, success

EPS = 1e-3
# Ω once more, by hand.
PUSHES = (
    (WHITENED, lambda p: 1 / math.sqrt(p * (1 - p) + EPS)),
    (MEAN_ONLY, lambda p: 1.0),
    (zoo.MAXRL, lambda p: 1 / p),
    (zoo.DISCO, lambda p: 1 / p + 1 / (1 - p)),
    (zoo.pass_at_k(4), lambda p: 4 * (1 - p) ** 3),
    (zoo.pass_at_k_training(4), lambda p: (1 - p) ** 3 / math.sqrt((1 - p) ** 4 * (1 - (1 - p) ** 4))),
    (zoo.risk_sensitive(2.0), lambda p: (math.e**2 - 1) / 2 / (1 + p * (math.e**2 - 1))),
)
NAMES = [weighting.name for weighting, _ in PUSHES]


def slow_objective(p, p_ref, beta, push):
    """J less its value at the reference, by quadrature and from the definition of the divergence."""
    gain, error = quad(push, p_ref, p, epsabs=1e-12, epsrel=1e-12)
    assert error < 1e-9
    return gain - beta * (p * math.log(p / p_ref) + (1 - p) * math.log((1 - p) / (1 - p_ref)))


def cells(count, seed=0):
    rng = np.random.default_rng(seed)
    return 10 ** rng.uniform(-4, -0.1, count), 10 ** rng.uniform(-1, 1, count), 10 ** rng.uniform(-5, -1, count)


class TestB18:
    @pytest.mark.parametrize(("weighting", "push"), PUSHES, ids=NAMES)
    def test_by_quadrature(self, weighting, push) -> None:
        for p, p_ref, beta in ((0.7, 0.2, 1.3), (0.02, 0.3, 0.4), (0.97, 0.6, 5.0)):
            L, L_ref = logit(p), logit(p_ref)
            told = objective(L, L_ref, beta, EPS, weighting) - objective(L_ref, L_ref, beta, EPS, weighting)
            # The quadrature is good to 1e-9.
            assert told == pytest.approx(slow_objective(p, p_ref, beta, push), abs=1e-9)

    @pytest.mark.parametrize(("weighting", "push"), PUSHES, ids=NAMES)
    @pytest.mark.parametrize("alpha", [1.0, 0.3, 0.0])
    def test_an_update_is_a_step_up_it_of_size_one_over_beta(self, weighting, push, alpha) -> None:
        for p, p_ref, beta in ((0.6, 0.2, 1.3), (0.05, 0.3, 0.7)):
            step = 1e-5
            J = [slow_objective(p + s, p_ref, alpha * beta, push) for s in (step, -step)]
            L, L_ref = logit(p), logit(p_ref)
            moved = log_odds_step(L, L_ref, beta, EPS, Variant(weighting, alpha)) - L
            # Differences of step 1e-5 of values good to 1e-14 or so, over slopes below 20.
            assert moved == pytest.approx((J[0] - J[1]) / (2 * step) / beta, abs=1e-6)

    def test_its_maxima_and_minima_are_the_fixed_points(self) -> None:
        """Every turn of J on a fine grid of log-odds; those of slope below 1 are the maxima."""
        seen = set()
        for p_ref, beta, eps in zip(*cells(150), strict=True):
            top = min(logit(p_ref) + 1 / (beta * math.sqrt(eps)) + 1, 30.0)  # beyond, J is flat in floats
            L = np.linspace(logit(p_ref) - 1, top, 60_001)
            p, q = 1 / (1 + np.exp(-L)), 1 / (1 + np.exp(L))
            slope = p * q * (1 / np.sqrt(p * q + eps) - beta * (L - logit(p_ref)))  # dJ/dL, by hand
            change = np.flatnonzero(np.diff(np.sign(slope)))
            kinds = np.sign(slope[change])  # +1: J rises, then falls
            found = fixed_points(p_ref, beta, eps)
            inside = found.logit[found.logit < top - 1e-3]
            assert len(inside) == len(change)
            np.testing.assert_allclose(inside, L[change], atol=2 * (L[1] - L[0]))
            assert np.array_equal(kinds > 0, found.slope[: len(inside)] < 1)
            seen.add((len(inside), bool(np.any(found.slope < -1))))
        assert {(1, False), (3, False)} <= seen
        assert any(flips for _, flips in seen)  # also where the maximum repels

    def test_at_a_fold_it_is_level_and_rises_on_both_sides(self) -> None:
        """Dropped: a slope other than 1. J' touches 0 from above or below and does not change sign."""
        for L in (0.8, 3.0, 6.0):
            beta, L_ref = bifurcation_curve(L, 1e-5)
            force = [log_odds_step(L + s, L_ref, beta, 1e-5) - (L + s) for s in (-1e-3, 0.0, 1e-3)]
            assert abs(force[1]) < 1e-12 * abs(L_ref)
            assert force[0] * force[2] > 0

    def test_at_a_flip_it_is_a_maximum_like_any_other(self) -> None:
        for L in (-0.8, -3.0, -6.0):
            beta, L_ref = bifurcation_curve(L, 1e-5)
            J = [objective(L + s, L_ref, beta, 1e-5) for s in (-1e-2, 0.0, 1e-2)]
            assert J[1] > max(J[0], J[2])

    @pytest.mark.parametrize(("weighting", "push"), PUSHES, ids=NAMES)
    def test_what_an_update_gains(self, weighting, push) -> None:
        """β kl(p‖p₁) and what F has above its tangent at p."""
        for p, p_ref, beta in ((0.6, 0.2, 1.3), (0.05, 0.3, 9.0), (0.4, 0.9, 3.0)):
            L, L_ref = logit(p), logit(p_ref)
            after = log_odds_step(L, L_ref, beta, EPS, Variant(weighting, 1))
            p_1 = float(sigmoid(after))
            gain = objective(after, L_ref, beta, EPS, weighting) - objective(L, L_ref, beta, EPS, weighting)
            above, _ = quad(lambda x, p=p: push(x) - push(p), p, p_1)
            told = beta * (p * math.log(p / p_1) + (1 - p) * math.log((1 - p) / (1 - p_1))) + above
            assert gain == pytest.approx(told, abs=1e-7)

    def test_it_rises_where_no_fixed_point_is_passed(self) -> None:
        p_ref, beta, eps = cells(4000, 1)
        L_ref = logit(p_ref)
        rng = np.random.default_rng(2)
        L = rng.uniform(-8, 8, len(beta))
        after = log_odds_step(L, L_ref, beta, eps)
        roots = fixed_points(p_ref, beta, eps).logit
        low, high = np.minimum(L, after)[:, None], np.maximum(L, after)[:, None]
        passes = np.any((roots > low) & (roots < high), axis=-1)
        gain = objective(after, L_ref, beta, eps) - objective(L, L_ref, beta, eps)
        # Rounding: values of at most some β · 20, each off by a few 1e-16.
        assert np.all(gain[~passes] > -1e-13 * (1 + beta[~passes]))
        assert np.any(gain[passes] < -1)  # dropped
        rises = (L >= 0) & (after >= 0)  # Ω rises there, F is convex, and the update passes nothing
        least = beta * coin_kl(L, np.minimum(after, 700))
        assert not np.any(passes & rises)
        assert np.all(gain[rises] > (least - 1e-13 * (1 + beta))[rises])

    def test_near_a_fixed_point_it_rises_exactly_if_the_slope_is_below_one_in_size(self) -> None:
        for p_ref, beta in ((0.2, 1.0), (0.2, 5.0), (1e-3, 3.0), (1e-4, 5.0)):
            found, L_ref = fixed_points(p_ref, beta, 1e-5), logit(p_ref)
            L = found.logit[0] + 1e-3
            after = log_odds_step(L, L_ref, beta, 1e-5)
            gain = objective(after, L_ref, beta, 1e-5) - objective(L, L_ref, beta, 1e-5)
            assert (gain > 0) == (abs(found.slope[0]) < 1)

    def test_a_jump_can_go_far_down(self) -> None:
        L = trajectory(1e-4, 5.0, 1e-5, 12).logit
        assert fate(1e-4, 5.0, 1e-5).verdict == "top"
        J = objective(L, L[0], 5.0, 1e-5)
        assert J[-1] - J[0] < -40

    @pytest.mark.parametrize(
        ("p_ref", "beta", "verdict"), [(0.2, 1.0, "lowest"), (1e-3, 3.0, "never"), (1e-4, 5.0, "top")]
    )
    def test_small_steps_end_on_the_lowest_maximum_whatever_the_updates_do(self, p_ref, beta, verdict) -> None:
        assert fate(p_ref, beta, 1e-5).verdict == verdict
        L_ref = logit(p_ref)

        def speed(_, L):
            v = 1 / (2 + 2 * np.cosh(L))
            return 1 / np.sqrt(v + 1e-5) - beta * (L - L_ref)

        path = solve_ivp(speed, (0, 40 / beta), [L_ref], method="Radau", rtol=1e-9, atol=1e-9)
        # The speed falls by e^{−40(1 − slope)} at least, with slopes below 0.4 here.
        assert path.y[0, -1] == pytest.approx(fixed_points(p_ref, beta, 1e-5).logit[0], abs=1e-6)
        J = objective(path.y[0], L_ref, beta, 1e-5)
        assert np.all(np.diff(J) > -1e-12)

    def test_the_best_policy_of_a_success_rate_is_the_reweighted_reference(self) -> None:
        rng = np.random.default_rng(3)
        for seed in range(20):
            reward, reference, _, _, _ = random_case(seed)
            policy = rng.dirichlet(np.ones(len(reward)))
            L, L_ref = (logit(float(success(x, reward))) for x in (policy, reference))
            divergence = float((policy * np.log(policy / reference)).sum())
            assert divergence > coin_kl(L, L_ref)
            same = np.exp(reweighted(reference, reward, L))
            assert float((same * np.log(same / reference)).sum()) == pytest.approx(coin_kl(L, L_ref), abs=1e-13)

    def test_gradient_ascent_over_all_policies_ends_where_the_recursion_rests(self) -> None:
        """The objective of whole policies, F(p) − β KL, knows logits alone; both maxima of one setting."""
        p_ref, beta = 0.2, 1.0
        reward, reference = np.array([1, 1, 0, 0, 0]), np.array([0.15, 0.05, 0.4, 0.3, 0.1])
        found = fixed_points(p_ref, beta, 1e-2)
        assert found.count == 3
        for start, end in ((0.0, 0), (found.logit[1] - 0.2, 0), (found.logit[1] + 0.2, 2)):
            theta = np.log(reference) + start * reward - (logit(p_ref) if start else 0) * reward
            theta = theta + 0.3 * np.array([1, -1, 1, 0, -1])
            for _ in range(6000):
                policy = np.exp(theta - theta.max())
                policy /= policy.sum()
                p = policy[reward == 1].sum()
                along = reward / np.sqrt(p * (1 - p) + 1e-2) - beta * np.log(policy / reference)
                theta = theta + 0.05 * (along - policy @ along)  # natural gradient
            assert np.log(p / (1 - p)) == pytest.approx(found.logit[end], abs=1e-6)
            np.testing.assert_allclose(policy, np.exp(reweighted(reference, reward, found.logit[end])), rtol=1e-5)

    def test_a_push_that_never_rises_leaves_one_maximum(self) -> None:
        p = np.linspace(0.001, 0.999, 999)
        for weighting in (MEAN_ONLY, zoo.MAXRL, zoo.pass_at_k(4), zoo.pass_at_k_training(3), zoo.risk_sensitive(2.0)):
            assert np.all(np.diff(objective(logit(p), -2.0, 0.1, 0.0, weighting), 2) < 0)
        assert np.any(np.diff(objective(logit(p), -2.0, 0.1, 0.0, WHITENED), 2) > 0)  # dropped

    def test_without_a_reference_it_is_the_mirrors(self) -> None:
        L = trajectory(0.01, 3.0, EPS, 12, MIRROR_GRPO).logit
        J = objective(L, 5.0, 0.0, EPS)  # strength 0, from whatever reference
        assert np.all(np.diff(J) > 0)
        assert np.array_equal(J, climbed(L, EPS))

    def test_two_kl_has_the_objective_of_strength_alpha_beta(self) -> None:
        found = fixed_points(0.2, 6.0, EPS, two_kl(0.3))
        J = [objective(found.logit[0] + s, logit(0.2), 1.8, EPS) for s in (-1e-2, 0.0, 1e-2)]
        assert J[1] > max(J[0], J[2])
        other = objective(found.logit[0] + 1e-2, logit(0.2), 6.0, EPS) - objective(found.logit[0], logit(0.2), 6.0, EPS)
        assert abs(other) > 1e-3  # at strength β it is not level there

    def test_the_divergence_at_the_lowest_maximum_is_bounded(self) -> None:
        """At most (F(p*) − F(p_ref))/β, which is below π/β for whitening."""
        p_ref, beta, eps = cells(2000, 4)
        lowest = fixed_points(p_ref, beta, eps).logit[:, 0]
        assert np.all(beta * coin_kl(np.minimum(lowest, 700), logit(p_ref)) < math.pi)
        top = fixed_points(1e-4, 5.0, 1e-5).logit[2]  # dropped: the lowest
        assert 5 * coin_kl(top, logit(1e-4)) > 10 * math.pi

    def test_where_it_is_not_known(self) -> None:
        told = "GRPO-LEAD is outside .* closed form, as its potential; integrate its push over the success rate$"
        with pytest.raises(ValueError, match=told):
            objective(0.0, 0.0, 1.0, 1e-5, zoo.LEAD)


class TestGroups:
    @pytest.mark.parametrize("weighting", [WHITENED, MEAN_ONLY, zoo.RLOO, zoo.MAXRL, zoo.pass_at_k(3), zoo.DISCO])
    def test_its_derivative_is_the_mean_push(self, weighting) -> None:
        p, step = np.array([0.05, 0.4, 0.9]), 1e-5
        ahead, behind = (group_potential(p + s, EPS, 7, weighting) for s in (step, -step))
        # A polynomial of degree 7: differences err by step² times some hundreds.
        np.testing.assert_allclose((ahead - behind) / (2 * step), group_Omega(p, EPS, 7, weighting), rtol=1e-6)

    def test_it_is_the_mean_of_a_score_over_all_groups(self) -> None:
        size, p = 5, 0.3
        scores = [0.0]
        for s in range(size):
            scores.append(scores[-1] + WHITENED.advantages(s + 1, size, EPS)[0] - WHITENED.advantages(s, size, EPS)[1])
        mean = 0.0
        for rewards in itertools.product((0, 1), repeat=size):
            mean += math.prod(p if r else 1 - p for r in rewards) * scores[sum(rewards)] / size
        assert group_potential(p, EPS, size) == pytest.approx(mean, rel=1e-13)

    def test_the_scores_of_some(self) -> None:
        """PKPO: the unbiased estimate of pass@k. RLOO: the share of successes. MaxRL: harmonic numbers less 1/G."""
        size, p = 9, 0.23
        chance = binom.pmf(np.arange(size + 1), size, p)
        cases = (
            (zoo.pass_at_k(4), [1 - math.comb(size - s, 4) / math.comb(size, 4) for s in range(size + 1)]),
            (zoo.RLOO, [s / size for s in range(size + 1)]),
            (zoo.MAXRL, [0, *(sum(1 / j for j in range(1, s + 1)) - 1 / size for s in range(1, size + 1))]),
        )
        for weighting, scores in cases:
            assert group_potential(p, 0.0, size, weighting) == pytest.approx(chance @ scores, rel=1e-12)

    def test_of_many_it_is_what_the_method_climbs(self) -> None:
        p = np.array([0.2, 0.5, 0.8])
        told = np.diff(climbed(logit(p), EPS))
        # Ω_G differs from Ω by terms of the order of 1/G.
        np.testing.assert_allclose(np.diff(group_potential(p, EPS, 300)), told, rtol=1e-2)


class TestBatches:
    """Weightings that look at the whole batch: is the mean push over its prompts a gradient?"""

    @staticmethod
    def curl(weighting) -> float:
        p, step = np.array([0.1, 0.3, 0.8]), 1e-6

        def push(p):
            return weighting.push(p, 1 - p, 0.0)

        e = np.eye(3) * step
        jacobian = np.array([(push(p + row) - push(p - row)) / (2 * step) for row in e])
        return float(abs(jacobian - jacobian.T).max())

    def test_those_of_the_mean_rate_are(self) -> None:
        assert self.curl(zoo.BATCH_DEVIATION) < 1e-8
        assert self.curl(zoo.BATCH_RATE) < 1e-8

    def test_that_of_the_mean_variance_is_not(self) -> None:
        assert self.curl(zoo.PROMPT_DEVIATION) > 0.5
