"""The clipped surrogate, the contrastive form it equals for binary rewards, the objectives and the KL estimators."""

import math
import re
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import scipy.stats
import sympy
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from grpo_paper import MEAN_ONLY, WHITENED, Omega, certify, omega_minus, omega_plus
from grpo_paper.theory.advantage import advantage
from grpo_paper.theory.objective import (
    clipped_objective,
    clipped_surrogate,
    contrastive_surrogate,
    estimated_kl,
    k1,
    k3,
    regularized_objective,
)
from grpo_paper.theory.symbols import clip as clip_symbol
from grpo_paper.theory.symbols import eps, p
from tests.conftest import Number
from tests.extra import torch

CLIP = 0.2
PLACES = {"below": "0.5", "inside": "1.125", "above": "1.75"}
REWARD = np.array([1] * 3 + [0] * 5)
# Under 200 roundings of 1.1e-16 in a sum whose terms stay below 50 (weights ≤ 30, β·|log ratio| ≤ 50): about 1e-12.
SUM = 2e-12


def surrogate_by_cases(ratio, A, clip):
    """The definition, with the clip spelt out as a choice."""
    clipped = ratio
    if ratio < 1 - clip:
        clipped = 1 - clip
    if ratio > 1 + clip:
        clipped = 1 + clip
    return ratio * A if ratio * A < clipped * A else clipped * A


def objective_by_loop(pi, old, ref, reward, beta, clip, smoothing, scaled=True):
    """The whole objective for one prompt: whitening, clipping and KL, output by output."""
    mean = math.fsum(q for q, r in zip(old, reward, strict=True) if r == 1)
    variance = math.fsum(q * (r - mean) ** 2 for q, r in zip(old, reward, strict=True))
    deviation = math.sqrt(variance + smoothing) if scaled else 1.0
    total = 0.0
    for q, q_old, q_ref, r in zip(pi, old, ref, reward, strict=True):
        total += q_old * surrogate_by_cases(q / q_old, (r - mean) / deviation, clip) - beta * q * math.log(q / q_ref)
    return total


def random_policies(seed, count):
    return np.random.default_rng(seed).dirichlet(np.ones(len(REWARD)), size=(count, 3))


