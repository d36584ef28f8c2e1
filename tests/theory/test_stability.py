"""The slope at a fixed point and what it decides: Theorems 6 and 7, Lemma 1, Remark 2, Figure 4, E11, B1."""

import math

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb

from grpo_paper import Omega, certify, fixed_points, h, h_prime, logit, sigmoid
from grpo_paper.theory.fixed_points import bifurcation_curve, critical_beta, largest_critical_beta, peak_logit
from grpo_paper.theory.success_map import force_slope, log_odds_step
from grpo_paper.theory.symbols import L, beta, eps, p
from tests.conftest import Number
from tests.orbits import EPS, orbit, step

ULP = 2.3e-16


class TestTheorem6:
    """|h'(p*)| < 1: every start near p* converges to it, at the rate of the slope."""

    def test_nearby_starts_converge(self) -> None:
        rng = np.random.default_rng(0)
        seen = 0
        for _ in range(60):
            reference, b = 10 ** rng.uniform(-5, -0.1), 10 ** rng.uniform(-1, 1.5)
            found = fixed_points(reference, b, EPS)
            for i in np.flatnonzero(found.stable & (abs(found.slope) < 0.9)):
                state = found.logit[i] + 1e-6
                for _ in range(300):
                    state = step(state, reference, b)
                # 0.9^300 = 2e-14 of the start's 1e-6 is left: only rounding, magnified by 1/(1 − 0.9).
                assert abs(state - found.logit[i]) < 1e-13 * (abs(found.logit[i]) + abs(logit(reference)) + 1)
                seen += 1
        assert seen > 60

    def test_the_rate_is_the_slope(self) -> None:
        found = fixed_points(0.2, 1.0, EPS)
        ratio = (step(found.logit[0] + 1e-6, 0.2, 1.0) - found.logit[0]) / 1e-6
        # Second-order term about 1e-6, rounding 1e-16/1e-6.
        assert abs(ratio - found.slope[0]) < 1e-5

    def test_without_the_hypothesis_starts_leave(self) -> None:
        found = fixed_points(1e-4, 5.0, EPS)
        for i in (0, 1):
            assert abs(found.slope[i]) > 1
            for side in (-1e-8, 1e-8):
                state, farthest = found.logit[i] + side, 0.0
                for _ in range(100):
                    state = step(state, 1e-4, 5.0)
                    farthest = max(farthest, abs(state - found.logit[i]))
                assert farthest > 1

    def test_slope_one_goes_both_ways(self) -> None:
        b, L_ref = bifurcation_curve(2.0, EPS)
        below, above = (orbit(sigmoid(L_ref), b, sigmoid(2.0 + side), 20_000)[-1] for side in (-0.05, 0.05))
        assert 0 < 2.0 - below < 1e-3  # creeps: 1/(c n) with c of order 1
        assert above > 100
        b, L_ref = bifurcation_curve(-2.0, EPS)
        state = orbit(sigmoid(L_ref), b, sigmoid(-1.95), 20_000)[-1]
        assert 1e-4 < abs(state + 2.0) < 0.05  # slope −1, yet it approaches, like 1/√n


class TestTheorem7:
    """Banach in one dimension: |f'| ≤ k < 1 on an interval around p*, so errors shrink like kⁿ."""

    def test_certified_contraction_and_its_bound(self) -> None:
        cell = arb("0.2"), arb(5), arb("1e-5")
        assert certify.positive(lambda q: arb("0.5") - abs(h_prime(q, *cell)), ("0.15", "0.41"))
        star = fixed_points(0.2, 5.0, EPS).p[0]
        for start in (0.152, 0.3, 0.409):
            q = start
            for n in range(1, 31):
                q = 1 / (1 + 4 * math.exp(-1 / (5 * math.sqrt(q * (1 - q) + EPS))))
                assert abs(q - star) <= 0.5**n * abs(start - star) + 4e-16  # a few ulps of q < 0.5
            assert abs(q - star) < 1e-9

    def test_no_interval_where_the_slope_is_larger(self) -> None:
        # |h'(p*)| > 1: then |h'| > 1 on a neighbourhood, proved, so no k < 1 can exist there.
        star = fixed_points(1e-4, 5.0, EPS).p[0]
        box = f"{star * 0.99:.10f}", f"{star * 1.01:.10f}"
        cell = arb("0.0001"), arb(5), arb("1e-5")
        assert certify.positive(lambda q: abs(h_prime(q, *cell)) - 1, box)
        assert not certify.positive(lambda q: 1 - abs(h_prime(q, *cell)), box)

    def test_without_a_continuous_derivative(self) -> None:
        # f = x/2 + x² sin(1/x²): slope ½ at 0, so orbits converge, but pairs of points do not contract.
        def f(x: float) -> float:
            return x / 2 + x * x * math.sin(1 / (x * x))

        x = 0.25
        for _ in range(60):
            assert abs(f(x)) <= 0.75 * abs(x)
            x = f(x)
        x, y = (1 / math.sqrt(2 * math.pi * (1000 + shift)) for shift in (0.25, 0.75))
        assert abs(f(x) - f(y)) > 50 * abs(x - y)


