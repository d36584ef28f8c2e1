"""The reference of a run with a penalty, as far as a log shows it: the answers of the first steps."""

from dataclasses import dataclass

import numpy as np

from grpo_paper.runs.groups import Groups

FIRST = 0.1
"""Share of the steps whose policy is taken for the reference, at most, and of those taken for the last."""
TAKEN = (
    "The policy of the first steps is taken for the reference: of those before a prompt comes back, and of a tenth of "
    "the run at most"
)


@dataclass(frozen=True)
class Ends:
    """Right answers, and all, of the prompts that were met in the first steps and in the last: shape (prompts).

    prompt: their numbers. first, last: pairs of counts. late: which groups are of the last steps.
    """

    prompt: np.ndarray
    first: tuple[np.ndarray, np.ndarray]
    last: tuple[np.ndarray, np.ndarray]
    late: np.ndarray


def ends(groups: Groups) -> Ends:
    """The prompts that were met in the first steps, with what was seen of them there and in the last steps.

    In a run of one step none are late.

    >>> run = Groups(np.array([0, 1]), np.array([0, 0]), np.array([1, 3]), np.array([4, 4]), ("a",))
    >>> found = ends(run)
    >>> found.first, found.last
    ((array([1]), array([4])), (array([3]), array([4])))
    """
    steps, which = np.unique(groups.step, return_inverse=True)
    part = int(np.ceil(FIRST * len(steps)))
    again = np.ones(len(which), bool)
    again[np.unique(groups.prompt, return_index=True)[1]] = False
    early = min(part, which[again].min(initial=part))
    late = which >= max(len(steps) - part, early)
    first, last = groups.by_prompt(which < early), groups.by_prompt(late)
    met = np.flatnonzero(first[1] > 0)
    return Ends(met, (first[0][met], first[1][met]), (last[0][met], last[1][met]), late)
