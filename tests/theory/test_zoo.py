"""The zoo: each weighting by hand, its slope by derivatives, its group by every group there is, its shape proved.

The rows that are tested are in tests/weightings.py, the fixed points in test_shapes.py.
"""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb

from grpo_paper import Variant, certify, fixed_points, logit, sigmoid, trajectory
from grpo_paper.theory import zoo
from grpo_paper.theory.elementary import log
from grpo_paper.theory.symbols import eps
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting
from tests.conftest import Number, exact
from tests.extra import torch
from tests.weightings import COUPLED, FLOAT, ROWS, each, name

RATES = (("0.001", "0.999"), ("0.2", "0.8"), ("0.5", "0.5"), ("0.97", "0.03"))
t = sympy.Symbol("t", positive=True)  # the odds of success, so that d/dL is t d/dt
p, q = t / (1 + t), 1 / (1 + t)


def settled(weighting: Weighting) -> list[sympy.Expr]:
    return [sympy.Rational(Fraction(str(setting))) for setting in weighting.settings]


def push(weighting: Weighting) -> sympy.Expr:
    return weighting.formula(p, q, eps, *settled(weighting))


def slope(weighting: Weighting) -> sympy.Expr:
    return weighting.formula_slope(p, q, eps, *settled(weighting))


def along(x: sympy.Expr) -> sympy.Expr:
    """Derivative along the log-odds."""
    return sympy.cancel(t * sympy.diff(x, t))


def relative_slope(weighting: Weighting, smoothing: str) -> sympy.Expr:
    """g, the slope of log Ω along the log-odds: of every weighting of known shape a ratio of polynomials."""
    ratio = sympy.powsimp(sympy.powdenest(slope(weighting) / push(weighting), force=True))
    return sympy.cancel(ratio.subs(eps, sympy.Rational(smoothing)))


def roots(polynomial: sympy.Poly) -> int:
    """How many on (0, ∞): none where all coefficients have one sign; else by Sturm's theorem."""
    if len({c.is_positive for c in polynomial.coeffs()}) == 1:
        return 0
    return polynomial.count_roots(0, sympy.oo) - (polynomial.eval(0) == 0)


def has_sign(expression: sympy.Expr, sign: int) -> bool:
    """Whether a rational function of the odds has one sign at every success rate inside (0, 1); no rounding."""
    parts = sympy.fraction(sympy.cancel(expression))
    return sympy.sign(expression.subs(t, 1)) == sign and not any(roots(sympy.Poly(part, t)) for part in parts)


def schwarzian(g: sympy.Expr) -> sympy.Expr:
    """A positive multiple of the Schwarzian derivative of Ω: with Ω' = gΩ it is 2 Ω'Ω''' − 3 Ω''², over Ω²."""
    first = along(g)
    return 2 * g * along(first) - 3 * first**2 - g**4


