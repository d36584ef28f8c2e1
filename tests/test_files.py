"""A file is whole or absent, whatever happens while it is written."""

import os

import pytest

from grpo_paper.files import STALE, whole


def test_an_error_changes_nothing(tmp_path) -> None:
    path = tmp_path / "run.txt"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError), whole(path) as partial:
        partial.write_text("half" * 10_000 + "ε", encoding="ascii")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("run.txt", "before")]


def test_new_does_not_write_over_a_file(tmp_path) -> None:
    path = tmp_path / "run.txt"
    with whole(path, new=True) as partial:
        partial.write_text("first")
    with pytest.raises(FileExistsError, match=r"run\.txt could not be written"), whole(path, new=True) as partial:
        partial.write_text("second")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("run.txt", "first")]


def test_names_the_file_and_the_reason(tmp_path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "run.txt"
    with pytest.raises(OSError, match=r"file/run\.txt could not be written \(File exists\)"), whole(path) as partial:
        partial.write_text("never")


def test_removes_what_a_killed_process_left(tmp_path) -> None:
    """Not what another process may still be writing, nor what somebody else has called nearly so."""
    old, young, other, foreign = (tmp_path / name for name in (".1.run.txt", ".2.run.txt", ".1.run", ".kept.run.txt"))
    for file in (old, young, other, foreign):
        file.touch()
    path = tmp_path / "run.txt"
    with whole(path) as partial:
        partial.write_text("all of it")
        now = partial.stat().st_mtime
        for file in (old, other, foreign):
            os.utime(file, (now, now - 2 * STALE))
    assert sorted(tmp_path.iterdir()) == sorted([young, other, foreign, path])
