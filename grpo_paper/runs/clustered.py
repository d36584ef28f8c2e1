"""A ratio of two sums over groups, with an interval that knows that the groups of one prompt belong together."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from grpo_paper.runs.success import LEVEL


@dataclass(frozen=True)
class Estimate:
    """A value, and the ends of its 95 % interval; they are infinite where there is too little to tell."""

    value: float
    low: float
    high: float


def ratio(part: np.ndarray, whole: np.ndarray, prompt: np.ndarray, level: float = LEVEL) -> Estimate:
    """Σ part / Σ whole over the groups, and an interval for what it would be with very many prompts.

    By linearisation, with the prompts, not the groups, as what is drawn independently; Student's t for few of them.
    Domain: `part` and `whole` of shape (groups), Σ whole > 0; prompt: whole numbers ≥ 0.

    >>> ratio(np.array([1.0, 2.0]), np.ones(2), np.array([0, 1]))
    Estimate(value=1.5, low=-4.853..., high=7.853...)
    """
    total = whole.sum()
    value = float(part.sum() / total)
    apart = np.bincount(prompt, part - value * whole)
    prompts = len(np.unique(prompt))
    if prompts < 2:
        return Estimate(value, -np.inf, np.inf)
    error = np.sqrt((apart**2).sum() * prompts / (prompts - 1)) / total
    reach = float(student.ppf((1 + level) / 2, prompts - 1) * error)
    return Estimate(value, value - reach, value + reach)
