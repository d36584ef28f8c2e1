"""Every fixed point, none missed: the fast solver against proofs, scans and edges, and what the theorems say of them.

The slope and where it is ±1 are in test_stability.py, orbits in test_orbits.py.
"""

import warnings

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from grpo_paper import (
    DR_GRPO,
    GRPO,
    MIRROR_GRPO,
    certify,
    fixed_points,
    h,
    logit,
    sigmoid,
    trajectory,
    two_kl,
    two_kl_dr,
)
from grpo_paper.theory.fixed_points import bifurcation_curve, peak_logit, solve
from grpo_paper.theory.success_map import force, log_odds_step
from grpo_paper.theory.symbols import beta, eps, p_ref
from tests.conftest import Number, read_arb
from tests.orbits import h_by_hand

ULP = 2.3e-16
EDGES = np.meshgrid(
    [0.0, 5e-324, 1e-300, 1e-16, 0.5, 0.9, 1 - 1e-16, 1.0],
    [1e-320, 1e-300, 1e-8, 0.1, 1.0, 60.0, 61.0, 1e8, 1e300],
    [5e-324, 1e-300, 1e-20, 1e-5, 0.1, 1.0, 1e3, 1e300, 1.7e308],
    indexing="ij",
)


def rounding(found, reference: float) -> np.ndarray:
    """How far a float root may be from the exact one: L_ref, Ω/β and L are rounded to an ulp each, p_ref itself before
    that, and the equation divides the sum by |1 − slope|: near a fold few digits are left, and none can be had."""
    size = 2 * abs(found.logit) + 2 * abs(logit(reference)) + 1 / (1 - reference)
    return 4 * ULP * size * (1 + 1 / abs(1 - found.slope))


class TestTheorem3:
    """Amplification: every fixed point lies above the reference (E6: the exponent belongs at p)."""

    @given(st.floats(1e-9, 1 - 1e-9), st.floats(1e-3, 1e3), st.floats(1e-9, 1.0))
    def test_every_fixed_point_is_above(self, reference, b, e) -> None:
        found = fixed_points(reference, b, e)
        # Ω ≥ 1/√(¼ + ε), so the push is at least 8.9e-4 nats here, far above the rounding of L_ref < 21.
        assert (found.logit[: found.count] > logit(reference)).all()

    def test_certified(self) -> None:
        # No p up to p_ref can be fixed: on boxes, h(p) − p > 0 for all p ≤ p_ref, with p = s·p_ref.
        def above(s, reference, b):
            return h(s * reference, reference, b, arb("0.01")) - s * reference

        assert certify.positive(above, ("0", "1"), ("0.05", "0.9"), ("0.5", "5"), precision=64)

    def test_e6_the_inequality_holds_at_p(self) -> None:
        # e^{−Ω(p)/β} < 1 at the argument itself: h(p) > p_ref for every p, fixed or not.
        grid = np.linspace(0, 1, 1001)
        assert (h(grid, 0.2, 3.0, 1e-5) > 0.2).all()
        # The exponent at p_ref instead gives another number: the two are not interchangeable.
        assert abs(h(0.5, 0.01, 1.0, 1e-5) - h(0.01, 0.01, 1.0, 1e-5)) > 0.9

    @pytest.mark.parametrize("reference", [0.0, 1.0])
    def test_without_an_interior_reference(self, reference) -> None:
        # Hypothesis 0 < p_ref < 1 dropped: p* = p_ref, not above.
        found = fixed_points(reference, 1.0, 1e-5)
        assert found.p[0] == reference
        assert found.count == 1


