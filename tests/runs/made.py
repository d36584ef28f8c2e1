"""Runs for tests, from rows of a table or with rates that stand."""

import numpy as np

from grpo_paper.runs.groups import Groups
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.simulated import drawn

PROMPTS = {
    "even": lambda rng, n: rng.uniform(size=n),
    "both ends": lambda rng, n: rng.beta(0.5, 1, n),
    "hard": lambda rng, n: rng.beta(0.3, 3, n),
    "all at 0.02": lambda rng, n: np.full(n, 0.02),
}
"""Distributions of success rates; those of Beta have many prompts at the very ends."""


def rates(kind: str, rng: np.random.Generator, prompts: int) -> np.ndarray:
    return np.clip(PROMPTS[kind](rng, prompts), 1e-6, 1 - 1e-6)


def run_of(*rows: tuple[int, int, int, int], **settings: object) -> Run:
    """A run of groups (step, prompt, right, size)."""
    columns = np.array(sorted(rows)).T
    prompts = tuple(f"prompt {number}" for number in range(columns[1].max() + 1))
    return Run(Groups(*columns, prompts), Settings(**settings))


def standing(p: np.ndarray, steps: int, size: int, seed: int, **settings: object) -> Run:
    """A run in which every prompt is met at every step, and none changes; not by the draws of default_rng(seed)."""
    path = np.broadcast_to(np.log(p) - np.log1p(-p), (steps, len(p)))
    return Run(drawn(path, size, np.random.default_rng([seed, 1])), Settings(**settings))
