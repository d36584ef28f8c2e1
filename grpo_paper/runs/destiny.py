"""With a penalty: the fate that the recursion gives each prompt, as far as answers tell, and how far the run got."""

import numpy as np

from grpo_paper.runs.finding import Finding
from grpo_paper.runs.push import weighting_of
from grpo_paper.runs.reference import TAKEN, ends
from grpo_paper.runs.run import Run
from grpo_paper.runs.success import LEVEL, clopper_pearson
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fate import Fate, fate, known
from grpo_paper.theory.variants import Variant

TITLE = "The fate of each prompt"
CHAPTER = "Where every run ends"
GRID = 33
"""Success rates of an interval that are tried, its ends among them."""
NONE = -30.0
"""Log-odds that stand for a success rate of 0: as small as no log can tell from it."""
SEEN = 14.0
"""Log-odds of an end beyond which no log shows how near it is: of a million answers one is wrong."""
NARROW = 0.5
"""Width of an interval, as a share of the way, from which on it is not said to tell how far a run got."""
TOGETHER = (1 + LEVEL) / 2
"""Level of each of two intervals that hold together at `LEVEL`."""
UNTOLD = "cannot tell"
WORDS = {
    "only": "go to the one fixed point",
    "lowest": "settle at the lowest fixed point",
    "top": "climb to the top",
    "never": "never settle",
    "open": "are left open by theory",
}


def of_prompts(run: Run) -> Finding:
    """Verdict and end of each prompt, over the whole interval of its reference, and how much of the way was gone."""
    beta = run.settings.beta
    if not beta:
        return _without_penalty(beta)
    weighting, unknown = weighting_of(run)
    variant = Variant(weighting, 1)
    if not known(variant):
        return Finding(
            TITLE,
            "does not apply",
            f"Where runs of {weighting.name} end is not shown: no theorem tells it from the fixed points.",
            "It takes a weighting whose fate is known, as those of GRPO, Dr. GRPO and MaxRL are.",
            CHAPTER,
        )
    seen = ends(run.groups)
    outcome, which = np.unique(np.column_stack(seen.first), axis=0, return_inverse=True)
    reference, found = _fates(outcome, beta, run.settings.eps, variant)
    verdict = np.array([row[0] if (row == row[0]).all() else UNTOLD for row in found.verdict])
    low, high = found.p.min(1), found.p.max(1)
    way = _way(seen.last, reference[which], found.logit[which])
    names, number = np.unique(verdict[which], return_counts=True)
    share = dict(zip(names.tolist(), number.tolist(), strict=True))
    told = [f"{n:,} {WORDS[name]}" for name, n in sorted(share.items(), key=lambda item: -item[1]) if name != UNTOLD]
    if share.get(UNTOLD):
        told.append(f"of {share[UNTOLD]:,} it cannot be told, for within the interval of p_ref there are several fates")
    narrow = way[way[:, 1] - way[:, 0] < NARROW]
    gone = (
        f"How far it got can be told of {len(narrow):,}: in the middle of them {100 * np.median(narrow.mean(1)):.3g} % "
        "of the way from reference to end."
        if len(narrow)
        else "How far any of them got cannot be told: ends are out of sight or intervals too wide."
    )
    return Finding(
        TITLE,
        "estimated",
        f"Of {len(which):,} prompts met in the first steps, at β = {beta:g}: {'; '.join(told)}. {gone}{unknown}",
        f"{TAKEN}; updates are exact maximisers, of which small steps share the fixed points but not the flips; every "
        f"prompt is alone. A fate is told if it is that of {GRID} rates throughout the prompt's 97.5 % Clopper–Pearson "
        "interval; the way is (L − L_ref)/(L* − L_ref) over it and that of the last steps, together 95 %. An end above "
        "1 − 10⁻⁶ is out of sight.",
        CHAPTER,
        {
            "prompt": [run.groups.prompts[number] for number in seen.prompt],
            "p_ref low": sigmoid(reference[which][:, 0]),
            "p_ref high": sigmoid(reference[which][:, -1]),
            "verdict": verdict[which],
            "end low": low[which],
            "end high": high[which],
            "way low": way[:, 0],
            "way high": way[:, 1],
        },
        "The end that the recursion gives each prompt, as an interval, over its success rate in the first steps.",
    )


def _without_penalty(beta: float | None) -> Finding:
    if beta is None:
        says = (
            "β is not known, so nothing is said of where the run ends. Look for beta in TRL's configuration (0 unless "
            "it was set, and then kl is logged) or for use_kl_loss and kl_loss_coef in verl's, and give it."
        )
    else:
        says = (
            "At β = 0 there is no end point: nothing pulls back, and success rises for as long as answers differ. "
            "There is no fixed point, as fixed points are where push and penalty balance; no stability, as there is "
            "nothing to settle at; and TRL logs no KL, as it then holds no reference."
        )
    return Finding(TITLE, "does not apply", says, "The recursion is of a penalty β > 0 to the reference.", CHAPTER)


def _fates(outcome: np.ndarray, beta: float, eps: float, variant: Variant) -> tuple[np.ndarray, Fate]:
    """Log-odds throughout the interval of each outcome, shape (outcomes, GRID), and the fate of each."""
    low, high = (np.clip(logit(end), NONE, -NONE) for end in clopper_pearson(outcome[:, 0], outcome[:, 1], TOGETHER))
    L = np.linspace(low, high, GRID, axis=1)
    return L, fate(sigmoid(L), beta, eps, variant)


def _way(last: tuple[np.ndarray, np.ndarray], reference: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Ends of the interval of the share of the way that was gone, shape (prompts, 2); NaN where it cannot be told."""
    met = last[1] > 0
    right, size = np.where(met, last[0], 0), np.where(met, last[1], 1)
    now = np.stack([logit(rate) for rate in clopper_pearson(right, size, TOGETHER)], axis=-1)
    told = met & np.isfinite(now).all(1) & (abs(end) < SEEN).all(1) & (abs(reference[:, [0, -1]]) < -NONE).all(1)
    way = np.full((len(met), 2), np.nan)
    if told.any():
        share = (now[told][:, None, :] - reference[told][:, :, None]) / (end[told] - reference[told])[:, :, None]
        way[told] = np.column_stack([share.min((1, 2)), share.max((1, 2))])
    return way
