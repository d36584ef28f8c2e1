"""What is recorded of an executed chapter: a chapter that is damaged is found and executed again, and its seconds."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from book.pipeline import chapters as pipeline
from book.pipeline import record
from tests.book.minimal import minimal

FIGURE = """
import matplotlib.pyplot as plt
from grpo_paper.figure import publish

publish("fig-weights", plt.figure(), data={"x": [0, 1]}, caption="Two points.", alt="Nothing.")
"""


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def alter(path: Path) -> None:
    path.write_text(path.read_text().replace("1", "2"))


class TestDamage:
    @pytest.mark.parametrize(
        ("name", "damage"),
        [
            ("figures/fig-weights.csv", alter),
            ("figures/fig-weights.svg", empty),
            ("figures/fig-weights.pdf", Path.unlink),
            ("minimal.ipynb", cut),
            ("more.txt", Path.touch),
        ],
    )
    def test_is_found(self, name, damage: Callable[[Path], None], kept) -> None:
        chapter = minimal(kept / "notebooks")
        (chapter.kept / "figures").mkdir(parents=True)
        for made in ("minimal.ipynb", "figures/fig-weights.csv", "figures/fig-weights.svg", "figures/fig-weights.pdf"):
            (chapter.kept / made).write_text("0.1" * 100)
        record.write(chapter.recorded, chapter.inputs(), chapter.kept)
        assert chapter.stale() == ""
        damage(chapter.kept / name)
        assert chapter.stale() == f"its {name} was altered"

    def test_is_mended(self, kept) -> None:
        chapter = minimal(kept / "notebooks", FIGURE)
        pipeline._keep(chapter)
        made = record.outputs(chapter.kept, chapter.recorded)
        alter(chapter.kept / "figures/fig-weights.csv")
        assert chapter.stale() == "its figures/fig-weights.csv was altered"
        pipeline._keep(chapter)
        assert chapter.stale() == ""
        assert record.outputs(chapter.kept, chapter.recorded) == made

    @pytest.mark.parametrize("text", ["[]", "{}", "3", "null", '{"inputs": 1, "outputs": 2}', "[" * 100_000, "\0"])
    def test_a_damaged_record(self, text, tmp_path) -> None:
        (tmp_path / "record.json").write_text(text)
        assert record.stale(tmp_path / "record.json", {}, tmp_path) == "its record is damaged"

    def test_a_folder_for_a_record_and_a_file_for_a_chapter(self, kept) -> None:
        chapter = minimal(kept / "notebooks")
        chapter.recorded.mkdir(parents=True)
        assert chapter.stale() == "its record is damaged"
        shutil.rmtree(chapter.kept)
        chapter.kept.write_text("")
        assert chapter.stale() == "never executed"
        pipeline._keep(chapter)
        assert chapter.stale() == ""
        assert [path.name for path in pipeline.KEPT.iterdir()] == ["minimal"]


class TestSeconds:
    def test_are_recorded_and_told(self, kept) -> None:
        chapter = minimal(kept / "notebooks", "sum(range(10**7))")
        took = pipeline._keep(chapter)
        told = json.loads(chapter.recorded.read_text())["seconds"]
        assert told == {"processor": took.processor, "wall": took.wall}
        assert took.processor > 0
        assert b"processor" not in (chapter.kept / "minimal.ipynb").read_bytes()
