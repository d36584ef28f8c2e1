"""Intervals of success, against sums of fractions; parts of a run, against sums over its rows."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from grpo_paper.runs.simulated import RATES, rates
from grpo_paper.runs.success import by_prompt, clopper_pearson, over_steps
from tests.runs.made import run_of

SIZES = (4, 8, 16, 32, 64)


def chance(right: int, size: int, p: Fraction) -> Fraction:
    return comb(size, right) * p**right * (1 - p) ** (size - right)


@pytest.mark.parametrize("size", SIZES)
def test_the_ends_have_tails_of_a_fortieth(size) -> None:
    """To 1e-9: what the inverse of the incomplete beta function promises, times the steepness of a tail."""
    low, high = clopper_pearson(np.arange(size + 1), np.array(size))
    for right in (1, size // 2, size - 1):
        above = sum(chance(k, size, Fraction(low[right])) for k in range(right, size + 1))
        below = sum(chance(k, size, Fraction(high[right])) for k in range(right + 1))
        assert abs(above - Fraction(1, 40)) < 1e-9
        assert abs(below - Fraction(1, 40)) < 1e-9
    assert (low[0], high[-1]) == (0, 1)


@pytest.mark.parametrize("size", SIZES)
def test_every_success_rate_is_covered(size) -> None:
    """By theorem, so without a tolerance; hard prompts and easy ones too."""
    low, high = clopper_pearson(np.arange(size + 1), np.array(size))
    for p in [*(Fraction(n, 200) for n in range(201)), Fraction(1, 10**4), Fraction(1, 10**6)]:
        assert sum(chance(k, size, p) for k in range(size + 1) if low[k] <= p <= high[k]) >= Fraction(19, 20)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", RATES)
def test_of_ten_thousand_prompts_94_in_a_hundred_are_covered(size, kind) -> None:
    rng = np.random.default_rng(size)
    p = rates(kind, rng, 10_000)
    low, high = clopper_pearson(rng.binomial(size, p), np.array(size))
    assert ((low <= p) & (p <= high)).mean() >= 0.94


def test_unequal_rates_are_covered_as_equal_ones_are() -> None:
    """Hoeffding (1956): two prompts asked at one step, by every outcome of 2 · 5 answers, in fractions."""
    low, high = clopper_pearson(np.arange(11), np.array(10))
    for one, two in [
        (Fraction(1, 50), Fraction(9, 10)),
        (Fraction(1, 3), Fraction(1, 2)),
        (Fraction(0), Fraction(1, 5)),
    ]:
        mean = (one + two) / 2
        covered = sum(
            chance(a, 5, one) * chance(b, 5, two)
            for a in range(6)
            for b in range(6)
            if low[a + b] <= mean <= high[a + b]
        )
        assert covered >= Fraction(19, 20)


def test_parts_are_sums_of_rows() -> None:
    run = run_of((1, 0, 1, 4), (1, 1, 0, 2), (2, 0, 4, 4), (5, 1, 2, 2))
    prompts, steps = by_prompt(run).data, over_steps(run)
    assert (prompts["right"].tolist(), prompts["size"].tolist()) == ([5, 2], [8, 4])
    assert (steps.data["right"].tolist(), steps.data["size"].tolist()) == ([1, 4, 2], [6, 4, 2])
    assert "In the first third of the steps 16.7 %" in steps.says
    assert "in the last 100 %" in steps.says


@pytest.mark.parametrize("steps", [2, 3, 4, 5, 6, 9])
def test_the_thirds_never_overlap_and_are_those_of_the_change(steps) -> None:
    """Written out: as many steps at each end as a third holds, at two steps one each."""
    run = run_of(*((step, 0, int(step < steps // 2), 1) for step in range(steps)))
    third = max(steps // 3, 1)
    answers = [step < steps // 2 for step in range(steps)]
    first, last = (100 * sum(part) / third for part in (answers[:third], answers[-third:]))
    says = over_steps(run).says
    assert f"In the first third of the steps {first:.3g} %" in says
    assert f"in the last {last:.3g} %" in says
