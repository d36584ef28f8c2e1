"""Rollouts of older policies, against whole policies, and the borders of stability against roots of polynomials."""

import itertools
import math

import numpy as np
import pytest

from grpo_paper.theory.clock import mirror_bound
from grpo_paper.theory.delay import (
    delayed,
    lag_border,
    largest_alpha,
    mixture,
    rate,
    refreshed_alpha,
    steadiest_shares,
    uncorrected_push,
)
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fixed_points import fixed_points
from grpo_paper.theory.success_map import trajectory
from grpo_paper.theory.variants import DR_GRPO, GRPO, MIRROR_GRPO, two_kl
from tests.policies import random_case, simplex_optimum, success

EPS = 1e-5


def push(L, eps=EPS):
    z = np.exp(-abs(L))
    return 1 / np.sqrt(z / (1 + z) ** 2 + eps)


def advantage(p, reward, eps):
    return (reward - p) / np.sqrt(p * (1 - p) + eps)


def policies(reward, reference, beta, eps, alpha, shares, updates):
    """Whole policies, updated by hand; each batch is drawn from the last ones in these shares, newest first."""
    run = [reference]
    for _ in range(updates):
        past = [run[max(len(run) - 1 - j, 0)] for j in range(len(shares))]
        sampler = sum(w * policy for w, policy in zip(shares, past, strict=True))
        p = sampler[reward == 1].sum()
        new = reference**alpha * run[-1] ** (1 - alpha) * np.exp(advantage(p, reward, eps) / beta)
        run.append(new / new.sum())
    return run


def largest_root(slope, lag, alpha):
    """Size of the largest root of z^{v+1} − (1−α)z^v − αs."""
    coefficients = np.zeros(lag + 2)
    coefficients[0] = 1
    coefficients[1] -= 1 - alpha
    coefficients[-1] -= alpha * slope
    return abs(np.roots(coefficients)).max()


