"""Where the gradient's weight goes, answer by answer in loops, and against the theory's mean over all groups."""

import numpy as np
import pytest
from scipy.stats import binom

from grpo_paper.runs.push import OTHERS, by_difficulty, other_weightings
from grpo_paper.runs.weights import Outcomes, of_groups
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.methods import weighting as known
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED
from grpo_paper.theory.zoo import BATCH_DEVIATION, DISCO, MAXRL, RLOO, pass_at_k
from tests.runs.made import run_of, standing

EPS = 1e-5
FLOAT = 1e-12  # a handful of operations, on numbers that a power of ten or two separates


def gradient(rewards: list[int], advantages: tuple[float, float]) -> float:
    """Mean of A ∂log π(answer)/∂L over the answers, A centred on their mean: ∂log π is q for a right one, −p else."""
    A = np.array([advantages[0] if r else advantages[1] for r in rewards])
    p = np.mean(rewards)
    return float(np.mean((A - A.mean()) * np.array([1 - p if r else -p for r in rewards])))


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("size", [4, 8])
def test_a_group_s_weight_is_its_gradient(name, size) -> None:
    weighting = known(name)
    found = Outcomes.of(np.arange(size + 1), np.full(size + 1, size)).weights(weighting, EPS)
    for right in range(size + 1):
        rewards = [1] * right + [0] * (size - right)
        assert found[right] == pytest.approx(gradient(rewards, weighting.advantages(right, size, EPS)), abs=FLOAT)


@pytest.mark.parametrize("weighting", [WHITENED, MEAN_ONLY, MAXRL, DISCO, RLOO, pass_at_k(4)], ids=lambda w: w.name)
def test_its_mean_is_the_theory_s(weighting) -> None:
    """p q Ω_G for what is centred on the group; what is not loses a constant factor, as centring it does."""
    size, p = 8, np.array([0.1, 0.35, 0.6, 0.9])
    weights = Outcomes.of(np.arange(size + 1), np.full(size + 1, size)).weights(weighting, EPS)
    mean = binom.pmf(np.arange(size + 1)[:, None], size, p).T @ weights
    factor = mean / (p * (1 - p) * group_Omega(p, EPS, size, weighting))
    assert np.ptp(factor) < FLOAT
    assert factor[0] == pytest.approx({pass_at_k(4): 0.5}.get(weighting, 1.0), rel=FLOAT)


def test_a_scale_that_a_step_shares_is_that_of_its_answers() -> None:
    step, right, size = np.array([1, 1, 4]), np.array([1, 2, 3]), np.full(3, 4)
    found = of_groups(right, size, step, BATCH_DEVIATION, 0.0)
    for place in range(3):
        batch = [r for s, k in zip(step, right, strict=True) if s == step[place] for r in [1] * k + [0] * (4 - k)]
        rewards = [1] * right[place] + [0] * (4 - right[place])
        scaled = tuple((r - np.mean(rewards)) / np.std(batch) for r in (1, 0))
        assert found[place] == pytest.approx(gradient(rewards, scaled), rel=FLOAT)


def test_shares_are_those_of_loops_over_answers() -> None:
    run = run_of((0, 0, 1, 4), (0, 1, 2, 4), (0, 2, 4, 4), (1, 0, 3, 4), (1, 1, 1, 4))
    data = other_weightings(run).data
    for row, name in enumerate(data["weighting"]):
        weighting = next(known(other) for other in OTHERS if known(other).name == name)
        total = {}
        for right, size in zip(run.groups.right.tolist(), run.groups.size.tolist(), strict=True):
            rewards = [1] * right + [0] * (size - right)
            part = "few right" if 3 * right <= size else "most right" if 3 * right >= 2 * size else "half right"
            total[part] = total.get(part, 0) + gradient(rewards, weighting.advantages(right, size, EPS))
        for part in ("few right", "half right", "most right"):
            assert data[part][row] == pytest.approx(total.get(part, 0) / sum(total.values()), abs=FLOAT)


def test_groups_that_are_too_small_for_a_method_are_said() -> None:
    assert "Left out, for the groups are too small: PKPO (k=4)" in other_weightings(run_of((0, 0, 1, 2))).says


def test_a_run_that_is_silent_moves_nothing() -> None:
    assert other_weightings(run_of((0, 0, 0, 4), (0, 1, 4, 4))).kind == "does not apply"


class TestByDifficulty:
    P = np.linspace(0.05, 0.95, 300)

    def test_the_push_of_halves_is_that_of_groups_of_half_the_size(self) -> None:
        """Prompts of one rate, whatever class luck puts them in; an interval misses once in ten thousand here."""
        data = by_difficulty(standing(np.full(400, 0.3), 10, 8, seed=0, weighting=WHITENED)).data
        truth = group_Omega(0.3, EPS, 4, WHITENED)
        width = np.array(data["push high"]) - np.array(data["push low"])
        assert np.all(abs(np.array(data["push"]) - truth) < 2 * width)
        assert np.all(abs(np.array(data["success"]) - 0.3) < 2 * np.subtract(data["success high"], data["success low"]))

    def test_the_weight_is_all_there_is(self) -> None:
        data = by_difficulty(standing(self.P, 10, 8, seed=0)).data
        assert sum(data["weight"]) == pytest.approx(1, rel=FLOAT)
        assert sum(data["groups"]) == 3000
        assert np.all(np.diff(data["success"]) > 0)

    def test_an_unknown_weighting_is_said(self) -> None:
        assert "The run's weighting is not known" in by_difficulty(standing(self.P, 2, 8, seed=0)).says
        assert "not known" not in by_difficulty(standing(self.P, 2, 8, seed=0, weighting=WHITENED)).says

    def test_groups_of_two_have_no_halves(self) -> None:
        assert by_difficulty(standing(self.P, 2, 2, seed=0)).kind == "does not apply"
