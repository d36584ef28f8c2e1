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