class TestB17:
    @pytest.mark.parametrize("alpha", [1, 0.3, 0])
    @pytest.mark.parametrize("shares", [[1], [0, 1], [0, 0, 0, 1], [0.5, 0.2, 0.3], [0, 0.5, 0, 0.5]])
    def test_whole_policies(self, alpha, shares) -> None:
        for seed in range(6):
            reward, reference, _, beta, eps = random_case(seed)
            told = delayed(success(reference, reward), beta, eps, 6, shares, two_kl(alpha)).p
            came = [success(policy, reward) for policy in policies(reward, reference, beta, eps, alpha, shares, 6)]
            np.testing.assert_allclose(told, came, rtol=1e-9)  # updates multiply rounding by slopes of some tens

    def test_the_update_is_the_maximiser(self) -> None:
        """Of the surrogate on older rollouts, with the ratio to the policy that sampled them."""
        for seed in range(4):
            reward, reference, previous, beta, eps = random_case(seed)
            sampler = np.random.default_rng(seed).dirichlet(np.ones(7))
            gains = advantage(success(sampler, reward), reward, eps)

            def gain(pi, gains=gains, reference=reference, previous=previous, sampler=sampler, beta=beta):
                kls = 0.3 * pi * np.log(pi / reference) + 0.7 * pi * np.log(pi / previous)
                return (sampler * (pi / sampler) * gains).sum() - beta * kls.sum()

            def slope(pi, gains=gains, reference=reference, previous=previous, beta=beta):
                return gains - beta * (0.3 * np.log(pi / reference) + 0.7 * np.log(pi / previous) + 1)

            told = reference**0.3 * previous**0.7 * np.exp(gains / beta)
            best = simplex_optimum(gain, slope, previous)
            assert best == pytest.approx(told / told.sum(), abs=2e-5)  # SLSQP stops where values agree to 1e-15

    @pytest.mark.parametrize("lag", [0, 1, 5, [0.2, 0.3, 0.5]])
    def test_where_it_rests_no_lag_shows(self, lag) -> None:
        """A run that has settled is at a fixed point of GRPO at strength αβ."""
        run = delayed([0.05, 0.2, 0.5], 4.0, EPS, 3000, lag, two_kl(0.4))
        assert np.ptp(run.logit[..., -50:], axis=-1).max() < 1e-9
        np.testing.assert_allclose(
            run.logit[..., -1], fixed_points([0.05, 0.2, 0.5], 1.6, EPS).logit[..., 0], rtol=1e-9
        )

    @pytest.mark.parametrize("lag", [1, 2, 7])
    def test_the_reference_only_run_is_slowed_and_no_more(self, lag) -> None:
        p_ref, beta = np.array([[1e-4], [1e-3], [0.2]]), np.array([0.5, 3.0, 5.0])
        slow, fresh = (
            delayed(p_ref, beta, EPS, 40, lag).logit,
            trajectory(p_ref, beta, EPS, 40).logit,
        )
        assert np.array_equal(slow, fresh[..., -(-np.arange(41) // (lag + 1))])

    def test_with_another_anchor_it_is_not(self) -> None:
        """Dropped: the reference only."""
        slow, fresh = (delayed(0.2, 3.0, EPS, 8, lag, two_kl(0.5)).logit for lag in (1, 0))
        assert abs(slow[2] - fresh[1]) > 0.1

    @pytest.mark.parametrize(("alpha", "every"), [(1, 4), (0.3, 3), (0.05, 10)])
    def test_a_sampler_that_is_refreshed_now_and_then(self, alpha, every) -> None:
        """Lags of 0, …, m − 1 and again: two-KL with less damping, from refreshing to refreshing."""
        L_ref, beta = logit(np.array([1e-3, 0.05, 0.7])), 6.0
        L, seen = L_ref, [L_ref]
        for n in range(8 * every):
            if n % every == 0:
                sampled = L
            L = alpha * L_ref + (1 - alpha) * L + push(sampled) / beta
            if n % every == every - 1:
                seen.append(L)
        share = refreshed_alpha(alpha, every)
        told = trajectory(sigmoid(L_ref), alpha * beta / share, EPS, 8, two_kl(share)).logit
        # Sums of some tens of nats are rounded, and steep slopes multiply that.
        np.testing.assert_allclose(np.stack(seen, -1), told, rtol=1e-8)

    def test_and_the_mirror_takes_larger_steps(self) -> None:
        L, seen = -2.0, [-2.0]
        for n in range(30):
            if n % 5 == 0:
                sampled = L
            L += push(sampled) / 20
            if n % 5 == 4:
                seen.append(L)
        told = trajectory(float(sigmoid(-2.0)), 20 / 5, EPS, 6, MIRROR_GRPO).logit
        np.testing.assert_allclose(seen, told, rtol=1e-12)

    def test_mixtures_near_the_ends(self) -> None:
        assert mixture(np.array([-800.0, -800.0]), np.array([0.3, 0.7])) == pytest.approx(-800, rel=1e-14)
        assert mixture(np.array([800.0, 802.0]), np.array([0.5, 0.5])) == pytest.approx(
            800 + math.log(2 / (1 + math.exp(-2))), rel=1e-14
        )
        assert mixture(np.array([-np.inf, -np.inf]), np.array([0.5, 0.5])) == -np.inf

    def test_the_ends_stay(self) -> None:
        for lag in (0, 2, [0.5, 0.5]):
            for variant in (GRPO, MIRROR_GRPO, two_kl(0.5)):
                assert delayed([0.0, 1.0], 1.0, EPS, 3, lag, variant).p.tolist() == [[0] * 4, [1] * 4]

    def test_another_weighting(self) -> None:
        """Mean-only: a push of 1 whatever the rollouts, and one update to the fixed point."""
        run = delayed(0.2, 2.0, EPS, 3, [0.5, 0.5], DR_GRPO).logit
        assert run == pytest.approx(logit(0.2) + np.array([0, 0.5, 0.5, 0.5]), rel=1e-14)

    def test_shapes(self) -> None:
        assert delayed(0.2, 1.0, EPS, 0, 3).p == pytest.approx([0.2], rel=1e-14)
        assert delayed([0.2, 0.3], 1.0, [[EPS]] * 3, 4, [0.5, 0.5 + 4e-10]).p.shape == (3, 2, 5)

    def test_beyond_the_floats(self) -> None:
        assert delayed(0.5, 1e-308, EPS, 3, 1, MIRROR_GRPO).logit.tolist() == [0, *[np.inf] * 3]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"p_ref": -0.1}, "p_ref = -0.1 is outside"),
            ({"beta": 0}, "beta = 0.0 is outside"),
            ({"eps": 0}, "eps = 0.0 is outside"),
            ({"eps": [1e-5] * 2, "beta": [1.0] * 3}, r"beta of shape \(3,\) and eps of shape \(2,\)"),
            ({"steps": -1}, "steps = -1 is outside"),
            ({"lag": -1}, "lag = -1 is outside"),
            ({"lag": 1.5}, "lag = 1.5 is outside"),
            ({"lag": [0.5, 0.4]}, "shares that add up to 1"),
            ({"lag": [0.5, 0.5 + 1e-9]}, "shares that add up to 1"),
            ({"lag": [1.5, -0.5]}, "lag has 2 bad of 2 entries"),
            ({"lag": [[0.5, 0.5]]}, "shares that add up to 1"),
            ({"variant": "GRPO"}, "variant = 'GRPO' is outside"),
        ],
    )
    def test_a_sentence(self, arguments, words) -> None:
        with pytest.raises(ValueError, match=words):
            delayed(**({"p_ref": 0.2, "beta": 1.0, "eps": EPS, "steps": 2, "lag": 1} | arguments))


