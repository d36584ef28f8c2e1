"""A batch that shares one push, against a plain scan of that one number."""

import re

import numpy as np
import pytest

from grpo_paper import Variant, fixed_points, trajectory
from grpo_paper.theory import zoo
from grpo_paper.theory.batches import batch_fixed_points
from grpo_paper.theory.elementary import mean, power, sigmoid
from grpo_paper.theory.weighting import WHITENED, Weighting

SMOOTHING = 1e-4
THIRD = Weighting(
    "a third of GPG in verl",
    lambda p, q, eps: zoo.BATCH_RATE.push(p, q, eps) / 3,
    lambda p, q, eps: zoo.BATCH_RATE.slope(p, q, eps) / 3,
    coupled=True,
)
"""One that pushes by less than 1."""
BY_HAND = {
    zoo.BATCH_DEVIATION: lambda p: (p.mean(-1) * (1 - p).mean(-1) + SMOOTHING) ** -0.5,
    zoo.PROMPT_DEVIATION: lambda p: ((p * (1 - p)).mean(-1) + SMOOTHING) ** -0.5,
    zoo.BATCH_RATE: lambda p: 1 / p.mean(-1),
    THIRD: lambda p: 1 / (3 * p.mean(-1)),
}
each = pytest.mark.parametrize("weighting", BY_HAND, ids=lambda w: w.name)


@each
class TestBatch:
    def test_none_is_missed(self, weighting) -> None:
        rng = np.random.default_rng(3)
        for _ in range(8):
            p_ref, beta = rng.uniform(0.005, 0.7, 5), 10 ** rng.uniform(-0.3, 1)
            L_ref = np.log(p_ref / (1 - p_ref))
            places = np.geomspace(0.3, 250, 400_001)  # no push is beyond 1/√ε or 1/p
            p = 1 / (1 + np.exp(-(L_ref[:, None] + places / beta)))
            defect = BY_HAND[weighting](p.T) - places
            crossings = places[:-1][np.diff(np.sign(defect)) != 0]
            found = batch_fixed_points(p_ref, beta, SMOOTHING, weighting)
            # A step of the scan is 1.7e-5 of its place.
            assert found.push == pytest.approx(crossings, rel=2e-5)

    def test_the_slope_is_that_of_one_update(self, weighting) -> None:
        p_ref, beta, step = np.array([0.02, 0.3, 0.6]), 3.0, 1e-5
        found = batch_fixed_points(p_ref, beta, SMOOTHING, weighting)
        for push, slope in zip(found.push, found.slope, strict=True):
            ends = np.log(p_ref / (1 - p_ref)) + (push + step * np.array([[-1], [1]])) / beta
            low, high = BY_HAND[weighting](1 / (1 + np.exp(-ends)))
            # A central difference: step² times a third derivative, and roundings of 1e-14 over the step.
            assert (high - low) / (2 * step) == pytest.approx(slope, abs=1e-6)

    def test_a_batch_rests_there(self, weighting) -> None:
        found = batch_fixed_points([0.05, 0.2, 0.5], 4.0, SMOOTHING, weighting)
        assert found.stable[0]
        run = trajectory([0.05, 0.2, 0.5], 4.0, SMOOTHING, 300, Variant(weighting, 1))
        assert run.logit[:, -1] == pytest.approx(found.logit[0], abs=1e-12)


def test_equal_prompts_are_one() -> None:
    found = batch_fixed_points([0.2] * 4, 1.0, 1e-5, zoo.PROMPT_DEVIATION)
    alone = fixed_points(0.2, 1.0, 1e-5)
    assert found.logit == pytest.approx(np.repeat(alone.logit[:, None], 4, 1), rel=1e-12)
    assert found.slope == pytest.approx(alone.slope, abs=1e-12)


def _touching(p, q, eps):
    """(p/σ(1))^(1/σ(−1)): with p = σ(s) it is s at s = 1, and there its slope along s is 1."""
    rate = mean(p)[0]
    one = 1 + 0 * rate
    return power(rate / sigmoid(one), 1 / sigmoid(-one)) + 0 * p


def _touching_slope(p, q, eps):
    return q[0] / sigmoid(-1 + 0 * q[0]) * _touching(p, q, eps)


def test_two_that_meet_are_refused() -> None:
    """No ball, however narrow, tells two fixed points side by side from one and from none."""
    weighting = Weighting("touching", _touching, _touching_slope, coupled=True)
    message = "the fixed points of touching could not all be enclosed; move a little away"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        batch_fixed_points([0.5], 1.0, 1e-5, weighting)
    assert len(batch_fixed_points([0.501], 1.0, 1e-5, weighting).push) == 1
    assert len(batch_fixed_points([0.499], 1.0, 1e-5, weighting).push) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([0.2], 1.0, 1e-5, WHITENED),
            "weighting = GRPO is outside its domain: it must be coupled and positive; fixed_points takes those of "
            "which every prompt is alone",
        ),
        (
            ([0.2, 1.0], 1.0, 1e-5, zoo.BATCH_RATE),
            "p_ref has 1 bad of 2 entries, the first at index 1: 1.0; each must be in (0, 1)",
        ),
        (([[0.2]], 1.0, 1e-5, zoo.BATCH_RATE), "p_ref of shape (1, 1) is no batch; it must have one axis, of prompts"),
        (([0.2], 0.0, 1e-5, zoo.BATCH_RATE), "beta = 0.0 is outside its domain: it must be finite and > 0"),
        (([0.2], 1.0, -1.0, zoo.BATCH_RATE), "eps = -1.0 is outside its domain: it must be finite and > 0"),
    ],
)
def test_bad_arguments(arguments, message) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        batch_fixed_points(*arguments)
