"""A verifier that errs, against whole policies: rewards averaged over its coins, and fixed mistakes."""

import mpmath
import numpy as np
import pytest

from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.success_map import force, force_slope, log_odds_step
from grpo_paper.theory.variants import GRPO
from grpo_paper.theory.verifier import observed, true_success, verifier_push, verifier_slope
from tests.policies import random_case, simplex_optimum, slow_step, success

RATES = [(1.0, 0.0), (0.9, 0.1), (0.6, 0.3), (0.5, 0.5), (0.2, 0.8)]


class TestB15:
    @pytest.mark.parametrize(("tpr", "fpr"), RATES)
    def test_the_maximiser_over_all_policies(self, tpr, fpr) -> None:
        """Each output's advantage is averaged over the verdict's coin, then the objective is maximised numerically."""
        for seed in range(4):
            reward, reference, _, beta, eps = random_case(seed)
            p = success(reference, reward)
            accepted = fpr + (tpr - fpr) * p
            deviation = np.sqrt(accepted * (1 - accepted) + eps)
            chance = np.where(reward == 1, tpr, fpr)
            advantage = chance * (1 - accepted) / deviation + (1 - chance) * (0 - accepted) / deviation

            def gain(pi, reference=reference, advantage=advantage, beta=beta):
                return pi @ advantage - beta * (pi * np.log(pi / reference)).sum()

            def slope(pi, reference=reference, advantage=advantage, beta=beta):
                return advantage - beta * (np.log(pi / reference) + 1)

            best = simplex_optimum(gain, slope, reference)
            told = sigmoid(logit(p) + verifier_push(logit(p), eps, tpr, fpr) / beta)
            assert success(best, reward) == pytest.approx(told, abs=2e-5)  # SLSQP stops where values agree to 1e-15

    def test_without_errors_it_is_omega(self) -> None:
        L = np.linspace(-30, 30, 61)
        assert verifier_push(L, 1e-5, 1, 0) == pytest.approx(force(L, 1, 1e-5), rel=1e-14)
        assert verifier_slope(L, 1e-5, 1, 0) == pytest.approx(force_slope(L, 1, 1e-5), rel=1e-12)

    @pytest.mark.parametrize(("tpr", "fpr"), RATES)
    def test_its_slope_is_a_derivative(self, tpr, fpr) -> None:
        for L in (-8.0, -1.0, 0.5, 6.0):
            with mpmath.workdps(40):

                def push(x, tpr=tpr, fpr=fpr):
                    p = 1 / (1 + mpmath.exp(-x))
                    accepted = mpmath.mpf(fpr) + (mpmath.mpf(tpr) - mpmath.mpf(fpr)) * p
                    return (mpmath.mpf(tpr) - mpmath.mpf(fpr)) / mpmath.sqrt(
                        accepted * (1 - accepted) + mpmath.mpf(1e-4)
                    )

                exact = float(mpmath.diff(push, mpmath.mpf(L)))
            assert verifier_slope(L, 1e-4, tpr, fpr) == pytest.approx(exact, rel=1e-10, abs=1e-14)

    @pytest.mark.parametrize(("tpr", "fpr", "sign"), [(0.9, 0.2, 1), (0.2, 0.9, -1), (0.4, 0.4, 0)])
    def test_every_fixed_point_lies_on_its_side(self, tpr, fpr, sign) -> None:
        rng = np.random.default_rng(0)
        L = np.linspace(-60, 60, 60_001)
        for _ in range(50):
            L_ref, beta, eps = rng.uniform(-6, 4), 10 ** rng.uniform(-1, 1), 10 ** rng.uniform(-6, -1)
            defect = L_ref + verifier_push(L, eps, tpr, fpr) / beta - L
            places = L[:-1][np.sign(defect[1:]) != np.sign(defect[:-1])]
            assert len(places) >= 1
            assert np.all(sign * (places - L_ref) > -3e-3) if sign else np.all(abs(places - L_ref) < 3e-3)

    def test_errors_bound_the_push(self) -> None:
        """At most J over the deviation at an end; without errors it has no bound but 1/√ε."""
        L = np.linspace(-40, 40, 8001)
        push = verifier_push(L, 0, 0.95, 0.02)
        ends = [0.93 / np.sqrt(r * (1 - r)) for r in (0.95, 0.02)]
        assert push.max() <= max(ends) * (1 + 1e-12)
        assert push[0] == pytest.approx(ends[1], rel=1e-9)

    def test_near_the_ends_nothing_cancels(self) -> None:
        accepted, rejected = observed(-700.0, 1.0, 0.0)
        assert accepted == sigmoid(-700.0) > 0
        assert rejected == 1
        assert observed(700.0, 1.0, 0.0)[1] > 0


