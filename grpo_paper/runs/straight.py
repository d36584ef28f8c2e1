"""Which weighting's law a run without a penalty follows, by a test that may say that it cannot tell, and how fast."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from grpo_paper.runs.finding import Finding
from grpo_paper.runs.law import Coordinate, Counts, Fit, clock_error, fit
from grpo_paper.runs.run import Run
from grpo_paper.runs.sizes import usual
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting
from grpo_paper.theory.zoo import DISCO, MAXRL

TITLE, SPEED = "The law of small steps", "The effective step"
CHAPTER = "Unit speed"
LAWS: tuple[Weighting, ...] = (WHITENED, MEAN_ONLY, MAXRL, DISCO)
STRAIGHT = {
    WHITENED: "2 arcsin √p",
    MEAN_ONLY: "the log-odds",
    MAXRL: "−log(1 − p)",
    DISCO: "the success rate itself",
}
"""What moves alike under each in large groups."""
PARTS = 10
SEED = 0
PROMPTS = 1500
"""Prompts that are enough for the fit."""
SURE, AHEAD = 1.645, 3.0
"""Standard errors, and nats of log-likelihood, by which a law must lead each other one before it is named."""
REACH = 1.96
FEWEST = 30
"""Prompts from which on a law is fitted."""


@dataclass(frozen=True)
class Trial:
    """The fits of several laws to one run; best: the index of the likeliest; named: whether the lead is significant."""

    laws: tuple[Weighting, ...]
    fits: tuple[Fit, ...]

    @property
    def best(self) -> int:
        """The likeliest law."""
        return int(np.argmax([found.likelihood.sum() for found in self.fits]))

    @property
    def leads(self) -> np.ndarray:
        """How far the best is ahead of each in log-likelihood, and in standard errors of that (Vuong 1989); rows."""
        best = self.fits[self.best].likelihood
        apart = np.array([best - found.likelihood for found in self.fits])
        lead, spread = apart.sum(1), np.sqrt(apart.shape[1]) * apart.std(1)
        return np.column_stack([lead, np.where(spread > 0, lead / np.where(spread > 0, spread, 1), 0.0)])

    @property
    def named(self) -> bool:
        """Whether the best is ahead of every other law by enough."""
        others = np.delete(self.leads, self.best, 0)
        return bool(((others[:, 0] > AHEAD) & (others[:, 1] > SURE)).all())


def by_parts(run: Run, prompts: int = PROMPTS) -> tuple[Counts, np.ndarray]:
    """Counts of each prompt in up to 10 parts of the run, and each part's mean step; without prompts in one alone.

    prompts: of more, so many are drawn.
    """
    groups = run.groups
    steps, which = np.unique(groups.step, return_inverse=True)
    parts = min(PARTS, len(steps))
    part = which * parts // len(steps)
    cell, shape = groups.prompt * parts + part, (len(groups.prompts), parts)
    right, size = (
        np.bincount(cell, count, minlength=shape[0] * shape[1]).reshape(shape) for count in (groups.right, groups.size)
    )
    mean_step = np.bincount(part, groups.step * groups.size) / np.bincount(part, groups.size)
    told = np.flatnonzero((size > 0).sum(1) > 1)
    if len(told) > prompts:
        told = np.sort(np.random.default_rng(SEED).choice(told, prompts, replace=False))
    return Counts(right[told], size[told]), mean_step


def tried(laws: tuple[Weighting, ...], counts: Counts, coordinates: list[Coordinate]) -> Trial:
    """The fit of each law; a later one begins where the first has ended."""
    first = fit(counts, coordinates[0])
    return Trial(laws, (first, *(fit(counts, coordinate, first) for coordinate in coordinates[1:])))


def findings(run: Run) -> list[Finding]:
    """Which law the run follows, and how far it goes a step under it."""
    refusal = _refusal(run)
    counts, step = by_parts(run)
    total = counts.right.sum(1)
    mixed = int(((total > 0) & (total < counts.size.sum(1))).sum())
    if not refusal and mixed < FEWEST:
        refusal = (
            f"{len(counts.right)} prompts were met in two parts of the run or more, and {mixed} of them were right at "
            f"times and wrong at others; {FEWEST} such are needed",
            "It takes prompts that are met again; one epoch gives one group a prompt, and no way along which it moves.",
        )
    if refusal:
        says, holds = refusal
        return [Finding(title, "does not apply", f"{says}.", holds, CHAPTER) for title in (TITLE, SPEED)]
    own = run.settings.weighting
    size = max(run.settings.group_size or usual(run.groups), 2)
    laws, coordinates = LAWS, [Coordinate.of(weighting, size, run.settings.eps) for weighting in LAWS]
    if own is not None and own not in LAWS and own.positive and not own.coupled:
        with suppress(ValueError):  # of a weighting that needs larger groups
            coordinates.append(Coordinate.of(own, size, run.settings.eps))
            laws = (*LAWS, own)
    try:
        trial = tried(laws, counts, coordinates)
    except RuntimeError as error:
        return [
            Finding(title, "does not apply", f"It cannot be told: {error}.", "", CHAPTER) for title in (TITLE, SPEED)
        ]
    return [_named(run, trial, size, len(counts.right)), _speed(run, trial, counts, step)]


def _refusal(run: Run) -> tuple[str, str] | None:
    """Why no law of small steps holds, and what it would take."""
    if run.settings.beta:
        return (
            f"With a penalty (β = {run.settings.beta:g}) the reference pulls each prompt back by how far it has come: "
            "there is no coordinate in which all move alike",
            "The law is of small steps without a penalty.",
        )
    return None


def _named(run: Run, trial: Trial, size: int, prompts: int) -> Finding:
    best, leads = trial.laws[trial.best], trial.leads
    second = min((n for n in range(len(trial.laws)) if n != trial.best), key=lambda n: leads[n, 1])
    nats, errors = f"{leads[second, 0]:.3g} nats of log-likelihood", f"{leads[second, 1]:.2g} standard errors"
    other = trial.laws[second].name
    if trial.named:
        straight = f": {STRAIGHT[best]} is straightest" if best in STRAIGHT else ""
        says = f"The law of {best.name} fits best{straight}, ahead of {other} by {nats}, {errors}."
    else:
        says = (
            f"Which law it is cannot be told: that of {best.name} fits best, but its lead over {other}, {nats}, is no "
            f"more than {errors}."
        )
    own = run.settings.weighting
    if trial.named and own is not None and own != best:
        says += f" The run was trained with {own.name}: its prompts do not move by their own pushes alone."
    penalty = " β is not known; it is taken for 0." if run.settings.beta is None else ""
    return Finding(
        TITLE,
        "fitted",
        says,
        f"All {prompts:,} prompts are moved by one clock, each from its own start, along the mean push of groups of "
        f"{size}; no penalty. A law is named if it leads every other one tried by 3 nats and by 1.645 standard errors "
        f"over prompts: it is then the closest of those tried, which need not be the cause.{penalty}",
        CHAPTER,
        {
            "law": [weighting.name for weighting in trial.laws],
            "behind": leads[:, 0],
            "standard errors": leads[:, 1],
        },
        "How far each law is behind the best, in log-likelihood.",
    )


def _speed(run: Run, trial: Trial, counts: Counts, step: np.ndarray) -> Finding:
    own = run.settings.weighting
    if own in trial.laws:
        taken, why = trial.laws.index(own), "which it was trained with"
    elif trial.named:
        taken, why = trial.best, "which fits best"
    else:  # the best by luck would be no better
        taken, why = trial.laws.index(WHITENED), "taken since neither the log nor a setting tells another"
    found = trial.fits[taken]
    error = clock_error(counts, found)
    low, high = found.clock - REACH * error, found.clock + REACH * error
    steps = step[-1] - step[0]
    rate = ", ".join(f"{end / steps:.3g}" for end in (found.clock[-1], low[-1], high[-1]))
    value, *interval = rate.split(", ")
    return Finding(
        SPEED,
        "fitted",
        f"Under the law of {trial.laws[taken].name}, {why}, a step moves the log-odds of a prompt by {value} times its "
        f"push ({' to '.join(interval)}), on average over the run.",
        "As for the law. The interval is of prompts drawn independently; 95 % in large samples.",
        CHAPTER,
        {"step": step, "clock": found.clock, "low": low, "high": high},
        "The clock that moves all prompts, along the steps, with its interval: straight where the speed is constant.",
    )
