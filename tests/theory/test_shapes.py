"""Every fixed point of every weighting, none missed: against scans and bisection, and what a shape promises.

And where runs end, against runs that are followed. GRPO's own solver is in test_fixed_points.py.
"""

import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grpo_paper import Variant, fate, fixed_points, logit, sigmoid, trajectory
from grpo_paper.theory import zoo
from grpo_paper.theory.fate import known
from grpo_paper.theory.shapes import CHUNK, solve
from grpo_paper.theory.weighting import MEAN_ONLY, Weighting, library_whitening
from tests.weightings import COUPLED, ROWS, SHAPED, Row, by_hand, name, shaped

ULP = 2.3e-16
FAR = np.geomspace(45, 1e17, 1500)
GRID = np.concatenate([-FAR[::-1], np.linspace(-45, 45, 4001)[1:-1], FAR])


def line(p, q, eps):
    return q - p


def line_slope(p, q, eps):
    return -2 * p * q


THROUGH_ZERO = Weighting("through zero", line, line_slope, shape="falling", positive=False)
BOWLS = [row for row in SHAPED if row.weighting.shape == "bowl"]


def cells(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds of the reference from p_ref = 1e-12 to 1 − 1e-9, β and ε."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-27.6, 20.7, count), 10 ** rng.uniform(-3, 2, count), 10 ** rng.uniform(-9, 0, count)


def scanned(row: Row, L_ref: float, beta: float, eps: float) -> np.ndarray:
    """Roots by changes of sign on the grid, each cut in half until nothing is left between."""
    signs = by_hand(row, GRID, L_ref, beta, eps) > 0
    at = np.flatnonzero(signs[1:] != signs[:-1])
    low, high, rising = GRID[at], GRID[at + 1], signs[at + 1]
    for _ in range(80):
        middle = (low + high) / 2
        above = (by_hand(row, middle, L_ref, beta, eps) > 0) == rising
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2


def rounding(L: np.ndarray, slope: np.ndarray, L_ref: np.ndarray) -> np.ndarray:
    """L_ref, Ω/β and L are off by some ulps each, and |1 − slope| divides the sum."""
    return 16 * ULP * (1 + abs(L) + abs(L_ref)) * (1 + 1 / abs(1 - slope))


class TestNoneIsMissed:
    @shaped
    def test_against_a_scan(self, row) -> None:
        L_ref, beta, eps = cells(100, 0)
        p_ref = sigmoid(L_ref)
        L_ref = logit(p_ref)
        found = fixed_points(p_ref, beta, eps, Variant(row.weighting, 1))
        for i in range(len(beta)):
            roots = scanned(row, L_ref[i], beta[i], eps[i])
            inside = np.isfinite(found.logit[i])
            ours, slope = found.logit[i][inside], found.slope[i][inside]
            if len(ours) > 1 and np.diff(ours).min() < 2 * 0.0225:
                continue  # a pair that the scan cannot part
            assert len(ours) == len(roots)
            assert np.all(abs(ours - roots) <= rounding(ours, slope, L_ref[i]))

    @shaped
    def test_against_bisection_in_thirty_digits(self, row) -> None:
        """Where floats are shortest: rare success, near-certain success, a weak and a strong penalty."""
        for p_ref, beta, eps in ((1e-12, 3.0, 1e-5), (1 - 2.0**-30, 0.5, 1e-5), (0.3, 1e-3, 1e-2), (0.01, 100.0, 1e-5)):
            found = fixed_points(p_ref, beta, eps, Variant(row.weighting, 1))
            with mpmath.workdps(30):
                reference = mpmath.log(mpmath.mpf(p_ref) / (1 - mpmath.mpf(p_ref)))

                def defect(L: mpmath.mpf, reference=reference, beta=beta, eps=eps) -> mpmath.mpf:
                    p, q = 1 / (1 + mpmath.exp(-L)), 1 / (1 + mpmath.exp(L))
                    return reference + row.omega(p, q, mpmath.mpf(eps)) / mpmath.mpf(beta) - L

                for L, slope in zip(found.logit[: found.count], found.slope, strict=False):
                    if np.isfinite(L):
                        off = mpmath.mpf(float(rounding(L, slope, logit(p_ref)))) + ULP / (1 - p_ref)
                        assert defect(L - off) * defect(L + off) < 0

    @shaped
    def test_edges(self, row) -> None:
        """From the smallest floats to the largest: always an answer, in order, and no warning."""
        grid = np.meshgrid(
            [0.0, 5e-324, 1e-300, 1e-16, 0.5, 0.9, 1 - 1e-16, 1.0],
            [1e-320, 1e-300, 1e-8, 0.1, 1.0, 60.0, 1e8, 1e300],
            [5e-324, 1e-300, 1e-5, 1.0, 1e300],
            indexing="ij",
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = fixed_points(*grid, Variant(row.weighting, 1))
        assert not np.isnan(found.logit[..., 0]).any()
        assert np.array_equal(np.isnan(found.logit), np.isnan(found.slope))
        assert not (np.diff(found.logit) < 0).any()
        for reference, end in ((0, -np.inf), (-1, np.inf)):
            assert np.all(found.logit[reference, ..., 0] == end)
            assert np.all(found.count[reference] == 1)
            assert np.all(found.slope[reference, ..., 0] == 0)
        L_ref, beta, eps = logit(grid[0])[1:-1, ..., None], grid[1][1:-1, ..., None], grid[2][1:-1, ..., None]
        roots, slope = found.logit[1:-1], found.slope[1:-1]
        # Beyond 200 nats a power of p or q may have left the floats; below 1e-300 Ω may have, beside such a β.
        digits = (abs(roots) < 200) & (beta > 1e-310)
        with np.errstate(all="ignore"):
            residual = by_hand(row, roots, L_ref, beta, eps)
            allowed = 32 * ULP * (1 + abs(roots) + abs(L_ref)) * (1 + abs(slope))
        assert digits.sum() > 60
        assert np.all((abs(residual) <= allowed)[digits])

    @shaped
    def test_more_cells_than_a_chunk(self, row) -> None:
        variant = Variant(row.weighting, 1)
        p_ref = np.linspace(0.001, 0.999, 2 * CHUNK + 5)
        together = fixed_points(p_ref, 2.0, 1e-3, variant).logit
        for i in (0, CHUNK - 1, CHUNK, 2 * CHUNK + 4):
            assert np.array_equal(together[i], fixed_points(p_ref[i], 2.0, 1e-3, variant).logit, equal_nan=True)

    @shaped
    def test_two_penalties_have_those_of_the_smaller_strength(self, row) -> None:
        L_ref, beta, eps = cells(300, 1)
        both = fixed_points(sigmoid(L_ref), beta, eps, Variant(row.weighting, 0.25))
        plain = fixed_points(sigmoid(L_ref), 0.25 * beta, eps, Variant(row.weighting, 1))
        assert np.array_equal(both.logit, plain.logit, equal_nan=True)
        inside = np.isfinite(both.logit)
        # Ω'/β, where plain has Ω'/(β/4): the same to some roundings, also where its like is not.
        assert np.allclose(both.slope[inside], 0.75 + plain.slope[inside] / 4, rtol=1e-12, atol=1e-15)


class TestFromLogOdds:
    """References that no probability holds, the solver alone: no warning, and the root by hand."""

    def test_a_push_that_leaves_the_floats_upwards(self) -> None:
        """MaxRL: 1 + e^{−L} = β(L + 1000)."""
        L = float(mpmath.findroot(lambda L: 1 + mpmath.exp(-L) - 0.5 * (L + 1000), -6.2))
        found = solve(np.array(-1000.0), np.array(0.5), np.array(0.0), zoo.MAXRL)
        assert found == pytest.approx([L, np.nan, np.nan], rel=1e-12, nan_ok=True)

    def test_a_push_that_leaves_the_floats_downwards(self) -> None:
        """Ω = −p/q = −e^L: L + e^L = 1000."""
        mine = Weighting("mine", lambda p, q, eps: -p / q, lambda p, q, eps: -p / q, shape="falling", positive=False)
        L = float(mpmath.findroot(lambda L: L + mpmath.exp(L) - 1000, 6.9))
        found = solve(np.array(1000.0), np.array(1.0), np.array(0.0), mine)
        assert found == pytest.approx([L, np.nan, np.nan], rel=1e-12, nan_ok=True)

    @pytest.mark.parametrize("row", [row for row in SHAPED if row.weighting.shape != "dip"], ids=name)
    def test_a_small_beta(self, row) -> None:
        assert np.all(solve(np.array([-1.0, 2.0]), np.array(1e-320), np.array(1e-5), row.weighting)[:, 0] > 100)

    @pytest.mark.parametrize("weighting", [MEAN_ONLY, zoo.MAXRL], ids=lambda w: w.name)
    def test_a_root_beyond_the_floats_is_infinite(self, weighting) -> None:
        assert solve(np.array(0.0), np.array(1e-320), np.array(1e-5), weighting)[0] == np.inf

    @shaped
    def test_the_ends_are_alone(self, row) -> None:
        found = solve(np.array([-np.inf, np.inf]), np.array(1.0), np.array(1e-5), row.weighting)
        np.testing.assert_array_equal(found, [[-np.inf, np.nan, np.nan], [np.inf, np.nan, np.nan]])


class TestBowl:
    @pytest.mark.parametrize("row", BOWLS, ids=name)
    def test_two_or_none_inside_and_certain_success_last(self, row) -> None:
        L_ref, beta, eps = cells(2000, 2)
        found = fixed_points(sigmoid(L_ref), beta, eps, Variant(row.weighting, 1))
        assert set(found.count) == {1, 3}
        last = np.take_along_axis(found.logit, found.count[:, None] - 1, -1)
        assert np.all(np.isposinf(last))
        pair = found.count == 3
        assert np.all(found.slope[pair, 0] < 1)
        assert np.all(found.slope[pair, 1] > 1)
        assert np.all(found.slope[np.isinf(found.logit)] == 0)

    def test_one_where_the_two_meet(self) -> None:
        """DisCO at p_ref = ½: they meet at the L > 0 where 4 cosh²(L/2) = βL and 2 sinh L = β, an irrational cell."""
        place = float(mpmath.findroot(lambda L: (2 + 2 * mpmath.cosh(L)) - 2 * L * mpmath.sinh(L), 1.5))
        beta = 2 * np.sinh(place)
        for factor, count in ((1.000001, 3), (0.999999, 1)):
            found = fixed_points(0.5, beta * factor, 1e-5, Variant(zoo.DISCO, 1))
            assert found.count == count
        pair = fixed_points(0.5, beta * (1 + 1e-12), 1e-5, Variant(zoo.DISCO, 1)).logit[:2]
        assert pair == pytest.approx([place, place], abs=3e-6)  # √(1e-12) apart, by some

    @pytest.mark.parametrize("L_ref", [0.5, 1.0, np.log(3)])
    def test_a_bottom_above_nothing_is_no_root(self, L_ref) -> None:
        """D has slope 0 at the reference itself, to the last digit, and is Ω/β > 0 there."""
        p, q = sigmoid(np.array(L_ref)), sigmoid(np.array(-L_ref))
        found = solve(np.array(L_ref), (p - q) / (p * q), np.array(1e-5), zoo.DISCO)
        np.testing.assert_array_equal(found, [np.inf, np.nan, np.nan])

    def test_at_certain_success_failures_shrink_faster_than_any_power(self) -> None:
        run = trajectory(0.5, 1.0, 1e-5, 3, Variant(zoo.DISCO, 1), p_0=0.99).logit
        assert run[1:3] == pytest.approx([1 / 0.0099, np.exp(1 / 0.0099)], rel=1e-1)
        assert np.isinf(run[3])


class TestUnknownShape:
    """By balls: a weighting that is neither of a shape nor GRPO's own."""

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.shape is None], ids=name)
    def test_against_a_scan(self, row) -> None:
        rng = np.random.default_rng(3)
        for _ in range(12):
            p_ref, beta, eps = 10 ** rng.uniform(-5, -0.05), 10 ** rng.uniform(-0.3, 1.3), 10 ** rng.uniform(-6, -2)
            found = fixed_points(p_ref, beta, eps, Variant(row.weighting, 1))
            roots = scanned(row, logit(p_ref), beta, eps)
            assert found.count == len(roots)
            ours = found.logit[: len(roots)]
            assert np.all(abs(ours - roots) <= rounding(ours, found.slope[: len(roots)], logit(p_ref)))

    def test_its_end_is_not_told(self) -> None:
        assert not known(Variant(library_whitening(8), 1))
        with pytest.raises(ValueError, match="the end of a run is shown for"):
            fate(0.2, 1.0, 1e-5, Variant(zoo.focal(0.3), 1))


