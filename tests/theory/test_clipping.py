"""The clipped update in closed form, against the slope of the clipped objective and a search over whole policies."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, linprog, minimize

from grpo_paper import DR_GRPO, GRPO, MIRROR_GRPO, fixed_points, logit, sigmoid, trajectory, two_kl
from grpo_paper.theory.clipping import least_maximiser
from grpo_paper.theory.objective import clipped_objective
from grpo_paper.theory.success_map import anchor, clipped_step, log_odds_step
from tests.extra import torch

CLIPS = (0.1, 0.2, 0.28, 0.5)
VARIANTS = (GRPO, DR_GRPO, MIRROR_GRPO, two_kl(0.3))
log_odds = st.floats(-30, 30)
betas, clips = st.floats(0.05, 20), st.floats(0.01, 0.99)


def by_bisection(L, L_ref, beta, clip, eps, variant=GRPO):
    """Where the slope of the objective along p' changes its sign, in log-odds: the force depends on what is cut."""
    p, q = sigmoid(L), sigmoid(-L)
    scale = variant.weighting.push(p, q, eps)

    def slope(x):
        success, failure = sigmoid(x) / p, sigmoid(-x) / q
        force = scale * q * (success < 1 + clip) + scale * p * (failure > 1 - clip)
        return force - beta * (x - anchor(L, L_ref, variant))

    tied = anchor(L, L_ref, variant)
    return brentq(slope, tied - 1, tied + scale / beta + 1, xtol=1e-12, rtol=1e-14)


class TestClippedStep:
    @pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
    @given(L=log_odds, L_ref=log_odds, beta=betas, clip=clips)
    def test_is_where_the_slope_changes_its_sign(self, variant, L, L_ref, beta, clip) -> None:
        found = clipped_step(L, L_ref, beta, clip, 1e-4, variant)
        # A kink is found to the rounding of a ratio, 2⁻⁵², over its slope along L: 1 − p, or for failures p.
        rounding = 1e-11 + 4e-16 / min(sigmoid(found), sigmoid(-found))
        assert abs(found - by_bisection(L, L_ref, beta, clip, 1e-4, variant)) < rounding + 1e-13 * abs(found)

    @pytest.mark.parametrize("clip", CLIPS)
    def test_is_the_best_of_all_policies(self, clip) -> None:
        """A simplex search over four outputs in four cases; where the maximum is smooth it sees it to 1e-8."""
        rng = np.random.default_rng(int(100 * clip))
        within, reward = np.log([0.3, 0.7, 0.6, 0.4]), np.array([1, 1, 0, 0])

        def policy(L):
            return within + np.log([sigmoid(L)] * 2 + [sigmoid(-L)] * 2)

        for _ in range(4):
            L, L_ref = logit(rng.uniform(0.05, 0.95, 2))
            beta, eps = 10 ** rng.uniform((-0.5, -4), (1, -1))

            setting = policy(L), policy(L_ref), reward, beta, clip, eps

            def loss(x, setting=setting):
                return -clipped_objective(x - np.logaddexp.reduce(x), *setting)

            options = {"xatol": 1e-9, "fatol": 1e-15, "maxfev": 20_000, "adaptive": True}
            starts = policy(L), policy(L_ref), np.zeros(4)
            best = min(
                (minimize(loss, x, method="Nelder-Mead", options=options) for x in starts), key=lambda one: one.fun
            )
            pi = best.x - np.logaddexp.reduce(best.x)
            closed = policy(clipped_step(L, L_ref, beta, clip, eps))
            assert np.abs(pi - closed).max() < 1e-5

    def test_tensors_and_arrays_give_what_floats_give(self) -> None:
        L, L_ref = np.linspace(-20, 20, 41)[:, None], np.linspace(-5, 5, 11)
        array = clipped_step(L, L_ref, 0.3, 0.2, 1e-5)
        tensor = clipped_step(torch.tensor(L), torch.tensor(L_ref), 0.3, 0.2, 1e-5)
        floats = [[clipped_step(float(x), float(y), 0.3, 0.2, 1e-5) for y in L_ref] for x in L[:, 0]]
        assert np.allclose(array, floats, rtol=1e-13, atol=1e-13)
        assert np.allclose(array, tensor.numpy(), rtol=1e-13, atol=1e-13)

    def test_failures_shrink_by_the_clip_where_no_float_holds_them(self) -> None:
        for L in (50.0, 800.0, 3000.0):
            assert clipped_step(L, 0.0, 1e-5, 0.2, 1e-5) == pytest.approx(L - np.log(0.8), rel=1e-14)

    def test_a_clip_of_nearly_1_is_hardly_one(self) -> None:
        """Failures may go down to 1e-9 of what they were; successes may still no more than double."""
        assert clipped_step(3.0, 1.0, 2.0, 1 - 1e-9, 0.1) == log_odds_step(3.0, 1.0, 2.0, 0.1)
        assert clipped_step(-3.0, -3.0, 0.1, 1 - 1e-9, 0.1) < log_odds_step(-3.0, -3.0, 0.1, 0.1)