class TestErrorsTame:
    """How many fixed points there are, and when every run settles; each hypothesis dropped."""

    @staticmethod
    def zeros(L_ref, beta, eps, tpr, fpr) -> int:
        """Changes of sign of the defect, which is written out here in p̃."""
        L = np.linspace(L_ref - 30 / beta, L_ref + 30 / beta, 40_001)
        accepted = fpr + (tpr - fpr) / (1 + np.exp(-L))
        defect = L_ref + (tpr - fpr) / np.sqrt(accepted * (1 - accepted) + eps) / beta - L
        return np.count_nonzero(np.diff(np.sign(defect)))

    def test_at_most_three(self) -> None:
        rng, seen = np.random.default_rng(1), set()
        for _ in range(1500):
            tpr, fpr = 1 - 10 ** rng.uniform(-4, -0.3), 10 ** rng.uniform(-4, -0.3)
            if rng.random() < 0.5:
                tpr, fpr = fpr, tpr  # J < 0: a verifier of failure
            eps = 10 ** rng.uniform(-3, -1)  # the push is at most 32, so the grid holds every zero
            seen.add(self.zeros(rng.uniform(-9, 9), 10 ** rng.uniform(-0.5, 1), eps, tpr, fpr))
        assert seen == {1, 3}

    def test_the_slope_rises_once_and_falls_once(self) -> None:
        """Where more is accepted than rejected: the cubic of the proof has one root there."""
        rng = np.random.default_rng(2)
        L = np.linspace(-45, 45, 9001)
        for _ in range(300):
            fpr, tpr = np.sort(rng.uniform(0, 1, 2) ** rng.choice([1, 6]))
            slope = verifier_slope(L, 10 ** rng.uniform(-6, 0), tpr, fpr)
            slope = slope[observed(L, tpr, fpr)[0] > 0.5]
            change = np.diff(slope)
            ways = np.sign(change[abs(change) > 1e-12 * abs(slope).max(initial=0)])  # below it, rounding
            assert np.count_nonzero(np.diff(ways)) <= 1

    @pytest.mark.parametrize("fpr", [0.5, 0.7])
    def test_half_the_wrong_accepted_leaves_no_flip(self, fpr) -> None:
        for L_ref in (-6.0, -1.0, 2.0):
            run = [L_ref]
            for _ in range(40):
                run.append(L_ref + verifier_push(run[-1], 1e-5, 0.99, fpr) / 0.5)
            assert np.all(np.diff(run) >= -1e-12)
        assert verifier_slope(-2.0, 1e-5, 0.99, 0.2) < 0  # with less it turns

    def test_half_the_right_rejected_leaves_one(self) -> None:
        L = np.linspace(-40, 40, 4001)
        assert np.all(verifier_slope(L, 1e-5, 0.5, 0.001) <= 0)
        assert np.any(verifier_slope(L, 1e-5, 0.6, 0.001) > 0)

    def test_steepest_slope_with_equal_errors(self) -> None:
        """The cubic then has the factor x + 1, and its largest root is one of a quadratic."""
        for error in (0.01, 0.05, 0.2):
            q2, q1 = error * (1 - error) + 1e-5, (1 - error) ** 2 + error**2 + 2e-5
            middle = q1 / 2 + 3 * q2
            x = (middle + np.sqrt(middle**2 - 4 * q2**2)) / (2 * q2)
            J = 1 - 2 * error
            top = J**3 * x * (x - 1) / (2 * (q2 * x**2 + q1 * x + q2) ** 1.5)
            slopes = verifier_slope(np.linspace(-20, 20, 40_001), 1e-5, 1 - error, error)
            assert slopes.max() <= top * (1 + 1e-13)
            assert slopes.max() == pytest.approx(top, rel=1e-6)  # at most 5e-4 nats from the place, where it is flat

    def test_beta_above_it_settles_every_run(self) -> None:
        """5 % either way: 0.65 is enough, however rare success is; without errors the same run goes on flipping."""
        L_ref = np.linspace(-20, 10, 31)
        for start in (-30.0, 0.0, 30.0):
            L = np.full(31, start)
            for _ in range(2500):
                last, L = L, L_ref + verifier_push(L, 1e-5, 0.95, 0.05) / 0.65
            assert np.abs(L - last).max() < 1e-9  # slopes below 0.9904: 0.9904**2500 is 3e-11, of some 60 nats
        L = L_ref = logit(0.001)
        for _ in range(2000):
            last, L = L, L_ref + verifier_push(L, 1e-5, 1, 0) / 3
        assert abs(L - last) > 1

    def test_finite_where_the_verifier_never_doubts(self) -> None:
        """p̃ = 0 or 1 to the last digit, where a division by p̃(1 − p̃) would fail."""
        for L, tpr, fpr in ((0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (800.0, 1.0, 0.0), (-800.0, 1.0, 0.0)):
            assert verifier_slope(L, 1e-5, tpr, fpr) == 0

    def test_the_coin_must_not_know_the_output(self) -> None:
        """Right outputs with two chances of acceptance: the formula with their average misses."""
        chance, reference = np.array([0.99, 0.5, 0.1]), np.array([0.1, 0.1, 0.8])
        policy, L = reference, logit(0.2)
        for _ in range(5):
            share = policy @ chance
            policy = reference * np.exp((chance - share) / np.sqrt(share * (1 - share) + 1e-5))
            policy = policy / policy.sum()
            L = logit(0.2) + verifier_push(L, 1e-5, 0.745, 0.1)
        assert abs(policy[:2].sum() - sigmoid(L)) > 0.01


class TestFixedMistakes:
    """The same outputs are judged wrongly every time."""

    def test_whole_policies(self) -> None:
        rng = np.random.default_rng(3)
        for seed in range(6):
            right, reference, _, beta, eps = random_case(seed, outputs=12)
            verdict = np.where(rng.random(12) < 0.3, 1 - right, right)
            if len(set(verdict)) < 2:
                continue
            p_ref = success(reference, right)
            tpr = success(reference, right * verdict) / p_ref
            fpr = success(reference, (1 - right) * verdict) / (1 - p_ref)
            policy, L = reference, logit(success(reference, verdict))
            L_ref = L
            for _ in range(3):
                policy = slow_step(policy, reference, verdict, beta, eps, GRPO)
                L = log_odds_step(L, L_ref, beta, eps)
                accepted = float(success(policy, verdict))
                assert accepted == pytest.approx(sigmoid(L), rel=1e-9)
                assert float(success(policy, right)) == pytest.approx(true_success(accepted, p_ref, tpr, fpr), rel=1e-9)

    def test_the_precision_is_a_ceiling(self) -> None:
        p = np.linspace(0, 1, 101)
        reached = true_success(p, 0.2, 0.9, 0.1)
        assert reached.max() == pytest.approx(0.9 * 0.2 / (0.9 * 0.2 + 0.1 * 0.8), rel=1e-14)
        assert true_success(0.26, 0.2, 0.9, 0.1) == pytest.approx(0.2, rel=1e-14)  # the reference itself

    def test_a_bad_verifier_trains_down(self) -> None:
        """TPR < FPR: the more is accepted, the less of it is right."""
        reached = true_success(np.linspace(0, 1, 101), 0.2, 0.3, 0.6)
        assert np.all(np.diff(reached) < 0)