class TestOneLag:
    """A fixed point of slope s, damped by α, at a lag of v."""

    @pytest.mark.parametrize("lag", [1, 2, 3, 8, 40])
    def test_on_the_border_a_pair_of_roots_is_on_the_circle(self, lag) -> None:
        for angle in np.linspace(np.pi / (2 * lag + 1), np.pi / (lag + 1), 9)[1:]:
            alpha, slope = lag_border(angle, lag)
            z = np.exp(1j * angle)
            assert abs(z ** (lag + 1) - (1 - alpha) * z**lag - alpha * slope) < 1e-12
            assert 0 < alpha <= 1 + 1e-12
            assert slope <= -1 + 1e-12

    @pytest.mark.parametrize("lag", [0, 1, 2, 3, 8, 40])
    @pytest.mark.parametrize("slope", [-1.0001, -1.3, -3.0, -40.0])
    def test_below_it_every_root_is_inside_and_above_it_one_is_not(self, lag, slope) -> None:
        border = float(largest_alpha(slope, lag))
        below, above = np.linspace(0, border, 12)[1:-1], np.linspace(border, 1, 12)[1:]
        assert all(largest_root(slope, lag, alpha) < 1 for alpha in below)
        assert all(largest_root(slope, lag, alpha) > 1 for alpha in above)
        assert largest_root(slope, lag, border) == pytest.approx(1, abs=1e-9)  # roots of degree 41

    def test_closed_forms(self) -> None:
        slopes = -np.geomspace(1.01, 1e4, 30)
        assert largest_alpha(slopes, 0) == pytest.approx(2 / (1 - slopes), rel=1e-14)
        assert largest_alpha(slopes, 1) == pytest.approx(-1 / slopes, rel=1e-12)
        for lag in (2, 5, 30):  # Levin and May: without damping's share, b < 2 cos(vπ/(2v+1))
            limit = 2 * math.cos(lag * math.pi / (2 * lag + 1))
            assert float(largest_alpha(-1e9, lag)) * 1e9 == pytest.approx(limit, rel=1e-7)

    def test_the_ends_of_its_domain(self) -> None:
        for lag in range(40):
            assert largest_alpha([-1.0, -0.5, 0.0, 0.999, 1.0, 3.0], lag).tolist() == [1, 1, 1, 1, 0, 0]
        assert largest_alpha(-3, 8) == largest_alpha(-3.0, 8)
        with pytest.raises(ValueError, match=r"lag = -1 is outside"):
            largest_alpha(-2.0, -1)

    def test_the_rate_is_the_largest_root(self) -> None:
        for slope, lag, alpha in itertools.product((-3.0, -0.5, 0.0, 0.6), (0, 1, 4), (0, 0.2, 0.7, 1)):
            assert rate(slope, lag, alpha) == pytest.approx(largest_root(slope, lag, alpha), rel=1e-12, abs=1e-15)

    def test_each_update_of_age_takes_damping(self) -> None:
        for slope in (-1.01, -2.0, -30.0):
            assert np.all(np.diff([float(largest_alpha(slope, lag)) for lag in range(40)]) < 0)

    def test_a_small_slope_needs_no_care(self) -> None:
        """|s| < 1: whatever the lags, mixed or changing from one update to the next."""
        rng = np.random.default_rng(0)
        for slope, alpha in itertools.product((-0.99, -0.4, 0.7), (0.05, 0.5, 1)):
            assert largest_alpha(slope, 7) == 1
            x = list(rng.normal(size=6))
            for _ in range(6000):
                x.append((1 - alpha) * x[-1] + alpha * slope * x[-1 - rng.integers(0, 6)])
            # Six updates shrink the largest of six by 1 − α(1 − |s|) at least.
            assert max(map(abs, x[-6:])) <= max(map(abs, x[:6])) * (1 - alpha * (1 - abs(slope))) ** 1000

    def test_a_slope_of_one_or_more_repels_at_every_lag(self) -> None:
        assert np.all(largest_alpha([1.0, 1.2, 8.0], 3) == 0)
        assert min(largest_root(1.2, lag, alpha) for lag in range(6) for alpha in (0.1, 0.6, 1)) > 1

    @pytest.mark.parametrize(("lag", "settles"), [(0, True), (2, True), (3, True), (8, False)])
    def test_runs_agree(self, lag, settles) -> None:
        """β = 6, α = ½, p_ref = 0.001: a slope of −1.32 undamped, and 0.5 below the border up to a lag of 3."""
        slope = fixed_points(1e-3, 3.0, EPS).slope[0]
        assert (largest_alpha(slope, lag) > 0.5) == settles
        run = delayed(1e-3, 6.0, EPS, 9000, lag, two_kl(0.5)).logit
        assert (np.ptp(run[-100:]) < 1e-9) == settles


