"""The zoo by hand: of each weighting, Ω and what a group's rewards give each output, spelled out one by one.

A weighting that is added gets a row here, and with it every test that one must pass.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest

from grpo_paper.theory import zoo
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting, library_whitening

Rewards = tuple[int, ...]
# At most some thirty roundings of 1.1e-16; SymPy keeps a setting that is no whole number to 15 digits.
FLOAT = 1e-14


def e_to(b: float, like: Any) -> Any:
    """e^b in the number system of another number."""
    return mpmath.exp(b) if isinstance(like, mpmath.mpf) else math.exp(b)


def root(x: Any) -> Any:
    """Square root of mpmath's numbers and of arrays."""
    return mpmath.sqrt(x) if isinstance(x, mpmath.mpf) else x**0.5


def fraction(rewards: Rewards) -> mpmath.mpf:
    return mpmath.mpf(sum(rewards)) / len(rewards)


def centred(scale: Callable[[Rewards, Any], Any]) -> Callable[[Rewards, Any], list]:
    """Advantages of the centred rewards times a scale; none in a group whose rewards are alike."""

    def advantages(rewards: Rewards, eps: Any) -> list:
        if len(set(rewards)) == 1:
            return [0 for _ in rewards]
        return [(r - fraction(rewards)) * scale(rewards, eps) for r in rewards]

    return advantages


def whitened(rewards: Rewards, eps: Any) -> mpmath.mpf:
    mean = fraction(rewards)
    return 1 / root(mpmath.fsum((r - mean) ** 2 for r in rewards) / len(rewards) + eps)


def sample(rewards: Rewards, eps: Any) -> mpmath.mpf:
    mean = fraction(rewards)
    return 1 / (root(mpmath.fsum((r - mean) ** 2 for r in rewards) / (len(rewards) - 1)) + mpmath.mpf(1e-4))


def beside_the_others(rewards: Rewards, eps: Any) -> list:
    return [r - mpmath.mpf(sum(rewards) - r) / (len(rewards) - 1) for r in rewards]


def over_its_kind(rewards: Rewards, eps: Any) -> list:
    if len(set(rewards)) == 1:
        return [0 for _ in rewards]
    size, right = mpmath.mpf(len(rewards)), sum(rewards)
    return [size / right if r else -size / (size - right) for r in rewards]


def risky(b: float) -> Callable[[Rewards, Any], list]:
    def advantages(rewards: Rewards, eps: Any) -> list:
        utility = [mpmath.exp(mpmath.mpf(b) * r) for r in rewards]
        return [(u * len(rewards) / mpmath.fsum(utility) - 1) / mpmath.mpf(b) for u in utility]

    return advantages


def with_choices(k: int, rewards: Rewards) -> list[list[int]]:
    """For each output, the best reward in each choice of k outputs that it is in."""
    every = list(itertools.combinations(range(len(rewards)), k))
    return [[max(rewards[j] for j in choice) for choice in every if i in choice] for i in range(len(rewards))]


def best_of(k: int) -> Callable[[Rewards, Any], list]:
    """The gradient of the share of choices of k that show a success: what each output's score is multiplied by."""

    def advantages(rewards: Rewards, eps: Any) -> list:
        number = math.comb(len(rewards), k)
        return [mpmath.mpf(len(rewards)) * sum(best) / number for best in with_choices(k, rewards)]

    return advantages


def whitened_best_of(k: int) -> Callable[[Rewards, Any], list]:
    """All choices of k are the group; each output has the mean advantage of those it is in."""

    def advantages(rewards: Rewards, eps: Any) -> list:
        group = [max(choice) for choice in itertools.combinations(rewards, k)]
        if len(set(group)) == 1:
            return [0 for _ in rewards]
        scale = whitened(tuple(group), 0)
        return [(fraction(tuple(best)) - fraction(tuple(group))) * scale for best in with_choices(k, rewards)]

    return advantages


@dataclass(frozen=True)
class Row:
    """One weighting: Ω of (p, q, ε), in mpmath's numbers and in arrays, and the advantages of a group's rewards.

    Where p is small 1 − q^k is summed, so that arrays lose nothing. sizes: of the groups that are enumerated.
    """

    weighting: Weighting
    omega: Callable[[Any, Any, Any], Any]
    advantages: Callable[[Rewards, Any], list]
    sizes: tuple[int, ...] = (2, 5)


