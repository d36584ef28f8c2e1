"""How often what a report says of a run is true, on simulated runs of known truth, for the chapter Your own run.

`python -m benchmarks.estimates`, about half an hour on one core; `--runs 20` for a look, a table's name for it alone.
"""

import argparse
import json
from collections.abc import Iterator

import numpy as np
from scipy.stats import norm

from benchmarks.record import ROOT, cell, machine
from grpo_paper.files import whole
from grpo_paper.runs import change, destiny, efficiency, silence, straight
from grpo_paper.runs.groups import Groups
from grpo_paper.runs.law import Coordinate, clock_error
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.simulated import RATES, drawn, rates, recursion, small_steps
from grpo_paper.runs.success import clopper_pearson
from grpo_paper.theory.elementary import sigmoid
from grpo_paper.theory.fate import fate
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.variants import DR_GRPO
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED

EPS = 1e-5
MEETINGS = 12
BETWEEN = 16
"""Small steps from one meeting to the next."""
CLOCKS = 4
"""Of so many runs the clock's interval is looked at in one, since it takes as long as two fits."""
MANY = 30_000
"""Prompts of the run from which it is foreseen whether laws can be told apart."""
MOVED = [
    *(("both ends", 3.0, law) for law in range(4)),
    *(("hard", 3.0, law) for law in range(4)),
    *(("both ends", 0.3, law) for law in range(2)),
    ("both ends", 0.0, 0),
]
"""Prompts, nats at even odds, and which of `straight.LAWS` moves them."""
Row = dict[str, str | int | float]


def intervals(runs: int) -> Iterator[Row]:
    """Success of 10,000 prompts from one group each."""
    for kind in RATES:
        for size in (4, 8, 16, 32, 64):
            rng = np.random.default_rng(size)
            p = rates(kind, rng, 10_000)
            low, high = clopper_pearson(rng.binomial(size, p), np.array(size))
            yield {
                "prompts": kind,
                "G": size,
                "covered": float(((low <= p) & (p <= high)).mean()),
                "width": float((high - low).mean()),
            }


def laws(runs: int) -> Iterator[Row]:
    """1,500 prompts met 12 times in groups of 8, moved by so many nats at even odds; which law is named?

    "enough to tell" goes before the runs and apart from them: whether leads as large as those of `foreseen`, and
    normal, name the law in 95 % of runs.
    """
    for kind, nats, number in MOVED:
        yield named(kind, nats, number, runs)


def named(kind: str, nats: float, law: int, runs: int) -> Row:
    """How often the law that moves the prompts is named, and how often another."""
    coordinates = [Coordinate.of(weighting, 8, EPS) for weighting in straight.LAWS]
    short = foreseen(kind, nats, law, coordinates)
    right = wrong = unsettled = 0
    clocks: list[bool] = []
    for seed in range(runs):
        groups, rate = moved(kind, nats, law, 1500, np.random.default_rng([seed, law]))
        counts, step = straight.by_parts(Run(groups, Settings()))
        try:
            trial = straight.tried(straight.LAWS, counts, coordinates)
        except RuntimeError:
            unsettled += 1
            continue
        right += trial.named and trial.best == law
        wrong += trial.named and trial.best != law
        if seed % CLOCKS == 0:
            error = clock_error(counts, trial.fits[law])[-1]
            truth = rate * (step[-1] - step[0])
            clocks.append(abs(trial.fits[law].clock[-1] - truth) <= straight.REACH * error)
    return {
        "prompts": kind,
        "law": straight.LAWS[law].name if nats else "none: the run stands",
        "nats": nats,
        "foreseen to be named": 1 - short,
        "enough to tell": short <= 0.05,
        "runs": runs,
        "named right" if nats else "named right, by chance": right,
        "named wrong": wrong,
        "cannot tell": runs - right - wrong,
        "of those not settled": unsettled,
        "clocks": len(clocks),
        "clocks covered": sum(map(int, clocks)),
    }


def moved(kind: str, nats: float, law: int, prompts: int, rng: np.random.Generator) -> tuple[Groups, float]:
    """A run under a law, and how far its clock goes from one meeting to the next."""
    weighting = straight.LAWS[law]
    rate = nats / MEETINGS / group_Omega(0.5, EPS, 8, weighting)
    path = small_steps(rates(kind, rng, prompts), rate / BETWEEN, 8, MEETINGS * BETWEEN, weighting)
    return drawn(path[::BETWEEN], 8, rng), rate


def foreseen(kind: str, nats: float, law: int, coordinates: list[Coordinate]) -> float:
    """The chance, at most, that a law is not named, from its mean lead over each other on one run of many prompts."""
    counts, _ = straight.by_parts(
        Run(moved(kind, nats, law, MANY, np.random.default_rng([MANY, law]))[0], Settings()), MANY
    )
    fits = straight.tried(straight.LAWS, counts, coordinates).fits
    short = 0.0
    for other in range(len(fits)):
        if other != law:
            apart = fits[law].likelihood - fits[other].likelihood
            lead, spread = 1500 * apart.mean(), np.sqrt(1500) * apart.std()
            short += norm.cdf(max(straight.SURE * spread, straight.AHEAD), lead, spread)
    return min(float(short), 1.0)


