"""Table 1: each variant against recursions in plain Python, finite policies, 40-digit roots and balls."""

import math
import re

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
    MEAN_ONLY,
    MIRROR_DR_GRPO,
    MIRROR_GRPO,
    WHITENED,
    Variant,
    certify,
    fixed_points,
    h,
    h_prime,
    logit,
    omega_minus,
    omega_plus,
    trajectory,
    two_kl,
    two_kl_dr,
)
from grpo_paper.theory.fixed_points import largest_critical_beta
from grpo_paper.theory.policy import policy_step, renyi_correction, success_logit
from grpo_paper.theory.success_map import force, force_slope, log_odds_step
from grpo_paper.theory.symbols import L, L_ref, alpha, beta, eps
from grpo_paper.theory.variants import numeric
from tests.conftest import Number

SIX = (GRPO, DR_GRPO, MIRROR_GRPO, MIRROR_DR_GRPO, two_kl(0.25), two_kl_dr(0.25))
each = pytest.mark.parametrize("variant", SIX, ids=lambda v: v.name)
two_kls = pytest.mark.parametrize("share", [0.1, 0.5, 0.9])


def plain_step(x, x_ref, b, e, variant):
    """The row of Table 1 spelled out for one number; v = p(1 − p) through cosh, not through p."""
    rows = {
        GRPO: lambda push: x_ref + push,
        DR_GRPO: lambda push: x_ref + 1 / b,
        MIRROR_GRPO: lambda push: x + push,
        MIRROR_DR_GRPO: lambda push: x + 1 / b,
    }
    push = 1 / (b * mpmath.sqrt(1 / (2 + 2 * mpmath.cosh(x)) + e))
    if variant in rows:
        return rows[variant](push)
    share = variant.alpha
    return share * x_ref + (1 - share) * x + (push if variant.weighting is WHITENED else 1 / b)


def plain_policy_orbit(ref, reward, b, e, variant, steps):
    """Log-odds of success of a whole policy, every output weighed by hand."""
    pi, orbit = list(ref), []
    for _ in range(steps + 1):
        good = math.fsum(x for x, r in zip(pi, reward, strict=True) if r)
        bad = math.fsum(x for x, r in zip(pi, reward, strict=True) if not r)
        orbit.append(math.log(good / bad))
        spread = math.sqrt(good * bad + e) if variant.weighting is WHITENED else 1.0
        pi = [
            x**variant.alpha * y ** (1 - variant.alpha) * math.exp((r - good) / spread / b)
            for x, y, r in zip(ref, pi, reward, strict=True)
        ]
        pi = [x / math.fsum(pi) for x in pi]
    return orbit