class TestFixedPoints:
    @given(L_ref=st.floats(-9, 2), beta=betas, clip=clips, L=log_odds)
    def test_moves_to_the_same_side_and_never_further(self, L_ref, beta, clip, L) -> None:
        free, held = (
            step - L for step in (log_odds_step(L, L_ref, beta, 1e-5), clipped_step(L, L_ref, beta, clip, 1e-5))
        )
        assert np.sign(free) == np.sign(held) or abs(free) < 1e-12
        assert abs(held) <= abs(free) * (1 + 1e-14) + 1e-14

    def test_same_slope(self) -> None:
        found = fixed_points(0.2, 2.0, 0.01)
        [at] = found.logit[~np.isnan(found.logit)]
        ahead, behind = (clipped_step(at + d, logit(0.2), 2.0, 0.2, 0.01) for d in (1e-5, -1e-5))
        assert (ahead - behind) / 2e-5 == pytest.approx(found.slope[0], rel=1e-6)


class TestRuns:
    """From the reference a clipped run never exceeds the lowest fixed point by more than the clip."""

    BETA, P_REF = np.geomspace(0.5, 20, 12)[:, None], np.geomspace(1e-5, 0.9, 12)

    @pytest.mark.parametrize("clip", CLIPS)
    def test_never_exceeds_the_bound(self, clip) -> None:
        orbit = trajectory(self.P_REF, self.BETA, 1e-5, 1000, clip=clip)
        found = fixed_points(self.P_REF, self.BETA, 1e-5)
        p, q = found.p[..., 0], found.failure[..., 0]
        least_failure = q - clip * np.minimum(p, q)
        applies = ~(found.failure[..., 1] >= least_failure)
        assert applies.mean() > 0.9
        assert np.all(orbit.failure.min(-1)[applies] >= least_failure[applies] * (1 - 1e-9))

    def test_without_a_clip_many_do(self) -> None:
        orbit = trajectory(self.P_REF, self.BETA, 1e-5, 1000)
        found = fixed_points(self.P_REF, self.BETA, 1e-5)
        assert (orbit.logit[..., -1] > found.logit[..., 1]).mean() > 0.1

    def test_from_elsewhere_the_bound_does_not_hold(self) -> None:
        """The start matters: from just above the middle fixed point a clipped run climbs to the highest."""
        found = fixed_points(0.2, 2.0, 1e-5)
        orbit = trajectory(0.2, 2.0, 1e-5, 2000, p_0=found.p[1] + 1e-3, clip=0.2)
        assert orbit.logit[-1] == pytest.approx(found.logit[2], rel=1e-9)

    def test_certain_prompts_stay_and_wrong_starts_return(self) -> None:
        orbit = trajectory([0.0, 1.0, 0.3], 1.0, 1e-5, 3, p_0=[0.0, 1.0, 0.0], clip=0.2)
        assert orbit.p[0].tolist() == [0] * 4
        assert orbit.p[1].tolist() == [1] * 4
        assert orbit.p[2, 1] == pytest.approx(0.3)  # the limit: no success pulls, and failures hardly

    @pytest.mark.parametrize("start", [0.0, 0.2, 1.0])
    @pytest.mark.parametrize("beta", [1e-306, 1e-320])
    def test_a_push_beyond_the_floats(self, start, beta) -> None:
        orbit = trajectory(0.3, beta, 1e-5, 9, p_0=start, clip=0.2).logit
        assert not np.isnan(orbit).any()
        assert (np.diff(np.minimum(orbit[1:], 1e308)) >= 0).all()

    @pytest.mark.parametrize("clip", [0.0, 1.0, -0.2, np.nan])
    def test_refuses_what_is_no_clip(self, clip) -> None:
        with pytest.raises(ValueError, match=r"clip = .* is outside its domain: it must be in \(0, 1\)"):
            trajectory(0.2, 1.0, 1e-5, 3, clip=clip)

    @pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
    def test_is_the_step_repeated(self, variant) -> None:
        orbit = trajectory(0.2, 1.0, 1e-5, 4, variant, p_0=0.3, clip=0.2).logit
        for now, then in pairwise(orbit):
            assert then == clipped_step(now, np.float64(logit(0.2)), 1.0, 0.2, 1e-5, variant)

    def test_clips_broadcast(self) -> None:
        orbits = trajectory(0.2, 1.0, 1e-5, 7, clip=list(CLIPS))
        assert orbits.logit.shape == (4, 8)
        for orbit, clip in zip(orbits.logit, CLIPS, strict=True):
            assert np.array_equal(orbit, trajectory(0.2, 1.0, 1e-5, 7, clip=clip).logit)


