"""The whitening of the libraries: sample deviation, constant outside the root, ε ignored."""

import math
import pickle
import re
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from grpo_paper import MEAN_ONLY, WHITENED, Omega, Variant, certify, fixed_points, trajectory
from grpo_paper.theory.advantage import advantage
from grpo_paper.theory.symbols import L
from grpo_paper.theory.weighting import library_whitening, sample_whitening, sample_whitening_slope, whitening
from tests.conftest import Number

SIZES = (2, 3, 4, 16, 64)
OFFSETS = (1e-4, 1e-6)
LIBRARY = library_whitening(16)


def omega_precisely(log_odds, size, offset):
    """1/(deviation + offset) of a population in 50 digits, from the log-odds."""
    p = 1 / (1 + mpmath.exp(-log_odds))
    return 1 / (mpmath.sqrt(p * (1 - p) * size / (size - 1)) + offset)


class TestAdvantage:
    @pytest.mark.parametrize("offset", OFFSETS)
    @pytest.mark.parametrize("size", SIZES)
    def test_every_group_by_numpy(self, size: int, offset: float) -> None:
        for successes in range(size + 1):
            group = np.array([1.0] * successes + [0.0] * (size - successes))
            expected = (group - group.mean()) / (group.std(ddof=1) + offset)
            found = advantage(group, successes / size, 0.1, library_whitening(size, offset))
            # At most 64 roundings in the variance, half of that in the root, times an advantage below 8.
            assert found == pytest.approx(expected, abs=3e-14)
            assert np.isfinite(found).all()

    def test_a_silent_group_has_advantage_and_slope_0(self) -> None:
        for p, silent in ((0.0, np.zeros(16)), (1.0, np.ones(16))):
            assert advantage(silent, p, 1e-5, LIBRARY).tolist() == [0.0] * 16
            assert LIBRARY.slope(p, 1 - p, 1e-5) == 0.0
        assert LIBRARY.push(0.0, 1.0, 1e-5) == pytest.approx(1e4, rel=1e-15)

    @pytest.mark.parametrize("size", SIZES)
    def test_without_constants_it_is_the_papers_times_a_number(self, size: int) -> None:
        G = sympy.Integer(size)
        v = sympy.Symbol("v", positive=True)
        ratio = sympy.simplify(whitening(v, 0) / sample_whitening(v, G, 0))
        assert ratio == sympy.sqrt(G / (G - 1))

    def test_eps_is_ignored(self) -> None:
        assert Omega(0.2, 1e-9, LIBRARY) == Omega(0.2, 0.5, LIBRARY)
        assert Omega(0.2, 1e-9) != Omega(0.2, 0.5)


class TestSlope:
    @pytest.mark.parametrize("log_odds", ["-30", "-2", "0", "0.7", "12"])
    def test_in_every_number_type(self, number: Number, log_odds: str) -> None:
        with mpmath.workdps(50):
            x = mpmath.mpf(log_odds)
            p = 1 / (1 + mpmath.exp(-x))
            variance, tilt = (number.make(mpmath.nstr(value, 40)) for value in (p * (1 - p), 2 * p - 1))
            expected = mpmath.diff(lambda t: omega_precisely(t, 16, mpmath.mpf(1) / 8192), x)
            found = number.read(sample_whitening_slope(variance, tilt, 16, number.make("0.0001220703125")))
            # Eight roundings of 1.1e-16; the derivative by differences is good to 1e-20.
            assert abs(found - expected) <= 2e-15 * abs(expected) + 1e-20

    def test_symbolically(self) -> None:
        q = 1 / (1 + sympy.exp(-L))
        d = sympy.Symbol("d", positive=True)
        slope = sympy.diff(sample_whitening(q * (1 - q), 16, d), L)
        assert sympy.simplify(slope - sample_whitening_slope(q * (1 - q), 2 * q - 1, 16, d)) == 0


