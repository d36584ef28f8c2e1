"""Where runs of other weightings than GRPO's end, and when, against runs followed by hand."""

import numpy as np
import pytest

from grpo_paper import Variant, fate, fixed_points, logit, sigmoid, trajectory
from grpo_paper.theory import fate as ends
from grpo_paper.theory import zoo
from grpo_paper.theory.fate import known
from grpo_paper.theory.weighting import MEAN_ONLY, Weighting
from tests.weightings import SHAPED, Row, by_hand, name


def followed(row: Row, L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray, updates: int = 20_000) -> np.ndarray:
    """Log-odds on which each run from its reference rests; NaN where it does not, or is caught between two for good."""
    L, live, end, before = L_ref.copy(), np.arange(L_ref.size), np.full(L_ref.size, np.nan), np.full(L_ref.size, np.nan)
    for _ in range(updates):
        after = by_hand(row, L, L_ref[live], beta[live], eps[live]) + L
        after = np.where(np.isinf(L), L, after)
        small = 1e-11 * (1 + abs(np.where(np.isinf(L), 0, L)))
        with np.errstate(invalid="ignore"):
            rests = (after == L) | (abs(after - L) <= small)
            swings = ~rests & (abs(after - before) <= small) & (abs(after - L) > 1e8 * small)
        end[live[rests]] = after[rests]
        keep = ~rests & ~swings
        live, L, before = live[keep], after[keep], L[keep]
        if not live.size:
            break
    return end


class TestFate:
    @pytest.mark.parametrize("row", [row for row in SHAPED if known(Variant(row.weighting, 1))], ids=name)
    def test_where_two_thousand_runs_end(self, row) -> None:
        rng = np.random.default_rng(4)
        p_ref, beta, eps = (10 ** rng.uniform(*ends, 2000) for ends in ((-5, -0.01), (-1.3, 1.3), (-7, -2)))
        variant = Variant(row.weighting, 1)
        found, told = fixed_points(p_ref, beta, eps, variant), fate(p_ref, beta, eps, variant)
        # Within 0.01 of a slope of ±1 an orbit is too slow to tell, as within 1e-6 of the border of the two ends.
        near = np.nanmin(abs(abs(found.slope) - 1), axis=-1) < 0.01
        near |= abs(logit(p_ref) + found.logit[:, 1]) < 1e-6
        near |= (told.verdict == "open") & (not row.weighting.settles)
        assert near.mean() < 0.02
        seen = followed(row, logit(p_ref), beta, eps)
        assert np.array_equal(np.isnan(seen[~near]), np.isnan(told.logit[~near]))
        assert np.array_equal(np.isinf(seen[~near]), np.isinf(told.logit[~near]))
        rests = ~near & np.isfinite(seen)
        # At rest to 1e-11 of itself, with a slope 0.01 off 1 at most.
        np.testing.assert_allclose(seen[rests], told.logit[rests], rtol=1e-8, atol=1e-8)

    @pytest.mark.parametrize("row", [row for row in SHAPED if known(Variant(row.weighting, 1))], ids=name)
    def test_after_how_many_updates(self, row) -> None:
        rng = np.random.default_rng(5)
        variant = Variant(row.weighting, 1)
        for _ in range(12):
            p_ref, beta = 10 ** rng.uniform(-4, -0.05), 10 ** rng.uniform(-1, 1)
            told = fate(p_ref, beta, 1e-5, variant)
            if np.isfinite(told.updates):
                run = trajectory(p_ref, beta, 1e-5, 3000, variant).p
                far = np.flatnonzero(abs(run - told.p) > 1e-3)
                assert told.updates == (far[-1] + 1 if far.size else 0)

    @pytest.mark.parametrize("row", SHAPED, ids=name)
    def test_a_mirror_climbs(self, row) -> None:
        told = fate([0.0, 0.2], 1.0, 1e-5, Variant(row.weighting, 0))
        assert told.p.tolist() == [0, 1]

    def test_a_start_that_its_own_push_keeps_inside_is_not_open(self) -> None:
        """Of a bowl's push, 4/β at even odds, no update is below the mirror image; by GRPO's, 2/β, one would be."""
        for p_ref, beta in ((0.0111, 1.33), (0.00315, 0.88)):
            cell = p_ref, beta, 1e-5, Variant(zoo.DISCO, 1)
            lowest, middle, _ = fixed_points(*cell).logit
            assert logit(p_ref) + 2 / beta < -middle < logit(p_ref) + 4 / beta
            assert lowest < 0
            assert fate(*cell, p_0=0.5).verdict == "never"

    def test_a_start_that_may_climb_is_followed_by_its_own_push(self, monkeypatch) -> None:
        """From the lowest fixed point itself: there for 20 updates, where GRPO's push would carry it off."""
        monkeypatch.setattr(ends, "MOST", 20)
        cell = 0.001, 0.9, 1e-5, Variant(zoo.DISCO, 1)
        lowest, middle, _ = fixed_points(*cell).logit
        assert logit(0.001) + 4 / 0.9 < -middle
        told = fate(*cell, p_0=sigmoid(lowest))
        assert told.verdict == "open"
        assert np.isnan(told.logit)

    def test_a_run_that_is_not_there_yet_is_open(self, monkeypatch) -> None:
        """Beside a slope of −0.9, of a weighting whose runs may oscillate for ever."""
        cell = 0.05, 0.5, 1e-5, Variant(zoo.pass_at_k_training(4), 1)
        assert -1 < fixed_points(*cell).slope[0] < -0.7
        assert fate(*cell).verdict == "only"
        monkeypatch.setattr(ends, "MOST", 8)
        assert fate(*cell).verdict == "open"

    def test_two_penalties_are_known_for_a_constant_push_alone(self) -> None:
        assert known(Variant(MEAN_ONLY, 0.5))
        assert not known(Variant(zoo.MAXRL, 0.5))

    def test_a_cycle_beside_what_attracts_is_told(self) -> None:
        """Where the Schwarzian derivative is not negative: from the reference never, from there at the fixed point."""
        for weighting, p_ref, beta in ((zoo.pass_at_k_training(4), 0.05317, 0.3951), (zoo.focal(0.5), 0.0156, 0.3161)):
            cell = p_ref, beta, 1e-5, Variant(weighting, 1)
            found = fixed_points(*cell)
            assert found.stable[0]
            assert fate(*cell).verdict == "never"
            assert fate(*cell, p_0=found.p[0]).verdict == "only"

    @pytest.mark.parametrize("settles", [False, True])
    @pytest.mark.parametrize("even", [False, True])
    def test_both_are_needed_without_a_shape(self, settles, even) -> None:
        """An even Ω, so that the mirror image shuts runs in, and a Schwarzian that leaves no room for cycles."""
        mine = Weighting("mine", zoo.DISCO.formula, zoo.DISCO.formula_slope, settles=settles, even=even)
        assert known(Variant(mine, 1)) == (settles and even)

    @pytest.mark.parametrize("alpha", [0, 0.5, 1])
    def test_coupled_prompts_are_not(self, alpha) -> None:
        assert not known(Variant(zoo.BATCH_RATE, alpha))