class TestB10:
    """A clip bounds no ratio, and without a penalty every far enough policy is a maximiser."""

    @pytest.mark.parametrize(("p", "beta", "ratio"), [(0.05, 0.1, 4.8), (0.01, 0.04, 11.07)])
    def test_the_ratio_of_the_maximiser(self, p, beta, ratio) -> None:
        L = logit(p)
        assert round(sigmoid(clipped_step(L, L, beta, 0.2, 1e-5)) / p, 2) == ratio
        assert sigmoid(by_bisection(L, L, beta, 0.2, 1e-5)) / p == pytest.approx(ratio, abs=5e-3)

    @given(p=st.floats(1e-6, 0.49), clip=clips, beta=st.floats(1e-3, 1))
    def test_part_one(self, p, clip, beta) -> None:
        limit = p + clip * (1 - p)
        minus = p / np.sqrt(p * (1 - p) + 1e-5)
        after = sigmoid(clipped_step(logit(p), logit(p), beta, clip, 1e-5))
        if beta * (logit(limit) - logit(p)) <= minus:
            assert after >= limit * (1 - 1e-12)

    @pytest.mark.parametrize("clip", CLIPS)
    @pytest.mark.parametrize("p", [0.01, 0.3, 0.6, 0.9])
    def test_part_two_by_linear_programming(self, p, clip) -> None:
        """Without a penalty the objective is a linear programme: its value, the least and largest p'."""
        within = np.array([0.3, 0.7, 0.6, 0.4])
        old = within * np.array([p, p, 1 - p, 1 - p])
        plus, minus = np.array([1 - p, p]) / np.sqrt(p * (1 - p) + 1e-5)
        # Unknown: the new policy, then t ≤ min(π, (1 + ϵ)π_old) on successes and u ≥ max(π, (1 − ϵ)π_old) on failures.
        gain = np.array([0, 0, 0, 0, plus, plus, -minus, -minus])
        below = np.zeros((4, 8))
        below[[0, 1], [4, 5]], below[[0, 1], [0, 1]] = 1, -1  # t − π ≤ 0
        below[[2, 3], [2, 3]], below[[2, 3], [6, 7]] = 1, -1  # π − u ≤ 0
        bounds = [(0, 1)] * 4 + [(0, (1 + clip) * x) for x in old[:2]] + [((1 - clip) * x, None) for x in old[2:]]
        total = np.array([[1, 1, 1, 1, 0, 0, 0, 0]])

        def solve(target, at_least=None):
            upper, limits = (
                (below, np.zeros(4)) if at_least is None else (np.vstack([below, -gain]), [0] * 4 + [-at_least])
            )
            return linprog(-target, upper, limits, total, [1], bounds)

        best = -solve(gain).fun
        success = np.array([1, 1, 0, 0, 0, 0, 0, 0])
        slack = best - 1e-10
        # The solver's own tolerance is 1e-7, over a weight of ω⁻ ≥ 0.1 in the value.
        assert -solve(success, slack).fun == pytest.approx(1, abs=1e-6)
        assert solve(-success, slack).fun == pytest.approx(least_maximiser(p, clip, clip), abs=2e-6)

    @pytest.mark.parametrize(("low", "high", "updates"), [(0.1, 0.1, 14), (0.2, 0.2, 7), (0.2, 0.28, 6), (0.5, 0.5, 3)])
    def test_updates_to_certainty(self, low, high, updates) -> None:
        p = 1e-9
        for n in range(1, updates + 1):
            assert p < 1
            p = least_maximiser(p, low, high)
            assert p > low or n == 0
        assert p == 1

    def test_of_nothing_comes_nothing(self) -> None:
        """The domain ends above 0: there no output of success has a ratio."""
        assert trajectory(0.0, 0.1, 1e-5, 3, clip=0.2).p.tolist() == [0, 0, 0, 0]


class TestSettles:
    """A clipped run settles where the lowest fixed point has slope ≥ −1, and nowhere else."""

    def test_random_cells(self) -> None:
        rng = np.random.default_rng(11)
        p_ref, beta = 10 ** rng.uniform(-5, -0.05, 3000), 10 ** rng.uniform(-0.5, 1.5, 3000)
        clip, eps = rng.choice(CLIPS, 3000), 10 ** rng.uniform(-6, -2, 3000)
        found = fixed_points(p_ref, beta, eps)
        lowest, slope = found.p[:, 0], found.slope[:, 0]
        bounded = ~(found.p[:, 1] <= lowest + clip * np.minimum(lowest, 1 - lowest))
        certain = bounded & (abs(abs(slope) - 1) > 0.02)
        L = logit(p_ref)
        for _ in range(4000):
            before, L = L, clipped_step(L, logit(p_ref), beta, clip, eps)
        rests = abs(L - before) < 1e-9 * (1 + abs(L))
        # Above even odds a clip lets failures shrink by 1 − ϵ an update only: 4000 are enough for 400 nats.
        near = found.logit[:, 0] < 400
        assert (certain & near).mean() > 0.7
        assert (rests == (slope >= -1))[certain & near].all()
        settled = certain & near & rests
        np.testing.assert_allclose(L[settled], found.logit[settled, 0], rtol=1e-6, atol=1e-6)