class TestAmplification:
    """B14: where Ω > 0 every fixed point lies above the reference."""

    @settings(max_examples=60)
    @given(st.sampled_from(SHAPED), st.floats(1e-9, 1 - 1e-9), st.floats(1e-3, 1e2), st.floats(1e-6, 1.0))
    def test_above(self, row, p_ref, beta, eps) -> None:
        found = fixed_points(p_ref, beta, eps, Variant(row.weighting, 1))
        L_ref = logit(p_ref)
        for L in found.logit[: found.count]:
            gain = by_hand(row, L, 0.0, beta, eps) + L if np.isfinite(L) else np.inf
            # What Ω/β adds may be less than a rounding of L_ref.
            assert L_ref < L or gain <= 4 * ULP * (1 + abs(L_ref))

    def test_dropped_it_is_below_or_above(self) -> None:
        """Ω = 1 − 2p is positive below even odds alone, and draws to them from both sides."""
        found = fixed_points([0.2, 0.5, 0.8], 1.0, 1e-5, Variant(THROUGH_ZERO, 1))
        assert found.count.tolist() == [1, 1, 1]
        low, half, high = found.p[:, 0]
        assert 0.2 < low < 0.5 < high < 0.8
        assert half == 0.5
        for p_ref, p in ((0.2, low), (0.8, high)):
            assert logit(p) == pytest.approx(logit(p_ref) + 1 - 2 * p, abs=1e-15)


