"""Certificates: enclosures that hold the truth, and verdicts that never say more than was proved."""

import itertools
import re

import mpmath
import numpy as np
import pytest
from flint import arb, ctx

from grpo_paper import DR_GRPO, MIRROR_GRPO, WHITENED, Variant, certify, h, h_prime, two_kl
from grpo_paper.theory.certify import Verdict
from grpo_paper.theory.weighting import MEAN_ONLY, Weighting
from tests.conftest import read_arb
from tests.weightings import ROWS, Row, by_hand, name

CELLS = [
    ("0.0001", "5", "1e-5"),
    ("0.2", "1", "1e-5"),
    ("0.3", "2", "0.01"),
    ("0.9", "0.4", "1e-4"),
    ("0.5", "60", "1e-5"),
]


def scan(p_ref: str, beta: str, eps: str) -> list[mpmath.mpf]:
    """Roots of L_ref + Ω/β − L by sign changes on a fine grid and bisection, in mpmath: slow and obvious."""
    with mpmath.workdps(40):
        reference, b, e = mpmath.mpf(p_ref), mpmath.mpf(beta), mpmath.mpf(eps)

        def defect(L: mpmath.mpf) -> mpmath.mpf:
            success = 1 / (1 + mpmath.exp(-L))
            failure = 1 / (1 + mpmath.exp(L))
            return mpmath.log(reference / (1 - reference)) + 1 / (b * mpmath.sqrt(success * failure + e)) - L

        grid = [mpmath.mpf(k) / 20 for k in range(-400, 20 * 810)]
        signs = [defect(L) > 0 for L in grid]
        return [
            mpmath.findroot(defect, (a, c), solver="anderson", tol=1e-35)
            for a, c, s, t in zip(grid, grid[1:], signs, signs[1:], strict=False)
            if s != t
        ]


class TestFixedPoints:
    @pytest.mark.parametrize("cell", CELLS, ids="-".join)
    def test_against_a_scan(self, cell) -> None:
        found = certify.fixed_points(*cell)
        assert found.complete
        roots = scan(*cell)
        assert len(found.points) == len(roots)
        for point, root in zip(found.points, roots, strict=True):
            assert point.logit.rad() < arb("1e-60")
            with mpmath.workdps(40):
                # The scan's own precision is 40 digits, its roots are found to about 35.
                assert abs(read_arb(point.logit) - root) < 1e-30

    @pytest.mark.parametrize("cell", CELLS, ids="-".join)
    def test_a_fixed_point_of_the_map_itself(self, cell) -> None:
        p_ref, beta, eps = map(arb, cell)
        for point in certify.fixed_points(*cell).points:
            assert h(point.p, p_ref, beta, eps).overlaps(point.p)
            assert h_prime(point.p, p_ref, beta, eps).overlaps(point.slope)

    def test_variants(self) -> None:
        [dr] = certify.fixed_points("0.2", "0.5", "1e-5", DR_GRPO).points
        assert dr.logit.overlaps((arb("0.2") / arb("0.8")).log() + 2)
        assert dr.slope == 0
        whole = certify.fixed_points("0.2", "0.5", "1e-5")
        damped = certify.fixed_points("0.2", "2", "1e-5", two_kl(0.25))
        assert len(whole.points) == len(damped.points)
        for a, b in zip(whole.points, damped.points, strict=True):
            assert a.logit.overlaps(b.logit)
            assert (arb("0.75") + a.slope / 4).overlaps(b.slope)

    def test_the_box_is_that_of_the_variant(self) -> None:
        """For ε > 1 whitening pushes less than the mean alone, so its box would end below this root."""
        [dr] = certify.fixed_points("0.5", "0.1", "4", DR_GRPO).points
        assert dr.logit.overlaps(arb(10))

    @pytest.mark.parametrize("alpha", [0.1, 0.3, 0.7])
    def test_any_alpha(self, alpha) -> None:
        """A float α is taken at its exact value: the recursion and its slope must use the same one."""
        with ctx.workprec(256):
            damped = certify.fixed_points("0.001", "10", "1e-5", Variant(WHITENED, alpha))
            whole = certify.fixed_points("0.001", (arb(alpha) * 10).str(70, radius=False), "1e-5")
            assert damped.complete
            for a, b in zip(damped.points, whole.points, strict=True):
                assert abs(a.logit - b.logit) < arb("1e-50")  # the strength is rounded to 70 digits

    def test_without_budget_nothing_is_claimed(self) -> None:
        found = certify.fixed_points("0.2", "1", "1e-5", cuts=3)
        assert found.complete is Verdict.UNKNOWN

    @pytest.mark.parametrize(("precision", "found"), [(16, 1), (53, 0)])
    def test_on_a_fold_nothing_is_claimed(self, precision, found) -> None:
        """At p_ref on the fold to 70 digits, two roots cannot be told from none at 53 bits, where the cuts are spent
        before the third is reached, nor at 16, where the numbers between two ends are spent first."""
        from grpo_paper.theory.fixed_points import bifurcation_curve

        with ctx.workprec(300):
            beta, L_ref = bifurcation_curve(arb(2), arb("0.01"))
            p_ref = 1 / (1 + (-L_ref).exp())
            texts = [x.str(70, radius=False) for x in (p_ref, beta)]
        enclosure = certify.fixed_points(*texts, "0.01", precision=precision)
        assert enclosure.complete is Verdict.UNKNOWN
        assert len(enclosure.points) == found

    def test_an_exact_root_is_a_point(self) -> None:
        """Mean-only, from p_ref = ½: L* = 1/β, and no ball on the way has a width."""
        [point] = certify.fixed_points("0.5", "0.5", "1e-5", DR_GRPO).points
        assert point.logit == 2

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                (0.2, "1", "1e-5"),
                "p_ref = 0.2 is not a decimal string; write it as '0.2' so that the ball holds that very number",
            ),
            ((True, "1", "1e-5"), "p_ref = True is not a decimal string; it must read like '0.2' or '1e-5'"),
            (("0.2", None, "1e-5"), "beta = None is not a decimal string; it must read like '0.2' or '1e-5'"),
            (("0.2", "nan", "1e-5"), "beta = 'nan' is not a finite decimal number; it must read like '0.2' or '1e-5'"),
            (("0.2", "1", "one"), "eps = 'one' is not a finite decimal number; it must read like '0.2' or '1e-5'"),
            (
                ("0", "1", "1e-5"),
                "p_ref = '0' is outside its domain: it must be a probability strictly between 0 and 1",
            ),
            (
                ("1", "1", "1e-5"),
                "p_ref = '1' is outside its domain: it must be a probability strictly between 0 and 1",
            ),
            (("0.2", "0", "1e-5"), "beta = '0' is outside its domain: it must be > 0"),
            (("0.2", "-1", "1e-5"), "beta = '-1' is outside its domain: it must be > 0"),
            (("0.2", "1", "0"), "eps = '0' is outside its domain: it must be > 0"),
            (
                ("0.2", "1", "1e-5", MIRROR_GRPO),
                "alpha = 0 is outside its domain: it must be in (0, 1]: a mirror variant has no interior fixed point",
            ),
        ],
        ids=str,
    )
    def test_refuses(self, arguments, message) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            certify.fixed_points(*arguments)


