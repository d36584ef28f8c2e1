"""Orbits that settle and orbits that do not: Figure 5 and what is wrong with it, E7 to E10; the census B3."""

import math

import mpmath
import numpy as np
import pytest
from flint import arb, ctx

from grpo_paper import certify, fixed_points, logit, sigmoid, trajectory
from grpo_paper.theory.fixed_points import bifurcation_curve
from grpo_paper.theory.success_map import force_slope, log_odds_step
from tests.orbits import EPS, cycle, orbit

BETAS = np.array([0.01, 0.2, 0.4, 0.8, 1.0, 5.0])[:, None]
REFERENCES = np.array([0.0001, 0.2, 0.5, 0.8])
PRINTED = np.ones((6, 4))
PRINTED[4, 1] = 0.6813
PRINTED[5] = 0.0442, 0.2807, 0.6007, 0.8813


def balls(*texts: str) -> tuple[arb, ...]:
    reference, *rest = (arb(text) for text in texts)
    return logit(reference), *rest


class TestFigure5:
    """p_n for n = 0..50 from p_0 = 0.1, in twenty-four cells."""

    def test_every_printed_value_is_p_50(self) -> None:
        found = trajectory(REFERENCES, BETAS, EPS, 50, p_0=0.1)
        assert np.abs(found.p[..., -1] - PRINTED).max() < 5e-5  # printed to four decimals
        # Two roundings of the largest log-odds in each step, magnified by the slopes of all later ones: 7e8 in the
        # chaotic panel, 1 or 2 in the others.
        slopes = abs(force_slope(found.logit[..., :-1], BETAS[..., None], EPS))
        magnified = 1 + np.cumprod(slopes[..., ::-1], -1).sum(-1)
        for (i, j), last in np.ndenumerate(found.logit[..., -1]):
            by_hand = orbit(float(REFERENCES[j]), float(BETAS[i, 0]), 0.1, 50)[-1]
            assert abs(last - by_hand) < 4.4e-16 * abs(found.logit[i, j]).max() * magnified[i, j]

    def test_all_but_one_are_fixed_points(self) -> None:
        true = fixed_points(REFERENCES, BETAS, EPS).p
        off = np.nanmin(abs(true - PRINTED[..., None]), axis=-1) > 5e-5
        assert np.argwhere(off).tolist() == [[5, 0]]


class TestE7:
    """The start decides: at (5, 1e−4) the reference leads to almost 1, 0.1 never settles."""

    def test_the_two_starts(self) -> None:
        top = fixed_points(1e-4, 5.0, EPS).logit[2]
        # Slope 1e-17: reached to an ulp or two of 54.
        assert abs(orbit(1e-4, 5.0, 1e-4, 50)[-1] - top) < 1e-13
        from_a_tenth = orbit(1e-4, 5.0, 0.1, 5000)
        assert max(from_a_tenth) < 6.7
        assert cycle(1e-4, 5.0, 0.1) == []

    def test_the_interval_that_shuts_it_in(self) -> None:
        with ctx.workprec(256):
            cell = balls("0.0001", "5", "1e-5")
            low = log_odds_step(arb(0), *cell)
            high = log_odds_step(low, *cell)
            middle = certify.fixed_points("0.0001", "5", "1e-5").points[1].logit
            assert low < logit(arb("0.1")) < high < middle
            assert low < log_odds_step(high, *cell) < high
            assert cell[0] < low
            assert log_odds_step(cell[0], *cell) > middle

    def test_the_other_panels_do_not_care(self) -> None:
        ends = [trajectory(REFERENCES, BETAS, EPS, 50, p_0=start).p[..., -1] for start in (None, 0.1)]
        assert np.argwhere(abs(ends[0] - ends[1]) > 1e-9).tolist() == [[5, 0]]


class TestE8:
    """The printed 0.0442 is p_50; the fixed points are 0.003279, 0.999891 and 1 − 3.4e−24."""

    def test_certified(self) -> None:
        enclosure = certify.fixed_points("0.0001", "5", "1e-5")
        assert enclosure.complete
        low, middle, high = enclosure.points
        assert abs(low.p - arb("0.003279")) < arb("5e-7")
        assert abs(low.slope + arb("1.730")) < arb("5e-4")
        assert abs(middle.p - arb("0.999891")) < arb("5e-7")
        assert abs(middle.slope - arb("8.395")) < arb("5e-4")
        assert abs(sigmoid(-high.logit) - arb("3.4e-24")) < arb("5e-26")
        assert [point.stable.value for point in enclosure.points] == ["False", "False", "True"]
        with ctx.workprec(400):
            cell = balls("0.0001", "5", "1e-5")
            state = logit(arb("0.1"))
            for _ in range(50):
                state = log_odds_step(state, *cell)
            assert abs(sigmoid(state) - arb("0.0442")) < arb("5e-5")
            assert all(abs(sigmoid(state) - point.p) > arb("0.04") for point in enclosure.points)


