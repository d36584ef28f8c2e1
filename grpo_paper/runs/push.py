"""What push each difficulty gets, where the gradient's weight goes, and what another weighting would do with it."""

import numpy as np

from grpo_paper.runs.clustered import ratio
from grpo_paper.runs.difficulty import CLASSES, classes, halves
from grpo_paper.runs.finding import Finding
from grpo_paper.runs.run import Run
from grpo_paper.runs.success import clopper_pearson
from grpo_paper.runs.weights import Outcomes, of_groups
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.methods import weighting as known
from grpo_paper.theory.weighting import WHITENED, Weighting

CHAPTER = "The zoo"
OTHERS = ("grpo", "dr-grpo", "maxrl", "pkpo", "pass@k-training", "rs-grpo", "f-grpo", "disco", "grpo-lead")
"""Weightings that a run is looked at with; RLOO and REINFORCE share as Dr. GRPO does."""


def weighting_of(run: Run) -> tuple[Weighting, str]:
    """The run's weighting, or GRPO's with a sentence that says so."""
    if run.settings.weighting is not None:
        return run.settings.weighting, ""
    return WHITENED, " The run's weighting is not known: GRPO's is taken; name it to change that."


def by_difficulty(run: Run) -> Finding:
    """Success, silence, push and share of the gradient's weight of each class of difficulty, on second halves."""
    title = "Push by difficulty"
    groups = run.groups
    kept = groups.size >= 4
    if not kept.any():
        return Finding(
            title,
            "does not apply",
            "Groups are of fewer than 4 answers: their halves are too small to tell difficulty by and to measure.",
            "It takes groups of 4 answers or more.",
            CHAPTER,
        )
    weighting, unknown = weighting_of(run)
    eps = run.settings.eps
    step, prompt = groups.step[kept], groups.prompt[kept]
    first, (right, size) = halves(groups.right[kept], groups.size[kept])
    which = classes(*first)
    try:
        weight = of_groups(right, size, step, weighting, eps)
    except ValueError as error:
        return Finding(title, "does not apply", f"{weighting.name} on half a group: {error}.", "", CHAPTER)
    variance = right * (size - right) / (size * (size - 1))
    usual = int(np.bincount(size).argmax())
    rows = []
    for number in np.unique(which).tolist():
        mine = which == number
        low, high = clopper_pearson(right[mine].sum(), size[mine].sum())
        rate = right[mine].sum() / size[mine].sum()
        share = ratio(np.where(mine, weight, 0.0), weight, prompt) if weight.any() else None
        push = ratio(weight[mine], variance[mine], prompt[mine]) if variance[mine].any() else None
        theory = np.nan if weighting.coupled else group_Omega(rate, eps, usual, weighting)
        rows.append(
            {
                "difficulty": CLASSES[number],
                "groups": int(mine.sum()),
                "success": rate,
                "success low": float(low),
                "success high": float(high),
                "silent": float(((right == 0) | (right == size))[mine].mean()),
                "weight": share.value if share else 0.0,
                "weight low": max(share.low, 0.0) if share else 0.0,
                "weight high": min(share.high, 1.0) if share else 1.0,
                "push": push.value if push else np.nan,
                "push low": max(push.low, 0.0) if push else np.nan,
                "push high": push.high if push else np.nan,
                "theory's push": theory,
            }
        )
    told = "; ".join(
        f"{row['difficulty']}: {100 * row['groups'] / len(which):.2g} % of the groups, {100 * row['weight']:.2g} % of "
        "the weight"
        for row in rows
    )
    return Finding(
        title,
        "estimated",
        f"By how many of one half of a group were right, measured on the other half. {told}.{unknown}",
        f"Answers of a group are independent. Weights are those that {weighting.name} gives the other half as a group "
        f"of its own, mostly of {usual}: how strongly it moves its prompt's log-odds; intervals count prompts as drawn "
        "independently. Theory's push is that of groups of this size at the class's mean success.",
        CHAPTER,
        {name: [row[name] for row in rows] for name in rows[0]},
        "Share of the groups, and of the gradient's weight with its interval, in each class of difficulty.",
    )


def other_weightings(run: Run) -> Finding:
    """Share of the gradient's weight that each weighting gives groups by how many of them were right."""
    groups, eps = run.groups, run.settings.eps
    outcomes = Outcomes.of(groups.right, groups.size)
    number = np.bincount(outcomes.of_group, minlength=len(outcomes.right))
    which = classes(outcomes.right, outcomes.size)
    candidates = [known(name) for name in OTHERS]
    own = run.settings.weighting
    if own is not None and own not in candidates and not own.coupled:
        candidates.insert(0, own)
    rows, refused = [], []
    for weighting in candidates:
        try:
            weight = number * outcomes.weights(weighting, eps)
        except ValueError:
            refused.append(weighting.name)
            continue
        total = weight.sum()
        if total > 0:
            share = np.bincount(which, weight, minlength=len(CLASSES)) / total
            rows.append((weighting.name, *share[1:4].tolist()))
    if not rows:
        return Finding(
            "What another weighting would do",
            "does not apply",
            "Every group is silent: no weighting that is centred on the group moves anything.",
            "",
            CHAPTER,
        )
    told = "; ".join(f"{name} {100 * few:.0f} %" for name, few, _, _ in rows)
    left = f" Left out, for the groups are too small: {', '.join(refused)}." if refused else ""
    return Finding(
        "What another weighting would do",
        "exact",
        f"Of the gradient's weight in these groups, groups in which up to a third is right would get: {told}.{left}",
        "It is arithmetic on the same groups: another weighting would have led to other groups later. The classes are "
        "the groups' own outcomes, which are their prompts' difficulty and luck. Weights are moves of the log-odds, as "
        "shares, for a constant folds into the learning rate; RLOO and REINFORCE share as Dr. GRPO does, and so do "
        "those that divide by a deviation of the whole batch, at each step.",
        CHAPTER,
        {
            "weighting": [row[0] for row in rows],
            **{CLASSES[number]: [row[number] for row in rows] for number in (1, 2, 3)},
        },
        "A bar for each weighting, in three parts: its weight on groups with few, about half and most answers right.",
    )
