"""Small logs, written by hand in each format, and their groups counted by a dictionary."""

import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet

from grpo_paper.runs.reading import read
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings


class Row(NamedTuple):
    """One answer."""

    step: int
    prompt: str
    reward: float
    answer: str = ""


def some_rows(steps: Iterable[int] = (1, 2, 3), prompts: int = 5, size: int = 4, seed: int = 0) -> list[Row]:
    """Groups of answers to a few prompts, some of them hard to write down."""
    rng = random.Random(seed)
    texts = [f'{number}, “q”\nof "{number}"; a\\b, 2+2' for number in range(prompts)]
    return [
        Row(step, prompt, float(rng.random() < 0.4), f"{step}-{prompt[:2]}-{number}")
        for step in steps
        for prompt in rng.sample(texts, prompts - 1)
        for number in range(size)
    ]


def counted(rows: Iterable[Row], right: float = 1.0) -> dict[tuple[int, str], tuple[int, int]]:
    """How many were right, and how many there were, by step and prompt: the oracle."""
    groups: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        groups[row.step, " ".join(row.prompt.split())][0] += row.reward == right
        groups[row.step, " ".join(row.prompt.split())][1] += 1
    return {key: (found[0], found[1]) for key, found in groups.items()}


def of(run: Run) -> dict[tuple[int, str], tuple[int, int]]:
    """The same of a run, whose prompts are short enough to be shown whole."""
    groups = run.groups
    columns = (groups.step, groups.prompt, groups.right, groups.size)
    return {(step, groups.prompts[p]): (r, n) for step, p, r, n in zip(*(c.tolist() for c in columns), strict=True)}


def reads(path: Path, **given: Any) -> Run:
    return read(path, Settings(), **given)


def notes(path: Path, **given: Any) -> str:
    return "\n".join(reads(path, **given).notes)


def trl(folder: Path, rows: list[Row], chat: bool = False, **columns: list[Any]) -> Path:
    """As TRL writes it: one file a step."""
    for step in {row.step for row in rows}:
        at = [row for row in rows if row.step == step]
        trl_file(folder, step, at, chat, **columns)
    return folder


def trl_file(folder: Path, step: int, rows: list[Row], chat: bool = False, **columns: list[Any]) -> Path:
    file = folder / "completions" / f"completions_{step:05d}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    prompts = [[{"content": row.prompt, "role": "user"}] if chat else row.prompt for row in rows]
    table = {
        "step": [step] * len(rows),
        "prompt": prompts,
        "completion": [row.answer for row in rows],
        **(columns or {"correct": [row.reward for row in rows]}),
        "advantage": [row.reward - 0.4 for row in rows],
    }
    pa.parquet.write_table(pa.table(table), file)
    return file


def verl(folder: Path, rows: list[Row], validation: bool = False, uid: bool = False) -> Path:
    """As verl writes it: one file a step; the older trainer has no uid, and its rows are in any order."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in {row.step for row in rows}:
        at = [row for row in rows if row.step == step]
        if not uid:
            random.Random(step).shuffle(at)
        with (folder / f"{step}.jsonl").open("w") as file:
            for number, row in enumerate(at):
                line = {"input": row.prompt, "output": row.answer, "gts": "4", "score": row.reward, "step": step}
                line |= {"reward": row.reward} if validation else {}
                line |= {"uid": f"{row.prompt[0]}c5c-4a{step}_{number}_0"} if uid else {}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return folder


def table(file: Path, rows: list[Row], names: tuple[str, str, str] = ("step", "prompt", "reward")) -> Path:
    """A plain table, with a column that nobody needs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [dict(zip((*names, "answer"), row, strict=True)) for row in rows]
    if file.suffix == ".csv":
        with file.open("w", newline="") as out:
            writer = csv.DictWriter(out, (*names, "answer"))
            writer.writeheader()
            writer.writerows(lines)
    elif file.suffix == ".parquet":
        pa.parquet.write_table(pa.Table.from_pylist(lines), file)
    else:
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file