class TestE9:
    """At p_ref = 1e−4 bounded and aperiodic, at 0.001 a 2-cycle; neither diverges."""

    def test_lyapunov_exponent(self) -> None:
        states = np.array(orbit(1e-4, 5.0, 0.1, 50_000)[1000:])
        rate = np.log(abs(force_slope(states, 5.0, EPS))).mean()
        assert abs(rate - 0.35) < 0.02  # twenty stretches of 2450 steps differ by 0.03 or so; a mean of them by 0.006

    def test_the_rate_against_two_neighbours(self) -> None:
        with mpmath.workdps(60):
            reference = mpmath.log(mpmath.mpf("0.0001") / mpmath.mpf("0.9999"))
            first = mpmath.log(mpmath.mpf(1) / 9)
            pair = [first, first + mpmath.mpf("1e-40")]
            for _ in range(50):
                pair = [
                    reference + 1 / (5 * mpmath.sqrt(1 / (2 + 2 * mpmath.cosh(x)) + mpmath.mpf("1e-5"))) for x in pair
                ]
            stretch = float(mpmath.log(abs(pair[1] - pair[0]) * mpmath.mpf("1e40")))
        states = np.array(orbit(1e-4, 5.0, 0.1, 50)[:-1])
        # The float orbit is off by at most 1e-8 at its end, each log-slope by ten times that.
        assert abs(np.log(abs(force_slope(states, 5.0, EPS))).sum() - stretch) < 1e-5

    def test_a_cycle_of_length_three_of_two_steps(self) -> None:
        # Li and Yorke: then F∘F is chaotic. Signs are proved on balls.
        def iterate(x: arb, times: int) -> arb:
            for _ in range(times):
                x = log_odds_step(x, *cell)
            return x

        with ctx.workprec(256):
            cell = balls("0.0001", "5", "1e-5")
            left, right = arb("2.05"), arb("2.065")
            assert (iterate(left, 6) - left) * (iterate(right, 6) - right) < 0
            whole = left.union(right)
            assert not (iterate(whole, 2) - whole).contains(0)

    def test_the_two_cycle(self) -> None:
        low, high = cycle(0.001, 5.0, 0.1)
        assert (round(low, 4), round(high, 4)) == (0.0023, 0.0587)


class TestE10:
    """From p_0 = p_ref too: cycles, and orbits that reach none."""

    @pytest.mark.parametrize(
        ("b", "reference", "length"), [(3.0, 1e-3, 2), (2.35, 1e-3, 4), (6.0, 1e-4, 8), (5.4, 1e-4, 0)]
    )
    def test_lengths(self, b, reference, length) -> None:
        assert len(cycle(reference, b, reference)) == length

    def test_the_cycle_by_value(self) -> None:
        low, high = cycle(1e-3, 3.0, 1e-3)
        assert abs(low - 0.0020) < 5e-5
        assert abs(high - 0.633) < 5e-4

    def test_proved_attracting(self) -> None:
        with ctx.workprec(256):
            cell = balls("0.001", "3", "1e-5")
            centre = arb(float(logit(cycle(1e-3, 3.0, 1e-3)[1])))
            ball = centre + arb(0, 1e-6)
            after = log_odds_step(ball, *cell)
            slope = force_slope(ball, *cell[1:]) * force_slope(after, *cell[1:])
            image = log_odds_step(log_odds_step(centre, *cell), *cell) + slope * (ball - centre)
            assert ball.contains_interior(image)
            assert abs(slope) < 1
            assert not ball.overlaps(after)

    def test_above_one_per_cent_no_flip(self) -> None:
        # The highest reference on any flip: log-odds −2√2 − 2 log(1 + √2), at ε → 0, β = 1, p = (1 − 1/√2)/2.
        tip = -2 * math.sqrt(2) - 2 * math.log(1 + math.sqrt(2))
        rng = np.random.default_rng(5)
        L_ref = bifurcation_curve(-rng.exponential(5, 50_000), 10 ** rng.uniform(-12, 1, 50_000))[1]
        assert L_ref.max() <= tip
        b, at_tip = bifurcation_curve(logit((1 - 1 / math.sqrt(2)) / 2), 1e-14)
        assert abs(b - 1) < 1e-12  # ε = 1e-14 moves it by 1e-13
        assert abs(at_tip - tip) < 1e-12
        assert round(sigmoid(tip), 5) == 0.01004


class TestB3:
    """Nine cells of ten settle. The others end on a 2-cycle mostly, and have a reference below 1 %."""

    def test_census_of_random_cells(self) -> None:
        cells = 400
        rng = np.random.default_rng(3)
        b = np.exp(rng.uniform(np.log(0.05), np.log(20), cells))
        reference = np.exp(rng.uniform(np.log(1e-5), np.log(0.9), cells))
        by_hand = np.array([len(cycle(r, x, r)) for r, x in zip(reference.tolist(), b.tolist(), strict=True)])
        for length, share in ((1, 0.91), (2, 0.074)):
            assert abs((by_hand == length).mean() - share) < 5 * math.sqrt(share * (1 - share) / cells)
        assert (by_hand == 0).any()
        assert reference[by_hand != 1].max() < 0.01004
        assert b[by_hand != 1].min() > 1
        tail = trajectory(reference, b, EPS, 4000).logit[:, -65:]
        assert ((abs(tail[:, -1] - tail[:, -2]) < 1e-9) == (by_hand == 1)).all()
        assert ((abs(tail[:, -1] - tail[:, -3]) < 1e-9) == ((by_hand == 1) | (by_hand == 2))).all()
