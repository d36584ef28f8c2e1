"""Silent groups, against every choice of answers and every outcome, in fractions."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest

from grpo_paper.runs.groups import Groups
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.silence import expected, neighbours, observed, silent_chance, smaller
from grpo_paper.runs.simulated import drawn, small_steps
from tests.runs.made import run_of, standing

FLOAT = 1e-12  # four logarithms of factorials below 40!, each right to 2⁻⁵³ of its size, below 111


def choices(right: int, size: int, group_size: int) -> Fraction:
    answers = [True] * right + [False] * (size - right)
    alike = [len(set(chosen)) == 1 for chosen in combinations(answers, group_size)]
    return Fraction(sum(alike), len(alike))


@pytest.mark.parametrize(("size", "group_size"), [(4, 2), (6, 4), (8, 8), (9, 3)])
def test_it_is_the_share_of_silent_choices(size, group_size) -> None:
    for right in range(size + 1):
        found = silent_chance(np.array(right), np.array(size), np.array(group_size))
        assert abs(found - choices(right, size, group_size)) < FLOAT


def test_it_is_unbiased_and_the_plain_rate_is_not() -> None:
    p, size, group_size = Fraction(1, 5), 8, 4
    chance = [comb(size, k) * p**k * (1 - p) ** (size - k) for k in range(size + 1)]
    truth = p**group_size + (1 - p) ** group_size
    assert sum(w * choices(k, size, group_size) for k, w in enumerate(chance)) == truth
    plain = [Fraction(k, size) ** group_size + Fraction(size - k, size) ** group_size for k in range(size + 1)]
    assert sum(w * x for w, x in zip(chance, plain, strict=True)) > truth * Fraction(11, 10)


def test_neighbours_are_those_of_the_prompt() -> None:
    rng = np.random.default_rng(0)
    rows = [(step, prompt) for step in range(9) for prompt in range(5) if rng.random() < 0.6]
    size = rng.integers(2, 9, len(rows))
    right = rng.integers(0, size + 1)
    step, prompt = np.array(rows).T
    found = neighbours(Groups(step, prompt, right, size, tuple("abcde")))
    for place in range(len(rows)):
        mine = [other for other in range(len(rows)) if prompt[other] == prompt[place]]
        at = mine.index(place)
        beside = mine[max(at - 1, 0) : at] + mine[at + 1 : at + 2]
        assert [column[place] for column in found] == [sum(column[o] for o in beside) for column in (right, size)]


P = np.linspace(0.02, 0.98, 400)


class TestExpected:
    def test_independent_answers_agree(self) -> None:
        assert "The two agree" in expected(standing(P, 30, 8, seed=1)).says

    def test_answers_that_are_repeated_do_not(self) -> None:
        run = standing(P, 30, 8, seed=1)
        twice = replace(run.groups, right=2 * run.groups.right, size=2 * run.groups.size)
        assert "More are silent" in expected(replace(run, groups=twice)).says

    def test_groups_that_were_filtered_do_not(self) -> None:
        run = standing(P, 30, 8, seed=1)
        kept = ~run.groups.silent | (np.random.default_rng(0).random(len(run.groups.size)) < 0.5)
        columns = (getattr(run.groups, name)[kept] for name in ("step", "prompt", "right", "size"))
        assert "Fewer are silent" in expected(replace(run, groups=Groups(*columns, run.groups.prompts))).says

    def test_a_run_that_climbs_agrees(self) -> None:
        """The rate between two meetings is that in the middle, to second order: 0.04 nats a step leave no point."""
        groups = drawn(small_steps(P, 0.04, 8, 40), 8, np.random.default_rng(3))
        assert "The two agree" in expected(Run(groups, Settings())).says

    def test_prompts_met_once_tell_nothing(self) -> None:
        assert expected(run_of((0, 0, 1, 4), (0, 1, 4, 4), (1, 2, 0, 4))).kind == "does not apply"


def test_sizes_that_change_are_counted_apart() -> None:
    found = observed(run_of((0, 0, 0, 4), (0, 1, 2, 4), (1, 0, 8, 8), group_size=8))
    assert {name: column.tolist() for name, column in found.data.items()} == {
        "size": [4, 8],
        "groups": [2, 1],
        "all wrong": [1, 0],
        "all right": [0, 1],
    }
    assert "66.7 % of 3 groups are silent" in found.says
    assert "The settings say 8 answers a group, but most groups have 4" in found.says


def test_smaller_groups_are_told_from_larger_ones() -> None:
    """Of 400 prompts of known rates, within five standard errors of 12,000 groups' silent chances, below ½ each."""
    found = smaller(standing(P, 30, 8, seed=2)).data
    for size, share in zip(found["size"].tolist(), found["silent"], strict=True):
        assert abs(share - np.mean(P**size + (1 - P) ** size)) < 5 * 0.5 / np.sqrt(12_000)
