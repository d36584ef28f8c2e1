"""Runs for tests, from rows of a table or with rates that stand."""

import numpy as np

from grpo_paper.runs.groups import Groups
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.simulated import drawn


def run_of(*rows: tuple[int, int, int, int], **settings: object) -> Run:
    """A run of groups (step, prompt, right, size)."""
    columns = np.array(sorted(rows)).T
    prompts = tuple(f"prompt {number}" for number in range(columns[1].max() + 1))
    return Run(Groups(*columns, prompts), Settings(**settings))


def standing(p: np.ndarray, steps: int, size: int, seed: int, **settings: object) -> Run:
    """A run in which every prompt is met at every step, and none changes; not by the draws of default_rng(seed)."""
    path = np.broadcast_to(np.log(p) - np.log1p(-p), (steps, len(p)))
    return Run(drawn(path, size, np.random.default_rng([seed, 1])), Settings(**settings))