class TestE4:
    """p = 1 is never a fixed point for ε > 0, and one near 1 need not exist."""

    def test_h_of_one_is_below_one(self, number: Number) -> None:
        # Failure probability σ(−logit p_ref − 1/(β√ε)) > 0, in log-odds so that nothing rounds to 1.
        reference, b, e = (number.make(text) for text in ("0.3", "2", "0.01"))
        failure = number.read(sigmoid(-(logit(reference) + force(1e3, b, e))))
        with mpmath.workdps(40):
            # Variance at L = 1000 is e^{−1000}: nothing beside ε. Five roundings of 1.1e-16 of L = 4.2.
            assert abs(failure - 1 / (1 + mpmath.mpf(3) / 7 * mpmath.exp(5))) < 1e-16
        assert failure > 0

    @given(st.floats(1e-12, 1 - 1e-12), st.floats(1e-2, 1e3), st.floats(1e-8, 1e2))
    def test_failure_never_vanishes(self, reference, b, e) -> None:
        limit = logit(reference) + force(np.inf, b, e)
        assert np.isfinite(limit)
        # Every fixed point lies at or below this ceiling; an ulp or two for its own rounding.
        assert np.nanmax(fixed_points(reference, b, e).logit) <= limit + 4 * ULP * (abs(limit) + 30)

    def test_symbolic(self) -> None:
        at_one = sympy.log(h(sympy.Integer(1), p_ref, beta, eps) ** -1 - 1)
        expected = sympy.log((1 - p_ref) / p_ref) - 1 / (beta * sympy.sqrt(eps))
        assert sympy.simplify(sympy.exp(at_one) - sympy.exp(expected)) == 0

    def test_one_fixed_point_and_not_near_one(self) -> None:
        enclosure = certify.fixed_points("0.3", "2", "0.01")
        assert enclosure.complete
        [point] = enclosure.points
        assert abs(point.p - arb("0.53380971")) < arb("5e-9")
        found = fixed_points(0.3, 2.0, 0.01)
        assert found.count == 1
        assert abs(found.p[0] - float(point.p)) < 1e-15  # slope small: a few ulps

    def test_without_smoothing_one_is_fixed(self) -> None:
        # Hypothesis ε > 0 dropped: h → 1 as p → 1 (E3).
        with mpmath.workdps(60):
            assert 1 - h_by_hand(1 - mpmath.mpf("1e-8"), "0.3", "2", 0) < mpmath.exp(-4000)


class TestE18:
    """Mirror: slopes e^{−1/(β√ε)} at 1 and e^{+1/(β√ε)} at 0."""

    @pytest.mark.parametrize(("b", "e"), [(2.0, 0.01), (1.0, 0.25), (5.0, 1e-3)])
    def test_slopes_are_difference_quotients(self, b, e) -> None:
        found = fixed_points(0.3, b, e, MIRROR_GRPO)
        with mpmath.workdps(60):
            tiny = mpmath.mpf("1e-30")
            at_zero = h_by_hand(tiny, tiny, b, e) / tiny  # the mirror's anchor is p itself
            at_one = (1 - h_by_hand(1 - tiny, 1 - tiny, b, e)) / tiny
            # The quotients are off by O(1e-30/ε), the floats by a few ulps of an exponent below 7.
            assert abs(found.slope[0] / at_zero - 1) < 1e-14
            assert abs(found.slope[1] / at_one - 1) < 1e-14
        assert found.logit[0] == -np.inf
        assert found.logit[1] == np.inf
        assert found.stable.tolist() == [False, True, False]

    def test_zero_is_fixed_yet_repels(self) -> None:
        assert (trajectory(0.0, 5.0, 1e-3, 20, MIRROR_GRPO).p == 0).all()
        start = trajectory(1e-12, 5.0, 1e-3, 40, MIRROR_GRPO)
        assert (np.diff(start.logit) > 0).all()
        assert start.p[-1] > 0.99