class TestTable1:
    def test_the_six_rows(self):
        assert [(v.weighting, v.alpha) for v in SIX] == [
            *((kind, share) for share in (1, 0, 0.25) for kind in (WHITENED, MEAN_ONLY))
        ]
        assert [v.name for v in SIX] == [
            "GRPO",
            "Dr. GRPO",
            "Mirror GRPO",
            "Mirror Dr. GRPO",
            "Two-KL GRPO (α=0.25)",
            "Two-KL Dr. GRPO (α=0.25)",
        ]

    @each
    def test_step_in_every_number_type(self, variant: Variant, number: Number):
        x, x_ref, b, e = "-1.25", "-2", "1.5", "0.0001"
        ours = number.read(log_odds_step(*map(number.make, (x, x_ref, b, e)), variant))
        with mpmath.workdps(40):
            exact = plain_step(*map(mpmath.mpf, (x, x_ref, b, e)), variant)
        assert abs(ours - exact) < 1e-14  # a dozen operations on numbers below 4

    @each
    def test_orbit_is_the_plain_recursion(self, variant):
        for p_ref, b, e in ((0.2, 5.0, 1e-5), (0.02, 2.5, 1e-3), (0.7, 1.5, 1e-2)):
            with mpmath.workdps(40):
                x = x_ref = mpmath.log(mpmath.mpf(p_ref) / (1 - mpmath.mpf(p_ref)))
                exact = [x]
                for _ in range(8):
                    exact.append(x := plain_step(x, x_ref, mpmath.mpf(b), mpmath.mpf(e), variant))
            ours = trajectory(p_ref, b, e, 8, variant).logit
            errors = [
                abs(float(u - mpmath.mpf(float(v)))) / (1 + abs(float(u))) for u, v in zip(exact, ours, strict=True)
            ]
            assert max(errors) < 1e-11  # slopes below 10 in size, so 1e-16 grows by at most a few powers of ten

    @each
    def test_orbit_is_that_of_whole_policies(self, variant):
        rng = np.random.default_rng(1)
        for _ in range(20):
            reward = rng.permutation([1] * 3 + [0] * 5).tolist()
            ref, b = rng.dirichlet(np.ones(8)).tolist(), float(rng.uniform(2, 6))
            p_ref = math.fsum(x for x, r in zip(ref, reward, strict=True) if r)
            by_hand = plain_policy_orbit(ref, reward, b, 1e-2, variant, 12)
            # slopes stay below 1 + 1.85/2 at ε = 0.01, and 1.93^12 × 1e-15 is below 1e-11
            assert abs(trajectory(p_ref, b, 1e-2, 12, variant).logit - by_hand).max() < 1e-11

    def test_weights_are_those_printed(self):
        for p in (0.1, 0.5, 0.93):
            spread = math.sqrt(p * (1 - p) + 1e-3)
            for kind, scale in ((WHITENED, spread), (MEAN_ONLY, 1.0)):
                assert omega_plus(p, 1e-3, kind) == pytest.approx((1 - p) / scale, rel=1e-15)
                assert omega_minus(p, 1e-3, kind) == pytest.approx(p / scale, rel=1e-15)

    def test_symbolic_rows_are_one_family(self):
        for kind in (two_kl, two_kl_dr):
            step = log_odds_step(L, L_ref, beta, eps, kind(alpha))
            for share in (0, 1):
                assert sympy.simplify(step.subs(alpha, share) - log_odds_step(L, L_ref, beta, eps, kind(share))) == 0
            slope = (1 - alpha) + force_slope(L, beta, eps, kind(alpha))
            assert sympy.simplify(sympy.diff(step, L) - slope) == 0
        assert sympy.diff(step, L, 2) == 0  # mean-only: a straight line …
        assert sympy.diff(log_odds_step(L, L_ref, beta, eps, two_kl(alpha)), L, 2) != 0  # … whitened: not

    @pytest.mark.parametrize("variant", [v for v in SIX if v.alpha], ids=lambda v: v.name)
    @pytest.mark.parametrize("cell", [("0.2", "2", "0.01"), ("0.001", "4", "0.00001"), ("0.8", "3", "0.001")])
    def test_fixed_points_and_slopes(self, variant, cell):
        p_ref, b, e = map(float, cell)
        ours = fixed_points(p_ref, b, e, variant)
        assert ours.count >= 1
        with mpmath.workdps(40):
            x_ref = mpmath.log(mpmath.mpf(p_ref) / (1 - mpmath.mpf(p_ref)))

            def step(x):
                return plain_step(x, x_ref, mpmath.mpf(b), mpmath.mpf(e), variant)

            for x, slope in zip(ours.logit[: ours.count], ours.slope, strict=False):
                root = mpmath.findroot(lambda y: step(y) - y, (x, x + 1e-3))
                # Newton stops at one unit in the last place; 1/|1 − slope| is below 100 in these cells
                assert abs(root - x) < 1e-13 * (1 + abs(root))
                assert abs(mpmath.diff(step, root) - slope) < 1e-12 * (1 + abs(slope))
        if variant.weighting is WHITENED:
            certified = certify.fixed_points(*cell, variant)
            assert certified.complete
            assert len(certified.points) == ours.count

    def test_grpo_contracts_where_the_supremum_is_below_one(self):
        p_ref, b, e = arb("0.8"), arb(1), arb("1e-5")
        assert certify.positive(lambda p: 1 - h_prime(p, p_ref, b, e) ** 2, ("0", "1"))
        starts = np.linspace(0, 1, 21)
        ends = trajectory(0.8, 1.0, 1e-5, 60, p_0=starts).logit[:, -1]
        np.testing.assert_allclose(ends, fixed_points(0.8, 1.0, 1e-5).logit[0], rtol=1e-14)

    def test_grpo_without_the_condition_may_cycle_or_settle(self):
        for p_ref, b, settles in ((0.001, 3.0, False), (0.2, 2.0, True)):
            steep = max(abs(h_prime(p / 1000, p_ref, b, 1e-5)) for p in range(1001))
            numeric = max(abs(h(p / 1000 + 1e-7, p_ref, b, 1e-5) - h(p / 1000, p_ref, b, 1e-5)) for p in range(1000))
            assert min(steep, numeric / 1e-7) > 1
            orbit = trajectory(p_ref, b, 1e-5, 2000).logit
            assert (abs(orbit[-1] - orbit[-2]) < 1e-9) == settles

    def test_the_supremum_depends_on_the_coordinate(self):
        # β above sup B: a contraction in log-odds whatever p_ref, although |h'| is far above 1 in p
        b = 1.01 * largest_critical_beta(1e-5)
        assert abs(h_prime(1e-6, 0.2, b, 1e-5)) > 100
        pairs = np.random.default_rng(2).uniform(-30, 30, (2, 5000))
        after = log_odds_step(pairs, -1.0, b, 1e-5)
        assert (abs(after[0] - after[1]) < abs(pairs[0] - pairs[1])).all()

    @given(st.floats(1e-9, 1 - 1e-9), st.floats(1e-3, 0.999), st.floats(0.1, 50))
    @settings(max_examples=50)
    def test_dr_grpo_takes_one_step(self, p_0, p_ref, b):
        orbit = trajectory(p_ref, b, 1e-5, 3, DR_GRPO, p_0=p_0).logit
        assert orbit[1] == orbit[2] == orbit[3]
        assert orbit[1] == pytest.approx(math.log(p_ref / (1 - p_ref)) + 1 / b, rel=1e-13, abs=1e-13)
        assert fixed_points(p_ref, b, 1e-5, DR_GRPO).slope[0] == 0

    def test_one_step_needs_the_mean_only_force_and_the_fixed_anchor(self):
        for variant in (GRPO, MIRROR_DR_GRPO, two_kl_dr(0.5)):
            orbit = trajectory(0.2, 5.0, 1e-5, 2, variant).logit
            assert abs(orbit[2] - orbit[1]) > 0.01

    @pytest.mark.parametrize("variant", [MIRROR_GRPO, MIRROR_DR_GRPO], ids=lambda v: v.name)
    def test_mirror_has_no_interior_fixed_point(self, variant):
        assert log_odds_step(L, L_ref, beta, eps, variant) - L == force(L, beta, eps, variant)

        def gain(x, b, e):
            return force(x, b, e, variant)

        assert certify.positive(gain, ("-20", "20"), ("0.1", "10"), ("0.001", "0.1"))
        found = fixed_points(0.2, 5.0, 1e-5, variant)
        assert found.logit[:2].tolist() == [-math.inf, math.inf]
        assert found.slope[0] > 1 > found.slope[1] > 0
        orbit = trajectory(0.001, 5.0, 1e-5, 400, variant)
        assert (np.diff(orbit.logit) > 0).all()
        assert orbit.failure[-1] < 1e-20
        # the least share to the reference, and there is one inside
        assert np.isfinite(fixed_points(0.2, 5.0, 1e-2, Variant(variant.weighting, 0.01)).logit[0])

    @two_kls
    def test_two_kl_dr_contracts_at_its_rate_and_never_falls(self, share):
        p_ref, b = 0.05, 4.0
        orbit = trajectory(p_ref, b, 1e-5, 30, two_kl_dr(share)).logit
        closed = [float(logit(p_ref)) + (1 - (1 - share) ** n) / (share * b) for n in range(31)]
        np.testing.assert_allclose(orbit, closed, rtol=0, atol=1e-14)  # sums of numbers below 4
        assert np.diff(orbit).min() > -1e-15  # at the end it trembles in the last place

    def test_whitened_two_kl_may_fall_unless_damped_enough(self):
        assert np.diff(trajectory(0.001, 3.75, 1e-5, 50, two_kl(0.8)).logit).min() < -0.1
        b = largest_critical_beta(1e-2) / (1 - 0.8)  # then the step never falls as L rises
        rising = trajectory(np.geomspace(1e-4, 0.9, 30), b, 1e-2, 500, two_kl(0.8)).logit
        assert np.diff(rising).min() > -1e-14  # rounding of log-odds below 20

    @two_kls
    def test_two_kl_has_the_fixed_points_of_the_smaller_strength(self, share):
        p_ref, b = np.array([0.01, 0.2, 0.6])[:, None], np.array([0.8, 2.0, 6.0])
        ours, reference = fixed_points(p_ref, b / share, 1e-3, two_kl(share)), fixed_points(p_ref, b, 1e-3)
        np.testing.assert_allclose(ours.logit, reference.logit, rtol=1e-12)
        np.testing.assert_allclose(ours.slope, (1 - share) + share * reference.slope, rtol=1e-9, atol=1e-12)
        e = 1e-3  # not through the library: the plain step leaves each of them alone
        for (i, j), count in np.ndenumerate(ours.count):
            for x in ours.logit[i, j, :count]:
                after = plain_step(x, float(logit(p_ref[i, 0])), b[j] / share, e, two_kl(share))
                assert abs(after - x) < 1e-12 * (1 + abs(x))

    def test_the_row_needs_a_start_with_the_conditionals_of_the_reference(self):
        reward = np.array([1, 1, 0, 0])
        ref, old = np.log([0.1, 0.1, 0.4, 0.4]), np.log([0.19, 0.01, 0.4, 0.4])
        after = success_logit(policy_step(old, ref, reward, 2.0, 1e-3, two_kl(0.5)), reward)
        row = log_odds_step(success_logit(old, reward), success_logit(ref, reward), 2.0, 1e-3, two_kl(0.5))
        assert after < row - 0.1  # the success rates agree, the ways to succeed do not
        assert after - row == pytest.approx(renyi_correction(ref, old, reward, 0.5), abs=1e-14)