class TestContrastiveLoss:
    """Section 2: the clipped surrogate of a binary reward is the contrastive form, in every cell."""

    @pytest.mark.parametrize("reward", [0, 1])
    @pytest.mark.parametrize("place", PLACES)
    def test_every_cell_in_every_number_type(self, number: Number, reward: int, place: str) -> None:
        # p = 1/5 and ε = 9/100 make the root exactly ½, so the oracle is a fraction: A = 8/5 or −2/5.
        values = [number.make(text) for text in (PLACES[place], "0.2", "0.2", "0.09")]
        ratio, q, clip, smoothing = values
        A = Fraction(8, 5) if reward else Fraction(-2, 5)
        expected = surrogate_by_cases(Fraction(PLACES[place]), A, Fraction(1, 5))
        clipped = number.read(clipped_surrogate(ratio, advantage(reward, q, smoothing), clip))
        contrast = number.read(contrastive_surrogate(ratio, reward, q, clip, smoothing))
        # Eight roundings of 1.1e-16 in values below 2.
        assert abs(clipped - mpmath.mpf(expected.numerator) / expected.denominator) < 2e-15
        assert abs(contrast - mpmath.mpf(expected.numerator) / expected.denominator) < 2e-15

    @pytest.mark.parametrize("reward", [0, 1])
    @pytest.mark.parametrize("place", PLACES)
    def test_every_cell_symbolically(self, reward: int, place: str) -> None:
        """A cell is written in positive symbols, where signs decide every Min and Max: then the difference is 0."""
        d, e, t = sympy.symbols("d e t", positive=True)
        ratio, clip = {
            "below": (1 - clip_symbol - d, clip_symbol),
            "inside": (1 - (d + e) / 2 + d, (d + e) / 2),
            "above": (1 + clip_symbol + d, clip_symbol),
        }[place]
        q = 1 / (1 + t)

        def pick(sign):
            def choose(x, y):
                gap = sympy.factor(sign * (y - x))
                assert gap.is_nonnegative or gap.is_nonpositive
                return x if gap.is_nonnegative else y

            return choose

        def decide(expression):
            return expression.replace(sympy.Max, pick(-1)).replace(sympy.Min, pick(1))

        clipped = decide(clipped_surrogate(ratio, advantage(reward, q, eps), clip))
        contrast = decide(contrastive_surrogate(ratio, reward, q, clip, eps))
        assert sympy.simplify(clipped - contrast) == 0
        by_hand = {(1, "above"): 1 + clip, (0, "below"): 1 - clip}.get((reward, place), ratio)
        assert sympy.simplify(contrast - by_hand * advantage(reward, q, eps)) == 0

    @given(st.floats(0, 5), st.floats(0, 1), st.floats(0, 1), st.sampled_from((0, 1)))
    def test_equal_at_any_ratio_clip_and_probability(self, ratio: float, q: float, clip: float, reward: int) -> None:
        for kind in (WHITENED, MEAN_ONLY):
            clipped = clipped_surrogate(ratio, advantage(reward, q, 1e-3, kind), clip)
            # Same products in another order: a few 1e-16 of values below 5·32.
            assert contrastive_surrogate(ratio, reward, q, clip, 1e-3, kind) == pytest.approx(clipped, abs=1e-13)

    def test_only_moves_already_made_are_flat(self) -> None:
        flat = set()
        for reward in (0, 1):
            for place, text in PLACES.items():
                ratio = torch.tensor(float(text), dtype=torch.float64, requires_grad=True)
                contrastive_surrogate(ratio, reward, 0.2, CLIP, 0.0).backward()
                if ratio.grad == 0:
                    flat.add((reward, place))
                else:
                    # The slope in the ratio is the advantage; one product, rounded once.
                    assert float(ratio.grad) == pytest.approx(advantage(reward, 0.2, 0.0), rel=1e-15)
        assert flat == {(1, "above"), (0, "below")}

    def test_certified_clipping_takes_away_what_lies_beyond_the_range(self) -> None:
        def lost(ratio, q):
            A = omega_plus(q, arb("0.01"))
            return ratio * A - clipped_surrogate(ratio, A, arb("0.2"))

        assert certify.positive(lost, ("1.3", "3"), ("0.1", "0.9"))
        assert not certify.positive(lost, ("1", "3"), ("0.1", "0.9"))  # inside the range nothing is lost

    def test_a_baseline_outside_the_unit_interval_breaks_it_outside_the_range(self) -> None:
        for reward, baseline in ((1, 1.25), (0, -0.25)):
            for place, text in PLACES.items():
                clipped = clipped_surrogate(float(text), advantage(reward, baseline, 0.0, MEAN_ONLY), CLIP)
                contrast = contrastive_surrogate(float(text), reward, baseline, CLIP, 0.0, MEAN_ONLY)
                assert (abs(clipped - contrast) < 1e-15) == (place == "inside")

    def test_a_ternary_reward_breaks_it(self) -> None:
        # Reward ½ above a mean of 0.2 is a gain, clipped above; the form reads it half as gain, half as loss.
        A = advantage(0.5, 0.2, 0.0, MEAN_ONLY)
        assert clipped_surrogate(0.5, A, CLIP) == pytest.approx(0.15, abs=1e-15)
        assert contrastive_surrogate(0.5, 0.5, 0.2, CLIP, 0.0, MEAN_ONLY) == pytest.approx(0.12, abs=1e-15)