class TestRefused:
    def test_a_mirror_that_is_not_positive(self) -> None:
        with pytest.raises(ValueError, match=r"^variant = Mirror through zero is outside its domain: a mirror's fixed"):
            fixed_points(0.2, 1.0, 1e-5, Variant(THROUGH_ZERO, 0))
        run = trajectory(0.8, 1.0, 1e-5, 60, Variant(THROUGH_ZERO, 0))
        assert run.p[-1] == pytest.approx(0.5, abs=1e-9)  # the slope there is ½: neither end is where it goes

    def test_a_clip_where_the_push_may_be_negative(self) -> None:
        with pytest.raises(ValueError, match=r"^variant = through zero is outside its domain: with a clip Ω must be"):
            trajectory(0.8, 1.0, 1e-5, 3, Variant(THROUGH_ZERO, 1), clip=0.2)

    @pytest.mark.parametrize("weighting", [weighting for weighting, _ in COUPLED], ids=lambda w: w.name)
    @pytest.mark.parametrize("alpha", [1, 0.5, 0])
    def test_coupled_prompts(self, weighting, alpha) -> None:
        variant = Variant(weighting, alpha)
        for ask, instead in ((fixed_points, "has those of a batch$"), (fate, "trajectory$")):
            with pytest.raises(ValueError, match=instead):
                ask([0.2, 0.3], 1.0, 1e-5, variant)


