"""How much better prompts of each difficulty became: the same ones early and late, without regression to the mean."""

import numpy as np
from scipy.stats import t as student

from grpo_paper.runs.difficulty import CLASSES, classes, halves
from grpo_paper.runs.finding import Finding
from grpo_paper.runs.groups import thirds
from grpo_paper.runs.run import Run
from grpo_paper.runs.success import LEVEL

FEWEST = 10
"""Prompts of a class from which on its change is told."""


def by_difficulty(run: Run) -> Finding:
    """Success in the last third less success in the first, by difficulty in the other half of the first's answers."""
    title = "Change by difficulty"
    early, late = (run.groups.by_prompt(part) for part in thirds(run.groups))
    both = (early[1] >= 4) & (late[1] > 0)
    first, (right, size) = halves(early[0][both], early[1][both])
    change = late[0][both] / late[1][both] - right / size
    which = classes(*first)
    named = np.flatnonzero(np.bincount(which, minlength=len(CLASSES)) >= FEWEST).tolist()
    if not named:
        return Finding(
            title,
            "does not apply",
            f"{both.sum()} prompts were met in the first third of the steps and again in the last, and no class of "
            f"difficulty has {FEWEST} of them. Comparing different prompts would tell of them, not of the training.",
            "It takes prompts that are met again, as in a second epoch or in validation dumps.",
            "Your own run",
        )
    rows = []
    for number in named:
        mine = change[which == number]
        # As if one more prompt had changed by all there is: no class is sure of itself for showing no difference.
        error = np.sqrt((np.sum((mine - mine.mean()) ** 2) + 1) / (len(mine) * (len(mine) - 1)))
        reach = student.ppf(1 - (1 - LEVEL) / (2 * len(named)), len(mine) - 1) * error
        rows.append((CLASSES[number], len(mine), mine.mean(), mine.mean() - reach, mine.mean() + reach))
    moved = [f"{name} {100 * mean:+.2g}" for name, _, mean, low, high in rows if low > 0 or high < 0]
    told = f"success changed by {', '.join(moved)} points" if moved else "no class is seen to have changed"
    still = len(rows) - len(moved)
    if moved and still:
        told += f"; of {still} other{'s' if still > 1 else ''} it cannot be told"
    return Finding(
        title,
        "estimated",
        f"From the first third of the steps to the last, over {int(both.sum()):,} prompts met in both: {told}.",
        "Answers are independent and prompts are drawn independently. Classes are by one half of a prompt's early "
        "answers, the change is measured from the other half, so that luck in the choice does not show; the intervals "
        f"hold for all {len(rows)} classes together.",
        "Your own run",
        dict(zip(("difficulty", "prompts", "change", "low", "high"), zip(*rows, strict=True), strict=True)),
        "Change of success of each class of difficulty, with its interval, and the line of no change.",
    )