class TestLemma1:
    """h'(p*) = p*(1 − p*)(2p* − 1)/(2β[p*(1 − p*) + ε]^{3/2}), in size B(p*)/β."""

    def test_symbolic(self) -> None:
        reference = sigmoid(logit(p) - Omega(p, eps) / beta)
        printed = p * (1 - p) * (2 * p - 1) / (2 * beta * (p * (1 - p) + eps) ** sympy.Rational(3, 2))
        assert sympy.simplify(h(p, reference, beta, eps) - p) == 0
        assert sympy.simplify(h_prime(p, reference, beta, eps) - printed) == 0
        assert sympy.simplify(force_slope(logit(p), beta, eps) - printed) == 0
        assert sympy.simplify((critical_beta(p, eps) / beta) ** 2 - printed**2) == 0

    @pytest.mark.parametrize("q", ["0.001", "0.3", "0.5", "0.97"])
    def test_every_number_type(self, number: Number, q) -> None:
        value = number.read(critical_beta(number.make(q), number.make("0.01")))
        with mpmath.workdps(40):
            x, e = mpmath.mpf(q), mpmath.mpf("0.01")
            expected = x * (1 - x) * abs(2 * x - 1) / (2 * (x * (1 - x) + e) ** 1.5)
            # Ten roundings; 1 − x and 2x − 1 are exact up to the decimal's own rounding, at most 40 ulps of 1 − 0.97.
            assert abs(value - expected) <= 1e-14 * (expected + mpmath.mpf("1e-3"))

    @pytest.mark.parametrize("cell", [(0.2, 1.0), (1e-4, 5.0), (0.001, 3.0), (0.8, 5.0)])
    def test_difference_quotient(self, cell) -> None:
        found = fixed_points(*cell, EPS)
        with mpmath.workdps(50):
            reference, b, e = map(mpmath.mpf, (*cell, EPS))

            def one(q):
                return 1 / (1 + (1 - reference) / reference * mpmath.exp(-1 / (b * mpmath.sqrt(q * (1 - q) + e))))

            for i in range(2):
                close = 1 / (1 + mpmath.exp(-mpmath.mpf(found.logit[i])))
                star = mpmath.findroot(lambda q: one(q) - q, (close, close * (1 + mpmath.mpf("1e-12"))))
                width = star * (1 - star) * mpmath.mpf("1e-10")
                slope = (one(star + width) - one(star - width)) / (2 * width)
                # The root is good to 1e-15·|L_ref|/|1 − slope|, and log|slope| varies by at most 1 a nat.
                assert abs(found.slope[i] / slope - 1) < 1e-13

    def test_only_at_a_fixed_point(self) -> None:
        # Hypothesis p = h(p) dropped: the two slopes are different numbers.
        assert abs(h_prime(0.1, 0.2, 1.0, EPS) - force_slope(logit(0.1), 1.0, EPS)) > 0.1


class TestRemark2:
    """sup B = 1/(3√3 √ε (1 + 4ε)), and above it everything converges."""

    def test_symbolic(self) -> None:
        m = sympy.Symbol("m", positive=True)
        bound = critical_beta((1 + m) / 2, eps)
        top = sympy.sqrt((1 + 4 * eps) / (1 + 12 * eps))
        assert sympy.simplify(sympy.diff(sympy.log(bound), m).subs(m, top)) == 0
        assert sympy.simplify(bound.subs(m, top) - largest_critical_beta(eps)) == 0
        assert sympy.simplify((1 - top**2) / 4 - 2 * eps / (1 + 12 * eps)) == 0
        assert sympy.simplify(sympy.exp(peak_logit(eps)) - (1 + top) / (1 - top)) == 0

    @pytest.mark.parametrize("e", [1e-9, 1e-5, 1e-2, 1.0])
    def test_brute_force(self, e) -> None:
        grid = np.linspace(0, 30, 300_001)
        v = np.exp(-grid) / (1 + np.exp(-grid)) ** 2
        values = v * np.tanh(grid / 2) / (2 * (v + e) ** 1.5)
        # A grid of step 1e-4 misses a smooth peak by less than 1e-8 of its height.
        assert abs(values.max() / largest_critical_beta(e) - 1) < 1e-8
        assert abs(grid[values.argmax()] - peak_logit(e)) < 1e-3

    def test_certified(self) -> None:
        def room(q, e):
            return arb("1.1") * largest_critical_beta(e) - critical_beta(q, e)

        assert certify.positive(room, ("0", "0.5"), ("0.01", "0.1"), precision=64)

    def test_above_it_the_map_contracts(self) -> None:
        b = 1.25 * largest_critical_beta(EPS)
        rng = np.random.default_rng(4)
        for _ in range(2000):
            x, y = rng.uniform(-25, 25, 2)
            assert abs(step(x, 0.2, b) - step(y, 0.2, b)) <= 0.8 * abs(x - y) + 2e-14  # log-odds < 30, rounded to 4e-15

    def test_below_it_some_prompt_is_unstable(self) -> None:
        b = 0.99 * largest_critical_beta(EPS)
        worst = -peak_logit(EPS)
        L_ref = worst - 1 / (b * math.sqrt(1 / (2 + 2 * math.cosh(worst)) + EPS))
        found = fixed_points(sigmoid(L_ref), b, EPS)
        assert not found.stable[0]

    def test_it_is_a_supremum_over_all_p(self) -> None:
        # Dropping the ends, as the printed window does, gives another bound.
        assert critical_beta(0.01, EPS) < largest_critical_beta(EPS) / 12