class TestE1:
    """f(x, y) = x min(y, 1+ϵ) as printed: the right formula with its arguments swapped."""

    @staticmethod
    def as_printed(x, y):
        return x * min(y, 1 + CLIP)

    @given(st.floats(0, 5), st.floats(0.01, 10))
    def test_right_when_the_arguments_are_swapped(self, ratio: float, A: float) -> None:
        assert self.as_printed(A, ratio) == pytest.approx(clipped_surrogate(ratio, A, CLIP), rel=1e-15)

    @pytest.mark.parametrize(("ratio", "A"), [(9.0, 0.5), (1.1, 2.0), (9.0, 2.0), (0.5, -2.0)])
    def test_wrong_as_printed(self, ratio: float, A: float) -> None:
        right = surrogate_by_cases(ratio, A, CLIP)
        assert clipped_surrogate(ratio, A, CLIP) == right
        assert abs(self.as_printed(ratio, A) - right) > 0.1

    def test_as_printed_the_ratio_is_never_clipped(self) -> None:
        assert self.as_printed(1e6, 0.5) == 5e5
        assert clipped_surrogate(1e6, 0.5, CLIP) == 0.6

    def test_they_agree_where_nothing_is_clipped(self) -> None:
        assert self.as_printed(1.1, 0.5) == clipped_surrogate(1.1, 0.5, CLIP)


class TestE2:
    """The expectation "o ∼ π_old, r = 1", read as conditional, lacks the masses p and 1 − p."""

    def test_the_conditional_terms_lack_the_masses(self) -> None:
        off = []
        for pi, old, _ in random_policies(2, 100):
            mean = old[REWARD == 1].sum()
            plus, minus = omega_plus(mean, 1e-5), omega_minus(mean, 1e-5)
            gain = sum(q / mean * min(x / q, 1.2) for x, q in zip(pi[:3], old[:3], strict=True))
            loss = sum(q / (1 - mean) * max(x / q, 0.8) for x, q in zip(pi[3:], old[3:], strict=True))
            objective = clipped_objective(*np.log([pi, old, old]), REWARD, 0.0, CLIP, 1e-5)
            assert objective == pytest.approx(plus * mean * gain - minus * (1 - mean) * loss, abs=SUM)
            off.append(abs(objective - (plus * gain - minus * loss)))
        assert np.median(off) > 0.1

    def test_a_policy_that_has_not_moved_gains_nothing(self) -> None:
        for _, old, _ in random_policies(3, 20):
            mean = old[REWARD == 1].sum()
            assert clipped_objective(*np.log([old, old, old]), REWARD, 1.0, CLIP, 1e-5) == pytest.approx(0, abs=SUM)
            conditional = omega_plus(mean, 1e-5) - omega_minus(mean, 1e-5)  # both conditional expectations are 1
            assert conditional == pytest.approx((1 - 2 * mean) * Omega(mean, 1e-5), abs=SUM)
            assert abs(conditional) > 1e-3

    def test_the_wrong_reading_pushes_at_least_twice_as_hard(self) -> None:
        force = omega_plus(p, eps) / p + omega_minus(p, eps) / (1 - p)
        assert sympy.simplify(force / Omega(p, eps) - 2 - (1 - 2 * p) ** 2 / (p * (1 - p))) == 0


