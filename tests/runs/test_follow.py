"""A run that goes on: each look takes up what is new and whole, and the last gives what reading it at once gives."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grpo_paper.runs import trl, verl
from grpo_paper.runs.faults import NothingYetError
from grpo_paper.runs.follow import follow
from grpo_paper.runs.settings import Settings
from tests.runs import logs
from tests.runs.logs import Row, counted, of, reads, some_rows

ROWS = some_rows()
AT = {step: [row for row in ROWS if row.step == step] for step in (1, 2, 3)}
SEEN = list[dict[tuple[int, str], tuple[int, int]]]


def _nothing() -> None:
    pass


def followed(path: Path, *events: Callable[[], object]) -> SEEN:
    """What was seen while one thing happens after the other, with two looks before and after each."""
    looks = iter([step for event in (_nothing, *events) for step in (event, _nothing)])

    def over(seconds: float) -> bool:
        event = next(looks, None)
        if event is not None:
            event()
        return event is None

    return [of(run) for run in follow(path, Settings(), over)]


@pytest.mark.parametrize("kind", ["trl", "verl"])
def test_each_step_is_seen_once(kind, tmp_path) -> None:
    """From before the folder is there on."""
    path = tmp_path / "run"
    write = {"trl": logs.trl, "verl": logs.verl}[kind]
    seen = followed(path, *(lambda at=at: write(path, at) for at in AT.values()))
    assert seen == [
        counted(AT[1]),
        counted(AT[1] + AT[2]),
        counted(ROWS),
        counted(ROWS),
    ]


@pytest.mark.parametrize(("source", "write"), [(trl.Completions, logs.trl), (verl.Dumps, logs.verl)])
def test_only_what_is_new_is_read(source, write, tmp_path, monkeypatch) -> None:
    read, plain = [], source.rows
    monkeypatch.setattr(source, "rows", lambda self, file: read.append(file) or plain(self, file))
    followed(tmp_path, *(lambda at=at: write(tmp_path, at) for at in AT.values()))
    assert len(read) == len(set(read)) == 3


def test_a_file_is_taken_up_when_it_is_whole(tmp_path) -> None:
    """One that cannot be read is tried again, and one that grows is not read while it does."""
    logs.trl(tmp_path, AT[1])
    whole = logs.trl_file(tmp_path, 2, AT[2])
    content = whole.read_bytes()
    whole.write_bytes(content[:100])
    seen = followed(tmp_path, lambda: whole.write_bytes(content[:200]), lambda: whole.write_bytes(content))
    assert seen == [counted(AT[1]), counted(AT[1] + AT[2]), counted(AT[1] + AT[2])]


@pytest.mark.parametrize("kind", ["dump", "table"])
def test_lines_are_added(kind, tmp_path) -> None:
    """To a dump, or to a table, that was read already: the whole is read anew, its half lines left out."""
    path = logs.verl(tmp_path, AT[1]) if kind == "dump" else logs.table(tmp_path / "a.jsonl", AT[1])
    file = path / "1.jsonl" if kind == "dump" else path
    line = json.dumps({"input": "new", "output": "", "score": 1, "step": 1, "prompt": "new", "reward": 1}) + "\n"

    def add(text: str) -> None:
        with file.open("a") as out:
            out.write(text)

    seen = followed(path, lambda: add(line[:20]), lambda: add(line[20:]))
    assert seen == [counted(AT[1])] * 2 + [counted([*AT[1], Row(1, "new", 1.0)])] * 2


def test_rollouts_that_come_after_a_first_validation_are_what_is_followed(tmp_path) -> None:
    other = some_rows([0], seed=9)
    for folder in ("x", "y"):  # of their own, and together
        path = tmp_path / folder
        there = (path / "val", path / "train") if folder == "x" else (path, path)
        seen = followed(
            path, lambda to=there[0]: logs.verl(to, other, validation=True), lambda to=there[1]: logs.verl(to, AT[1])
        )
        assert seen == [counted(other), counted(AT[1]), counted(AT[1])]


def test_an_evaluation_that_overwrites_a_step_that_was_read_changes_nothing(tmp_path) -> None:
    logs.trl(tmp_path, AT[1])
    seen = followed(tmp_path, lambda: logs.trl_file(tmp_path, 1, [Row(1, "other", 1.0)]))
    assert seen[-1] == counted(AT[1])


def test_what_cannot_be_told_yet_is_no_error_until_the_end(tmp_path) -> None:
    wrong = [Row(1, "a", -1.0)] * 2
    assert followed(tmp_path, lambda: logs.verl(tmp_path, wrong), lambda: logs.verl(tmp_path, [Row(2, "a", 1.0)]))[
        0
    ] == {(1, "a"): (0, 2), (2, "a"): (1, 1)}
    logs.verl(tmp_path / "x", wrong)
    with pytest.raises(NothingYetError, match="every reward is -1"):
        followed(tmp_path / "x")
    with pytest.raises(NothingYetError, match="does not exist"):
        followed(tmp_path / "none")


def test_what_never_can_be_told_is_one_at_once(tmp_path) -> None:
    looks = []
    logs.verl(tmp_path, [Row(1, "a", float(reward)) for reward in range(3)])
    with pytest.raises(ValueError, match="not binary"):
        list(follow(tmp_path, Settings(), lambda _: len(looks) > 5 or looks.append(0)))
    assert len(looks) < 3


def test_a_file_that_changes_after_it_was_read_is_told(tmp_path) -> None:
    logs.trl(tmp_path, ROWS)
    file = tmp_path / "completions" / "completions_00001.parquet"
    runs = follow(tmp_path, Settings(), _times(3))
    next(runs)
    os.utime(file, (1, 1))
    *_, last = runs
    assert "1 of 3 (33.3 %) files have changed since they were read, completions_00001.parquet" in "\n".join(last.notes)


def _times(number: int) -> Callable[[float], bool]:
    looks = iter(range(number))
    return lambda seconds: next(looks, None) is None


def test_the_last_is_what_reading_gives(tmp_path) -> None:
    logs.trl(tmp_path, ROWS)
    *_, last = follow(tmp_path, Settings(), _times(2))
    once = reads(tmp_path)
    assert (of(last), last.notes, last.settings) == (of(once), once.notes, once.settings)
