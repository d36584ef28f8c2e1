"""The two fixed points of a mirror variant, for inputs of any shape and strengths that leave the floats."""

import math

import numpy as np
import pytest

from grpo_paper import MIRROR_DR_GRPO, MIRROR_GRPO, fixed_points


@pytest.mark.parametrize("shapes", [((2, 1), (3,), ()), ((), (2, 1), (3,)), ((3,), (), (2, 1))], ids=str)
def test_shapes_broadcast(shapes) -> None:
    p_ref, beta, eps = (np.full(shape, value) for shape, value in zip(shapes, (0.2, 2.0, 0.01), strict=True))
    found = fixed_points(p_ref, beta, eps, MIRROR_GRPO)
    assert found.p.shape == found.slope.shape == (2, 3, 3)
    # Ω(0) = 1/√0.01 = 10: one exponential and one root are rounded.
    assert np.allclose(found.slope[..., :2], [math.exp(5), math.exp(-5)], rtol=1e-15)
    assert np.array_equal(found.p[..., :2], np.broadcast_to([0.0, 1.0], (2, 3, 2)))
    assert np.isnan(found.slope[..., 2]).all()


def test_a_slope_beyond_the_floats_is_infinite() -> None:
    for variant in (MIRROR_GRPO, MIRROR_DR_GRPO):
        assert fixed_points(0.2, 1e-3, 0.01, variant).slope[:2].tolist() == [math.inf, 0.0]
