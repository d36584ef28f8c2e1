"""Would the tests see a fault in the theory? ``make mutate``, or of some modules ``make mutate MODULES="theory.zoo"``.

mutmut makes the faults, one small change of the code each: a mutant. A mutant dies where a test fails or does not end.
One that survives must be listed in survivors.toml, with the reason why no test can see it. What becomes of a module's
mutants is kept in score.json as soon as all of them were tried.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date
from difflib import unified_diff
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import click
from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
from mutmut.configuration import config
from mutmut.mutation.data import MutantLineSpans

from book.pipeline.mutants import LISTED, SCORE, code, listed, path, score
from grpo_paper.figure import source
from grpo_paper.files import whole

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "mutants"
LEAST = 95
"""Of a hundred mutants so many must die."""
SEED = 0
Change = tuple[str, str, str]


def modules() -> list[str]:
    """All that have mutants, as "theory.zoo"."""
    files = [file for pattern in config().only_mutate for file in sorted(ROOT.glob(pattern))]
    return [".".join(file.relative_to(ROOT / "grpo_paper").with_suffix("").parts) for file in files]


def generate(names: list[str], jobs: int) -> list[str]:
    """Make a copy of the project that has all mutants of these modules in it; return the mutants' names."""
    shutil.rmtree(PLACE, ignore_errors=True)
    files = [str(path(name).relative_to(ROOT)) for name in names]
    config().only_mutate = files
    with redirect_stdout(StringIO()):  # the name of every file
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(jobs)
    made = (PLACE / f"{file}.meta" for file in files)
    return [mutant for meta in made if meta.exists() for mutant in json.loads(meta.read_text())["exit_code_by_key"]]


def run(mutants: dict[str, bool], tests: list[str], jobs: int) -> Iterator[tuple[str, str]]:
    """Each mutant, and what becomes of it: killed, out of time, survived. Those that are listed are marked."""
    (PLACE / "mutants.json").write_text(json.dumps(mutants))
    to_read, to_write = os.pipe()
    # "stats" is mutmut's word for no mutant, only noting which functions run.
    environment = {"JOBS": str(jobs), "MUTANT_UNDER_TEST": "stats", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(PLACE)}
    command = [sys.executable, "-m", "pytest", "-ptests.mutation.each", *config().pytest_add_cli_args, *tests]
    environment = os.environ | environment | {"RESULTS": str(to_write)}
    trying = subprocess.Popen(command, cwd=PLACE, env=environment, pass_fds=[to_write])
    os.close(to_write)
    with open(to_read) as results:
        for line in results:
            yield tuple(json.loads(line))
    if trying.wait():
        raise SystemExit("The mutants could not be tried; what pytest says stands above.")


def own(name: str) -> list[str]:
    """The files of a module's own tests."""
    home, module = name.split(".")
    return sorted(str(file.relative_to(ROOT)) for file in (ROOT / "tests" / home).glob(f"test_{module}*.py"))


def module(mutant: str) -> str:
    """Whose mutant it is."""
    return mutant.rpartition(".")[0].removeprefix("grpo_paper.")


def function(mutant: str) -> str:
    """What is changed."""
    home, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    return f"{home}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


def change(mutant: str) -> Change:
    """A mutant in words that outlive a new numbering: the function, and its changed lines before and after."""
    home, _, name = mutant.rpartition(".")
    spans = _spans(home.replace(".", "/") + ".py")
    names = [f"{name.rpartition('__mutmut_')[0]}__mutmut_orig", name]
    texts = zip(spans.read_function_sources(names), names, strict=True)
    lines = list(unified_diff(*(text.replace(name, "").splitlines() for text, name in texts), n=0))[2:]
    before, after = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return function(mutant), before, after


_spans = cache(MutantLineSpans.load)


def state(name: str) -> dict[str, str]:
    """What a module's score is of: commit and date, and a digest of its code."""
    commit, _, changes = source.commit().partition("+")
    return {"commit": commit[:7] + "+changes" * bool(changes), "date": date.today().isoformat(), "code": code(name)}


