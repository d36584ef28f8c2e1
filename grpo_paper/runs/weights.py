"""Where the gradient's weight goes: how strongly each group pushes its prompt's log-odds, under any weighting."""

import itertools
from dataclasses import dataclass

import numpy as np

from grpo_paper.theory.groups import group_push
from grpo_paper.theory.weighting import Weighting


@dataclass(frozen=True)
class Outcomes:
    """The different outcomes of groups, so many right of so many, and which of them each group had."""

    right: np.ndarray
    size: np.ndarray
    of_group: np.ndarray

    @classmethod
    def of(cls, right: np.ndarray, size: np.ndarray) -> "Outcomes":
        """The outcomes of groups.

        >>> outcomes = Outcomes.of(np.array([1, 0, 1]), np.array([4, 4, 4]))
        >>> outcomes.right, outcomes.of_group
        (array([0, 1]), array([1, 0, 1]))
        """
        base = int(size.max(initial=0)) + 1
        keys, of_group = np.unique(size * base + right, return_inverse=True)
        return cls(keys % base, keys // base, of_group)

    def weights(self, weighting: Weighting, eps: float) -> np.ndarray:
        r"""Of each outcome, what such a group adds to the gradient, along that of its prompt's log-odds.

        .. math:: \hat p (1 - \hat p)\, S = \hat p (1 - \hat p)\,(A_1 - A_0), \qquad \hat p = k/G

        S is `group_push` at the group's own rate: exactly the gradient where the advantages are centred on the group's
        mean, and otherwise what is left of it when they are. 0 for a silent group.
        Errors: ValueError where the weighting needs larger groups. Not for a weighting that couples its prompts.

        >>> from grpo_paper.theory.weighting import MEAN_ONLY
        >>> Outcomes.of(np.array([0, 1, 2]), np.full(3, 4)).weights(MEAN_ONLY, 0.0)
        array([0.    , 0.1875, 0.25  ])
        """
        return np.array(
            [_weight(k, size, weighting, eps) for k, size in zip(self.right.tolist(), self.size.tolist(), strict=True)]
        )


def _weight(right: int, size: int, weighting: Weighting, eps: float) -> float:
    if right in (0, size):
        return 0.0
    rate = right / size
    return float(rate * (1 - rate) * group_push(right, size, rate, eps, weighting))


def of_groups(right: np.ndarray, size: np.ndarray, step: np.ndarray, weighting: Weighting, eps: float) -> np.ndarray:
    """The weight of each group, also where the groups of a step share a scale. Domain: sorted by step.

    >>> from grpo_paper.theory.zoo import PROMPT_DEVIATION
    >>> of_groups(np.array([1, 2]), np.array([2, 2]), np.array([0, 0]), PROMPT_DEVIATION, 0.0)  # √(mean of ¼ and 0)
    array([0.70710678, 0.        ])
    """
    if not weighting.coupled:
        outcomes = Outcomes.of(right, size)
        return outcomes.weights(weighting, eps)[outcomes.of_group]
    rate = right / size
    edges = np.flatnonzero(np.diff(step, prepend=step[0] - 1, append=step[-1] + 1))
    push = [weighting.push(rate[a:b], 1 - rate[a:b], eps) for a, b in itertools.pairwise(edges)]
    return rate * (1 - rate) * np.concatenate(push)