class TestClippedObjective:
    """The exact expectation, its no-clip limit and its gradient."""

    @pytest.mark.parametrize("kind", [WHITENED, MEAN_ONLY], ids=lambda kind: kind.name)
    def test_against_the_loop_in_a_batch(self, kind) -> None:
        batch = random_policies(4, 60)
        for beta in (0.01, 1.0):
            found = clipped_objective(*np.log(batch).swapaxes(0, 1), REWARD, beta, CLIP, 1e-5, kind)
            expected = [objective_by_loop(*three, REWARD, beta, CLIP, 1e-5, kind is WHITENED) for three in batch]
            assert found == pytest.approx(expected, abs=SUM)

    def test_no_clip_limit_is_the_regularized_objective(self) -> None:
        for pi, old, ref in random_policies(5, 40):
            mean, wide = old[REWARD == 1].sum(), max(1.0, (pi / old).max())
            penalty = 0.3 * scipy.stats.entropy(pi, ref)
            success = pi[REWARD == 1].sum()
            limit = omega_plus(mean, 1e-5) * success - omega_minus(mean, 1e-5) * (1 - success) - penalty
            logs = np.log([pi, old, ref])
            assert clipped_objective(*logs, REWARD, 0.3, wide, 1e-5) == pytest.approx(limit, abs=SUM)
            score = advantage(REWARD, mean, 1e-5)
            assert regularized_objective(logs[0], logs[2], score, 0.3) == pytest.approx(limit, abs=SUM)
            assert clipped_objective(*logs, REWARD, 0.3, CLIP, 1e-5) <= limit + SUM

    def test_a_range_below_one_still_clips_failures(self) -> None:
        logs = np.log([[0.99, 0.01], [0.9, 0.1], [0.9, 0.1]])
        half, whole = (clipped_objective(*logs, np.array([1, 0]), 0.0, c, 1e-5) for c in (0.5, 1.0))
        assert whole - half == pytest.approx(omega_minus(0.9, 1e-5) * 0.1 * 0.4, abs=1e-14)

    def test_what_the_old_policy_never_makes_is_not_seen(self) -> None:
        new, old = np.log([0.6, 0.1, 0.3]), np.log([0.2, 0.8 - 1e-12, 1e-12])
        reward = np.array([1, 0, 1])
        whole = regularized_objective(new, old, advantage(reward, 0.2, 1e-5), 0.0)
        seen = clipped_objective(new, old, old, reward, 0.0, 2.0, 1e-5)
        # The third output counts 0.3 ω⁺ in the limit and 3·1e-12·ω⁺ here.
        assert whole - seen == pytest.approx(0.3 * omega_plus(0.2, 1e-5), abs=2e-11)

    def test_the_clipped_expectation_has_a_ceiling(self) -> None:
        ceiling = p * (1 + clip_symbol) * omega_plus(p, eps) - (1 - p) * (1 - clip_symbol) * omega_minus(p, eps)
        assert sympy.simplify(ceiling - 2 * clip_symbol * p * (1 - p) * Omega(p, eps)) == 0
        value, tops = {}, {}
        for q in (0.5, 0.9):
            logs = np.log([[1 - 1e-15, 1e-15], [q, 1 - q], [q, 1 - q]])
            value[q] = clipped_objective(*logs, np.array([1, 0]), 0.0, CLIP, 1e-5)
            tops[q] = 2 * CLIP * q * (1 - q) * Omega(q, 1e-5)
        assert value[0.5] == pytest.approx(tops[0.5], abs=1e-13)  # ten roundings of numbers below 2
        assert value[0.9] < tops[0.9] - 0.01  # attained only for p ≤ 1/(1+ϵ)

    @pytest.mark.parametrize("clip", [CLIP, 100.0])
    def test_autograd_agrees_with_finite_differences(self, clip: float) -> None:
        for pi, old, ref in random_policies(6, 10):
            old, ref = torch.tensor(old).log(), torch.tensor(ref).log()
            score = advantage(torch.tensor(REWARD), torch.tensor(0.3, dtype=torch.float64), 1e-2)

            def clipped(logits, old=old, ref=ref):
                return clipped_objective(torch.log_softmax(logits, -1), old, ref, torch.tensor(REWARD), 0.3, clip, 1e-2)

            def regularized(logits, ref=ref, score=score):
                return regularized_objective(torch.log_softmax(logits, -1), ref, score, 0.3)

            logits = torch.tensor(pi).log().requires_grad_()
            edges = (pi / old.exp().numpy())[:, None] - np.array([1 - clip, 1 + clip])
            assert abs(edges).min() > 1e-3  # no kink within reach of the steps below
            for objective in (clipped, regularized):
                (slope,) = torch.autograd.grad(objective(logits), logits)
                step = 1e-5
                for i, unit in enumerate(torch.eye(len(REWARD), dtype=torch.float64)):
                    with torch.no_grad():
                        difference = objective(logits + step * unit) - objective(logits - step * unit)
                    # Truncation step²·f'''/6 < 1e-8 for |f'''| < 100; rounding 1e-14/step = 1e-9.
                    assert float(slope[i]) == pytest.approx(float(difference) / (2 * step), abs=1e-8)