class TestWeightings:
    """Of every shape and of none: as many roots as D has changes of sign, and at each of them one."""

    FAR = np.geomspace(45, 1e6, 500)
    GRID = np.concatenate([-FAR[::-1], np.linspace(-45, 45, 4001)[1:-1], FAR])
    LINE = Weighting("line", lambda p, q, eps: q - p, lambda p, q, eps: -2 * p * q, shape="falling", positive=False)
    BOWL = Weighting("bowl", lambda p, q, eps: eps / (p * q), lambda p, q, eps: eps * (p - q) / (p * q), shape="bowl")
    MORE = (
        Row(LINE, lambda p, q, e: q - p, lambda rewards, e: []),
        Row(BOWL, lambda p, q, e: e / (p * q), lambda rewards, e: []),
    )

    def check(self, row: Row, roots: list, off: float, L_ref: mpmath.mpf, beta: mpmath.mpf, eps: mpmath.mpf) -> None:
        signs = by_hand(row, self.GRID, *map(float, (L_ref, beta, eps))) > 0
        assert len(roots) == np.sum(signs[1:] != signs[:-1])
        for root in roots:
            ends = root - off * (1 + abs(root)), root + off * (1 + abs(root))
            pairs = [(1 / (1 + mpmath.exp(-L)), 1 / (1 + mpmath.exp(L))) for L in ends]
            below, above = (L_ref + row.omega(*pair, eps) / beta - L for pair, L in zip(pairs, ends, strict=True))
            assert below * above < 0

    @pytest.mark.parametrize("row", [*ROWS, *MORE], ids=name)
    @pytest.mark.parametrize("p_ref", ["0.01", "0.3", "0.9"])
    @pytest.mark.parametrize("beta", ["0.2", "4", "30"])
    def test_from_decimals(self, row, p_ref, beta) -> None:
        found = certify.fixed_points(p_ref, beta, "0.01", Variant(row.weighting, 1))
        assert found.complete
        with mpmath.workdps(50):
            p, b, e = map(mpmath.mpf, (p_ref, beta, "0.01"))
            self.check(row, [read_arb(point.logit) for point in found.points], 1e-40, mpmath.log(p / (1 - p)), b, e)

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.shape is None], ids=name)
    def test_from_floats(self, row) -> None:
        """Each is a root that was rounded once, by 1.1e-16 of itself."""
        for cell in itertools.product((-6.3, -0.2, 3.1), (0.3, 2.1, 20.0), (1e-4, 0.02)):
            found = certify.log_odds(*cell, row.weighting)
            with mpmath.workdps(50):
                self.check(row, list(map(mpmath.mpf, found)), 1.2e-16, *map(mpmath.mpf, cell))

    def test_floats_are_taken_exactly(self) -> None:
        """A push of 1 has its root at L_ref + 1/β, rounded once."""
        for L_ref, beta in ((0.1, 0.3), (-17.3, 1e-3), (1e-9, 7.7)):
            [root] = certify.log_odds(L_ref, beta, 1.0, MEAN_ONLY)
            with mpmath.workdps(50):
                assert root == float(mpmath.mpf(L_ref) + 1 / mpmath.mpf(beta))

    @pytest.mark.parametrize("side", [1, -1])
    def test_the_box_holds_what_a_push_adds_near_an_end(self, side) -> None:
        """Of no shape that is known: 1 at the end and 1,000 more away from it, written with either of p and 1 − p."""

        def push(p, q, eps):
            return 1 + 1000 * (1 - p) if side > 0 else -1 - 1000 * (1 - q)

        steep = Weighting("steep", push, lambda p, q, eps: -1000 * p * q, positive=side > 0)
        [root] = certify.log_odds(-0.5 * side, 1.0, 1e-5, steep)
        exact = mpmath.findroot(lambda L: 0.5 + 1000 / (1 + mpmath.exp(L)) - L, 5)
        assert root == pytest.approx(side * float(exact), rel=1e-15)

    @pytest.mark.parametrize("push", [1, -1])
    def test_in_few_digits_the_box_is_wide_enough(self, push) -> None:
        """At 16 bits a million is known to some tens."""
        constant = Weighting(
            "constant", lambda p, q, eps: push + 0 * p, lambda p, q, eps: 0 * p, (), "constant", True, push > 0
        )
        found = certify.fixed_points("0.5", "1e-6", "1", Variant(constant, 1), precision=16)
        assert found.complete
        [point] = found.points
        assert point.logit.contains(push * 1_000_000)

    def test_where_a_root_is_too_far_it_is_not_missed_without_a_word(self) -> None:
        """At 1e280/5e-324 nats, which is more than 2 to the power of 2,000."""
        far = Weighting("far", lambda p, q, eps: 1e280 + 0 * eps, lambda p, q, eps: 0 * eps)
        sentence = (
            "the fixed points of far at log-odds 0.5 of the reference, beta = 5e-324 and eps = 1e-05 could not all be "
            "enclosed; move a little away, or give the weighting its shape"
        )
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            certify.log_odds(0.5, 5e-324, 1e-5, far)


