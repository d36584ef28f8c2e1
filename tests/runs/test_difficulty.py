"""No regression to the mean: halves are random ones, and a run that stands shows no change by difficulty."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binom

from grpo_paper.runs import change
from grpo_paper.runs.change import by_difficulty
from grpo_paper.runs.difficulty import classes, halves
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.simulated import RATES, drawn, rates, small_steps
from tests.runs.made import run_of, standing

RUNS = 60


@pytest.mark.parametrize(("right", "size"), [(3, 8), (2, 5), (0, 4), (6, 6)])
def test_a_half_is_any_choice_of_answers(right, size) -> None:
    """Beside all choices of half the answers; within 5 standard errors of 20,000 draws."""
    draws = 20_000
    (first, half), (second, rest) = halves(np.full(draws, right), np.full(draws, size))
    answers = [1] * right + [0] * (size - right)
    sums = [sum(chosen) for chosen in combinations(answers, size // 2)]
    for number in range(size // 2 + 1):
        share = sums.count(number) / len(sums)
        assert abs((first == number).mean() - share) <= 5 * np.sqrt(share * (1 - share) / draws)
    assert np.all(first + second == right)
    assert np.all(half + rest == size)


def test_classes_are_told_by_whole_numbers() -> None:
    found = {(k, n): int(classes(np.array(k), np.array(n))) for n in range(1, 13) for k in range(n + 1)}
    for (k, n), number in found.items():
        expected = 0 if k == 0 else 4 if k == n else 1 if 3 * k <= n else 3 if 3 * k >= 2 * n else 2
        assert number == expected


def test_other_logs_have_other_luck() -> None:
    """Of the one right answer of eight: as often in the first half as not, whatever else the log has."""
    found = []
    for seed in range(200):
        right = np.random.default_rng(seed).permutation(np.repeat([0, 1], [10, 90]))
        found.append(halves(right, np.full(100, 8))[0][0].sum())
    assert abs(np.mean(found) - 45) < 5 * np.sqrt(90 / 4 / 200)
    assert np.std(found) == pytest.approx(np.sqrt(90 / 4), rel=5 / np.sqrt(2 * 200))


def of_kind(kind: str, seed: int) -> np.ndarray:
    return rates(kind, np.random.default_rng(seed), 300)


def said_to_change(run) -> bool:
    data = by_difficulty(run).data
    return bool(np.any((np.array(data["low"]) > 0) | (np.array(data["high"]) < 0)))


class TestChange:
    @pytest.mark.parametrize("kind", RATES)
    def test_a_run_that_stands_shows_none(self, kind) -> None:
        """The intervals hold together in 95 of 100 runs; more false ones than these happen once in a thousand."""
        changed = sum(said_to_change(standing(of_kind(kind, seed), 6, 8, seed)) for seed in range(RUNS))
        assert changed <= binom.ppf(0.999, RUNS, 0.05)

    @pytest.mark.parametrize("kind", RATES)
    def test_measured_on_what_they_are_chosen_by_they_would(self, kind, monkeypatch) -> None:
        """Prompts of which none was right can only get better."""
        monkeypatch.setattr(change, "halves", lambda *given: (halves(*given)[0],) * 2)
        assert all(said_to_change(standing(of_kind(kind, seed), 6, 8, seed)) for seed in range(5))

    def test_one_that_is_there_is_seen(self) -> None:
        path = small_steps(of_kind("both ends", 0), 0.1, 8, 20)
        found = by_difficulty(Run(drawn(path, 8, np.random.default_rng(0)), Settings())).data
        truth = (1 / (1 + np.exp(-path[-7:]))).mean() - (1 / (1 + np.exp(-path[:6]))).mean()
        assert np.all(np.array(found["low"])[1:4] > 0)
        assert min(found["change"]) < truth < max(found["change"])

    def test_one_epoch_tells_nothing(self) -> None:
        found = by_difficulty(run_of(*((step, step, 2, 8) for step in range(30))))
        assert found.kind == "does not apply"
        assert found.says.startswith("0 prompts were met")