class TestKLEstimators:
    """k1 and k3 as estimates of KL(π‖π_ref)."""

    @pytest.mark.parametrize("text", ["-3", "-0.25", "0.5", "4"])
    def test_every_number_type(self, number: Number, text: str) -> None:
        with mpmath.workdps(50):
            u = mpmath.mpf(text)
            assert number.read(k1(number.make(text))) == -u
            # Two subtractions of numbers below 60.
            assert abs(number.read(k3(number.make(text))) - (mpmath.e**u - 1 - u)) < 2e-14

    @pytest.mark.parametrize(
        ("penalty", "by_hand"),
        [
            ("k1", lambda x, ratio: -math.log(x)),
            ("k3", lambda x, ratio: x - 1 - math.log(x)),
            ("k1*ratio", lambda x, ratio: -ratio * math.log(x)),
            ("k3*ratio", lambda x, ratio: ratio * (x - 1 - math.log(x))),
        ],
    )
    @pytest.mark.parametrize(("x", "ratio"), [(0.25, 1.5), (3.0, 0.125)])
    def test_by_the_word_of_a_configuration(self, penalty, by_hand, x, ratio) -> None:
        assert estimated_kl(penalty, math.log(x), ratio) == pytest.approx(by_hand(x, ratio), rel=1e-14)

    def test_another_word(self) -> None:
        sentence = "penalty = 'k2' is outside its domain: it must be one of 'k1', 'k3', 'k1*ratio', 'k3*ratio'"
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
            estimated_kl("k2", 0.5, 1.0)

    def test_both_are_unbiased_by_exact_expectation(self) -> None:
        for pi, _, ref in random_policies(7, 50):
            for estimate in (k1, k3):
                mean = sum(q * estimate(math.log(r / q)) for q, r in zip(pi, ref, strict=True))
                # Eight terms, each at most 1 + |q log q| + |q log r| < 20, rounded to 1e-16 a few times.
                assert mean == pytest.approx(scipy.stats.entropy(pi, ref), abs=1e-13)

    def test_k3_is_never_negative(self) -> None:
        u = sympy.Symbol("u", real=True)
        assert sympy.diff(k3(u), u, 2).is_positive
        assert k3(u).subs(u, 0) == 0 == sympy.diff(k3(u), u).subs(u, 0)
        assert certify.positive(k3, ("0.01", "5"))
        assert certify.positive(k3, ("-5", "-0.01"))
        assert not certify.positive(k1, ("0.01", "5"))  # the plain one can be

    def test_k3_is_short_by_the_mass_out_of_support(self) -> None:
        pi, ref = (0.3, 0.7), (0.2, 0.5, 0.3)
        kl = sum(q * math.log(q / r) for q, r in zip(pi, ref[:2], strict=True))
        k1_mean, k3_mean = (sum(q * k(math.log(r / q)) for q, r in zip(pi, ref[:2], strict=True)) for k in (k1, k3))
        assert k1_mean == pytest.approx(kl, abs=1e-15)
        assert k3_mean == pytest.approx(kl - 0.3, abs=1e-15)

    def test_drawn_from_the_old_policy_they_need_the_ratio(self) -> None:
        biased = []
        for pi, old, ref in random_policies(8, 30):
            u, kl = np.log(ref / pi), scipy.stats.entropy(pi, ref)
            for estimate in (k1, k3):
                biased.append(abs((old * estimate(u)).sum() - kl))
                assert (old * (pi / old) * estimate(u)).sum() == pytest.approx(kl, abs=1e-13)
        assert np.median(biased) > 0.1

    def test_gradients_at_the_first_inner_step(self) -> None:
        """Unweighted, k1 has gradient 0 and k3 that of KL(π_ref‖π); weighted, both have that of KL(π‖π_ref)."""
        pi, _, ref = (torch.tensor(x) for x in random_policies(9, 1)[0])
        forward = pi * ((pi / ref).log() - (pi * (pi / ref).log()).sum())
        reverse = pi - ref

        def gradient(estimate, weighted):
            logits = pi.log().requires_grad_()
            log_pi = torch.log_softmax(logits, -1)
            ratio = (log_pi - pi.log()).exp() if weighted else 1
            (slope,) = torch.autograd.grad((pi * ratio * estimate(ref.log() - log_pi)).sum(), logits)
            return slope

        cases = ((k1, False, 0 * pi), (k3, False, reverse), (k1, True, forward), (k3, True, forward))
        for estimate, weighted, expected in cases:
            assert gradient(estimate, weighted).numpy() == pytest.approx(expected.numpy(), abs=1e-13)
        assert abs(forward - reverse).max() > 0.01
