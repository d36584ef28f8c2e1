"""Which way a setting moves a run: against roots found by walking, and groups listed one by one."""

import itertools
import math

import numpy as np
import pytest

from grpo_paper import MEAN_ONLY, WHITENED, Variant, Weighting, fixed_points
from grpo_paper.theory.groups import group_Omega, silent_share
from grpo_paper.theory.zoo import MAXRL, RLOO

EPS = 1e-5
BETAS = (1.0, 1.001, 2.0, 5.0)


def first_root(p_ref: float, beta: float, push) -> float:
    """The first zero of L_ref + Ω/β − L above the reference: a walk in steps of 0.001, then bisection."""
    L_ref = math.log(p_ref / (1 - p_ref))

    def defect(L: float) -> float:
        return L_ref + push(1 / (1 + math.exp(-L))) / beta - L

    high = L_ref
    while defect(high) > 0:
        high += 0.001
    low = high - 0.001
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if defect(middle) > 0 else (low, middle)
    return high


def mean_push(p: float, size: int) -> float:
    """Mean of A (r − p)/(p q) over the outputs of every group there is, whitened by the group's own deviation."""
    total = 0.0
    for rewards in itertools.product((0, 1), repeat=size):
        mean = sum(rewards) / size
        deviation = math.sqrt(mean * (1 - mean) + EPS)
        chance = math.prod(p if r else 1 - p for r in rewards)
        total += chance * math.fsum((r - mean) / deviation * (r - p) for r in rewards) / size
    return total / (p * (1 - p))


class TestDecisions:
    @pytest.mark.parametrize("p_ref", [0.01, 0.2])
    @pytest.mark.parametrize(
        ("weighting", "push"),
        [
            (WHITENED, lambda p: 1 / math.sqrt(p * (1 - p) + EPS)),
            (MEAN_ONLY, lambda p: 1.0),
            (MAXRL, lambda p: 1 / p),
        ],
        ids=["GRPO", "mean-only", "MaxRL"],
    )
    def test_a_larger_beta_lowers_the_lowest_fixed_point(self, p_ref, weighting, push) -> None:
        found = fixed_points(p_ref, BETAS, EPS, Variant(weighting, 1)).logit[:, 0]
        assert (np.diff(found) < 0).all()
        # Some roundings of a defect of size 100 at most, over 1 − slope > 0.5.
        by_hand = [first_root(p_ref, beta, push) for beta in BETAS]
        np.testing.assert_allclose(found, by_hand, rtol=0, atol=1e-13)

    @pytest.mark.parametrize("beta", BETAS)
    def test_a_better_reference_raises_it(self, beta) -> None:
        found = fixed_points([0.01, 0.0101, 0.05, 0.2], beta, EPS).logit[:, 0]
        assert (np.diff(found) > 0).all()

    def test_by_a_leap_where_the_lowest_two_vanish(self) -> None:
        """At p_ref = 0.2 the fold is at β = 0.8957: below it the lowest there is is the top."""
        above, below = fixed_points(0.2, [0.897, 0.894], EPS).p[:, 0]
        assert above < 0.9
        assert below > 0.999

    def test_where_the_push_is_negative_it_is_the_other_way_round(self) -> None:
        """Dropped: Ω > 0. The reward is for wrong answers, and a smaller β sinks the run further."""
        wrong = Weighting("wrong", lambda p, q, e: -1 + 0 * p, lambda p, q, e: 0 * p, shape="constant", positive=False)
        found = fixed_points(0.2, BETAS, EPS, Variant(wrong, 1)).p[:, 0]
        assert (np.diff(found) > 0).all()

    @pytest.mark.parametrize("p", [0.01, 0.3, 0.5, 0.97])
    def test_a_larger_group_pushes_harder_and_is_seldomer_silent(self, p) -> None:
        by_hand = [mean_push(p, size) for size in range(2, 8)]
        assert (np.diff(by_hand) > 0).all()
        # Fewer than 1000 roundings of 2^-53, enlarged by 1/min(p, q) = 100 at most: 1e-11.
        np.testing.assert_allclose([group_Omega(p, EPS, size) for size in range(2, 8)], by_hand, rtol=1e-11)
        assert (np.diff([group_Omega(p, EPS, size) for size in (*range(2, 40), 100, 400)]) > 0).all()
        assert (np.diff([silent_share(p, size) for size in range(2, 40)]) < 0).all()

    def test_not_under_every_weighting(self) -> None:
        """Dropped: the division by a deviation. RLOO pushes by 1 at every size."""
        np.testing.assert_allclose([group_Omega(0.3, EPS, size, RLOO) for size in (2, 5, 20)], 1, rtol=1e-14)