class TestDoubled:
    def test_the_first_that_holds_of_the_powers_of_two(self) -> None:
        tried = []
        assert certify.doubled(lambda reach: tried.append(float(reach)) or reach > 5) == (8, True)
        assert tried == [1, 2, 4, 8]

    def test_none_that_holds(self) -> None:
        tried = []
        assert certify.doubled(tried.append)[1] is False
        assert len(tried) == 2000


class TestVerdicts:
    def test_true_false_unknown(self) -> None:
        box = ("0.1", "0.9")
        assert certify.positive(lambda x: x * (1 - x), box) is Verdict.TRUE
        assert certify.positive(lambda x: arb("0.2") - x * (1 - x), box) is Verdict.FALSE
        # x² ≥ 0 touches 0 at a point that no cut hits: neither can be proved.
        assert certify.positive(lambda x: (3 * x - 1) * (3 * x - 1), box, cuts=500) is Verdict.UNKNOWN

    def test_nothing_is_not_positive(self) -> None:
        """0 itself, on a whole box and at the middle of one alone, where no cut is left to be made."""
        assert certify.positive(lambda x: 0 * x, ("0", "1"), cuts=1) is Verdict.FALSE
        assert certify.positive(lambda x: x - 1, ("0", "2"), cuts=1) is Verdict.FALSE
        assert certify.positive(lambda x: x - 1, ("2", "3"), cuts=1) is Verdict.TRUE
        assert certify.positive(lambda x: x - 1, ("2", "3"), cuts=0) is Verdict.UNKNOWN

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_the_widest_side_is_cut_first(self, order) -> None:
        """Each side must be cut some times: eighty cuts are enough if none goes to a side already narrow."""
        box = [("0.1", "0.9"), ("10", "11")]

        def expression(*point: arb) -> arb:
            x, y = (point[i] for i in order)
            return x + (y - 10) * (y - 10) - x * x

        assert certify.positive(expression, *(box[i] for i in order), cuts=80) is Verdict.TRUE

    @pytest.mark.parametrize("side", [(1.0, "2"), ("0", 1.0)])
    def test_a_side_is_written_in_decimals(self, side) -> None:
        sentence = "box = 1.0 is not a decimal string; write it as '1.0' so that the ball holds that very number"
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            certify.positive(lambda x: x, side)

    def test_only_true_is_truthy(self) -> None:
        assert [bool(v) for v in Verdict] == [True, False, False]

    def test_one_and_touching_one(self) -> None:
        assert certify.less(arb(1), arb(1)) is Verdict.FALSE
        assert certify.less(arb(1, 0.5), arb(1)) is Verdict.UNKNOWN