class TestMixedAges:
    """Rollouts of several ages in one group, and the reference as the only anchor."""

    @pytest.mark.parametrize("ages", [1, 2, 3, 5, 9])
    def test_an_even_mixture_holds_slopes_above_minus_its_number(self, ages) -> None:
        even = [1 / ages] * ages
        assert all(rate(slope, even) < 1 for slope in np.linspace(-ages, 1, 40)[1:-1])
        assert all(rate(slope, even) >= 1 for slope in (-ages - 1e-6, -ages - 0.5, -3.0 * ages, 1.01))

    @pytest.mark.parametrize("ages", [1, 2, 3, 4, 6])
    def test_the_steadiest(self, ages) -> None:
        for slope in -np.geomspace(0.1, (2**ages - 1) * 0.98, 6):
            shares = steadiest_shares(slope, ages)
            assert shares.sum() == pytest.approx(1, rel=1e-12)
            assert np.all(shares > 0)
            r = (1 - slope) ** (1 / ages) - 1
            root = np.poly(np.full(ages, -r))
            assert np.append(1, -slope * shares) == pytest.approx(root, rel=1e-9)
            # A root that is met so often moves by the rounding to the power of one over their number.
            assert rate(slope, shares) == pytest.approx(r, abs=0.02)

    @pytest.mark.parametrize("ages", [2, 3, 4])
    def test_beyond_that_none_holds(self, ages) -> None:
        rng = np.random.default_rng(1)
        slope = -(2.0**ages - 1)
        assert min(rate(slope, rng.dirichlet(np.ones(ages))) for _ in range(500)) >= 1

    def test_two_ages(self) -> None:
        """1 − w of them old: slopes above −min(1/(1−w), 1/(2w−1)), which is least at w = ⅔."""
        for w in np.linspace(0.05, 0.95, 19):
            limit = min(1 / (1 - w), 1 / (2 * w - 1) if w > 0.5 else np.inf)
            assert rate(-limit * 0.999, [w, 1 - w]) < 1 < rate(-limit * 1.001, [w, 1 - w])

    def test_the_rate_is_that_of_a_run(self) -> None:
        point = fixed_points(0.01, 2.0, EPS)
        L, slope = point.logit[0], point.slope[0]
        shares = np.array([0.5, 0.3, 0.2])
        x = [L, L, L + 1e-6]
        for _ in range(60):
            x.append(logit(0.01) + push(mixture(np.array(x[-1:-4:-1]), shares)) / 2)
        linear = [0, 0, 1e-6]
        for _ in range(60):
            linear.append(slope * (shares @ linear[-1:-4:-1]))
        # The slope's own slope, of the order of one, times the square of 1e-6.
        assert np.array(x) - L == pytest.approx(linear, abs=1e-10)

    def test_stable_nearby_is_not_from_the_reference(self) -> None:
        """Half of each age: the fixed point attracts, and the run from the reference ends on a 3-cycle."""
        slope = fixed_points(1e-3, 3.0, EPS).slope[0]
        assert slope < -1
        assert rate(slope, [0.5, 0.5]) < 0.9
        run = delayed(1e-3, 3.0, EPS, 600, [0.5, 0.5]).logit
        assert np.ptp(run[-3:]) > 5
        assert run[-3:] == pytest.approx(run[-6:-3], abs=1e-9)
        assert np.ptp(delayed(1e-3, 3.0, EPS, 600, [0.25] * 4).logit[-9:]) < 1e-9

    def test_a_slope_that_is_none(self) -> None:
        for slope in (0.0, -3.0, math.nan):
            with pytest.raises(ValueError, match="it must be between"):
                steadiest_shares(slope, 2)
        with pytest.raises(ValueError, match=r"ages = 0 is outside"):
            steadiest_shares(-0.5, 0)


