"""Orbits: shapes, extremes, and refusals."""

import re

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper import (
    DR_GRPO,
    MIRROR_GRPO,
    h,
    logit,
    trajectory,
    two_kl,
)
from grpo_paper.theory.success_map import force
from tests.policies import VARIANTS


class TestTrajectory:
    def test_shapes_and_broadcasting(self):
        orbit = trajectory(np.full((4, 1), 0.2), [1.0, 2.0, 5.0], 1e-3, 6)
        assert orbit.logit.shape == orbit.p.shape == orbit.failure.shape == (4, 3, 7)
        np.testing.assert_array_equal(orbit.logit[2, 1], trajectory(0.2, 2.0, 1e-3, 6).logit)
        assert trajectory(0.2, 1.0, 1e-3, 0).logit.shape == (1,)

    def test_starts_at_the_reference_unless_told(self):
        assert trajectory(0.2, 1.0, 1e-3, 3).p[0] == pytest.approx(0.2, rel=1e-15)
        other = trajectory(0.2, 1.0, 1e-3, 1, p_0=[0.1, 0.9])
        np.testing.assert_allclose(other.p[:, 0], [0.1, 0.9], rtol=1e-15)
        np.testing.assert_allclose(other.p[:, 1], h(np.array([0.1, 0.9]), 0.2, 1.0, 1e-3), rtol=1e-14)

    @pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
    @pytest.mark.parametrize("end", [0.0, 1.0])
    def test_an_end_stays(self, variant, end):
        assert np.all(trajectory(end, 1.0, 1e-5, 5, variant).p == end)

    @pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
    def test_extremes_give_numbers_and_no_warning(self, variant):
        """pytest turns any warning into an error."""
        ends = np.array([0, 5e-324, 1e-300, 0.5, 1 - 1e-16, 1])[:, None, None]
        betas = np.array([1e-300, 1.0, 1e300])[:, None]
        orbit = trajectory(ends, betas, [5e-324, 1e-300, 1e-5, 1.0, 1e300], 4, variant)
        assert not np.isnan(orbit.logit).any()
        assert np.all((orbit.p >= 0) & (orbit.p <= 1))

    def test_huge_beta_leaves_the_reference(self):
        assert np.all(trajectory(0.3, 1e300, 1e-5, 3).logit == logit(0.3))

    def test_tiny_beta_saturates(self):
        orbit = trajectory(0.3, 1e-300, 1e-20, 3)
        assert np.all(orbit.logit[1:] > 1e299)
        assert np.all(orbit.failure[1:] == 0)

    def test_failure_keeps_what_p_rounds_away(self):
        reached = trajectory(0.5, 1 / 690.0, 1e-5, 1, DR_GRPO)
        assert reached.p[1] == 1
        # Log-odds of 690 known to 1.1e-13, so their exponential to that share.
        assert reached.failure[1] == pytest.approx(float(mpmath.exp(-690)), rel=5e-13, abs=0)
        assert trajectory(1e-300, 1.0, 1e-5, 0).p[0] == pytest.approx(1e-300, rel=5e-13, abs=0)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"p_ref": 1.5}, "p_ref = 1.5 is outside its domain: it must be a probability in [0, 1]"),
            (
                {"p_ref": [0.2, -0.1, np.nan]},
                "p_ref has 2 bad of 3 entries, the first at index 1: -0.1; each must be a probability in [0, 1]",
            ),
            (
                {"p_ref": [[0.2, 0.3], [0.2, 7.0]]},
                "p_ref has 1 bad of 4 entries, the first at index (1, 1): 7.0; each must be a probability in [0, 1]",
            ),
            (
                {"p_ref": "many"},
                "p_ref = 'many' is not a number or an array of numbers; it must be a probability in [0, 1]",
            ),
            ({"beta": 0}, "beta = 0.0 is outside its domain: it must be finite and > 0"),
            ({"beta": np.inf}, "beta = inf is outside its domain: it must be finite and > 0"),
            ({"eps": 0.0}, "eps = 0.0 is outside its domain: it must be finite and > 0"),
            (
                {"eps": [1e-5, -1.0, 0.0]},
                "eps has 2 bad of 3 entries, the first at index 1: -1.0; each must be finite and > 0",
            ),
            ({"steps": -1}, "steps = -1 is outside its domain: it must be a whole number from 0 on"),
            ({"steps": 2.5}, "steps = 2.5 is outside its domain: it must be a whole number from 0 on"),
            ({"p_0": np.nan}, "p_0 = nan is outside its domain: it must be a probability in [0, 1]"),
            ({"clip": 1}, "clip = 1.0 is outside its domain: it must be in (0, 1)"),
            *(
                (
                    {one: [0.1, 0.2], "p_0": [0.1, 0.2, 0.3]},
                    f"{one} of shape (2,) and p_0 of shape (3,) do not broadcast together; add an axis to one of them",
                )
                for one in ("p_ref", "beta", "eps")
            ),
            (
                {"p_0": [0.1, 0.2], "clip": [0.1, 0.2, 0.3]},
                "p_0 of shape (2,) and clip of shape (3,) do not broadcast together; add an axis to one of them",
            ),
            *(
                (
                    {"p_ref": end, "p_0": 1 - end, "variant": two_kl(0.5)},
                    "p_0 = 1 with p_ref = 0 (or 0 with 1) is outside the domain of a two-KL variant: "
                    "no policy has a finite KL to both; it must have p_0 = p_ref there",
                )
                for end in (0.0, 1.0)
            ),
        ],
    )
    def test_bad_input_is_named(self, change, sentence):
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            trajectory(**({"p_ref": 0.2, "beta": 1.0, "eps": 1e-5, "steps": 3} | change))

    def test_from_one_end_to_the_other(self):
        """At once where the reference alone ties, never where the previous iterate alone does; agreeing, they stay."""
        for end in (0.0, 1.0):
            assert trajectory(end, 1.0, 1e-5, 2, p_0=1 - end).p.tolist() == [1 - end, end, end]
            assert trajectory(end, 1.0, 1e-5, 2, MIRROR_GRPO, p_0=1 - end).p.tolist() == [1 - end] * 3
            assert trajectory(end, 1.0, 1e-5, 2, two_kl(0.5), p_0=end).p.tolist() == [end] * 3

    @given(st.floats(1e-9, 1 - 1e-9), st.floats(0.05, 100), st.floats(1e-8, 1), st.floats(0, 1))
    def test_is_the_step_repeated(self, r, b, e, share):
        variant = two_kl(share)
        orbit = trajectory(r, b, e, 3, variant).logit
        L_now = start = logit(r)
        for got in orbit[1:]:
            L_now = (
                share * start + (1 - share) * L_now + 1 / (b * np.sqrt(1 / (2 + 2 * np.cosh(min(L_now, 700.0))) + e))
            )
            # The oracle restarts from the orbit, so only one step's dozen roundings count,
            # each a share of the larger of the terms.
            assert abs(got - L_now) <= 1e-13 * (1 + abs(L_now) + force(np.inf, b, e))
            L_now = got
