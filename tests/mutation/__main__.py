"""Would the tests see a fault in the theory? ``make mutate``, or of a sample of faults ``make mutate SAMPLE=200``.

mutmut makes the faults, one small change of the code each: a mutant. A mutant dies where a test fails or does not end.
One that survives must be listed in survivors.toml, with the reason why no test can see it.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import click
from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
from mutmut.configuration import config
from mutmut.mutation.diff_apply import get_diff_for_mutant

from benchmarks.record import machine
from grpo_paper.files import whole

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "mutants"
LISTED = Path(__file__).with_name("survivors.toml")
SCORE = ROOT / "benchmarks" / "results" / "mutation.json"
LEAST = 95
"""Of a hundred mutants so many must die."""
SEED = 0


def generate(jobs: int) -> list[str]:
    """Make a copy of the project that has all mutants in it; return their names."""
    shutil.rmtree(PLACE, ignore_errors=True)
    with redirect_stdout(StringIO()):  # the name of every file
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(jobs)
    return [name for path in sorted(PLACE.rglob("*.meta")) for name in json.loads(path.read_text())["exit_code_by_key"]]


def run(mutants: list[str], jobs: int) -> dict[str, str]:
    """What becomes of each mutant: killed, out of time, survived."""
    (PLACE / "mutants.json").write_text(json.dumps(mutants))
    # "stats" is mutmut's word for no mutant, only noting which functions run.
    environment = {"JOBS": str(jobs), "MUTANT_UNDER_TEST": "stats", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(PLACE)}
    words = [*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
    command = [sys.executable, "-m", "pytest", "-ptests.mutation.each", *words]
    if subprocess.run(command, cwd=PLACE, env=os.environ | environment).returncode:
        raise SystemExit("The mutants could not be tried; what pytest says stands above.")
    results = map(json.loads, (PLACE / "results.jsonl").read_text().splitlines())
    return {result["mutant"]: result["result"] for result in results}


def change(mutant: str) -> tuple[str, str, str]:
    """A mutant in words that outlive a new numbering: the function, and its changed lines before and after."""
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    diff = get_diff_for_mutant(mutant, path=module.replace(".", "/") + ".py").splitlines()[2:]
    before, after = (" ".join(line[1:].strip() for line in diff if line[0] == sign) for sign in "-+")
    return f"{module}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}", before, after


def rows(results: dict[str, str]) -> list[dict[str, Any]]:
    """The score of each module, and of all."""
    by_module: dict[str, Counter[str]] = {}
    for mutant, result in results.items():
        for name in (mutant.rpartition(".")[0].removeprefix("grpo_paper."), "all"):
            by_module.setdefault(name, Counter())[result] += 1
    return [
        {
            "module": name,
            "mutants": counts.total(),
            "a test fails": counts["killed"],
            "a test does not end": counts["out of time"],
            "survive": counts["survived"],
            "die, %": 100 * (1 - counts["survived"] / counts.total()),
        }
        for name, counts in sorted(by_module.items(), key=lambda item: (item[0] == "all", item[0]))
    ]


@click.command()
@click.option("--sample", type=click.IntRange(min=1), help="Try only so many mutants, drawn with a fixed seed.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Mutants tried at once.")
def main(sample: int | None, jobs: int) -> None:
    """Print the score; fail where a mutant survives that is not listed, or too many do."""
    os.chdir(ROOT)
    mutants = generate(jobs)
    if sample is not None and sample < len(mutants):
        mutants = random.Random(SEED).sample(mutants, sample)
    results = run(mutants, jobs)
    score = rows(results)
    for row in score:
        print("{module:<22}{mutants:>6} mutants, {survive:>4} survive, {die, %:.1f} % die".format(**row))
    survivors = {change(mutant) for mutant, result in results.items() if result == "survived"}
    listed = {(entry["function"], entry["before"], entry["after"]): entry["reason"] for entry in _listed()}
    faults = [
        f"No test sees this change of {name}; test it, or say why in {LISTED.name}:\n- {before}\n+ {after}"
        for name, before, after in sorted(survivors - listed.keys())
    ]
    if sample is None:
        faults += [
            f"{LISTED.name} lists a change of {name} that does not survive; take it out:\n- {before}\n+ {after}"
            for name, before, after in sorted(listed.keys() - survivors)
        ]
        if score[-1]["die, %"] < LEAST:
            faults.append(f"{score[-1]['die, %']:.1f} % of all mutants die; it must be {LEAST} % at least")
        about = machine("cpu")
        reasons = [
            {"function": f"`{name}`", "change": f"`{before}` → `{after}`", "why none can see it": listed.get(key, "?")}
            for key in sorted(survivors)
            for name, before, after in [key]
        ]
        kept = {"mutants": {"machine": about, "rows": score}, "survivors": {"machine": about, "rows": reasons}}
        with whole(SCORE) as partial:
            partial.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    if faults:
        raise SystemExit("\n".join(faults))


def _listed() -> list[dict[str, str]]:
    return tomllib.loads(LISTED.read_text())["survivor"]


if __name__ == "__main__":
    main()
