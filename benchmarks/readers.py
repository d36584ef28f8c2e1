"""A log of ten million answers, read and reported: seconds and memory of a fresh process, for each format.

The prompts' success rates are drawn once, the answers by them; a file of TRL or verl has one step.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from benchmarks.record import keep
from grpo_paper.runs.reading import read
from grpo_paper.runs.report import report
from grpo_paper.runs.settings import known

PROMPTS, GROUP_SIZE, GROUPS = 10_000, 8, 128
"""Prompts of the data set, answers to each, and groups at a step."""
QUESTION = "Question {}: a shop sells pencils by the dozen, and pens one at a time. What do they cost together?"
ANSWER = "Let us think step by step. " * 75
"""About 2 kB."""


def steps(rows: int, answers: int) -> Iterator[tuple[int, pa.Table]]:
    """A table for each step, under TRL's names; answers: how many different ones there are."""
    rng = np.random.default_rng(0)
    rates = rng.beta(1, 1, PROMPTS)
    questions = pa.array([QUESTION.format(number) for number in range(PROMPTS)])
    texts = pa.array([f"{number} {ANSWER}"[: 2000 if answers else 60] for number in range(max(answers, 100))])
    size = GROUPS * GROUP_SIZE
    for step in range(1, 1 + -(-rows // size)):
        prompt = np.repeat(rng.choice(PROMPTS, GROUPS, replace=False), GROUP_SIZE)
        reward = (rng.random(size) < rates[prompt]).astype(float)
        mean = reward.reshape(GROUPS, GROUP_SIZE).mean(1).repeat(GROUP_SIZE)
        columns = {
            "step": np.full(size, step),
            "prompt": questions.take(pa.array(prompt)),
            "completion": texts.take(pa.array(rng.integers(len(texts), size=size))),
            "correct": reward,
            "advantage": (reward - mean) / np.sqrt(mean * (1 - mean) + 1e-5),
        }
        yield step, pa.table(columns)


def trl(folder: Path, rows: int) -> None:
    (folder / "completions").mkdir()
    for step, table in steps(rows, answers=500):
        pa.parquet.write_table(table, folder / "completions" / f"completions_{step:05d}.parquet")


def verl(folder: Path, rows: int) -> None:
    for step, table in steps(rows, answers=0):
        columns = [table[name].to_pylist() for name in ("prompt", "completion", "correct")]
        with (folder / f"{step}.jsonl").open("w") as file:
            for row, (prompt, completion, score) in enumerate(zip(*columns, strict=True)):
                line = {"input": prompt, "output": completion, "gts": "42", "score": score, "step": step}
                uid = f"{step:08x}-7c5c-4a3e-9a44-{row // GROUP_SIZE:012x}_{row % GROUP_SIZE}_0"
                file.write(json.dumps(line | {"uid": uid}) + "\n")


def table(folder: Path, rows: int) -> None:
    schema = pa.schema([("step", pa.int64()), ("prompt", pa.string()), ("reward", pa.float64())])
    with pa.csv.CSVWriter(folder / "answers.csv", schema) as file:
        for _, made in steps(rows, answers=0):
            file.write(made.select(["step", "prompt", "correct"]).rename_columns(schema.names))


LOGS: dict[str, tuple[Callable[[Path, int], None], str]] = {
    "TRL, Parquet": (trl, "."),
    "verl, lines of JSON": (verl, "."),
    "one CSV": (table, "answers.csv"),
}


def measured(path: Path) -> dict[str, float]:
    """What it costs to read and report in this process, imports included in the memory alone."""
    start, spent = time.perf_counter(), time.process_time()
    run = read(path, known({"group_size": GROUP_SIZE, "beta": 0.04, "weighting": "grpo"}))
    after = time.perf_counter()
    report(run)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "answers": int(run.groups.size.sum()),
        "read s": after - start,
        "report s": time.perf_counter() - after,
        "cpu s": time.process_time() - spent,
        "peak GiB": peak / 2**30,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10**7)
    parser.add_argument("--measure", type=Path)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measured(given.measure)))
        return
    found: list[dict[str, Any]] = []
    for name, (write, place) in LOGS.items():
        with TemporaryDirectory() as folder:
            write(Path(folder), given.rows)
            files = [file for file in Path(folder).rglob("*.*") if file.is_file()]
            log = {"log": name, "files": len(files), "GB": sum(file.stat().st_size for file in files) / 1e9}
            words = [sys.executable, "-m", "benchmarks.readers", "--measure", str(Path(folder) / place)]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            found.append(log | json.loads(done.stdout))
            print(found[-1], flush=True)
    keep("read", "cpu", found)


if __name__ == "__main__":
    main()