class TestTheMirror:
    @staticmethod
    def count(L_ref, end, beta, eps, lags):
        """Updates to `end`, on rollouts whose lags, or pairs of lags in halves, come one after another."""
        run = [L_ref]
        for lag in lags:
            if run[-1] >= end:
                return len(run) - 1
            p = np.mean([1 / (1 + math.exp(-run[max(len(run) - 1 - v, 0)])) for v in np.atleast_1d(lag)])
            run.append(run[-1] + 1 / math.sqrt(p * (1 - p) + eps) / beta)
        raise AssertionError("too few lags")

    @pytest.mark.parametrize("kind", ["constant", "refreshed", "random", "mixed"])
    def test_no_run_needs_more_updates_than_the_bound(self, kind) -> None:
        rng = np.random.default_rng(2)
        slack = []
        for _ in range(400):
            beta, eps, v = 10 ** rng.uniform(-1.5, 1.5), 10 ** rng.uniform(-7, 0), int(rng.integers(1, 12))
            L_ref, end = np.sort(rng.uniform(-12, 12, 2)).tolist()
            lags = {
                "constant": itertools.repeat(v),
                "refreshed": itertools.cycle(range(v + 1)),
                "random": iter(lambda v=v: rng.integers(0, v + 1), None),
                "mixed": iter(lambda v=v: tuple(rng.integers(0, v + 1, 2)), None),
            }[kind]
            slack.append(mirror_bound(L_ref, end, beta, eps, v) - self.count(L_ref, end, beta, eps, lags))
        assert min(slack) >= 0

    def test_the_bound_of_fresh_rollouts_is_too_low(self) -> None:
        needed = self.count(0.0, 8.0, 30.0, EPS, itertools.repeat(10))
        assert mirror_bound(0.0, 8.0, 30.0, EPS) < needed <= mirror_bound(0.0, 8.0, 30.0, EPS, 10)

    def test_it_climbs_at_every_update(self) -> None:
        for lag in (1, 6, [0.3, 0.3, 0.4]):
            assert np.all(np.diff(delayed([1e-6, 0.3, 0.9], 7.0, EPS, 60, lag, MIRROR_GRPO).logit) > 2 / 7.1)

    def test_from_even_odds_it_is_never_ahead_of_fresh_rollouts(self) -> None:
        p_ref = np.linspace(0.5, 0.99, 20)
        fresh = trajectory(p_ref, 9.0, EPS, 80, MIRROR_GRPO).logit
        for lag in (1, 4, [0.5, 0, 0.5]):
            assert np.all(delayed(p_ref, 9.0, EPS, 80, lag, MIRROR_GRPO).logit <= fresh * (1 + 1e-13))

    def test_from_a_rare_success_it_is(self) -> None:
        """Dropped: even odds. The great first push is made again and again."""
        fresh, old = (delayed(1e-3, 10.0, EPS, 40, lag, MIRROR_GRPO).failure for lag in (0, 16))
        assert np.argmax(fresh <= 1e-3) == 30
        assert np.argmax(old <= 1e-3) == 5