class TestByHand:
    @each
    @pytest.mark.parametrize(("success", "failure"), RATES)
    def test_every_number_type(self, row, success, failure, number: Number) -> None:
        for smoothing in ("0.00001", "0.1"):
            with mpmath.workdps(40):
                told = row.omega(exact(success), exact(failure), exact(smoothing))
                found = row.weighting.push(*map(number.make, (success, failure, smoothing)))
                assert abs(number.read(found) / told - 1) < FLOAT

    @each
    @pytest.mark.parametrize(("success", "failure"), RATES)
    def test_the_slope_of_every_number_type(self, row, success, failure, number: Number) -> None:
        smoothing = "0.001"
        with mpmath.workdps(40):
            e = exact(smoothing)
            L = mpmath.log(exact(success) / exact(failure))
            told = mpmath.diff(lambda x: row.omega(1 / (1 + mpmath.exp(-x)), 1 / (1 + mpmath.exp(x)), e), L)
            found = row.weighting.slope(*map(number.make, (success, failure, smoothing)))
            # Where p − q or the like cancels, a rounding of its terms is left.
            size = row.omega(exact(success), exact(failure), e)
            assert abs(number.read(found) - told) < FLOAT * (abs(told) + size / 10)

    @each
    def test_the_slope_is_a_derivative(self, row) -> None:
        assert sympy.simplify(t * sympy.diff(push(row.weighting), t) - slope(row.weighting)) == 0

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.potential], ids=name)
    def test_the_derivative_of_the_potential_along_p(self, row) -> None:
        climbed = row.weighting.potential(p, q, eps, *settled(row.weighting))
        assert sympy.simplify(t * sympy.diff(climbed, t) - p * q * push(row.weighting)) == 0

    @pytest.mark.parametrize("weighting", [zoo.pass_at_k(4), zoo.risk_sensitive(2.0)], ids=lambda w: w.name)
    def test_a_potential_from_nothing_to_one(self, weighting) -> None:
        """That of PKPO is pass@k, that of RS-GRPO the sure reward that is worth as much: 0 at p = 0, 1 at p = 1."""
        ends = [weighting.potential(rate, 1 - rate, 1e-5, *weighting.settings) for rate in (0.0, 1.0)]
        assert ends == pytest.approx([0, 1], abs=FLOAT)

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.even], ids=name)
    def test_even(self, row) -> None:
        assert sympy.simplify(push(row.weighting).subs(t, 1 / t) - push(row.weighting)) == 0

    def test_far_out_nothing_is_lost(self) -> None:
        """High powers of a small number are 0, not NaN; those of e are not formed."""
        with np.errstate(all="raise", under="ignore"):
            for weighting in (zoo.pass_at_k(4096), zoo.pass_at_k_training(4096), zoo.focal(100.0)):
                assert weighting.push(0.5, 0.5, 1e-5) >= 0
                assert weighting.push(np.array([1.0]), np.array([1e-13]), 1e-5) == 0
            assert zoo.risk_sensitive(2000.0).push(0.5, 0.5, 0.0) == pytest.approx(1 / 1000, rel=FLOAT)


class TestFamilies:
    """What a family says of its members, as its docstring has it; that it is so is tested of rows below."""

    def test_pass_at_one_is_constant_and_the_others_fall(self) -> None:
        assert [zoo.pass_at_k(k).shape for k in (1, 2, 3)] == ["constant", "falling", "falling"]

    def test_training_for_pass_at_k_settles_but_for_k_from_three_to_seven(self) -> None:
        assert [k for k in range(2, 12) if not zoo.pass_at_k_training(k).settles] == [3, 4, 5, 6, 7]

    def test_a_focal_weighting_settles_from_one_on(self) -> None:
        assert [zoo.focal(gamma).settles for gamma in (0.5, 0.99, 1.0, 1.5, 2.0)] == [False, False, True, True, True]


class TestShape:
    """What is said of Ω holds at every success rate inside (0, 1): by polynomials in the odds, and by balls."""

    BOX = ("1e-6", "0.999999")

    @each
    def test_positive(self, row) -> None:
        assert row.weighting.positive
        assert certify.positive(lambda x: row.weighting.push(x, 1 - x, arb("1e-5")), self.BOX)

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.shape == "falling"], ids=name)
    def test_falling(self, row) -> None:
        assert certify.positive(lambda x: -row.weighting.slope(x, 1 - x, arb("1e-5")), self.BOX)
        assert all(has_sign(relative_slope(row.weighting, e), -1) for e in ("1e-9", "1e-5", "0.1", "10"))

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.shape == "bowl"], ids=name)
    def test_a_bowl_is_convex_and_grows(self, row) -> None:
        g = relative_slope(row.weighting, "1e-5")
        assert has_sign(along(g) + g**2, 1)  # Ω''/Ω
        assert sympy.limit(g, t, sympy.oo) > 0 > sympy.limit(g, t, 0)  # 1/c at either end

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.shape == "constant"], ids=name)
    def test_constant(self, row) -> None:
        assert slope(row.weighting) == 0

    @pytest.mark.parametrize("smoothing", ["1e-9", "1e-5", "0.1", "10"])
    def test_a_dip_turns_at_even_odds_and_its_slope_once_beyond(self, smoothing) -> None:
        g = relative_slope(WHITENED, smoothing)
        assert g.subs(t, 1) == 0
        assert has_sign(sympy.cancel(g / (t - 1)), 1)
        bends = sympy.Poly(sympy.fraction(sympy.cancel(along(g) + g**2))[0], t)
        assert bends.count_roots(1, sympy.oo) == 1

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.settles and slope(row.weighting)], ids=name)
    def test_the_schwarzian_derivative_is_negative(self, row) -> None:
        for smoothing in ("1e-5", "0.1") if push(row.weighting).has(eps) else ("1",):
            assert has_sign(schwarzian(relative_slope(row.weighting, smoothing)), -1)

    def test_with_less_than_a_half_the_focal_one_rises(self) -> None:
        assert zoo.focal(0.49).shape is None
        assert not has_sign(relative_slope(zoo.focal(0.49), "1e-5"), -1)


