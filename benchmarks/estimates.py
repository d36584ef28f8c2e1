"""How often what a report says of a run is true, on simulated runs of known truth: estimates.json.

`python -m benchmarks.estimates`, about half an hour on one core; `--runs 20` for a look.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.record import cell, machine
from grpo_paper.files import whole
from grpo_paper.runs import change, destiny, efficiency, silence, straight
from grpo_paper.runs.law import Coordinate, clock_error
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.simulated import drawn, recursion, small_steps
from grpo_paper.runs.success import clopper_pearson
from grpo_paper.theory.elementary import sigmoid
from grpo_paper.theory.fate import fate
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.variants import DR_GRPO
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED

EPS = 1e-5
MEETINGS = 12
Rng = np.random.Generator
PROMPTS: dict[str, Callable[[Rng, int], np.ndarray]] = {
    "even": lambda rng, n: rng.uniform(size=n),
    "both ends": lambda rng, n: rng.beta(0.5, 1, n),
    "hard": lambda rng, n: rng.beta(0.3, 3, n),
    "all at 0.02": lambda rng, n: np.full(n, 0.02),
}
"""Distributions of success rates; those of Beta have many prompts at the very ends."""
Row = dict[str, str | int | float]


def rates(kind: str, rng: Rng, prompts: int) -> np.ndarray:
    return np.clip(PROMPTS[kind](rng, prompts), 1e-6, 1 - 1e-6)


def intervals(runs: int) -> Iterator[Row]:
    """Success of 10,000 prompts from one group each."""
    for kind in PROMPTS:
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
    """1,500 prompts met 12 times in groups of 8, moved by so many nats at even odds."""
    coordinates = [Coordinate.of(law, 8, EPS) for law in straight.LAWS]
    for nats in (3.0, 0.3, 0.0):
        for number, law in enumerate(straight.LAWS[: {3.0: 4, 0.3: 2, 0.0: 1}[nats]]):
            rate = nats / MEETINGS / group_Omega(0.5, EPS, 8, law)
            right = wrong = covered = unsettled = 0
            for seed in range(runs):
                rng = np.random.default_rng([seed, number])
                path = small_steps(rates("both ends", rng, 1500), rate, 8, MEETINGS, law)
                counts, step = straight.by_parts(Run(drawn(path, 8, rng), Settings()))
                try:
                    trial = straight.tried(straight.LAWS, counts, coordinates)
                except RuntimeError:
                    unsettled += 1
                    continue
                right += trial.named and trial.best == number
                wrong += trial.named and trial.best != number
                error = clock_error(counts, coordinates[number], trial.fits[number])[-1]
                truth = rate * (step[-1] - step[0])
                covered += abs(trial.fits[number].clock[-1] - truth) <= straight.REACH * error
            yield {
                "law": law.name if nats else "none: the run stands",
                "nats": nats,
                "runs": runs,
                "named right" if nats else "named right, by chance": right,
                "named wrong": wrong,
                "cannot tell": runs - right - wrong,
                "of those not settled": unsettled,
                "clock covered": covered / (runs - unsettled),
            }


def standing(runs: int) -> Iterator[Row]:
    """Runs in which nothing changes: how many of them are said to change, by difficulty or in silence."""
    for kind in PROMPTS:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    found: dict[str, object] = {"machine": machine("cpu")}
    for table in (intervals, standing, ways, verdicts, efficiencies, laws):
        rows: list[Row] = []
        found[table.__name__] = {"about": table.__doc__, "rows": rows}
        print(table.__doc__)
        for row in table(runs):
            rows.append(row)
            print("  ", ", ".join(f"{name} {cell(value)}" for name, value in row.items()), flush=True)
        with whole(Path(__file__).with_name("estimates.json")) as partial:
            partial.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