class TestFigure4:
    """B on [0.01, 0.99] at ε = 1e−5: 4.9 at the ends, 0 at ½."""

    def test_as_printed(self) -> None:
        grid = np.linspace(0.01, 0.99, 99)
        by_hand = [q * (1 - q) * abs(2 * q - 1) / (2 * (q * (1 - q) + EPS) ** 1.5) for q in grid]
        assert np.allclose(critical_beta(grid, EPS), by_hand, rtol=1e-12, atol=1e-15)  # ten roundings; 0 at ½
        assert round(by_hand[0], 1) == round(by_hand[-1], 1) == 4.9
        assert critical_beta(0.5, EPS) == 0
        assert np.argmax(by_hand) in (0, 98)

    def test_the_peak_is_outside(self) -> None:
        assert round(largest_critical_beta(EPS), 1) == 60.9
        assert sigmoid(-peak_logit(EPS)) < 0.01 / 400


class TestE11:
    """β > B(p*) is not a bound on β: p* moves with it."""

    def test_raising_beta_destroys_stability(self) -> None:
        verdicts = [bool(fixed_points(1e-4, b, EPS).stable[0]) for b in (0.22, 0.4, 5.0, 20.0)]
        assert verdicts == [True, False, False, True]
        for b, stable in zip((0.22, 0.4, 5.0, 20.0), verdicts, strict=True):
            low = fixed_points(1e-4, b, EPS).p[0]
            assert (b > critical_beta(low, EPS)) == stable

    def test_certified(self) -> None:
        for b, stable in (("0.22", True), ("0.4", False), ("20", True)):
            verdict = certify.fixed_points("0.0001", b, "1e-5").points[0].stable
            assert verdict is (certify.Verdict.TRUE if stable else certify.Verdict.FALSE)


class TestBifurcationCurve:
    """B1: slope ±1 exactly on the curve; two more or two fewer fixed points on the other side of a fold."""

    def test_symbolic(self) -> None:
        b, L_ref = bifurcation_curve(L, eps)
        assert sympy.simplify(log_odds_step(L, L_ref, b, eps) - L) == 0
        assert sympy.simplify(force_slope(L, b, eps) ** 2 - 1) == 0

    @pytest.mark.parametrize("place", ["-8", "-2", "-0.5", "0.5", "2", "10.8", "14"])
    def test_every_number_type(self, number: Number, place) -> None:
        x, e = number.make(place), number.make("1e-5")
        b, L_ref = bifurcation_curve(x, e)
        slope, residual = number.read(force_slope(x, b, e)), number.read(log_odds_step(x, L_ref, b, e) - x)
        # The very expression that defines β is divided by β; Ω/β stays below 40 here.
        assert abs(slope - mpmath.sign(mpmath.mpf(place))) < 4 * ULP
        assert abs(residual) < 40 * 4 * ULP

    def test_no_other_cell_has_slope_one(self) -> None:
        # Certified: at the cell on the curve moved by 1 % in β, no slope is ±1.
        for place in (-2.0, 2.0):
            b, L_ref = bifurcation_curve(place, 1e-3)
            for factor in (0.99, 1.01):
                cell = f"{sigmoid(L_ref):.17g}", f"{b * factor:.17g}", "0.001"
                enclosure = certify.fixed_points(*cell)
                assert enclosure.complete
                assert all(abs(abs(point.slope) - 1) > 0.001 for point in enclosure.points)

    def test_the_count_changes_by_two_across_a_fold(self) -> None:
        for e in (1e-6, 1e-4, 1e-2):
            places = np.linspace(0.3, 1.5 * peak_logit(e), 60)
            places = places[abs(places - peak_logit(e)) > 0.2]  # at the cusp both arms are within the step
            b, L_ref = bifurcation_curve(places, e)
            below, above = (fixed_points(sigmoid(L_ref + shift), b, e).count for shift in (-1e-5, 1e-5))
            assert (abs(above - below) == 2).all()
            # The rising arm gives birth downwards, the falling arm upwards.
            assert (np.sign(below - above) == np.sign(peak_logit(e) - places)).all()

    def test_a_flip_changes_no_count(self) -> None:
        b, L_ref = bifurcation_curve(np.linspace(-8, -0.5, 40), 1e-5)
        below, above = (fixed_points(sigmoid(L_ref + shift), b, 1e-5) for shift in (-1e-4, 1e-4))
        assert (below.count == above.count).all()
        assert (below.stable[:, 0] != above.stable[:, 0]).mean() > 0.9  # all but the cells at the tip of the tongue