class TestSettles:
    """For which settings the Schwarzian derivative is negative, as proofs; and what is lost without."""

    def test_the_focal_one_from_gamma_one_on(self) -> None:
        """g and its derivatives are polynomials in p, γ = 1 + h and r = v/(v + ε), which lies in (0, 1]."""
        x, r, s, h = sympy.symbols("x r s h", positive=True)

        def derivative(f: sympy.Expr) -> sympy.Expr:
            return sympy.diff(f, x) * x * (1 - x) + sympy.diff(f, r) * r * (1 - r) * (1 - 2 * x)

        g = -(1 + h) * x + r * (2 * x - 1) / 2
        v = p * q
        by_hand = g.subs({x: p, r: v / (v + eps)})
        weighting = zoo.focal(1.5)
        assert sympy.simplify(by_hand.subs(h, sympy.Rational(1, 2)) - slope(weighting) / push(weighting)) == 0
        first = sympy.expand(derivative(g))
        N = 2 * g * derivative(first) - 3 * first**2 - g**4
        above = sympy.fraction(sympy.together(N.subs({x: t / (1 + t), r: s / (1 + s)})))[0]
        terms = sympy.Poly(sympy.expand(above), t, s, h).as_dict()
        assert [power for power, c in terms.items() if c > 0] == [(1, 4, 1)]
        # 8 t s⁴ h is less than 40 t² s⁴ h² and s⁴ together, as the discriminant says.
        assert terms[1, 4, 1] ** 2 < 4 * terms[2, 4, 2] * terms[0, 4, 0]

    def test_pass_at_k_for_every_k(self) -> None:
        k = sympy.Symbol("k", positive=True)
        N = schwarzian(-(k - 1) * p)
        assert sympy.simplify(relative_slope(zoo.pass_at_k(7), "1") + 6 * p) == 0
        assert sympy.simplify(N + (k - 1) ** 2 * p**2 * (q**2 + 2 * p * q + (k - 1) ** 2 * p**2)) == 0

    def test_a_fraction_linear_in_the_odds_has_one_half(self) -> None:
        """As e^L itself, since such a fraction leaves the derivative as it is: MaxRL and RS-GRPO."""
        c = sympy.Symbol("c", positive=True)  # Ω is a multiple of (1 + t)/(c + t)
        g = sympy.cancel(t / (1 + t) - t / (c + t))
        assert sympy.cancel(schwarzian(g) / g**2 + 1) == 0
        assert sympy.cancel(g.subs(c, 0) - relative_slope(zoo.MAXRL, "1")) == 0
        assert sympy.cancel(g.subs(c, sympy.exp(-1)) - relative_slope(zoo.risk_sensitive(1.0), "1")) == 0

    def test_pass_at_k_training_from_eight_on(self) -> None:
        """With κ = 1/k, s = 1 − q^k, ℓ = −log(1 − s) and m = 1/(2sκ) − 1 the sign is that of p²(1 + R) − 1.

        There p = 1 − e^{−κℓ} is at most κ(ℓ − κℓ²/2 + κ²ℓ³/6), and s²R/k² is `bracket`. At k = 8 little is left.
        """

        def bracket(kappa: arb, s: arb) -> arb:
            w = 1 - 2 * s * kappa
            share = (1 - s) / w
            return 2 * share * (2 - s) - 3 * share**2 - w**2 / 4

        def left(kappa: arb, s: arb, ratio: arb) -> arb:
            return 1 - ratio**2 * (kappa**2 * s**2 + bracket(kappa, s))

        def inside(kappa: arb, s: arb) -> arb:
            rest = -log(1 - s)
            return left(kappa, s, rest / s * (1 - kappa * rest / 2 * (1 - kappa * rest / 3)))

        for kappa in (("0.125", "0.125"), ("0", "0.11112")):  # k = 8, and from 9 on
            assert certify.positive(inside, kappa, ("0.001", "0.999"), precision=64, cuts=100_000)
            # Below, ℓ/s is between 1 and 1/(1 − s); above, what (ℓ/s)² multiplies is negative.
            assert certify.positive(lambda k, s: left(k, s, 1 / (1 - s)), kappa, ("0", "0.001"))
            assert certify.positive(lambda k, s: -(k**2 * s**2) - bracket(k, s), kappa, ("0.999", "1"))
        for k in (2, 4):  # the sign is that of the derivative
            s = 1 - q**k
            R = sympy.Integer(k) ** 2 * bracket(sympy.Rational(1, k), s) / s**2
            m = sympy.Rational(k) / (2 * s) - 1
            g = relative_slope(zoo.pass_at_k_training(k), "1")
            by_hand = p**2 * m**2 * (p**2 * (1 + R) - 1)
            for odds in (sympy.Rational(1, 3), 1, 5):
                assert schwarzian(g).subs(t, odds) == by_hand.subs(t, odds)

    @pytest.mark.parametrize(("k", "s"), [(3, 0.89), (4, 0.82), (5, 0.75), (6, 0.7), (7, 0.66)])
    def test_pass_at_k_training_with_three_to_seven_does_not(self, k, s) -> None:
        assert not zoo.pass_at_k_training(k).settles
        with mpmath.workdps(40):
            L = -mpmath.log(mpmath.mpf(1 - s) ** (-mpmath.mpf(1) / k) - 1) * -1
            _, first, second, third = mpmath.taylor(
                lambda x: 1 / mpmath.sqrt((1 + mpmath.exp(x)) ** (k - 2) * (1 - (1 + mpmath.exp(x)) ** -k)), L, 3
            )
            assert third * 6 / first > 1.5 * (2 * second / first) ** 2

    def test_a_run_beside_a_fixed_point_that_attracts(self) -> None:
        """Pass@4 training: from the reference it goes between 0.09 and 0.78 for ever, around a slope of −0.995."""
        cell = 0.05317, 0.3951, 1e-5, Variant(zoo.pass_at_k_training(4), 1)
        found = fixed_points(*cell)
        assert found.count == 1
        assert found.stable[0]
        L = reference = np.log(0.05317 / (1 - 0.05317))
        run = []
        for _ in range(20_000):
            failure = 1 / (1 + np.exp(L))
            L = reference + failure**3 / np.sqrt(failure**4 * (1 - failure**4)) / 0.3951
            run.append(1 / (1 + np.exp(-L)))
        assert sorted(run[-2:]) == pytest.approx([0.098, 0.742], abs=0.01)
        assert trajectory(*cell[:3], 20_000, cell[3], p_0=found.p[0] + 0.01).p[-1] == pytest.approx(
            found.p[0], abs=1e-6
        )


