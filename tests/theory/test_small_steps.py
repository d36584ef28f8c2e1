"""How fast small steps go, against the gradient of the surrogate taken numerically and against the trainer."""

import numpy as np
import pytest

from grpo_paper.theory.elementary import logit
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.small_steps import arc_speed, concentration, plain_speed
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED
from tests.policies import random_policies

EPS = 1e-3


def softmax(theta):
    weight = np.exp(theta - theta.max())
    return weight / weight.sum()


def odds(policy, reward):
    return np.log(policy[reward == 1].sum() / policy[reward == 0].sum())


def surrogate_gradient(policy, reward, scale):
    """Slope of E[A(r; p_old) π/π_old] along each logit, by differences; the advantage is frozen."""
    p = policy[reward == 1].sum()
    advantage = (reward - p) * scale(p)
    theta, step = np.log(policy), 1e-6

    def value(shifted):
        return (softmax(shifted) * advantage).sum()

    return np.array([(value(theta + step * e) - value(theta - step * e)) / (2 * step) for e in np.eye(len(theta))])


SCALES = {WHITENED: lambda p: 1 / np.sqrt(p * (1 - p) + EPS), MEAN_ONLY: lambda p: 1.0}


class TestB13:
    @pytest.mark.parametrize("weighting", SCALES, ids=lambda n: n.name)
    def test_along_the_plain_gradient(self, weighting) -> None:
        for policy, _, reward, _ in random_policies(30):
            slope, step = surrogate_gradient(policy, reward, SCALES[weighting]), 1e-5
            ahead, behind = (softmax(np.log(policy) + sign * step * slope) for sign in (1, -1))
            speed = (odds(ahead, reward) - odds(behind, reward)) / (2 * step)
            # Differences of step 1e-6 and 1e-5: errors of 1e-10 and 1e-10, over speeds of 0.05 and more.
            assert plain_speed(np.log(policy), reward, EPS, weighting) == pytest.approx(speed, rel=1e-6)

    @pytest.mark.parametrize("weighting", SCALES, ids=lambda n: n.name)
    def test_along_the_natural_gradient(self, weighting) -> None:
        for policy, _, reward, _ in random_policies(30):
            natural, step = surrogate_gradient(policy, reward, SCALES[weighting]) / policy, 1e-5
            ahead, behind = (softmax(np.log(policy) + sign * step * natural) for sign in (1, -1))
            arc = [2 * np.arcsin(np.sqrt(x[reward == 1].sum())) for x in (ahead, behind)]
            speed = arc_speed(odds(policy, reward), EPS, weighting)
            assert speed == pytest.approx((arc[0] - arc[1]) / (2 * step), rel=1e-5)

    def test_without_smoothing_it_is_one_whatever_the_prompt(self) -> None:
        assert arc_speed(np.linspace(-30, 30, 601), 0) == pytest.approx(1, rel=1e-14)

    def test_with_smoothing_it_is_not(self) -> None:
        assert arc_speed(logit(1e-5), 1e-5) == pytest.approx(np.sqrt(1 / 2), rel=1e-4)

    def test_concentration_is_the_chance_that_two_answers_agree(self) -> None:
        for policy, _, reward, _ in random_policies(10):
            event = reward == 1
            within = policy[event] / policy[event].sum()
            agree = sum(a * b for i, a in enumerate(within) for j, b in enumerate(within) if i == j)
            assert concentration(np.log(policy), event) == pytest.approx(agree, rel=1e-12)
            assert 1 / event.sum() - 1e-12 <= agree <= 1

    def test_groups_push_by_their_mean(self) -> None:
        """The mean gradient of all groups of three is the plain one with Ω_G for Ω: every triple of four outputs."""
        policy, reward = np.array([0.1, 0.2, 0.3, 0.4]), np.array([1, 1, 0, 0])
        p, total = 0.3, np.zeros(4)
        for triple in np.ndindex(4, 4, 4):
            drawn = reward[list(triple)]
            advantage = (drawn - drawn.mean()) / np.sqrt(drawn.mean() * (1 - drawn.mean()) + EPS)
            slope = sum(a * (np.eye(4)[o] - policy) for a, o in zip(advantage, triple, strict=True)) / 3
            total += policy[list(triple)].prod() * slope
        theory = group_Omega(p, EPS, 3) * policy * (reward - p)
        np.testing.assert_allclose(total, theory, atol=1e-15)

    def test_the_trainers_table(self) -> None:
        pytest.importorskip("torch")
        from grpo_paper import trainer

        task = trainer.Bandit.with_success([0.01, 0.2, 0.7], outputs=8)
        rate, steps = 2e-4, 500
        common = {"clip": None, "group_size": None, "inner_steps": 1, "iterations": steps, "eps": 1e-12, "beta": 1e-9}
        ends = {}
        for ascent in ("natural", "gradient"):
            config = trainer.TrainConfig(ascent=ascent, learning_rate=rate, **common)
            history = trainer.train(config, task)
            ends[ascent] = history.success[:, 0].numpy()
        arcs = 2 * np.arcsin(np.sqrt(ends["natural"]))
        # Euler's error: half a step, times the change of speed along the way; at most 1 % of the first arc.
        np.testing.assert_allclose(arcs[-1] - arcs[0], rate * steps, rtol=2e-2)
        log_pi = task.log_pi_ref.numpy()
        speeds = [plain_speed(log_pi[i], task.reward[i].numpy(), 1e-12) for i in range(3)]
        first = logit(ends["gradient"][1]) - logit(ends["gradient"][0])
        np.testing.assert_allclose(first / rate, speeds, rtol=1e-3)