class TestWeighting:
    def test_compares_by_value_and_survives_a_pickle(self) -> None:
        assert library_whitening(16) == library_whitening(16, 1e-4)
        assert hash(library_whitening(16)) == hash(library_whitening(16, 1e-4))
        assert pickle.loads(pickle.dumps(LIBRARY)) == LIBRARY
        assert len({library_whitening(G, d) for G in SIZES for d in OFFSETS} | {WHITENED, MEAN_ONLY}) == 12

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((1,), "group_size = 1 is outside its domain: it must be a whole number from 2 on"),
            ((16.0,), "group_size = 16.0 is outside its domain: it must be a whole number from 2 on"),
            ((16, 0), "offset = 0.0 is outside its domain: it must be finite and > 0"),
            ((16, [1e-4]), "offset = [0.0001] is an array; it must be one number"),
        ],
        ids=["one", "float", "zero", "list"],
    )
    def test_bad_arguments(self, arguments, message) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            library_whitening(*arguments)

    def test_is_even(self) -> None:
        mine = library_whitening(8)
        assert mine.even
        assert mine.push(0.1, 0.9, 0.0) == mine.push(0.9, 0.1, 0.0)

    def test_is_named(self) -> None:
        assert Variant(LIBRARY, 1).name == "GRPO with sample deviation (G=16, offset=0.0001)"


class TestRecursion:
    @pytest.mark.parametrize("alpha", [1, 0.5, 0])
    def test_trajectory_by_hand(self, alpha) -> None:
        start = math.log(0.2 / 0.8)
        log_odds, orbit = start, [start]
        for _ in range(8):
            p = 1 / (1 + math.exp(-log_odds))
            force = 1 / (math.sqrt(p * (1 - p) * 16 / 15) + 1e-4) / 3.0
            log_odds = alpha * start + (1 - alpha) * log_odds + force
            orbit.append(log_odds)
        found = trajectory(0.2, 3.0, 1e-5, 8, Variant(LIBRARY, alpha))
        # Some roundings of 1e-16, enlarged by the slopes of eight steps, most below 2.
        assert found.logit == pytest.approx(orbit, abs=1e-11)

    def test_it_ends_lower_than_the_papers(self) -> None:
        ends = [trajectory(0.2, 3.0, 1e-5, 500, Variant(kind, 1)).p[-1] for kind in (LIBRARY, WHITENED)]
        assert 0.001 < ends[1] - ends[0] < 0.01

    def test_the_solver_takes_what_balls_enclose(self) -> None:
        found = fixed_points([0.2, 0.2], [1.0, 3.0], 1e-5, Variant(LIBRARY, 1))
        for beta, row in zip(("1", "3"), found.logit, strict=True):
            # The decimal 0.2 and the float nearest to it differ by 1e-17.
            enclosed = [
                float(point.logit) for point in certify.fixed_points("0.2", beta, "1e-5", Variant(LIBRARY, 1)).points
            ]
            assert row[: len(enclosed)] == pytest.approx(enclosed, rel=1e-13)
            assert np.isnan(row[len(enclosed) :]).all()
        assert found.count.tolist() == [3, 3]

    def test_its_mirror_has_the_two_ends(self) -> None:
        found = fixed_points(0.2, 1e3, 1e-5, Variant(LIBRARY, 0))
        assert found.p[:2].tolist() == [0.0, 1.0]
        # e^{±Ω(0)/β}, Ω(0) = 1/offset.
        assert found.slope[:2] == pytest.approx([math.exp(10), math.exp(-10)], rel=1e-12)

    def test_balls_enclose_where_the_orbit_rests(self) -> None:
        found = certify.fixed_points("0.2", "3", "1e-5", Variant(LIBRARY, 1))
        point = found.points[0]
        assert found.complete
        assert float(point.p) == pytest.approx(trajectory(0.2, 3.0, 1e-5, 500, Variant(LIBRARY, 1)).p[-1], abs=1e-12)

    def test_the_slope_of_a_fixed_point_by_differences(self) -> None:
        variant = Variant(LIBRARY, 1)
        point, *_ = certify.fixed_points("0.2", "3", "1e-5", variant).points
        with mpmath.workdps(50):
            x = mpmath.log(mpmath.mpf(float(point.p)) / (1 - mpmath.mpf(float(point.p))))
            offset = mpmath.mpf(Fraction(1e-4).numerator) / Fraction(1e-4).denominator
            expected = mpmath.diff(lambda t: omega_precisely(t, 16, offset) / 3, x)
        assert float(point.slope) == pytest.approx(float(expected), rel=1e-12)