class TestNumbersOfTheText:
    """The lowest fixed point at p_ref = 0.2, β = 1, ε = 1e-5, and the slope there."""

    @pytest.mark.parametrize(
        ("weighting", "p_star", "at"),
        [
            (WHITENED, 0.681, 0.39),
            (zoo.MAXRL, 0.582, -0.72),
            (zoo.focal(1.0), 0.437, -0.57),
            (MEAN_ONLY, 0.405, 0),
            (zoo.pass_at_k(4), 0.386, -1.07),
            (zoo.pass_at_k_training(4), 0.342, -0.37),
            (zoo.risk_sensitive(4.0), 0.336, -0.44),
        ],
        ids=lambda x: getattr(x, "name", None),
    )
    def test_lowest(self, weighting, p_star, at) -> None:
        found = fixed_points(0.2, 1.0, 1e-5, Variant(weighting, 1))
        assert found.p[0] == pytest.approx(p_star, abs=5.1e-4)
        assert found.slope[0] == pytest.approx(at, abs=5.1e-3)


class TestCoupled:
    @pytest.mark.parametrize(("weighting", "omega"), COUPLED, ids=lambda x: getattr(x, "name", ""))
    def test_by_hand(self, weighting, omega) -> None:
        rates = [0.02, 0.3, 0.5, 0.9]
        for make in (np.array, lambda x: torch.tensor(x, dtype=torch.float64)):
            x = make([rates, rates[::-1]])
            assert weighting.push(x, 1 - x, 1e-3).tolist() == [pytest.approx([omega(rates, 1e-3)] * 4, rel=FLOAT)] * 2

    @pytest.mark.parametrize(("weighting", "omega"), COUPLED, ids=lambda x: getattr(x, "name", ""))
    def test_the_slope_is_along_the_prompt_s_own_log_odds(self, weighting, omega) -> None:
        rates = [0.02, 0.3, 0.5, 0.9]
        found = weighting.slope(np.array(rates), 1 - np.array(rates), 1e-3)
        with mpmath.workdps(30):
            for i, rate in enumerate(rates):

                def moved(L: mpmath.mpf, i=i) -> mpmath.mpf:
                    return omega([*rates[:i], 1 / (1 + mpmath.exp(-L)), *rates[i + 1 :]], 1e-3)

                told = mpmath.diff(moved, mpmath.log(mpmath.mpf(rate) / (1 - mpmath.mpf(rate))))
                assert found[i] == pytest.approx(float(told), rel=1e-12, abs=1e-14)