class TestRatioLeftOut:
    """Old rollouts, with the ratio taken as if the newest policy had made them."""

    @staticmethod
    def run(L_ref, beta, eps, lag, updates):
        orbit = [L_ref]
        for _ in range(updates):
            old = orbit[max(len(orbit) - 1 - lag, 0)]
            orbit.append(L_ref + uncorrected_push(orbit[-1], old, eps) / beta)
        return np.array(orbit)

    def test_whole_policies(self) -> None:
        for seed in range(6):
            reward, reference, _, beta, eps = random_case(seed)
            beta += 4  # the ratio left out has no bound: at a smaller β a third update leaves the floats
            run = [reference]
            for _ in range(3):
                old, new = run[max(len(run) - 3, 0)], run[-1]
                weight = old / new * advantage(success(old, reward), reward, eps)
                policy = reference * np.exp(weight / beta)
                run.append(policy / policy.sum())
            told = self.run(logit(success(reference, reward)), beta, eps, 2, 3)
            # As in the other test of whole policies, with one more division.
            assert sigmoid(told) == pytest.approx([success(policy, reward) for policy in run], rel=1e-9)

    @pytest.mark.parametrize("eps", [1e-5, 0.05])
    def test_at_odd_lags_it_flips_early(self, eps) -> None:
        """Slopes above −κ/(2 − κ) with κ = p(1−p)/(2(p(1−p)+ε)): −⅓ at most, where −1 was enough."""
        for beta in np.linspace(2.5, 14, 24):
            point = fixed_points(0.02, beta, eps)
            L, slope = point.logit[0], point.slope[0]
            if L > 0:
                continue
            v = sigmoid(L) * sigmoid(-L)
            kappa = v / (2 * (v + eps))
            for lag in (1, 3):
                stable = abs(np.roots([1, -slope / kappa, *[0] * (lag - 1), slope / kappa - slope])).max() < 1
                assert stable == (slope > -kappa / (2 - kappa))

    def test_its_coefficients_are_derivatives(self) -> None:
        for L, eps in ((-2.0, 1e-5), (-0.5, 0.1)):
            step, v = 1e-5, sigmoid(L) * sigmoid(-L)
            kappa = v / (2 * (v + eps))
            slope = (push(L + step, eps) - push(L - step, eps)) / (2 * step)
            new, old = (
                (uncorrected_push(L + a, L + b, eps) - uncorrected_push(L - a, L - b, eps)) / (2 * step)
                for a, b in ((step, 0), (0, step))
            )
            # Central differences: step² and 1e-16/step.
            assert [new, old] == pytest.approx([slope / kappa, slope - slope / kappa], abs=1e-8)

    def test_the_run_shows_it(self) -> None:
        """A slope of −0.47: with the ratio the run settles, without it it never does."""
        L_ref = logit(0.01)
        slope = fixed_points(0.01, 6.0, EPS).slope[0]
        assert -1 < slope < -1 / 3
        assert np.ptp(delayed(0.01, 6.0, EPS, 400, 1).logit[-9:]) < 1e-9
        assert np.ptp(self.run(L_ref, 6.0, EPS, 1, 400)[-9:]) > 0.1
