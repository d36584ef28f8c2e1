"""Strange files: each is a run, or is refused in a sentence; nothing else, and the process lives.

GRPO_FUZZ=100000 tries as many of each kind; without it, some hundred.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grpo_paper.runs.faults import BrokenFileError, NothingYetError
from grpo_paper.runs.run import Run
from tests.runs import logs
from tests.runs.logs import reads, some_rows

FUZZ = settings(
    max_examples=int(os.environ.get("GRPO_FUZZ", "100")),
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
ROWS = some_rows(prompts=3)
WRITE = {
    "trl": lambda path: logs.trl(path, ROWS),
    "chat": lambda path: logs.trl(path, ROWS, chat=True),
    "verl": lambda path: logs.verl(path, ROWS, uid=True),
    "csv": lambda path: logs.table(path / "a.csv", ROWS),
    "parquet": lambda path: logs.table(path / "a.parquet", ROWS),
    "jsonl": lambda path: logs.table(path / "a.jsonl", ROWS),
}
DAMAGED = {
    "trl": "completions/completions_00002.parquet",
    "chat": "completions/completions_00002.parquet",
    "verl": "2.jsonl",
    "csv": "a.csv",
    "parquet": "a.parquet",
    "jsonl": "a.jsonl",
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(10**400)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Path]:
    """In memory, where there is such a place."""
    memory = Path("/dev/shm")
    path = memory / f"grpo-paper-{os.getpid()}" if memory.is_dir() else tmp_path_factory.mktemp("fuzz")
    for kind, write in WRITE.items():
        write(path / kind)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def tried(path: Path, **given: object) -> Run | None:
    """A run whose groups make sense, or a refusal in one line."""
    run = refusal = None
    try:
        run = reads(path, **given)
    except (ValueError, OSError) as error:
        refusal = error
    if run is None:
        assert type(refusal) in (ValueError, OSError, BrokenFileError, NothingYetError), repr(refusal)
        assert str(refusal)
        assert "\n" not in str(refusal)
        return None
    groups = run.groups
    assert ((groups.right >= 0) & (groups.right <= groups.size) & (groups.size > 0)).all()
    assert (np.diff(groups.step) >= 0).all()
    assert set(groups.prompt) == set(range(len(groups.prompts)))
    assert all(np.isfinite(run.scalars[name]).any() for name in run.scalars)
    return run


@FUZZ
@given(st.data())
def test_damage(place, data) -> None:
    """Bytes changed, cut off, put in, and pieces of another file."""
    kind = data.draw(st.sampled_from(list(WRITE)))
    file = place / kind / DAMAGED[kind]
    content = whole = file.read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content)))
        other = (place / (other := data.draw(st.sampled_from(list(WRITE)))) / DAMAGED[other]).read_bytes()
        start = data.draw(st.integers(0, len(other)))
        piece = data.draw(st.binary(max_size=8) | st.just(other[start : start + data.draw(st.integers(0, 400))]))
        cut = data.draw(st.integers(0, 8) | st.sampled_from([len(piece), 60, len(content)]))
        content = content[:at] + piece + content[at + cut :]
    try:
        file.write_bytes(content)
        tried(place / kind if file.parent != place / kind or kind == "verl" else file)
    finally:
        file.write_bytes(whole)


@FUZZ
@given(st.lists(st.dictionaries(st.sampled_from(["step", "input", "score", "uid"]), VALUES), max_size=3), st.booleans())
def test_values_in_lines(place, found, whole) -> None:
    """Whatever JSON can hold, among lines as they should be or alone."""
    path = place / "lines"
    path.mkdir(exist_ok=True)
    usual = {"step": 5, "input": "a", "output": "", "score": 1}
    lines = [json.dumps((usual if whole else {}) | line) for line in [usual, *found]]
    (path / "5.jsonl").write_text("\n".join(lines[not whole :]) + "\n")
    tried(path)


@FUZZ
@given(
    st.lists(st.lists(st.text(max_size=6) | st.integers().map(str) | st.floats().map(str), max_size=4), max_size=4),
    st.booleans(),
)
def test_cells_of_a_table(place, cells, columns) -> None:
    path = place / "cells.csv"
    rows = [["step", "prompt", "reward"], ["1", "a", "0"]] if columns else []
    text = "\n".join(",".join(row) for row in [*rows, *cells])
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    tried(path)


BESIDE = st.dictionaries(
    st.sampled_from(["step", "reward", "kl", "log_history", "eval_loss", "beta", "num_generations", "scale_rewards"])
    | st.sampled_from(["epsilon", "num_iterations", "steps_per_generation", "gradient_accumulation_steps"])
    | st.text(max_size=5),
    VALUES | st.sampled_from([1, 8, 0.04, "group", "pkpo:8", "pkpo:0", "nan"]),
)


@FUZZ
@given(
    st.sampled_from(["grpo-paper.json", "grpo-paper.jsonl", "trainer_state.json"]),
    BESIDE | st.lists(BESIDE, max_size=3).map(lambda found: {"log_history": found}) | VALUES,
)
def test_what_lies_beside(place, name, found) -> None:
    """Nothing in there keeps the answers from being read, unless an evaluation overwrote all of them."""
    file = place / "trl" / name
    try:
        file.write_text(json.dumps(found))
        run = tried(place / "trl")
    finally:
        file.unlink()
    assert run is not None or "eval_loss" in json.dumps(found)


@FUZZ
@given(
    st.text()
    | st.lists(st.sampled_from(["algorithm:", "  ", "\n", "adv_estimator: ", "rollout:", "n: 4", "- "])).map("".join)
)
def test_settings_of_hydra(place, text) -> None:
    file = place / "verl" / ".hydra" / "config.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert tried(place / "verl") is not None
