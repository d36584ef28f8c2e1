"""What groups give each method, against every group there is, reward by reward."""

import itertools

import mpmath
import numpy as np
import pytest
import sympy

from grpo_paper.theory import zoo
from grpo_paper.theory.groups import group_Omega, group_push, group_variance
from grpo_paper.theory.weighting import MEAN_ONLY
from tests.conftest import exact
from tests.weightings import FLOAT, ROWS, each, name


def enumerated(row, success: str, smoothing: str, size: int) -> list[tuple[mpmath.mpf, int, mpmath.mpf]]:
    """Of every group its probability, its successes, and the slope along p of the mean of A·ρ."""
    x, e = exact(success), exact(smoothing)
    found = []
    for rewards in itertools.product((0, 1), repeat=size):
        chance = mpmath.fprod(x if r else 1 - x for r in rewards)
        terms = [A * (1 / x if r else -1 / (1 - x)) for r, A in zip(rewards, row.advantages(rewards, e), strict=True)]
        found.append((chance, sum(rewards), mpmath.fsum(terms) / size))
    return found


class TestGroups:
    @each
    def test_the_advantages_of_every_group(self, row) -> None:
        for size in row.sizes:
            for rewards in itertools.product((0, 1), repeat=size):
                with mpmath.workdps(30):
                    told = row.advantages(rewards, mpmath.mpf("0.01"))
                    right, wrong = row.weighting.advantages(sum(rewards), size, 0.01)
                    for r, A in zip(rewards, told, strict=True):
                        assert abs((right if r else wrong) - A) < FLOAT * (1 + abs(A))

    @each
    @pytest.mark.parametrize("success", ["0.05", "0.6"])
    def test_mean_and_variance_over_every_group(self, row, success) -> None:
        for size in row.sizes:
            with mpmath.workdps(30):
                groups = enumerated(row, success, "0.01", size)
                mean = mpmath.fsum(chance * S for chance, _, S in groups)
                variance = mpmath.fsum(chance * (S - mean) ** 2 for chance, _, S in groups)
                given = float(success), 0.01, size, row.weighting
                # A difference of two positive numbers, each off by some tens of roundings enlarged by 1/p = 20.
                assert abs(group_Omega(*given) - mean) <= 20 * FLOAT * abs(mean)
                assert abs(group_variance(*given) - variance) <= 60 * FLOAT * (variance + mean**2)
                for _, k, S in groups:
                    assert abs(group_push(k, size, *given[:2], row.weighting) - S) < 20 * FLOAT * (1 + abs(S))

    @pytest.mark.parametrize("row", [row for row in ROWS if row.weighting.group_mean], ids=name)
    def test_the_closed_form_of_the_mean(self, row) -> None:
        x = sympy.Symbol("x", positive=True)
        for size in (*row.sizes, 9):
            closed = row.weighting.group_mean(x, 1 - x, size, *row.weighting.settings)
            assert sympy.cancel(closed - group_Omega(x, sympy.Integer(0), size, row.weighting)) == 0
            rate = np.array([0.003, 0.4, 0.98])
            assert row.weighting.group_mean(rate, 1 - rate, size, *row.weighting.settings) == pytest.approx(
                group_Omega(rate, 1e-9, size, row.weighting), rel=1e-12
            )

    def test_unbiased_where_nothing_succeeds_too(self) -> None:
        assert zoo.RLOO.group_mean(0.0, 1.0, 4) == zoo.REINFORCE.group_mean(0.0, 1.0, 4) == 1

    @pytest.mark.parametrize("row", [row for row in ROWS if row.sizes != (8,)], ids=name)
    def test_a_large_group_gives_omega(self, row) -> None:
        """The loss is of the order of 1/G: some per cent at G = 200, and half of that at 400."""
        rates = np.array([0.3, 0.5, 0.7])
        omega = row.weighting.push(rates, 1 - rates, 1e-3)
        loss = [group_Omega(rates, 1e-3, size, row.weighting) / omega - 1 for size in (200, 400)]
        assert np.all(abs(loss[0]) < 0.1)
        assert np.all(abs(loss[1]) < 0.6 * abs(loss[0]) + FLOAT * 400)

    def test_pass_at_k_training_in_small_groups(self) -> None:
        """At p = 0.05 a group of 8 gives 0.89 where the limit is 2.21; and none gives more where no four fail."""
        weighting = zoo.pass_at_k_training(4)
        assert group_Omega(0.05, 1e-5, 8, weighting) == pytest.approx(0.89, abs=5e-3)
        assert weighting.push(0.05, 0.95, 1e-5) == pytest.approx(2.21, abs=5e-3)
        assert weighting.advantages(5, 8, 0.0) == (0.0, 0.0)

    @pytest.mark.parametrize("make", [zoo.pass_at_k, zoo.pass_at_k_training])
    def test_a_group_smaller_than_k(self, make) -> None:
        with pytest.raises(ValueError, match=r"^group_size = 3 is outside its domain: it must be k = 4 at least$"):
            group_Omega(0.2, 1e-5, 3, make(4))

    def test_the_reward_alone_pushes_where_all_succeed(self) -> None:
        assert group_push(4, 4, 0.5, 1e-5, zoo.REINFORCE) == 2
        assert group_push(4, 4, 0.5, 1e-5, zoo.RLOO) == group_push(4, 4, 0.5, 1e-5, MEAN_ONLY) == 0
