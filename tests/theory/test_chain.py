"""Sampled runs without sampling, against every path there is and against coins that are thrown."""

import math

import numpy as np
import pytest

from grpo_paper.theory.chain import sampled_run
from grpo_paper.theory.variants import DR_GRPO, GRPO, MIRROR_GRPO, two_kl

CASES = [(0.05, 2.0, 0.01, 4, 4), (0.3, 0.5, 1e-4, 3, 5), (0.9, 1.0, 1e-3, 2, 7)]


def over_all_paths(p_ref, beta, eps, group_size, steps, value, variant):
    """Mean of a function of p_n over all (G + 1)^n paths, one after the other, however far they are thrown."""
    L_ref = math.log(p_ref / (1 - p_ref))

    def along(L, left):
        odds = math.exp(-L)
        p, q = 1 / (1 + odds), odds / (1 + odds)
        if left == 0:
            return value(p)
        total, tied = 0.0, variant.alpha * L_ref + (1 - variant.alpha) * L
        for k in range(group_size + 1):
            chance = math.comb(group_size, k) * p**k * q ** (group_size - k)
            if chance < 1e-30:
                continue
            seen = k / group_size * (1 - k / group_size)
            scale = 1 if variant is DR_GRPO else 1 / math.sqrt(seen + eps)
            push = seen * scale / (p * q) / beta if seen else 0.0
            total += chance * along(tied + push, left - 1)
        return total

    return along(L_ref, steps)


class TestB16:
    @pytest.mark.parametrize("case", CASES)
    @pytest.mark.parametrize("variant", [GRPO, DR_GRPO, MIRROR_GRPO, two_kl(0.3)], ids=lambda v: v.name)
    def test_every_path(self, case, variant) -> None:
        found = sampled_run(*case, variant)
        group_size = case[3]
        mean, square, silent = (
            over_all_paths(*case, value, variant)
            for value in (lambda p: p, lambda p: p**2, lambda p: p**group_size + (1 - p) ** group_size)
        )
        # A cubic spline on steps of 0.02 nats: (0.02)⁴ of a fourth derivative below 1, an update.
        assert found.mean[-1] == pytest.approx(mean, abs=1e-8)
        assert found.silent[-1] == pytest.approx(silent, abs=1e-6)
        assert found.spread[-1] == pytest.approx(math.sqrt(square - mean**2), abs=1e-6)

    @pytest.mark.parametrize("alpha", [0.3, 0.5])
    def test_a_run_thrown_far_takes_its_time_to_fall_back(self, alpha) -> None:
        """A success at 0.01 throws by 247 nats; log-odds that stop at 36 are off by 10⁻³ and more here."""
        case = (0.01, 0.2, 1e-4, 3, 8)
        found = sampled_run(*case, two_kl(alpha))
        exact = over_all_paths(*case, lambda p: p, two_kl(alpha))
        assert found.mean[-1] == pytest.approx(exact, abs=1e-8)  # as above

    def test_numbers_of_the_text(self) -> None:
        for group_size, mean in ((8, 0.1833), (16, 0.1697)):
            assert sampled_run(0.05, 2.0, 0.01, group_size, 20).mean[-1] == pytest.approx(mean, abs=5e-5)

    @pytest.mark.parametrize("group_size", [8, 64])
    def test_against_coins(self, group_size) -> None:
        """Forty thousand runs, to five standard errors of their mean."""
        rng, runs = np.random.default_rng(group_size), 40_000
        L_ref = math.log(0.05 / 0.95)
        L, found = np.full(runs, L_ref), sampled_run(0.05, 2.0, 0.01, group_size, 12)
        for n in range(1, 13):
            p = 1 / (1 + np.exp(-L))
            seen = rng.binomial(group_size, p) / group_size
            L = np.minimum(L_ref + seen * (1 - seen) / np.sqrt(seen * (1 - seen) + 0.01) / (p * (1 - p)) / 2, 36)
            rates = 1 / (1 + np.exp(-L))
            assert abs(rates.mean() - found.mean[n]) < 5 * rates.std() / math.sqrt(runs)
            assert rates.std() == pytest.approx(found.spread[n], rel=0.05)

    def test_large_groups_are_the_recursion(self) -> None:
        from grpo_paper.theory.success_map import trajectory

        theory = trajectory(0.2, 2.0, 0.01, 10).p
        gaps = [abs(sampled_run(0.2, 2.0, 0.01, G, 10).mean - theory).max() for G in (16, 64, 256)]
        assert gaps[0] > 3 * gaps[1] > 9 * gaps[2]

    def test_no_update_is_the_reference_alone(self) -> None:
        found = sampled_run(0.2, 2.0, 0.01, 8, 0)
        assert found.mean == pytest.approx([0.2], rel=1e-15)
        assert found.spread.shape == found.silent.shape == (1,)

    def test_a_push_beyond_the_floats_lands_on_certainty(self) -> None:
        """β = 1e-300: a group that is not silent makes success certain, and the next one, silent, undoes it."""
        silent, means, certain = 0.2**8 + 0.8**8, [0.2], 1.0
        for _ in range(3):
            means.append(silent * means[-1] + (1 - silent) * certain)
            certain = means[-2]
        found = sampled_run(0.2, 1e-300, 1e-5, 8, 3)
        assert found.mean == pytest.approx(means, rel=1e-12)  # a sum of nine chances is rounded

    def test_finer_points_change_nothing(self) -> None:
        coarse, fine = (sampled_run(0.001, 0.5, 1e-5, 16, 30, points=points) for points in (2001, 8001))
        assert abs(coarse.mean - fine.mean).max() < 1e-7

    def test_points_unless_said_otherwise_and_the_fewest(self) -> None:
        case = 0.05, 2.0, 0.01, 4, 4
        assert np.array_equal(sampled_run(*case).mean, sampled_run(*case, points=2001).mean)
        # Steps of 0.4 nats in place of 0.02: 20⁴ times the error of a spline.
        assert abs(sampled_run(*case, points=100).mean - sampled_run(*case).mean).max() < 1e-3

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"p_ref": 0}, "p_ref = 0.0 is outside"),
            ({"p_ref": [0.1]}, "must be one number"),
            ({"beta": 0}, "^beta = 0.0 is outside"),
            ({"eps": 0}, "^eps = 0.0 is outside"),
            ({"group_size": 1}, "group_size = 1 is outside"),
            ({"steps": -1}, "steps = -1 is outside"),
            ({"points": 99}, "points = 99 is outside"),
            ({"variant": "GRPO"}, "variant = 'GRPO' is outside"),
        ],
    )
    def test_a_sentence(self, arguments, words) -> None:
        with pytest.raises(ValueError, match=words):
            sampled_run(**({"p_ref": 0.2, "beta": 1.0, "eps": 1e-5, "group_size": 8, "steps": 3} | arguments))
