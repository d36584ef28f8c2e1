"""How much of the KL that a run paid went into success: KL efficiency, kl(p‖p_ref) over KL(π‖π_ref)."""

import numpy as np

from grpo_paper.runs.difficulty import CLASSES, classes, halves
from grpo_paper.runs.finding import Finding
from grpo_paper.runs.reference import TAKEN, ends
from grpo_paper.runs.run import Run
from grpo_paper.runs.scalars import values
from grpo_paper.runs.success import LEVEL, clopper_pearson
from grpo_paper.theory.divergence import kl
from grpo_paper.theory.elementary import log

TITLE = "KL efficiency"
CHAPTER = "Your own run"


def of_success(p: np.ndarray, p_ref: np.ndarray) -> np.ndarray:
    """kl(p‖p_ref) of two coins in nats: the least KL of any policy that is right so often.

    >>> of_success(np.array([0.5, 0.0]), np.array([0.5, 0.5])).round(4)
    array([0.    , 0.6931])
    """
    with np.errstate(divide="ignore"):  # a coin that shows one side alone
        return kl(*(log(np.stack([x, 1 - x], axis=-1)) for x in (p, p_ref)))


def overall(run: Run) -> Finding:
    """At least how much of the KL of the last steps was needed for the success that they have."""
    seen = ends(run.groups)
    late_steps = np.unique(run.groups.step[seen.late])
    paid = _paid(run, late_steps)
    met = (seen.first[1] >= 2) & (seen.last[1] > 0)
    if paid is None or paid <= 0 or not met.any():
        return Finding(TITLE, "does not apply", f"{_missing(run, paid)}.", "", CHAPTER)
    first, (right, size) = halves(seen.first[0][met], seen.first[1][met])
    which, last = classes(*first), (seen.last[0][met], seen.last[1][met])
    there = np.unique(which)
    after, before = (
        (np.bincount(which, k, len(CLASSES))[there], np.bincount(which, n, len(CLASSES))[there])
        for k, n in (last, (right, size))
    )
    least, middle = _needed(after, before, 1 - (1 - LEVEL) / (2 * len(there)))
    weight = after[1] / after[1].sum()
    low, value = float(weight @ least / paid), float(weight @ middle / paid)
    beyond = (
        " More than 1 cannot be: the logged KL is a noisy estimate, or the first steps are not the reference, or its "
        "mean is over other prompts."
        if low > 1
        else ""
    )
    return Finding(
        TITLE,
        "estimated",
        f"In the last steps the policy is {paid:.3g} nats an answer from the reference, and its success asks for "
        f"about {value * paid:.3g} or more: an efficiency of about {value:.2g} or more, and with all that is not known "
        f"of success of {low:.2g} or more. The theory's policy has 1, as it moves nothing but the odds of right and "
        f"wrong.{beyond}",
        f"{TAKEN}. The prompts met in both are like those whose KL was logged, each met as often. By difficulty, in "
        "one half of the first answers, prompts are taken together: their mean kl is then bounded from below (Jensen), "
        "by rates of which 95 % intervals hold together. The logged KL's own error is not known.",
        CHAPTER,
        {
            "difficulty": [CLASSES[number] for number in there],
            "p_ref": before[0] / before[1],
            "p": after[0] / after[1],
            "least": least,
            "kl": middle,
            "weight": weight,
        },
    )


def _paid(run: Run, late: np.ndarray) -> float | None:
    """Mean KL of an answer in the last steps, where it was logged."""
    step, token = values(run, "kl")
    length_step, length = values(run, "length")
    if not len(late) or not len(length):
        return None
    lately = (step >= late[0]) & (step <= late[-1])
    if not lately.any():
        return None
    return float(np.mean(token[lately] * np.interp(step[lately], length_step, length)))


def _missing(run: Run, paid: float | None) -> str:
    if run.settings.beta == 0 and not len(values(run, "kl")[0]):
        return "At β = 0 TRL keeps no reference and logs no KL to it"
    if paid is None:
        return "It takes the KL and the mean length of answers, logged in the last steps"
    if paid <= 0:
        return (
            "The logged KL of the last steps is not positive: the policy is at its reference, or the estimate is noise"
        )
    return "No prompt was met twice in the first steps' answers and again in the last steps"


def _needed(
    after: tuple[np.ndarray, np.ndarray], before: tuple[np.ndarray, np.ndarray], level: float
) -> tuple[np.ndarray, np.ndarray]:
    """The least kl that any rates of the intervals have, and that of the rates seen."""
    (low, high), (low_ref, high_ref) = (clopper_pearson(*counts, level) for counts in (after, before))
    risen, fallen = low > high_ref, high < low_ref
    p, p_ref = np.where(risen, low, high), np.where(risen, high_ref, low_ref)
    least = np.where(risen | fallen, of_success(p, p_ref), 0.0)
    # Nothing right among the first answers would ask for an infinite kl: the interval's end stands in.
    rate = before[0] / before[1]
    rate = np.where(before[0] == 0, high_ref, np.where(before[0] == before[1], low_ref, rate))
    return least, np.maximum(of_success(after[0] / after[1], rate), least)