def any_of(p: Any, q: Any, k: int) -> Any:
    """1 − q^k."""
    return p * sum(q**j for j in range(k))


ROWS = (
    Row(WHITENED, lambda p, q, e: 1 / root(p * q + e), centred(whitened)),
    Row(MEAN_ONLY, lambda p, q, e: 1 + 0 * p, centred(lambda rewards, e: 1)),
    Row(library_whitening(8), lambda p, q, e: 1 / (root(p * q * 8 / 7) + 1e-4), centred(sample), (8,)),
    Row(zoo.RLOO, lambda p, q, e: 1 + 0 * p, beside_the_others),
    Row(zoo.REINFORCE, lambda p, q, e: 1 + 0 * p, lambda rewards, e: list(rewards)),
    Row(zoo.MAXRL, lambda p, q, e: 1 / p, centred(lambda rewards, e: 1 / fraction(rewards))),
    Row(zoo.DISCO, lambda p, q, e: 1 / (p * q), over_its_kind),
    Row(zoo.pass_at_k(1), lambda p, q, e: 1 + 0 * p, best_of(1)),
    Row(zoo.pass_at_k(4), lambda p, q, e: 4 * q**3, best_of(4), (4, 6)),
    Row(zoo.pass_at_k_training(2), lambda p, q, e: 1 / root(any_of(p, q, 2)), whitened_best_of(2)),
    Row(zoo.pass_at_k_training(5), lambda p, q, e: root(q**3 / any_of(p, q, 5)), whitened_best_of(5), (5, 7)),
    Row(zoo.risk_sensitive(4.0), lambda p, q, e: (e_to(4, p) - 1) / 4 / (1 + p * (e_to(4, p) - 1)), risky(4.0)),
    Row(zoo.risk_sensitive(1.0), lambda p, q, e: 1 / (1 / (e_to(1, p) - 1) + p), risky(1.0)),
    Row(
        zoo.focal(0.3),
        lambda p, q, e: q**0.3 / root(p * q + e),
        centred(lambda rewards, e: (1 - fraction(rewards)) ** 0.3 * whitened(rewards, e)),
    ),
    Row(
        zoo.focal(0.5),
        lambda p, q, e: root(q) / root(p * q + e),
        centred(lambda rewards, e: root(1 - fraction(rewards)) * whitened(rewards, e)),
    ),
    Row(
        zoo.focal(2.0),
        lambda p, q, e: q**2 / root(p * q + e),
        centred(lambda rewards, e: (1 - fraction(rewards)) ** 2 * whitened(rewards, e)),
    ),
)
"""Of these every prompt is alone."""
COUPLED = (
    (zoo.PROMPT_DEVIATION, lambda rates, e: 1 / root(sum(p * (1 - p) for p in rates) / len(rates) + e)),
    (zoo.BATCH_DEVIATION, lambda rates, e: 1 / root(sum(rates) / len(rates) * (1 - sum(rates) / len(rates)) + e)),
    (zoo.BATCH_RATE, lambda rates, e: len(rates) / sum(rates)),
)
"""Of these Ω is one number for a list of prompts."""


def by_hand(row: Row, L: np.ndarray, L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """L_ref + Ω/β − L. p and q are summed from e^{−|L|}, so that neither is ever 1 less the other."""
    with np.errstate(all="ignore"):
        z = np.exp(-abs(L))
        p, q = np.where(L < 0, z, 1) / (1 + z), np.where(L < 0, 1, z) / (1 + z)
        return L_ref + row.omega(p, q, eps) / beta - L


def name(row: Row) -> str:
    return row.weighting.name


each = pytest.mark.parametrize("row", ROWS, ids=name)
SHAPED = [row for row in ROWS if row.weighting.shape is not None and row.weighting not in (zoo.RLOO, zoo.REINFORCE)]
"""Whose shape is known; what differs from another in its groups alone is left out."""
shaped = pytest.mark.parametrize("row", SHAPED, ids=name)
