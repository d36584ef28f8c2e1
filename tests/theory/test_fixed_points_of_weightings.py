"""`fixed_points` of other weightings than GRPO at the ends, and of mirrors; their roots are in test_shapes.py."""

import re

import numpy as np
import pytest

from grpo_paper import MIRROR_DR_GRPO, MIRROR_GRPO, Variant, fixed_points
from grpo_paper.theory import zoo
from grpo_paper.theory.weighting import Weighting
from tests.weightings import each


class TestMirror:
    """p = 0 and p = 1, with slopes e^{±Ω/β}."""

    def test_another_weighting(self) -> None:
        found = fixed_points(0.3, 0.4, 1e-5, MIRROR_DR_GRPO)
        np.testing.assert_array_equal(found.logit, [-np.inf, np.inf, np.nan])
        np.testing.assert_allclose(found.slope, [np.exp(2.5), np.exp(-2.5), np.nan], rtol=1e-15)

    def test_each_argument_has_its_say_in_the_shape(self) -> None:
        for which in range(3):
            cell = [[value] * 2 if i == which else value for i, value in enumerate((0.3, 2.0, 1e-3))]
            found = fixed_points(*cell, MIRROR_GRPO)
            assert found.logit.shape == found.slope.shape == (2, 3)

    def test_slopes_beyond_the_floats(self) -> None:
        """Where β is small, and where Ω has no bound."""
        for cell in ((0.3, 1e-3, 1e-6, MIRROR_GRPO), (0.3, 1e-320, 1e-3, MIRROR_GRPO)):
            assert fixed_points(*cell).slope[:2].tolist() == [np.inf, 0]
        slope = fixed_points(0.3, 2.0, 1e-3, Variant(zoo.MAXRL, 0)).slope
        np.testing.assert_allclose(slope, [np.inf, np.exp(-0.5), np.nan], rtol=1e-15)

    def test_of_a_push_that_may_be_negative_they_are_not_told(self) -> None:
        line = Weighting("line", lambda p, q, eps: q - p, lambda p, q, eps: -2 * p * q, positive=False)
        sentence = (
            "variant = Mirror line is outside its domain: a mirror's fixed points are those of a positive weighting; "
            "iterate it with trajectory"
        )
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            fixed_points(0.2, 1.0, 1e-5, Variant(line, 0))


@each
def test_a_certain_reference_is_reached_in_one_step(row) -> None:
    found = fixed_points([0.0, 1.0], 1.0, 1e-5, Variant(row.weighting, 1))
    assert found.p[:, 0].tolist() == [0, 1]
    assert found.slope[:, 0].tolist() == [0, 0]
    assert found.count.tolist() == [1, 1]


@pytest.mark.parametrize("alpha", [1, 0.5])
def test_certain_success_is_the_last_of_a_bowl(alpha) -> None:
    """No slope draws in as fast, and that of the push has none there."""
    found = fixed_points([0.02, 0.9], [30.0, 1e-3], 1e-5, Variant(zoo.DISCO, alpha))
    assert found.count.tolist() == [3, 1]
    assert np.isposinf(found.logit[[0, 1], [2, 0]]).all()
    assert found.slope[[0, 1], [2, 0]].tolist() == [0, 0]


@pytest.mark.parametrize("alpha", [1, 0.5, 0])
def test_coupled_prompts_have_none_of_their_own(alpha) -> None:
    variant = Variant(zoo.BATCH_DEVIATION, alpha)
    sentence = (
        f"variant = {variant.name} is outside its domain: its prompts are coupled, and none has fixed points of its "
        "own; batches.batch_fixed_points has those of a batch"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        fixed_points(0.2, 1.0, 1e-5, variant)


def test_a_slope_beyond_the_floats_is_infinite() -> None:
    """β = 1e-320, and a push that falls within a few nats."""
    found = fixed_points(0.9, 1e-320, 5e-324, Variant(zoo.focal(0.5), 1))
    assert found.count == 1
    assert found.slope[0] == -np.inf
