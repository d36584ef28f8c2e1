"""Training in stages, against whole policies and against a root finder."""

import numpy as np
import pytest
from scipy.optimize import brentq

from grpo_paper.theory.elementary import logit
from grpo_paper.theory.staged import staged
from grpo_paper.theory.success_map import trajectory
from grpo_paper.theory.variants import GRPO, MIRROR_GRPO
from tests.policies import random_case, slow_step, success

EPS = 1e-5


def push(L, eps=EPS):
    z = np.exp(-abs(L))
    return 1 / np.sqrt(z / (1 + z) ** 2 + eps)


class TestB11:
    def test_a_stage_to_the_lowest_fixed_point_is_an_implicit_step(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(200):
            p_ref, beta, eps = 10 ** rng.uniform(-4, -0.1), 10 ** rng.uniform(-0.5, 2), 10 ** rng.uniform(-6, -1)
            orbit = staged(p_ref, beta, eps, 4).logit
            step = orbit[1:] - orbit[:-1] - push(orbit[1:], eps) / beta
            assert np.all(abs(step) < 1e-12 * (1 + abs(orbit[1:]) + push(orbit[1:], eps) / beta))
            # The lowest: the defect is positive at every log-odds below.
            L = np.linspace(orbit[0], orbit[1], 2000)[:-1]
            assert np.all(orbit[0] + push(L, eps) / beta > L)

    def test_one_update_a_stage_is_the_mirror(self) -> None:
        assert np.array_equal(
            staged([0.001, 0.5], 3.0, EPS, 12, updates=1).logit,
            trajectory([0.001, 0.5], 3.0, EPS, 12, MIRROR_GRPO).logit,
        )

    def test_a_stage_of_whole_policies(self) -> None:
        """Three updates from one reference, then that of the last as the next one's."""
        for seed in range(4):
            reward, reference, _, beta, eps = random_case(seed)
            policy, rates = reference, [success(reference, reward)]
            for _ in range(2):
                anchor = policy
                for _ in range(3):
                    policy = slow_step(policy, anchor, reward, beta, eps, GRPO)
                rates.append(float(success(policy, reward)))
            np.testing.assert_allclose(staged(rates[0], beta, eps, 2, updates=3).p, rates, rtol=1e-9)

    @pytest.mark.parametrize("updates", [None, 1, 2, 5, 31])
    def test_every_stage_gains_the_least_push_whatever_its_length(self, updates) -> None:
        """Stages that stop in the middle of an oscillation too."""
        rng = np.random.default_rng(1)
        p_ref, beta, eps = (10 ** rng.uniform(*ends, 500) for ends in ((-5, -0.05), (-1, 1.5), (-6, -1)))
        gains = np.diff(staged(p_ref, beta, eps, 6, updates).logit)
        least = 2 / (beta * np.sqrt(1 + 4 * eps))
        assert np.all(gains >= least[:, None] * (1 - 1e-9) - 1e-12)

    def test_at_a_large_beta_long_stages_buy_nothing(self) -> None:
        """Stages to 99 % success from 20 %, at β = 100."""
        counts = [int(np.argmax(staged(0.2, 100.0, EPS, 300, updates).p >= 0.99)) for updates in (1, 2, 5, 60, None)]
        assert counts == [203, 201, 201, 201, 201]

    def test_no_schedule_is_ever_ahead_of_the_mirror(self) -> None:
        """Stages that end at random, with a β of their own each, at least the mirror's; p_ref ≥ 2ε."""
        rng = np.random.default_rng(2)
        count = 5000
        p_ref, beta = 10 ** rng.uniform(-9, -0.01, count), 10 ** rng.uniform(-1.5, 2.5, count)
        eps = p_ref / 2 * 10 ** rng.uniform(-6, 0, count)
        share = rng.uniform(0.01, 0.9, count)
        mirror = schedule = anchor = logit(p_ref)
        own = beta * 2 ** rng.uniform(0, 2, count)
        for _ in range(100):
            mirror, schedule = mirror + push(mirror, eps) / beta, anchor + push(schedule, eps) / own
            # A hundred additions are rounded.
            assert np.all(schedule <= mirror + 1e-13 * (1 + abs(mirror)))
            ends = rng.random(count) < share
            anchor = np.where(ends, schedule, anchor)
            own = np.where(ends, beta * 2 ** rng.uniform(0, 2, count), own)

    def test_where_success_is_rarer_than_the_smoothing_one_can_be(self) -> None:
        """Dropped: p_ref ≥ 2ε. The first update of the second stage of three lands ahead."""
        p_ref, beta, eps = 1e-14, 57.0, 1e-6
        reference = staged(p_ref, beta, eps, 1, updates=3).logit[-1]
        fourth = reference + push(reference, eps) / beta
        assert fourth > trajectory(p_ref, beta, eps, 4, MIRROR_GRPO).logit[-1] + 0.1

    def test_dropped_the_penalty_of_the_mirror_is_no_larger(self) -> None:
        """A stage of a smaller β is ahead after one update."""
        assert staged(0.2, 2.0, EPS, 1, updates=1).logit[-1] > trajectory(0.2, 3.0, EPS, 1, MIRROR_GRPO).logit[-1]

    def test_among_longer_stages_the_shorter_is_not_always_the_faster(self) -> None:
        needed = [m * int(np.argmax(staged(1e-4, 6.0, EPS, 100, m).p >= 0.99)) for m in (1, 2, 3, 4, 5)]
        assert needed == [1, 38, 42, 56, 30]

    def test_a_reference_near_one_is_not_lost(self) -> None:
        start = 1 - 2.0**-50
        L = staged(start, 2.0, 0.01, 3).logit
        exact = brentq(lambda x: x - push(x, 0.01) / 2 - logit(start), 30, 50, xtol=1e-12)
        assert L[1] == pytest.approx(exact, rel=1e-12)
        assert np.diff(L) == pytest.approx([5, 5, 5], rel=1e-9)

    def test_the_ends_stay(self) -> None:
        for updates in (None, 3):
            assert staged([0.0, 1.0], 1.0, EPS, 3, updates).p.tolist() == [[0, 0, 0, 0], [1, 1, 1, 1]]

    def test_no_stage_is_the_reference_alone(self) -> None:
        assert staged(0.2, 2.0, EPS, 0).p == pytest.approx([0.2], rel=1e-15)

    @pytest.mark.parametrize("updates", [None, 2])
    @pytest.mark.parametrize("which", [0, 1, 2])
    def test_any_of_the_inputs_may_be_the_array(self, which, updates) -> None:
        cells = [[value, value / 2] if i == which else value for i, value in enumerate((0.2, 2.0, 0.01))]
        found = staged(*cells, 3, updates).logit
        for i in (0, 1):
            alone = staged(*(value[i] if isinstance(value, list) else value for value in cells), 3, updates).logit
            np.testing.assert_allclose(found[i], alone, rtol=1e-13)  # arrays and numbers are rounded apart

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"p_ref": -0.1}, "p_ref = -0.1 is outside"),
            ({"beta": 0}, "^beta = 0.0 is outside"),
            ({"eps": 0}, "^eps = 0.0 is outside"),
            ({"stages": -1}, "stages = -1 is outside"),
            ({"updates": 0}, "updates = 0 is outside"),
        ],
    )
    def test_a_sentence(self, arguments, words) -> None:
        with pytest.raises(ValueError, match=words):
            staged(**({"p_ref": 0.2, "beta": 1.0, "eps": EPS, "stages": 2} | arguments))
