"""A ratio's interval, against Student's and against runs of which the truth is known."""

import numpy as np
import pytest
from scipy.stats import binom, ttest_1samp

from grpo_paper.runs.clustered import ratio


def test_with_prompts_of_one_size_it_is_student_s() -> None:
    rng = np.random.default_rng(0)
    values, prompt = rng.normal(size=60), np.repeat(np.arange(12), 5)
    found = ratio(values, np.ones(60), prompt)
    interval = ttest_1samp(values.reshape(12, 5).mean(1), 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-12)


@pytest.mark.parametrize("cluster", [True, False])
def test_it_knows_that_groups_of_a_prompt_belong_together(cluster) -> None:
    """95 of 100 intervals cover, give or take what happens once in a thousand; without the prompts far fewer do."""
    runs, covered = 400, 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        prompt = np.repeat(np.arange(40), 10)
        of_prompt = rng.normal(size=40)[prompt]
        whole = rng.uniform(1, 2, 400)
        found = ratio(whole * (0.5 + of_prompt), whole, prompt if cluster else np.arange(400))
        covered += found.low <= 0.5 <= found.high
    assert (covered >= binom.ppf(0.001, runs, 0.95)) == cluster


def test_one_prompt_tells_nothing_of_others() -> None:
    assert ratio(np.array([1.0]), np.array([2.0]), np.array([7])).low == -np.inf
