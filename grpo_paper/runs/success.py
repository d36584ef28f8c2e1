"""How often answers are right, by prompt, with intervals that are never too short."""

import numpy as np
from scipy.special import betaincinv

from grpo_paper.runs.finding import Finding
from grpo_paper.runs.groups import thirds
from grpo_paper.runs.run import Run
from grpo_paper.runs.wording import several

LEVEL = 0.95


def clopper_pearson(right: np.ndarray, size: np.ndarray, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval for a success rate that covers it with probability `level` at least, whatever it is.

    Domain: 0 ≤ right ≤ size, 0 < level < 1. Shapes: broadcast.

    >>> low, high = clopper_pearson(np.array([0, 5]), np.array([10, 10]))
    >>> low.round(4), high.round(4)
    (array([0.    , 0.1871]), array([0.3085, 0.8129]))
    """
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):  # the ends that are 0 and 1 by definition
        low = np.where(right == 0, 0.0, betaincinv(np.maximum(right, 1), size - right + 1, tail))
        high = np.where(right == size, 1.0, betaincinv(right + 1, np.maximum(size - right, 1), 1 - tail))
    return low, high


def by_prompt(run: Run) -> Finding:
    """Success of each prompt over all its answers."""
    right, size = run.groups.by_prompt()
    share = 100 * right.sum() / size.sum()
    low, high = clopper_pearson(right, size)
    return Finding(
        "Success by prompt",
        "estimated",
        f"{several(len(right), 'prompt')}, {several(size.sum(), 'answer')}: {share:.3g} % are right.",
        "The answers to a prompt are independent and equally likely to be right; Clopper–Pearson intervals.",
        "Your own run",
        {"prompt": list(run.groups.prompts), "right": right, "size": size, "low": low, "high": high},
        "Success of every prompt, from the lowest to the highest, inside a band that is its interval.",
    )


def over_steps(run: Run) -> Finding:
    """Success of all answers of a step, along the run."""
    groups = run.groups
    steps, which = np.unique(groups.step, return_inverse=True)
    right, size = (np.bincount(which, count) for count in (groups.right, groups.size))
    low, high = clopper_pearson(right, size)
    told = f"1 step, {steps[0]}."
    if len(steps) > 1:
        first, last = (_interval(groups.right[part].sum(), groups.size[part].sum()) for part in thirds(groups))
        told = (
            f"{len(steps):,} steps, from {steps[0]} to {steps[-1]}. In the first third of the steps {first} of the "
            f"answers are right, in the last {last}."
        )
    return Finding(
        "Success over the run",
        "estimated",
        told,
        "Answers are independent. The intervals are Clopper–Pearson's, for the mean success rate of the prompts that "
        "were met, which may differ from part to part; equal rates are not needed, for unequal ones vary less.",
        "Your own run",
        {"step": steps, "right": right, "size": size, "low": low, "high": high},
        "Share of right answers at each step, with its interval.",
    )


def _interval(right: float, size: float) -> str:
    low, high = clopper_pearson(np.array(right), np.array(size))
    return f"{100 * right / size:.3g} % ({100 * low:.3g} to {100 * high:.3g})"
