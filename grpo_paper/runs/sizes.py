"""How many answers the groups of a run have, at which steps, and what cannot be told from such groups."""

import numpy as np

from grpo_paper.runs.groups import Groups
from grpo_paper.runs.wording import share

CHANGES = 4
"""So many changes of the usual size are told one by one."""


def usual(groups: Groups) -> int:
    """The most frequent number of answers in a group.

    >>> usual(Groups(np.array([0, 0, 1]), np.array([0, 1, 0]), np.zeros(3, int), np.array([8, 8, 7]), ("a", "b")))
    8
    """
    return int(np.bincount(groups.size).argmax())


def notes(groups: Groups, told: int | None, serves: int | None = None) -> list[str]:
    """What a reader should know of the groups' sizes and steps.

    told: how many answers the run was said to give to a prompt. serves: for how many steps a batch of answers is used,
    where that is known.
    """
    found = []
    size, steps = usual(groups), np.unique(groups.step)
    if told is not None and told != size:
        found.append(f"G is {told} as told, but most groups have {size} answers; what is counted goes by the groups.")
    other = int((groups.size != size).sum())
    if other:
        found.append(f"{share(other, len(groups.size))} groups have another number of answers than {size}.")
        found += _changes(groups)
    if size > 1 and (alone := int((groups.size == 1).sum())):
        found.append(
            f"{share(alone, len(groups.size))} groups are of one answer, which has nothing to be compared with."
        )
    once = int((np.bincount(groups.prompt) == 1).sum())
    if once and len(steps) > 1:
        found.append(
            f"{share(once, len(groups.prompts))} prompts were seen at one step only; how they change cannot be told."
        )
    if len(steps) > 1 and (gap := int(np.diff(steps).min())) > (serves or 1):
        unless = "" if serves else ", unless a batch of answers serves that many steps"
        found.append(
            f"Steps with answers of their own are {gap} apart or more; what was answered between them was not "
            f"seen{unless}."
        )
    return found


def _changes(groups: Groups) -> list[str]:
    """Where the size that is usual at a step changes for good, in words."""
    pairs, counts = np.unique(np.stack([groups.step, groups.size]), axis=1, return_counts=True)
    order = np.lexsort((counts, pairs[0]))
    last = np.append(np.diff(pairs[0][order]) != 0, True)
    step, size = pairs[:, order[last]]
    new = np.flatnonzero(np.append(True, np.diff(size) != 0))
    if len(new) == 1:
        return []
    if len(new) > 1 + CHANGES:
        return [f"The usual size of a group changes {len(new) - 1:,} times, between {size.min()} and {size.max()}."]
    stages = ", ".join(f"{size[at]} from step {step[at]}" for at in new)
    return [f"The usual size of a group changes within the run: {stages}."]
