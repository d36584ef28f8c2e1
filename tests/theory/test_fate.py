"""Where a run ends, against runs that are followed."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from grpo_paper.theory import fate as module
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fate import VERDICTS, fate, jump_beta, schwarzian
from grpo_paper.theory.fixed_points import bifurcation_curve, fixed_points
from grpo_paper.theory.success_map import force, trajectory
from grpo_paper.theory.variants import DR_GRPO, GRPO, MIRROR_DR_GRPO, MIRROR_GRPO, two_kl, two_kl_dr


def followed(p_ref, beta, eps, updates=4000, start=None):
    """Log-odds on which each run comes to rest, typed out by hand; NaN where it still moves."""
    reference = np.log(p_ref) - np.log1p(-p_ref)
    L = reference.copy() if start is None else np.log(start) - np.log1p(-start)
    live, end = np.arange(L.size), np.full(L.size, np.nan)
    for _ in range(updates):
        z = np.exp(-abs(L))
        after = reference[live] + 1 / (beta[live] * np.sqrt(z / (1 + z) ** 2 + eps[live]))
        rests = abs(after - L) <= 1e-11 * (1 + abs(L))
        end[live[rests]] = after[rests]
        live, L = live[~rests], after[~rests]
    return end


def cells(count, seed):
    """Random β, p_ref and ε, and which lie too near a curve for a finite run to tell the sides apart.

    Within 0.01 of slope ±1 an orbit gains or loses e^{−40} in 4000 updates at most; within 1e-6 nats of the border
    between lowest and top, a run passes the middle fixed point too slowly to see on which side.
    """
    rng = np.random.default_rng(seed)
    p_ref, beta, eps = (10 ** rng.uniform(*ends, count) for ends in ((-5, -0.05), (-1.3, 1.3), (-7, -2)))
    found = fixed_points(p_ref, beta, eps)
    near = np.nanmin(abs(abs(found.slope) - 1), axis=-1) < 0.01
    near |= abs(np.log(p_ref / (1 - p_ref)) + found.logit[:, 1]) < 1e-6
    return p_ref, beta, eps, near


class TestB9:
    """The first update decides."""

    def test_no_cell_of_a_hundred_thousand_ends_elsewhere(self):
        p_ref, beta, eps, near = cells(100_000, 0)
        told, seen = fate(p_ref, beta, eps), followed(p_ref, beta, eps)
        assert near.mean() < 0.01
        assert np.array_equal(np.isnan(told.logit[~near]), np.isnan(seen[~near]))
        settles = ~near & ~np.isnan(seen)
        # A run at rest to 1e-11 of itself, with a slope 0.01 off 1 at most, is within 1e-9 of its fixed point.
        np.testing.assert_allclose(seen[settles], told.logit[settles], rtol=1e-8, atol=1e-8)
        assert {"only", "lowest", "top", "never"} == set(told.verdict)

    def test_a_run_that_jumps_never_falls_again(self):
        p_ref, beta, eps, _ = cells(20_000, 1)
        jumps = (p_ref < 0.5) & (beta <= jump_beta(p_ref, eps))
        orbit = trajectory(p_ref[jumps], beta[jumps], eps[jumps], 30).logit
        assert jumps.sum() > 5000
        slack = 1e-12 * (1 + abs(orbit))  # a rounding of each update
        assert np.all(orbit[:, 1:] >= -orbit[:, :1] - slack[:, 1:])
        assert np.all(np.diff(orbit[:, 1:]) >= -slack[:, 2:])

    def test_beyond_the_bound_the_first_update_stays_below_the_mirror_image(self):
        """The bound is sharp."""
        p_ref, _, eps, _ = cells(1000, 2)
        beta = 1.001 * jump_beta(p_ref, eps)
        low = p_ref < 0.45
        first = trajectory(p_ref[low], beta[low], eps[low], 1).logit[:, 1]
        assert np.all(first < -logit(p_ref[low]))

    def test_jump_beta_makes_the_mirror_image_a_fixed_point(self):
        with mpmath.workdps(40):
            for p_ref in ("0.001", "0.0001", "0.3"):
                p, eps = mpmath.mpf(p_ref), mpmath.mpf("1e-5")
                beta = mpmath.mpf(jump_beta(float(p), 1e-5))
                step = mpmath.log(p / (1 - p)) + 1 / (beta * mpmath.sqrt(p * (1 - p) + eps))
                assert abs(step - mpmath.log((1 - p) / p)) < 1e-13 * 20  # β is rounded, and nine nats are made with it

    def test_numbers_of_the_text(self):
        assert jump_beta(1e-3, 1e-5) == pytest.approx(2.279, abs=5e-4)
        assert jump_beta(1e-4, 1e-5) == pytest.approx(5.176, abs=5e-4)

    def test_from_elsewhere_a_later_update_can_decide(self):
        """Without the start at p_ref: from even odds the first update passes below the mirror image of the middle."""
        cell = 0.001, 0.8, 1e-5
        ends = fate(*cell, p_0=0.5)
        orbit = trajectory(*cell, 3, p_0=0.5).logit
        middle = fixed_points(*cell).logit[1]
        assert orbit[0] > -middle > orbit[1]
        assert orbit[2] > middle
        assert ends.verdict == "top"
        assert ends.logit == fixed_points(*cell).logit[2]

    def test_a_start_that_may_climb_and_does_not_is_open(self):
        """On the lowest fixed point itself, as near as floats come, 20 updates do not leave it, and 1,000 do."""
        cell = 0.001, 0.8, 1e-5
        lowest = fixed_points(*cell).p[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "MOST", 20)
            ends = fate(*cell, p_0=lowest)
        assert ends.verdict == "open"
        assert np.isnan(ends.logit)
        assert np.isinf(ends.updates)
        assert fate(*cell, p_0=lowest).verdict == "top"

    def test_a_start_is_told_as_a_reference_is(self):
        p_ref, beta, eps, near = cells(20_000, 3)
        start = np.random.default_rng(3).uniform(0.001, 0.999, p_ref.size)
        told, seen = fate(p_ref, beta, eps, p_0=start), followed(p_ref, beta, eps, start=start)
        middle = fixed_points(p_ref, beta, eps).logit[:, 1]
        near |= abs(abs(logit(start)) - middle) < 1e-6
        sure = ~near & (told.verdict != "open")
        assert sure.mean() > 0.98
        assert np.array_equal(np.isnan(told.logit[sure]), np.isnan(seen[sure]))
        settles = sure & ~np.isnan(seen)
        np.testing.assert_allclose(seen[settles], told.logit[settles], rtol=1e-8, atol=1e-8)

    def test_a_start_on_the_middle_does_not_climb(self):
        """A success rate that rounds to the middle fixed point itself, beside a lowest that attracts."""
        p_ref, beta, eps, _ = cells(20_000, 8)
        found = fixed_points(p_ref, beta, eps)
        middle, start = found.logit[:, 1], np.nan_to_num(found.p[:, 1], nan=0.5)
        on = (logit(start) == middle) & (found.slope[:, 0] > -1)
        assert on.sum() > 50
        assert set(fate(p_ref[on], beta[on], eps[on], p_0=start[on]).verdict) == {"lowest"}


class TestB8:
    """Local stability is global."""

    def test_the_schwarzian_is_that_of_the_map(self):
        L, e, b = sp.symbols("L epsilon beta", positive=True)
        p = 1 / (1 + sp.exp(-L))
        F = 1 / (b * sp.sqrt(p * (1 - p) + e))
        first, second, third = (sp.diff(F, L, k) for k in (1, 2, 3))
        by_hand = sp.lambdify((L, e, b), third / first - sp.Rational(3, 2) * (second / first) ** 2, "mpmath")
        rng = np.random.default_rng(0)
        with mpmath.workdps(60):
            for x, e_, b_ in zip(
                rng.uniform(-9, 9, 50), 10 ** rng.uniform(-9, 1, 50), rng.uniform(0.1, 9, 50), strict=True
            ):
                exact = by_hand(mpmath.mpf(x), mpmath.mpf(e_), mpmath.mpf(b_))
                # Positive terms alone: a few roundings, but for 2p − 1 near even odds, where 1e-16/|L| is lost twice.
                assert abs(schwarzian(x, e_) / exact - 1) < 1e-14 + 1e-15 / abs(x)

    def test_it_is_negative(self):
        """Every term but the sign is positive: 3u² − 2u + 3 is 8/3 at least, and 3 − 2u is 1."""
        u = sp.Symbol("u", real=True)
        assert sp.minimum(3 * u**2 - 2 * u + 3, u) == sp.Rational(8, 3)
        L = np.concatenate([-np.geomspace(1e-9, 300, 2000), np.geomspace(1e-9, 300, 2000)])
        assert np.all(schwarzian(L[:, None], 10.0 ** np.arange(-20, 3)) < 0)

    def test_every_start_converges_where_the_lowest_does_not_repel(self):
        p_ref, beta, eps, near = cells(20_000, 4)
        sure = ~near & (fixed_points(p_ref, beta, eps).slope[:, 0] >= -1)
        for start in (1e-6, 0.01, 0.5, 0.9, 1 - 1e-9):
            seen = followed(p_ref[sure], beta[sure], eps[sure], start=np.full(sure.sum(), start))
            assert not np.isnan(seen).any()

    def test_at_slope_minus_one_it_converges_like_one_over_the_root(self):
        """Each update adds −SF/3 to the inverse square of the distance."""
        for L in (-1.0, -2.0, -4.0):
            beta, L_ref = bifurcation_curve(L, 1e-5)
            distance = abs(trajectory(sigmoid(L_ref), beta, 1e-5, 40_000, p_0=sigmoid(L + 0.02)).logit - L)
            growth = (distance[40_000] ** -2 - distance[20_000] ** -2) / 20_000
            # The next term of the expansion adds log n / n, 5e-4 here, a few times.
            assert growth == pytest.approx(-schwarzian(L, 1e-5) / 3, rel=1e-2)

    def test_at_slope_minus_one_exactly_it_converges(self):
        """Where rounding gives −1 itself: a lowest fixed point of slope −1 is an end."""
        beta, L_ref = bifurcation_curve(-np.geomspace(0.05, 6, 2000), 1e-5)
        p_ref = sigmoid(L_ref)
        exactly = fixed_points(p_ref, beta, 1e-5).slope[:, 0] == -1
        assert exactly.sum() > 100
        assert "never" not in set(fate(p_ref[exactly], beta[exactly], 1e-5).verdict)

    def test_above_the_tip_every_run_settles(self):
        rng = np.random.default_rng(5)
        p_ref = rng.uniform(0.0100392, 1, 50_000)
        beta, eps = 10 ** rng.uniform(-2, 2, 50_000), 10 ** rng.uniform(-12, 0, 50_000)
        assert np.all(fixed_points(p_ref, beta, eps).slope[:, 0] > -1)
        assert "never" not in set(fate(p_ref, beta, eps).verdict)

    def test_at_a_digit_less_one_does_not(self):
        assert fixed_points(0.010039, 1.0, 1e-9).slope[0] < -1


class TestC7:
    """At β = 0.1 the recursion oscillates only at references that no sampling would ever see succeed."""

    def test_the_flip_at_the_experiments_beta(self) -> None:
        low, high = -3.0, -1e-3
        for _ in range(80):  # B falls along the branch of rare successes towards even odds
            middle = (low + high) / 2
            low, high = (middle, high) if bifurcation_curve(middle, 1e-5)[0] > 0.1 else (low, middle)
        flip = sigmoid(bifurcation_curve(low, 1e-5)[1])
        assert 1e-9 < flip < 2e-9
        assert fixed_points(2 * flip, 0.1, 1e-5).slope[0] > -1
        assert fixed_points(flip / 2, 0.1, 1e-5).slope[0] < -1
        assert fate(flip / 2, 0.1, 1e-5).verdict == "top"


class TestUpdates:
    """The number of updates, against an orbit looked at from its end."""

    @pytest.mark.parametrize("variant", [GRPO, DR_GRPO, MIRROR_GRPO, MIRROR_DR_GRPO, two_kl_dr(0.3)])
    @pytest.mark.parametrize("delta", [0.2, 1e-3, 1e-9])
    def test_the_last_that_is_farther(self, variant, delta):
        p_ref, beta, eps, near = cells(2000, 6)
        told = fate(p_ref, beta, eps, variant, delta=delta)
        orbit = trajectory(p_ref, beta, eps, 1500, variant).p
        far = abs(orbit - told.p[:, None]) > delta
        last = np.where(far.any(1), far.shape[1] - 1 - far[:, ::-1].argmax(1), -1) + 1
        sure = np.isfinite(told.updates) & ~near
        assert sure.mean() > 0.5
        assert np.array_equal(told.updates[sure], last[sure])
        given_up = np.isnan(told.updates)
        assert np.all(last[given_up] > module.MOST)
        assert np.array_equal(np.isinf(told.updates), told.verdict == "never")

    def test_a_start_beside_the_end_that_leaves_first(self):
        p_ref, beta, eps, _ = cells(5000, 7)
        found = fixed_points(p_ref, beta, eps)
        start = sigmoid(found.logit[:, 0] + 0.01)
        told = fate(p_ref, beta, eps, p_0=start, delta=0.01)
        orbit = trajectory(p_ref, beta, eps, 1200, p_0=start).p
        settles = np.isfinite(told.updates)
        last = abs(orbit - told.p[:, None]) > 0.01
        after = np.arange(1201) >= told.updates[:, None]
        assert not (last & after)[settles].any()

    def test_within_delta_is_not_farther(self):
        assert fate(0.5, 1.0, 1e-5, MIRROR_GRPO, delta=0.5).updates == 0

    def test_the_last_update_that_is_waited_for(self, monkeypatch):
        assert fate(0.2, 1.0, 1e-5).updates == 7
        for most, updates in ((7, 7), (6, np.nan)):
            monkeypatch.setattr(module, "MOST", most)
            np.testing.assert_equal(fate(0.2, 1.0, 1e-5).updates, np.array(updates, float))


class TestVariants:
    def test_the_mirror_climbs_from_all_but_nothing(self):
        ends = fate([0.0, 1e-9, 0.5, 1.0], 1.0, 1e-5, MIRROR_GRPO)
        assert ends.verdict.tolist() == ["lowest", "top", "top", "top"]
        assert ends.p.tolist() == [0, 1, 1, 1]

    def test_a_certain_reference_is_kept(self):
        ends = fate([0.0, 1.0], 1.0, 1e-5)
        assert ends.verdict.tolist() == ["only", "only"]
        assert ends.p.tolist() == [0, 1]
        assert ends.updates.tolist() == [0, 0]

    def test_mean_only_has_one_end(self):
        ends = fate(0.2, 2.0, 1e-5, DR_GRPO)
        assert ends.verdict == "only"
        assert ends.updates == 1
        assert ends.logit == pytest.approx(np.log(0.25) + 0.5, rel=1e-15)


class TestDomain:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"p_ref": 1.5}, "p_ref = 1.5 is outside"),
            ({"beta": 0}, "beta = 0.0 is outside"),
            ({"eps": -1}, "eps = -1.0 is outside"),
            ({"p_0": float("nan")}, "p_0 = nan is outside"),
            ({"delta": 0}, "delta = 0.0 is outside"),
            ({"delta": [0.1]}, "it must be one number"),
            ({"variant": two_kl(0.5)}, "iterate this one with trajectory"),
            ({"p_ref": [0.1, 0.2], "p_0": [0.1, 0.2, 0.3]}, "do not broadcast together"),
        ],
    )
    def test_a_sentence(self, arguments, words):
        with pytest.raises(ValueError, match=words):
            fate(**({"p_ref": 0.2, "beta": 1.0, "eps": 1e-5} | arguments))

    def test_shapes(self):
        ends = fate(np.full((3, 1), 0.2), [1.0, 2.0], 1e-5, p_0=0.3)
        assert ends.verdict.shape == ends.updates.shape == ends.logit.shape == (3, 2)
        assert set(ends.verdict.ravel()) <= set(VERDICTS)
        assert fate(0.2, 1.0, 1e-5).verdict.shape == ()
        for which in range(3):
            cell = [[value] * 2 if i == which else value for i, value in enumerate((0.2, 1.0, 1e-5))]
            assert fate(*cell).updates.tolist() == [7, 7]

    def test_the_push_at_even_odds_is_the_least(self):
        """What shuts a run in: no update lands below F(0), which is above the reference."""
        L = np.linspace(-50, 50, 1001)
        assert np.all(force(L, 1.0, 1e-5) >= force(0.0, 1.0, 1e-5))
