"""Groups whose answers are all right or all wrong, which push nothing: how many, and how many there should be."""

import numpy as np
from scipy.special import gammaln

from grpo_paper.runs.clustered import ratio
from grpo_paper.runs.finding import Finding
from grpo_paper.runs.groups import Groups
from grpo_paper.runs.run import Run
from grpo_paper.runs.sizes import usual

CHAPTER = "A group of samples"
MATERIAL = 0.01
"""A difference of silent shares below which nobody need look for its cause."""


def silent_chance(right: np.ndarray, size: np.ndarray, group_size: np.ndarray) -> np.ndarray:
    r"""Unbiased estimate of p^G + q^G from the answers seen: the share of choices of G of them that are alike.

    .. math:: \left[\binom kG + \binom{n-k}G\right] \Big/ \binom nG

    The rate k/n put into p^G + q^G itself gives too much. Domain: 0 ≤ right ≤ size, 1 ≤ G ≤ size. Shapes: broadcast.

    >>> silent_chance(np.array([1, 2, 4]), np.array([4, 4, 4]), np.array([2, 2, 2])).round(4)
    array([0.5   , 0.3333, 1.    ])
    """
    return _choices(right, size, group_size) + _choices(size - right, size, group_size)


def _choices(among: np.ndarray, size: np.ndarray, group_size: np.ndarray) -> np.ndarray:
    """C(among, G)/C(size, G), by logarithms."""
    enough = among >= group_size
    left = np.where(enough, among - group_size, 0)
    logarithm = gammaln(among + 1.0) - gammaln(left + 1.0) - gammaln(size + 1.0) + gammaln(size - group_size + 1.0)
    return np.where(enough, np.exp(np.minimum(logarithm, 0.0)), 0.0)


def neighbours(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Right answers, and all, in the groups of the same prompt just before and just after each group.

    >>> meetings = Groups(np.arange(3), np.zeros(3, int), np.array([1, 2, 3]), np.full(3, 4), ("a",))
    >>> neighbours(meetings)
    (array([2, 4, 2]), array([4, 8, 4]))
    """
    order = np.lexsort((groups.step, groups.prompt))
    same = np.diff(groups.prompt[order]) == 0

    def beside(count: np.ndarray) -> np.ndarray:
        sorted_count, around = count[order], np.zeros(len(order), dtype=np.int64)
        around[1:] += np.where(same, sorted_count[:-1], 0)
        around[:-1] += np.where(same, sorted_count[1:], 0)
        found = np.empty_like(around)
        found[order] = around
        return found

    return beside(groups.right), beside(groups.size)


def observed(run: Run) -> Finding:
    """Silent groups, counted, for each size of groups."""
    groups = run.groups
    sizes, which = np.unique(groups.size, return_inverse=True)
    number = np.bincount(which)
    failed, solved = (np.bincount(which, groups.right == end) for end in (0, groups.size))
    several = "" if len(sizes) == 1 else f" Groups are of {len(sizes)} sizes, from {sizes[0]} to {sizes[-1]} answers."
    told, most = run.settings.group_size, usual(groups)
    if told is not None and told != most:
        several += f" The settings say {told} answers a group, but most groups have {most}."
    return Finding(
        "Silent groups",
        "exact",
        f"{_percent(groups.silent.mean())} of {len(groups.size):,} groups are silent: "
        f"{_percent(failed.sum() / number.sum())} are all wrong, {_percent(solved.sum() / number.sum())} all right."
        f"{several}",
        "It is a count. A silent group has advantages of 0, and only a penalty moves it.",
        CHAPTER,
        {"size": sizes, "groups": number, "all wrong": failed, "all right": solved},
    )


def expected(run: Run) -> Finding:
    """The silent share beside p^G + q^G, with p from the neighbouring groups of the same prompt."""
    title, groups = "Silent groups, and how many there should be", run.groups
    right, size = neighbours(groups)
    told = (size >= groups.size) & (groups.size >= 2)
    if len(np.unique(groups.prompt[told])) < 2:
        return Finding(
            title,
            "does not apply",
            "Prompts are met once, or in groups too small: the chance p^G + q^G of a silent group cannot be had from "
            "the group itself, of which it would be the very silence.",
            "It takes prompts that are met in two groups or more.",
            CHAPTER,
        )
    seen = groups.silent[told].astype(float)
    chance = silent_chance(right[told], size[told], groups.size[told])
    prompt, one = groups.prompt[told], np.ones(len(seen))
    share, mean, excess = (ratio(x, one, prompt) for x in (seen, chance, seen - chance))
    if excess.low > MATERIAL:
        verdict = "More are silent than independent answers leave: look for repeated answers or a low temperature"
    elif excess.high < -MATERIAL:
        verdict = "Fewer are silent than independent answers leave: look whether silent groups were filtered out"
    elif max(-excess.low, excess.high) <= MATERIAL:
        verdict = "The two agree"
    else:
        verdict = "Whether the two agree to a point cannot be told"
    sizes, which = np.unique(groups.size[told], return_inverse=True)
    number = np.bincount(which)
    return Finding(
        title,
        "estimated",
        f"Of {len(seen):,} groups that have neighbours {_percent(share.value)} are silent; the mean of p^G + q^G is "
        f"{_percent(mean.value)}. The difference is {_points(excess.value)} (from {_points(excess.low)} to "
        f"{_points(excess.high)}). {verdict}.",
        "p^G + q^G is estimated without bias from the groups of the prompt just before and after, as if the success "
        "rate went straight from one to the other; prompts are drawn independently.",
        CHAPTER,
        {
            "size": sizes,
            "groups": number,
            "silent": np.bincount(which, seen) / number,
            "expected": np.bincount(which, chance) / number,
        },
    )


def smaller(run: Run) -> Finding:
    """What share would be silent in groups of 2, 4, 8, … answers, up to the size that there is."""
    groups = run.groups
    most = int(groups.size.max())
    sizes = np.array([2**power for power in range(1, 31) if 2**power <= most] or [most])
    share, low, high = [], [], []
    for group_size in sizes.tolist():
        large = groups.size >= group_size
        chance = silent_chance(groups.right[large], groups.size[large], np.array(group_size))
        found = ratio(chance, np.ones(len(chance)), groups.prompt[large])
        share.append(found.value)
        low.append(max(found.low, 0.0))
        high.append(min(found.high, 1.0))
    told = ", ".join(f"{_percent(x)} of groups of {size}" for size, x in zip(sizes.tolist(), share, strict=True))
    return Finding(
        "Silent groups, had they been smaller",
        "estimated",
        f"Silent would be {told}.",
        "Answers of a group are independent and equally likely to be right; the share of silent choices of G among the "
        "answers of a group is then unbiased for p^G + q^G. Larger groups than there were cannot be told.",
        CHAPTER,
        {"size": sizes, "silent": share, "low": low, "high": high},
        "Share of silent groups over the size of groups, with its interval: it falls as groups grow.",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _points(share: float) -> str:
    return f"{100 * share:+.2g} points"