class TestAlpha:
    @pytest.mark.parametrize("make", [two_kl, two_kl_dr, lambda a: Variant(WHITENED, a)])
    @pytest.mark.parametrize(
        "bad",
        [
            math.nan,
            math.inf,
            -math.inf,
            -0.1,
            1.1,
            "x",
            None,
            1j,
            [0.5],
            np.array([0.2, 0.3]),
            np.array([0.5]),
            sympy.Rational(3, 2),
            sympy.nan,
            arb("0.5 +/- 1"),
        ],
        ids=repr,
    )
    def test_refused_by_name_value_and_domain(self, make, bad):
        domain = "it must be a number in [0, 1] (1: the reference only, 0: the mirror)"
        with pytest.raises(ValueError, match=re.escape(domain)) as error:
            make(bad)
        assert str(error.value) == f"alpha = {bad!r} is outside its domain: {domain}"

    @pytest.mark.parametrize("bad", ["GRPO", None, two_kl(0.5)], ids=repr)
    def test_no_weighting(self, bad):
        sentence = (
            f"weighting = {bad!r} is outside its domain: it must be a Weighting such as WHITENED, MEAN_ONLY or "
            "zoo.MAXRL"
        )
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            Variant(bad, 1)

    @pytest.mark.parametrize(
        "good", [0, 1, 0.0, 1.0, 0.5, np.float64(0.5), sympy.Rational(1, 2), arb("0.5"), alpha], ids=repr
    )
    def test_accepted(self, good):
        assert two_kl(good).alpha == good
        assert two_kl_dr(good).weighting is MEAN_ONLY

    @pytest.mark.parametrize("bad", ["GRPO", None, WHITENED, two_kl(alpha)], ids=repr)
    def test_what_is_no_variant_or_has_no_number(self, bad):
        sentence = f"variant = {bad!r} is outside its domain: it must be a Variant such as GRPO, DR_GRPO or two_kl(0.5)"
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            numeric(bad)

    @each
    def test_what_is_one(self, variant):
        assert numeric(variant) is variant