def keep(name: str, row: dict[str, Any]) -> None:
    """Put a module's row into the file; drop those of modules that are no more."""
    kept = json.loads(SCORE.read_text()) | {name: row}
    with whole(SCORE) as partial:
        there = {name: kept[name] for name in sorted(kept) if path(name).exists()}
        partial.write_text(json.dumps(there, indent=1, ensure_ascii=False) + "\n")
    print(
        "{module:<22}{mutants:>6} mutants, {survive:>4} survive, {die, %:.1f} % die".format(**score()[name]), flush=True
    )


@click.command()
@click.argument("names", metavar="MODULES", nargs=-1)
@click.option("--again", is_flag=True, help="Of modules whose code is as it was, try only what survived the last time.")
@click.option("--own", "alone", is_flag=True, help="Run only the modules' own tests; --again tries the others'.")
@click.option("--tests", "beside", multiple=True, help="Run this file of tests, beside the modules' own.")
@click.option("--sample", type=click.IntRange(min=1), help="Try only so many mutants, drawn with a fixed seed.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Mutants tried at once.")
def main(
    names: tuple[str, ...], again: bool, alone: bool, beside: tuple[str, ...], sample: int | None, jobs: int
) -> None:
    """Print the score of MODULES, or of all; fail where a mutant survives that is not listed, or too many do."""
    os.chdir(ROOT)
    if unknown := set(names) - set(modules()):
        raise SystemExit(f"No module is called {', '.join(sorted(unknown))}; there are {', '.join(modules())}.")
    reasons = {(entry["function"], entry["before"], entry["after"]): entry["reason"] for entry in listed()}
    functions = {name for name, _, _ in reasons}
    mutants = generate(list(names) or modules(), jobs)
    rows = {name: state(name) | {"killed": 0, "out of time": 0} for name in set(map(module, mutants))}
    if again:
        kept = json.loads(SCORE.read_text())
        known = {name: kept[name] for name in rows.keys() & kept if kept[name]["code"] == rows[name]["code"]}
        mutants = [one for one in mutants if module(one) not in known or one in known[module(one)]["survivors"]]
        for name, row in known.items():
            rows[name] |= {"killed": row["killed"], "out of time": row["out of time"]}
    if sample is not None and sample < len(mutants):
        mutants = random.Random(SEED).sample(mutants, sample)
    left = Counter(map(module, mutants))
    lists = {one: function(one) in functions and change(one) in reasons for one in mutants}
    survivors: dict[str, Change] = {}
    faults = 0

    def fault(sentence: str, key: Change) -> None:
        nonlocal faults
        faults += 1
        print("{}: {}\n- {}\n+ {}".format(sentence, *key), flush=True)

    tests = config().pytest_add_cli_args_test_selection
    if alone or beside:
        tests = [*(file for name in rows for file in own(name)), *beside]
    for mutant, result in run(lists, tests, jobs):
        name = module(mutant)
        left[name] -= 1
        if result == "survived":
            survivors[mutant] = change(mutant)
            if not lists[mutant]:
                fault(f"No test sees this change; test it, or say why in {LISTED.name}", survivors[mutant])
        else:
            rows[name][result] += 1
        if not left[name] and sample is None:
            keep(name, rows[name] | {"survivors": {one: survivors[one] for one in survivors if module(one) == name}})
    if sample is None:
        for key in sorted(reasons.keys() - set(survivors.values())):
            if key[0].startswith(tuple(f"grpo_paper.{name}." for name in left)):
                fault(f"{LISTED.name} lists a change that does not survive; take it out", key)
        if (dead := score()["all"]["die, %"]) < LEAST:
            raise SystemExit(f"{dead:.1f} % of all mutants die; it must be {LEAST} % at least")
    if faults:
        raise SystemExit(f"{faults} faults stand above")


if __name__ == "__main__":
    main()
