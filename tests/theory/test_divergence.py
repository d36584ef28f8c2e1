"""Distances between policies: against loops over single outputs, then Assumption 1 and Theorem 10."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper.theory.divergence import kl, renyi, total_variation
from grpo_paper.theory.fixed_points import fixed_points
from grpo_paper.theory.policy import policy_step
from grpo_paper.theory.success_map import h, trajectory
from tests.extra import torch

# A dozen rounded products and sums of numbers of size 1, log-ratios up to 10: a few 1e-15.
ROUNDING = 1e-13
PAIRS = [
    ([0.5, 0.3, 0.2], [0.2, 0.2, 0.6]),
    ([1.0, 0.0, 0.0], [0.4, 0.6, 0.0]),  # outputs that P, or both, never give
    ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]),  # and one that Q lacks
    ([0.5, 0.5, 0.0], [0.0, 0.0, 1.0]),  # nothing in common
    ([1 / 3, 1 / 3, 1 / 3], [1 / 3, 1 / 3, 1 / 3]),
]


def log(values):
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(values, dtype=float))


def slow_kl(P, Q):
    total = 0.0
    for x, y in zip(P, Q, strict=True):
        if x > 0:
            total += x * math.log(x / y) if y > 0 else math.inf
    return total


def slow_renyi(P, Q, alpha):
    overlap = sum(x**alpha * y ** (1 - alpha) for x, y in zip(P, Q, strict=True) if x > 0 and y > 0)
    return math.log(overlap) / (alpha - 1) if overlap > 0 else math.inf


def slow_total_variation(P, Q):
    """The definition: the largest difference over every event."""
    events = product([0, 1], repeat=len(P))
    return max(sum(e * (x - y) for e, x, y in zip(event, P, Q, strict=True)) for event in events)


@pytest.mark.parametrize("make", [log, lambda values: torch.from_numpy(log(values))], ids=["numpy", "torch"])
@pytest.mark.parametrize(("P", "Q"), PAIRS)
class TestAgainstLoops:
    def test_kl(self, make, P, Q):
        assert float(kl(make(P), make(Q))) == pytest.approx(slow_kl(P, Q), abs=ROUNDING)

    @pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
    def test_renyi(self, make, P, Q, alpha):
        assert float(renyi(make(P), make(Q), alpha)) == pytest.approx(slow_renyi(P, Q, alpha), abs=ROUNDING)

    def test_total_variation(self, make, P, Q):
        assert float(total_variation(make(P), make(Q))) == pytest.approx(slow_total_variation(P, Q), abs=ROUNDING)


class TestDivergences:
    def test_batches_broadcast(self):
        P, Q = np.random.default_rng(0).dirichlet(np.ones(5), size=(2, 3, 1))[0], [0.2] * 5
        for function, slow in ((kl, slow_kl), (total_variation, slow_total_variation)):
            together = function(log(P), log(Q))
            assert together.shape == (3, 1)
            np.testing.assert_allclose(together[:, 0], [slow(row[0], Q) for row in P], atol=ROUNDING)

    def test_renyi_tends_to_kl(self):
        P, Q = PAIRS[0]
        for gap in (1e-3, 1e-4, 1e-5):
            # The derivative of D in alpha is half the variance of log P/Q (about 0.3 here); rounding is u/gap.
            assert abs(float(renyi(log(P), log(Q), 1 - gap)) - slow_kl(P, Q)) < gap

    def test_mass_far_below_the_smallest_float(self):
        # The policies put as little as e^-30000 on failures: probabilities vanish, log-probabilities do not.
        P, Q = np.array([0.0, -30_000.0]), np.array([0.0, -20_000.0])
        assert float(kl(Q, P)) == 0.0
        Q = np.log([0.5, 0.5])
        assert float(kl(Q, P)) == pytest.approx(math.log(0.5) + 15_000, rel=1e-15)
        lacking = np.array([0.0, -np.inf])
        assert float(kl(P, lacking)) == np.inf
        assert float(kl(lacking, P)) == 0

    @given(st.lists(st.floats(-30, 0), min_size=4, max_size=4), st.lists(st.floats(-30, 0), min_size=4, max_size=4))
    def test_pinsker(self, a, b):
        P, Q = (np.exp(x) / np.exp(x).sum() for x in (np.array(a), np.array(b)))
        assert 2 * total_variation(log(P), log(Q)) ** 2 <= kl(log(P), log(Q)) + ROUNDING


P_REF, BETA, EPS = 0.3, 2.0, 0.01
REWARD = np.array([1, 1, 0, 0, 0])
REFERENCE = np.array([0.1, 0.2, 0.3, 0.15, 0.25])
STEPS = 60


def exact_iterates():
    policies = [REFERENCE]
    for _ in range(STEPS):
        policies.append(np.exp(policy_step(np.log(policies[-1]), np.log(REFERENCE), REWARD, BETA, EPS)))
    return np.array(policies)


def success(policies):
    return policies[..., REWARD == 1].sum(-1)


def to_failure(policy, mass):
    return policy * np.where(REWARD == 1, 1 - mass / success(policy), 1 + mass / (1 - success(policy)))


class TestTheorem10:
    exact = exact_iterates()
    p_star = float(fixed_points(P_REF, BETA, EPS).p[0])

    def test_premise(self):
        # At slope 0.03 sixty steps leave nothing but rounding.
        assert abs(success(self.exact)[-1] - self.p_star) < 1e-14

    @given(st.integers(0, 10**6), st.floats(0.01, 0.9))
    def test_random_errors_within_the_assumption(self, seed, budget):
        rng = np.random.default_rng(seed)
        delta = budget * rng.dirichlet(np.ones(STEPS))
        distance = 0.0
        for n in range(1, STEPS + 1):
            target = rng.dirichlet(np.full(5, 0.1))
            apart = np.abs(target - self.exact[n]).sum() / 2
            share = min(1, (distance + delta[n - 1]) / apart)
            policy = (1 - share) * self.exact[n] + share * target
            distance = np.abs(policy - self.exact[n]).sum() / 2
            assert abs(success(policy) - success(self.exact[n])) <= delta[:n].sum() + ROUNDING
        assert abs(success(policy) - self.p_star) <= budget + ROUNDING

    def test_attained(self):
        budget = 0.3
        delta = budget / 2.0 ** np.arange(1, STEPS + 1)
        policies = [to_failure(x, used) for x, used in zip(self.exact[1:], np.cumsum(delta), strict=True)]
        distances = total_variation(np.log(policies), np.log(self.exact[1:]))
        np.testing.assert_allclose(np.diff(distances, prepend=0), delta, atol=1e-15)
        # The tail of the sum is 0.3 · 2^-60.
        assert abs(abs(success(policies[-1]) - self.p_star) - budget) < 1e-14

    def test_limit_need_not_exist(self):
        # delta_1 = 0.1 and no error later; the success it causes alternates, so only a limit superior is bounded.
        among_failures = self.exact[1:] + np.array([0, 0, -0.1, 0.1, 0])
        lost = np.array([to_failure(x, 0.1) for x in self.exact[1:]])
        policies = np.where(np.arange(STEPS)[:, None] % 2 == 0, lost, among_failures)
        assert policies.min() > 0
        np.testing.assert_allclose(total_variation(np.log(policies), np.log(self.exact[1:])), 0.1, atol=1e-15)
        errors = np.abs(success(policies) - self.p_star)[-2:]
        np.testing.assert_allclose(errors, [0.1, 0], atol=1e-14)

    def test_without_a_finite_sum(self):
        used = np.minimum(np.cumsum(0.1 / np.arange(1, 1001)), self.p_star)
        assert used[-1] == self.p_star
        # All success is gone although delta_n = 0.1/n tends to 0; no bound below p* holds.
        assert success(to_failure(self.exact[-1], used[-1])) < 1e-14

    def test_with_another_start(self):
        policies = np.array([to_failure(x, 0.1) for x in self.exact])  # TV_0 = 0.1 and every delta 0
        np.testing.assert_allclose(total_variation(np.log(policies), np.log(self.exact)), 0.1, atol=1e-15)
        assert abs(success(policies[-1]) - self.p_star) > 0.09

    def test_without_convergence_of_the_exact_iterates(self):
        # beta = 3, p_ref = 0.001: a 2-cycle. With no error at all the distance to each fixed point stays large.
        cycle = trajectory(0.001, 3.0, 1e-5, steps=500).p[-2:]
        for p_star in fixed_points(0.001, 3.0, 1e-5).p:
            assert np.isnan(p_star) or np.abs(cycle - p_star).max() > 0.1

    def test_the_update_acts_on_total_variation_as_h(self):
        rng = np.random.default_rng(1)
        for _ in range(50):
            pair = rng.dirichlet(np.full(5, 0.5), size=2)
            moved = policy_step(np.log(pair), np.log(REFERENCE), REWARD, BETA, EPS)
            p, q = success(pair)
            assert abs(total_variation(*moved) - abs(h(p, P_REF, BETA, EPS) - h(q, P_REF, BETA, EPS))) < ROUNDING

    def test_small_own_errors_are_not_the_assumption(self):
        # One error of 1e-4 at step 1 and exact updates of the disturbed policy from then on: the distance grows.
        exact = trajectory(1e-4, 5.0, 1e-5, steps=300)
        astray = trajectory(1e-4, 5.0, 1e-5, steps=299, p_0=exact.p[1] - 1e-4)
        gap = np.abs(astray.failure - exact.failure[1:])
        assert gap[0] == pytest.approx(1e-4, rel=1e-9)
        assert gap[1] > 10 * gap[0]  # so TV_2 > TV_1 + delta_2 with delta_2 = 0
        assert exact.failure[-1] < 1e-20
        assert gap[-100:].max() > 0.99

    @pytest.mark.parametrize("own_error", [0.01, 0.03])
    def test_contraction_implies_it_and_more(self, own_error):
        # On [0.3, 0.8] the slope is below 0.6 (certified in the chapter): constant errors stay below delta/(1 - 0.6).
        policy = REFERENCE
        for n in range(1, STEPS + 1):
            policy = to_failure(np.exp(policy_step(np.log(policy), np.log(REFERENCE), REWARD, BETA, EPS)), own_error)
            assert own_error / 2 < abs(success(policy) - success(self.exact[n])) < own_error / 0.4


class TestE17:
    """The bound is delta*, not 2 delta*, when TV is half the sum of differences."""

    @given(st.integers(0, 10**6))
    def test_an_event_differs_by_at_most_the_total_variation(self, seed):
        P, Q = np.random.default_rng(seed).dirichlet(np.full(6, 0.3), size=2) + 1e-300
        distance = float(total_variation(np.log(P), np.log(Q)))
        for event in product([0, 1], repeat=6):
            assert abs(np.dot(event, P) - np.dot(event, Q)) <= distance + ROUNDING

    def test_the_factor_two_is_never_used(self):
        # The difference is as large as TV for some event, and at twice TV for none.
        P, Q = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.3, 0.5])
        differences = [abs(np.dot(event, P - Q)) for event in product([0, 1], repeat=3)]
        distance = float(total_variation(np.log(P), np.log(Q)))
        assert max(differences) == pytest.approx(distance, abs=1e-15)
        assert max(differences) < 0.51 * 2 * distance

    def test_duality_of_test_functions(self):
        # Functions within [-1, 1] show twice TV, indicators only TV; without a bound on f there is no supremum.
        P, Q = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.3, 0.5])
        distance = float(total_variation(np.log(P), np.log(Q)))
        signs = np.sign(P - Q)
        assert np.dot(signs, P - Q) == pytest.approx(2 * distance, abs=1e-15)
        assert np.dot((signs + 1) / 2, P - Q) == pytest.approx(distance, abs=1e-15)
        assert np.dot(1e6 * signs, P - Q) > 1e5
