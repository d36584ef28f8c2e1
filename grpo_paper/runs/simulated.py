"""Runs whose truth is known: the log-odds of each prompt at each step, by theory, and groups of answers drawn.

`recursion` is Theorem 2 on prompts, `small_steps` is B13; a run that stands is the second at rate 0.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from grpo_paper.runs.groups import Groups
from grpo_paper.theory import domain
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.success_map import trajectory
from grpo_paper.theory.variants import GRPO, Variant
from grpo_paper.theory.weighting import WHITENED, Weighting

RATES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "even": lambda rng, prompts: rng.uniform(size=prompts),
    "both ends": lambda rng, prompts: rng.beta(0.5, 1, prompts),
    "hard": lambda rng, prompts: rng.beta(0.3, 3, prompts),
    "all at 0.02": lambda rng, prompts: np.full(prompts, 0.02),
}
"""Distributions of success rates; those of Beta have many prompts at the very ends."""


def rates(kind: str, rng: np.random.Generator, prompts: int) -> np.ndarray:
    """Success rates of so many prompts, of one of these distributions, and not quite 0 or 1.

    >>> rates("all at 0.02", np.random.default_rng(0), 2)
    array([0.02, 0.02])
    """
    return np.clip(RATES[kind](rng, prompts), 1e-6, 1 - 1e-6)


def recursion(p_ref: Any, beta: float, eps: float, steps: int, variant: Variant = GRPO) -> np.ndarray:
    """Log-odds before each of so many exact updates from p_ref, shape (steps, prompts).

    Domain, units and errors: as `trajectory`.

    >>> sigmoid(recursion([0.2], 1.0, 1e-5, 30)[[0, -1], 0]).round(4)
    array([0.2   , 0.6813])
    """
    return trajectory(p_ref, beta, eps, steps, variant).logit[..., :-1].T


def small_steps(
    p_0: Any, rate: float, group_size: int, steps: int, weighting: Weighting = WHITENED, eps: float = 1e-5
) -> np.ndarray:
    """Log-odds before each of so many small steps along the mean push of groups, shape (steps, prompts).

    A step adds rate · Ω_G(p) to the log-odds of every prompt.
    Domain: p_0 in (0, 1); rate ≥ 0, in log-odds for a push of 1. Errors: ValueError naming the argument.

    >>> from grpo_paper.theory.weighting import MEAN_ONLY
    >>> small_steps([0.5], 0.5, 2, 3, MEAN_ONLY)[:, 0]
    array([0.  , 0.25, 0.5 ])
    """
    L = logit(domain.fraction("p_0", p_0))
    path = np.empty((domain.whole("steps", steps, 1), *L.shape))
    for step in range(steps):
        path[step] = L
        L = L + rate * group_Omega(sigmoid(L), eps, group_size, weighting)
    return path


def drawn(path: np.ndarray, group_size: int, rng: np.random.Generator, asked: int | None = None) -> Groups:
    """Groups of answers that are right with the chances that the log-odds of shape (steps, prompts) say.

    asked: prompts that are met at each step, in turn; every one unless given.

    >>> groups = drawn(np.zeros((4, 6)), 8, np.random.default_rng(0), asked=3)
    >>> groups.step.tolist(), groups.prompt.tolist()
    ([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5])
    """
    steps, prompts = path.shape
    asked = prompts if asked is None else domain.whole("asked", asked, 1)
    step = np.repeat(np.arange(steps), asked)
    prompt = np.sort(np.arange(steps * asked).reshape(steps, asked) % prompts, axis=1).ravel()
    right = rng.binomial(group_size, sigmoid(path[step, prompt]))
    size = np.full(len(step), group_size)
    return Groups(step, prompt, np.asarray(right), size, tuple(f"prompt {number}" for number in range(prompts)))
