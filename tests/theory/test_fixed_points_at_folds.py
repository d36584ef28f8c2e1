"""GRPO's solver where roots meet, and where the floats end: by signs of the defect, typed out by hand."""

import numpy as np
import pytest

from grpo_paper.theory.elementary import logit
from grpo_paper.theory.fixed_points import _newton, _turning_points, bifurcation_curve, peak_logit, solve
from grpo_paper.theory.success_map import force


def roots(L_ref: float, beta: float, eps: float) -> np.ndarray:
    found = solve(np.array(L_ref), np.array(beta), np.array(eps))
    assert np.isnan(found).tolist() == sorted(np.isnan(found).tolist())
    return found[~np.isnan(found)]


@pytest.mark.parametrize("eps", [1e-9, 1e-5, 1e-3, 0.01, 0.1, 10.0])
class TestFolds:
    @pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9, 1.05, 1.2, 1.5, 2.0])
    def test_a_billionth_to_both_sides(self, eps, share) -> None:
        """Two roots more where the pair is: below a fold on the left of the peak, above one on its right."""
        beta, L_ref = bifurcation_curve(share * peak_logit(eps), eps)
        for apart in (-1e-9, 1e-9):
            count = 3 if (apart < 0) == (share < 1) else 1
            assert len(roots(L_ref + apart * (1 + abs(L_ref)), beta, eps)) == count

    def test_on_it_both_of_the_pair_are_listed(self, eps) -> None:
        """Where the solver's own defect is 0 at the place where F turns."""
        peak = np.array([peak_logit(eps)])
        beta = abs(bifurcation_curve(np.array([0.7]) * peak, eps)[0])
        for place in _turning_points(beta, np.array([eps]), peak)[:, 0]:
            found = roots(place - float(force(place, beta[0], eps)), beta[0], eps)
            assert len(found) == 3
            assert np.sum(abs(found - place) < 1e-6) == 2  # a rounding of F, which is flat there
            assert np.all(np.diff(found) >= 0)
            assert np.ptp(found) > 1

    def test_above_the_largest_b_there_is_one_on_the_peak_too(self, eps) -> None:
        peak = peak_logit(eps)
        beta = 2 * float(bifurcation_curve(peak, eps)[0])
        assert roots(peak - force(peak, beta, eps), beta, eps) == pytest.approx([peak], rel=1e-15)


@pytest.mark.parametrize("beta", [1e-300, 1e-20])
def test_at_a_small_beta_it_turns_at_even_odds(beta) -> None:
    """Ω = 2.1 on both sides of them, and 1/√ε far out."""
    side = logit(0.5 + np.sqrt(0.25 - (2.1**-2 - 1e-5)))
    found = roots(-2.1 / beta, beta, 1e-5)
    # L is nothing beside Ω/β: a few roundings of Ω alone.
    assert found == pytest.approx([-side, side, (1e-5**-0.5 - 2.1) / beta], rel=1e-14)


def test_where_the_tangent_is_flat_newton_s_method_stays() -> None:
    place, eps = np.array([2.0]), np.array([1e-3])
    beta, _ = bifurcation_curve(place, eps)
    assert _newton(place, np.array([7.0]), beta, eps) == place


@pytest.mark.parametrize("eps", [5e-324, 1e-300, 1e-5, 1.0, 1e300])
def test_from_the_smallest_floats_to_the_largest(eps) -> None:
    """No warning and always an answer, in order, from log-odds alone."""
    L_ref, beta = np.meshgrid([-1e300, -800.0, -1e-300, 0.0, 30.0, 1e300], [5e-324, 1e-300, 1e-5, 1.0, 1e300])
    found = solve(L_ref, beta, np.array(eps))
    assert not np.isnan(found[..., 0]).any()
    assert not (np.diff(found) <= 0).any()
    assert np.all(found[..., 0] >= L_ref)