class TestCoupled:
    RATES = (0.02, 0.3, 0.5, 0.9)

    @pytest.mark.parametrize(("weighting", "omega"), COUPLED, ids=lambda x: getattr(x, "name", ""))
    @pytest.mark.parametrize("alpha", [1, 0.5, 0])
    def test_a_batch_by_a_plain_loop(self, weighting, omega, alpha) -> None:
        run = trajectory(self.RATES, 3.0, 1e-3, 15, Variant(weighting, alpha)).logit
        reference = [np.log(p / (1 - p)) for p in self.RATES]
        L = list(reference)
        for n in range(15):
            push = omega([1 / (1 + np.exp(-x)) for x in L], 1e-3) / 3.0
            L = [alpha * ref + (1 - alpha) * x + push for x, ref in zip(L, reference, strict=True)]
            assert run[:, n + 1] == pytest.approx(L, abs=1e-12)  # slopes below 1

    def test_batches_in_the_axes_before(self) -> None:
        variant = Variant(zoo.BATCH_RATE, 1)
        two = trajectory([self.RATES, self.RATES[::-1]], [[2.0], [5.0]], 1e-5, 6, variant).logit
        for one, rates, beta in zip(two, (self.RATES, self.RATES[::-1]), (2.0, 5.0), strict=True):
            assert np.array_equal(one, trajectory(rates, beta, 1e-5, 6, variant).logit)

    def test_one_number_is_a_batch_of_one(self) -> None:
        alone = trajectory(0.3, 2.0, 1e-5, 6, Variant(zoo.BATCH_RATE, 1)).logit
        assert alone == pytest.approx(trajectory(0.3, 2.0, 1e-5, 6, Variant(zoo.MAXRL, 1)).logit, rel=1e-12)
