"""What a trainer logged of its clip and of its penalty, with what it means."""

import numpy as np

from grpo_paper.runs.finding import Finding
from grpo_paper.runs.run import Run

CLIP, PENALTY = "The clip in this run", "The KL to the reference"


def values(run: Run, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Steps at which something was logged, and its values.

    >>> from grpo_paper.runs.groups import Groups
    >>> from grpo_paper.runs.settings import Settings
    >>> none = Groups(*np.zeros((4, 0), int), ())
    >>> values(Run(none, Settings(), {"step": np.array([1.0, 2.0]), "kl": np.array([np.nan, 0.5])}), "kl")
    (array([2]), array([0.5]))
    """
    if name not in run.scalars:
        return np.empty(0, int), np.empty(0)
    column = np.asarray(run.scalars[name], float)
    there = np.isfinite(column)
    return np.asarray(run.scalars["step"])[there].astype(int), column[there]


def clip(run: Run) -> Finding:
    """How many tokens were clipped."""
    step, clipped = values(run, "clipped")
    once = run.settings.updates == 1
    if not len(step):
        says = "No share of clipped tokens was logged (TRL: clip_ratio/region_mean, verl: actor/pg_clipfrac)."
        if once:
            says = "Each batch of answers is used for one step, at which the ratio is 1: nothing can be clipped."
        return Finding(CLIP, "does not apply", says, "", "The clip")
    says = f"Of all tokens {100 * clipped.mean():.3g} % were clipped, at most {100 * clipped.max():.3g} % at a step."
    if once:
        says += (
            " Each batch of answers is used for one step, at which the ratio is 1 and nothing is clipped"
            f"{'' if clipped.any() else ', as is seen'}."
        )
        if clipped.any():
            says += " That something was clipped says that sampler and trainer give one answer different probabilities."
    return Finding(
        CLIP,
        "exact",
        says,
        "They are the trainer's own numbers. The theory's clip is of whole answers and of one exact update; a token's "
        "share bounds no ratio of answers.",
        "The clip",
        {"step": step, "clipped": clipped},
        "Share of clipped tokens at each step.",
    )


def penalty(run: Run) -> Finding:
    """How far from the reference the policy was, a token and an answer."""
    step, kl = values(run, "kl")
    if not len(step):
        why = "At β = 0 TRL keeps no reference and logs none." if run.settings.beta == 0 else "The log has none."
        return Finding(PENALTY, "does not apply", f"No KL to the reference is known. {why}", "", "Two KL penalties")
    length_step, length = values(run, "length")
    answer = kl * np.interp(step, length_step, length) if len(length) else np.full(len(kl), np.nan)
    whole = (
        f" Times the mean length of an answer that is about {answer[-1]:.3g} nats an answer at the end."
        if len(length)
        else " The length of answers was not logged, so what it is for a whole answer cannot be told."
    )
    if run.settings.beta == 0:
        whole += " β is 0: it is watched, and pulls nothing."
    return Finding(
        PENALTY,
        "estimated",
        f"At step {step[-1]} the KL to the reference was {kl[-1]:.3g} nats a token; at most {kl.max():.3g}, at step "
        f"{step[kl.argmax()]}.{whole}",
        "TRL and verl estimate it from the sampled answers, a mean over tokens; the theory's KL is of whole answers: "
        "their mean length times as much, where it is a mean over all tokens of the batch.",
        "Two KL penalties",
        {"step": step, "a token": kl, "an answer": answer},
        "The logged KL to the reference along the run.",
    )