class TestLead:
    """GRPO-LEAD, whose two logistic factors SymPy does not bring together: by numbers in place of symbols."""

    @staticmethod
    def factor(x: mpmath.mpf) -> mpmath.mpf:
        return mpmath.mpf("0.4") + mpmath.mpf("1.1") / (1 + mpmath.exp(10 * (x - mpmath.mpf("0.75"))))

    def omega(self, odds: mpmath.mpf, eps: str) -> mpmath.mpf:
        p = 1 / (1 + mpmath.exp(-odds))
        return ((1 - p) * self.factor(p) + p * self.factor(1 - p)) / mpmath.sqrt(p * (1 - p) + mpmath.mpf(eps))

    @pytest.mark.parametrize("odds", [-6.0, -0.75, 0.0, 2.5])
    def test_by_hand(self, odds) -> None:
        with mpmath.workdps(30):
            p, q = 1 / (1 + mpmath.exp(-mpmath.mpf(odds))), 1 / (1 + mpmath.exp(mpmath.mpf(odds)))
            exact = self.omega(mpmath.mpf(odds), "0.001")
            slope = mpmath.diff(lambda x: self.omega(x, "0.001"), odds)
        # Some roundings, a few of them of the exponent 10x.
        assert zoo.LEAD.push(float(p), float(q), 0.001) == pytest.approx(float(exact), rel=1e-14)
        assert zoo.LEAD.slope(float(p), float(q), 0.001) == pytest.approx(float(slope), rel=1e-13, abs=1e-13)

    @pytest.mark.parametrize("smoothing", [0.0, 0.01])
    def test_a_group(self, smoothing) -> None:
        right, wrong = zoo.LEAD.advantages(2, 8, smoothing)
        deviation = math.sqrt(0.1875 + smoothing)
        assert right == pytest.approx(float(self.factor(mpmath.mpf("0.25"))) * 0.75 / deviation, rel=1e-14)
        assert wrong == pytest.approx(-float(self.factor(mpmath.mpf("0.75"))) * 0.25 / deviation, rel=1e-14)

    @pytest.mark.parametrize("cell", [(0.2, 2.0, 0.02), (8.5e-05, 3.2, 1.8e-05), (0.18, 7.2, 4e-06)])
    def test_its_fixed_points_are_enclosed(self, cell) -> None:
        """Balls find none where the slope is another than the push's by as little as the rounding of a literal."""
        p_ref, beta, smoothing = cell
        found = fixed_points(*cell, Variant(zoo.LEAD, 1)).logit
        for L in found[~np.isnan(found)]:
            after = logit(p_ref) + zoo.LEAD.push(sigmoid(L), sigmoid(-L), smoothing) / beta
            assert after == pytest.approx(L, rel=1e-12, abs=1e-12)