def standing(runs: int) -> Iterator[Row]:
    """Runs in which nothing changes: how many of them are said to change, by difficulty or in silence."""
    for kind in RATES:
        changed = excess = 0
        for seed in range(runs):
            rng = np.random.default_rng(seed)
            groups = drawn(small_steps(rates(kind, rng, 1000), 0.0, 8, 12), 8, rng)
            run = Run(groups, Settings())
            found = change.by_difficulty(run).data
            changed += bool(np.any((np.array(found["low"]) > 0) | (np.array(found["high"]) < 0)))
            excess += "The two agree" not in silence.expected(run).says
        yield {"prompts": kind, "runs": runs, "said to change": changed, "silence said to disagree": excess}


def ways(runs: int) -> Iterator[Row]:
    """Mean-only recursions: how far each of 1,000 prompts got, and the KL that its success asks for."""
    for size in (8, 64, 512):
        rng = np.random.default_rng(size)
        p_ref = rates("even", rng, 1000)
        path = recursion(p_ref, 1.0, EPS, 20, DR_GRPO)
        run = Run(drawn(path, size, rng), Settings(beta=1.0, weighting=MEAN_ONLY))
        found = destiny.of_prompts(run).data
        low, high = np.array(found["way low"]), np.array(found["way high"])
        told = np.isfinite(low) & np.isfinite(high)
        ends_low, ends_high = np.array(found["end low"]), np.array(found["end high"])
        truth = fate(p_ref, 1.0, EPS, DR_GRPO).p
        yield {
            "G": size,
            "ends covered": float(((ends_low <= truth) & (truth <= ends_high)).mean()),
            "with an interval of the way": int(told.sum()),
            "way covered": float(((low <= 1) & (high >= 1))[told].mean()),
        }


def verdicts(runs: int) -> Iterator[Row]:
    """Recursions of GRPO: of how many prompts the fate is told, and how many of those rightly."""
    for beta in (0.5, 2.0):
        for size in (8, 64):
            rng = np.random.default_rng(size)
            p_ref = rates("both ends", rng, 2000)
            run = Run(drawn(recursion(p_ref, beta, EPS, 20), size, rng), Settings(beta=beta, weighting=WHITENED))
            said = np.array(destiny.of_prompts(run).data["verdict"])
            told = said != destiny.UNTOLD
            truth = fate(p_ref, beta, EPS).verdict
            yield {
                "β": beta,
                "G": size,
                "told": int(told.sum()),
                "right of those": int((said == truth)[told].sum()),
                "cannot tell": int((~told).sum()),
            }


def efficiencies(runs: int) -> Iterator[Row]:
    """The theory's policy, whose efficiency is 1, and one that pays twice for the same success."""
    for kind in ("all at 0.02", "even"):
        for times in (1.0, 2.0):
            low, value = [], []
            for seed in range(runs):
                rng = np.random.default_rng(seed)
                p_ref = rates(kind, rng, 2000)
                path = recursion(p_ref, 0.5, EPS, 20, DR_GRPO)
                paid = times * efficiency.of_success(sigmoid(path), p_ref).mean(1)
                scalars = {"step": np.arange(20), "kl": paid / 100, "length": np.full(20, 100.0)}
                data = efficiency.overall(Run(drawn(path, 8, rng), Settings(beta=0.5), scalars)).data
                low.append(float(np.array(data["weight"]) @ np.array(data["least"]) / paid[-1]))
                value.append(float(np.array(data["weight"]) @ np.array(data["kl"]) / paid[-1]))
            yield {
                "prompts": kind,
                "KL paid": times,
                "truth": 1 / times,
                "estimate": float(np.mean(value)),
                "at least": float(np.mean(low)),
                "said to be more than the truth": int(np.sum(np.array(low) > 1 / times)),
                "runs": runs,
            }


TABLES = (intervals, standing, ways, verdicts, efficiencies, laws)
KEPT = ROOT / "notebooks" / "recorded" / "estimates.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("tables", nargs="*", help="of " + ", ".join(table.__name__ for table in TABLES))
    given = parser.parse_args()
    for table in TABLES:
        if given.tables and table.__name__ not in given.tables:
            continue
        rows: list[Row] = []
        about = {"machine": machine("cpu"), "about": table.__doc__, "rows": rows}
        print(table.__doc__)
        for row in table(given.runs):
            rows.append(row)
            print("  ", ", ".join(f"{name} {cell(value)}" for name, value in row.items()), flush=True)
        kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
        with whole(KEPT) as partial:
            partial.write_text(json.dumps(kept | {table.__name__: about}, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