class TestAllFixedPoints:
    """The vectorised solver."""

    def test_against_certified_enclosures(self) -> None:
        rng = np.random.default_rng(1)
        checked = 0
        for _ in range(150):
            cell = [f"{10 ** rng.uniform(*span):.5g}" for span in ((-6, -0.05), (-1, 2), (-8, 0))]
            enclosure, found = certify.fixed_points(*cell), fixed_points(*map(float, cell))
            assert enclosure.complete
            assert len(enclosure.points) == found.count, cell
            bound = rounding(found, float(cell[0]))
            for point, root, allowed in zip(enclosure.points, found.logit, bound, strict=False):
                error = abs(float(read_arb(point.logit) - mpmath.mpf(root)))
                assert error <= allowed, cell
                # Away from folds that is 1e-12, relative to the scale on which a probability lives.
                checked += allowed < 1e-12 * max(1, abs(root))
                assert error <= 1e-12 * max(1, abs(root)) or allowed > 1e-12 * max(1, abs(root))
        assert checked > 200

    def test_folds_and_the_cusp_certified(self) -> None:
        # Just beside a fold, where a root finder is most likely to lose or invent a pair.
        rng = np.random.default_rng(2)
        for e, place in ((1e-5, 2.0), (1e-3, 3.0), (0.1, 1.5), (1e-5, 10.5), (1e-2, peak_logit(1e-2) * 1.01)):
            b, L_ref = bifurcation_curve(place, e)
            cell = [f"{x:.17g}" for x in (sigmoid(L_ref), b * (1 + 10 ** rng.uniform(-6, -4)), e)]
            enclosure = certify.fixed_points(*cell)
            assert enclosure.complete
            assert len(enclosure.points) == fixed_points(*map(float, cell)).count

    def test_both_sides_of_a_fold_far_out_at_a_small_beta(self) -> None:
        """At β < ½ the outer turning point lies beyond −3/2 log ε, where a search must not stop short of it."""
        for e, place in ((1e-2, 9.0), (1e-3, 13.0)):
            b, L_ref = bifurcation_curve(place, e)
            assert b < 0.5
            for apart, count in ((-1e-4, 1), (1e-4, 3)):
                roots = solve(L_ref + np.array([apart]), np.array([b]), np.array([e]))
                assert np.sum(~np.isnan(roots)) == count

    def test_against_a_dense_scan(self) -> None:
        # B2 too: never more than three, at most one below ½.
        rng = np.random.default_rng(3)
        grid, counts = np.linspace(-16, 60, 40_001), set()
        v = np.exp(-abs(grid)) / (1 + np.exp(-abs(grid))) ** 2
        for _ in range(300):
            reference, b, e = 10 ** rng.uniform(-6, -0.05), 10 ** rng.uniform(0.3, 1.5), 10 ** rng.uniform(-4, -1)
            defect = np.log(reference / (1 - reference)) + 1 / (b * np.sqrt(v + e)) - grid
            turns = np.flatnonzero(np.signbit(defect[1:]) != np.signbit(defect[:-1]))
            found = fixed_points(reference, b, e)
            roots = found.logit[: found.count]
            if found.count == 3 and np.diff(roots).min() < 2 * (grid[1] - grid[0]):
                continue  # a pair that the scan cannot part
            assert len(turns) == found.count
            assert (grid[turns] <= roots).all()
            assert (roots <= grid[turns + 1]).all()
            assert np.sum(roots < 0) <= 1
            counts.add(int(found.count))
        assert counts == {1, 3}

    def test_edges(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = fixed_points(*EDGES)
        assert not np.isnan(found.logit[..., 0]).any()
        assert (np.isnan(found.logit) == np.isnan(found.slope)).all()
        assert not (np.diff(found.logit) <= 0).any()
        assert set(np.unique(found.count)) == {1, 3}
        for reference, end in ((0, -np.inf), (-1, np.inf)):
            assert (found.logit[reference, ..., 0] == end).all()
            assert (found.count[reference] == 1).all()
        reference, b, e = (axis[1:-1, ..., None] for axis in EDGES)
        roots = found.logit[1:-1]
        finite = np.isfinite(roots)
        safe = np.where(finite, roots, 0.0)
        with np.errstate(over="ignore", divide="ignore"):
            residual = safe - (log_odds_step(safe, logit(reference), b, e))
        scale = abs(safe) + abs(logit(reference)) + 1
        # A root rounded to an ulp leaves a residual of |1 − slope| ulps; three more for the sum.
        allowed = ULP * scale * (4 + abs(found.slope[1:-1]))
        assert (abs(residual) <= allowed)[finite].all()
        # Infinite only where the ceiling 1/(β√ε) leaves the floats.
        with np.errstate(over="ignore", divide="ignore"):
            assert np.isinf(1 / (b * np.sqrt(e)))[np.isinf(roots[..., :1])].all()

    def test_a_certain_reference_is_reached_in_one_step(self) -> None:
        for variant in (two_kl(1), two_kl(0.5), two_kl_dr(0.5)):
            found = fixed_points([0.0, 1.0], 1.0, 1e-5, variant)
            assert found.p[:, 0].tolist() == [0, 1]
            assert found.slope[:, 0].tolist() == [0, 0]
            assert trajectory([0.0, 1.0], 1.0, 1e-5, 1, variant, 0.3).p[:, 1].tolist() == [0, 1]

    def test_closer_to_one_than_the_floats(self) -> None:
        found = fixed_points(0.2, 0.1, 1e-5)
        with mpmath.workdps(40):
            exact = mpmath.log(mpmath.mpf(1) / 4) + 1 / (mpmath.mpf("0.1") * mpmath.sqrt(mpmath.mpf(1e-5)))
        # v = e^{−3161} is nothing beside ε; three roundings of 3161.
        assert abs(found.logit[0] - exact) < 3 * ULP * 3161
        assert found.failure[0] == 0  # below 1e-300: only the log-odds can tell
        near = fixed_points(0.2, 0.45, 1e-5)
        with mpmath.workdps(40):
            exact = mpmath.log(mpmath.mpf(1) / 4) + 1 / (mpmath.mpf(0.45) * mpmath.sqrt(mpmath.mpf(1e-5)))
            failure = mpmath.exp(-exact)
        assert 1e-306 < failure < 1e-303
        assert abs(near.failure[0] / failure - 1) < 701 * 4 * ULP  # an ulp of L is 700 ulps of e^{−L}

    @settings(max_examples=50)
    @given(st.floats(0.05, 1.0), st.floats(1e-4, 0.9), st.floats(0.5, 20.0))
    def test_two_kl_shares_them(self, alpha, reference, b) -> None:
        mixed = fixed_points(reference, b, 1e-4, two_kl(alpha))
        plain = fixed_points(reference, alpha * b, 1e-4)
        assert np.array_equal(mixed.logit, plain.logit, equal_nan=True)
        expected = (1 - alpha) + alpha * plain.slope
        # Products of a few roundings.
        assert np.allclose(mixed.slope, expected, rtol=1e-12, atol=1e-15, equal_nan=True)

    def test_mean_only_has_one(self) -> None:
        found = fixed_points(0.2, 0.5, 1e-5, DR_GRPO)
        assert found.count == 1
        assert found.logit[0] == logit(0.2) + 2
        assert found.slope[0] == 0

    def test_more_cells_than_a_chunk(self) -> None:
        references = np.linspace(0.001, 0.9, 20_000)
        together = fixed_points(references, 3.0, 1e-5)
        some = [0, 8191, 8192, 16_384, 19_999]
        for i in some:
            alone = fixed_points(references[i], 3.0, 1e-5)
            assert np.array_equal(together.logit[i], alone.logit, equal_nan=True)

    @pytest.mark.parametrize(
        ("arguments", "parts"),
        [
            ((1.5, 1.0, 1e-5), ("p_ref = 1.5", "a probability in [0, 1]")),
            ((float("nan"), 1.0, 1e-5), ("p_ref = nan", "[0, 1]")),
            ((0.2, 0.0, 1e-5), ("beta = 0.0", "finite and > 0")),
            ((0.2, float("inf"), 1e-5), ("beta = inf", "finite and > 0")),
            ((0.2, 1.0, -1e-5), ("eps = -1e-05", "finite and > 0")),
            ((0.2, "much", 1e-5), ("beta = 'much'", "finite and > 0")),
            (([0.2, -1.0, 2.0], 1.0, 1e-5), ("p_ref has 2 bad of 3", "index 1: -1.0")),
            ((0.2, np.array([[1.0, 2.0], [3.0, 0.0]]), 1e-5), ("beta has 1 bad of 4", "index (1, 1): 0.0")),
            (([0.2] * 2, [1.0] * 3, 1e-5), ("p_ref of shape (2,) and beta of shape (3,) do not broadcast",)),
            (([0.2] * 2, [1.0] * 2, [1e-5] * 3), ("beta of shape (2,) and eps of shape (3,) do not broadcast",)),
        ],
    )
    def test_bad_inputs(self, arguments, parts) -> None:
        with pytest.raises(ValueError, match=r".") as caught:
            fixed_points(*arguments, GRPO)
        for part in parts:
            assert part in str(caught.value)
