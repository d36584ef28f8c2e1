"""A build that is stopped, hindered or damaged: it says so in a sentence, and the next one makes a whole site."""

import errno
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_book.config import get_final_config

from book.pipeline import ROOT, build, endings, pdf, record, site, stage, workplace
from book.pipeline import chapters as pipeline
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


@pytest.fixture
def small(tmp_path, monkeypatch) -> SimpleNamespace:
    """A build whose chapters and pages are stand-ins, with the folders it worked in."""
    seen = SimpleNamespace(build=tmp_path / "build", html=tmp_path / "build" / "html", worked=[], inputs={"a": "1"})
    monkeypatch.setattr(workplace, "BUILD", seen.build)
    monkeypatch.setattr(endings, "BUILD", seen.build)
    monkeypatch.setattr(build, "HTML", seen.html)
    monkeypatch.setattr(build, "RECORD", seen.build / "html.json")
    monkeypatch.setattr(build, "refresh", lambda *given: [])
    monkeypatch.setattr(build, "inputs", lambda chapters: seen.inputs)
    monkeypatch.setattr(build, "stage", lambda chapters, version, folder: folder.mkdir())

    def make_site(source: Path, output: Path, version: str) -> Path:
        seen.worked.append(output.parent)
        (output / "html").mkdir(parents=True)
        (output / "html" / "index.html").write_text(f"made from {seen.inputs}")
        return output / "html"

    monkeypatch.setattr(build, "make_site", make_site)
    monkeypatch.setattr(sys, "argv", ["book"])
    return seen


def become(path: Path, text: str) -> None:
    shutil.rmtree(path)
    path.write_text(text)


class TestSite:
    def test_is_made_once(self, small, capsys) -> None:
        build.main()
        build.main()
        assert len(small.worked) == 1
        assert "Nothing changed" in capsys.readouterr().out
        assert sorted(path.name for path in small.build.iterdir()) == ["html", "html.json", "lock"]

    @pytest.mark.parametrize(
        ("damage", "why"),
        [
            (lambda html: (html / "index.html").unlink(), "its index.html was altered"),
            (lambda html: (html / "index.html").write_text("half"), "its index.html was altered"),
            (lambda html: shutil.rmtree(html), "its index.html was altered"),
            (lambda html: become(html, "not a folder"), "its index.html was altered"),
            (lambda html: (html.parent / "html.json").unlink(), "never made"),
            (lambda html: (html.parent / "html.json").write_text("[]"), "its record is damaged"),
        ],
    )
    def test_is_made_again_if_it_is_not_what_was_made(self, damage, why, small, capsys) -> None:
        build.main()
        damage(small.html)
        build.main()
        assert f"Making the site: {why}\n" in capsys.readouterr().out
        assert (small.html / "index.html").read_text() == "made from {'a': '1'}"
        assert sorted(path.name for path in small.build.iterdir()) == ["html", "html.json", "lock"]

    def test_a_build_works_where_no_other_does(self, small) -> None:
        """What a killed build's child goes on writing, even under the same names, is not in the next site."""
        build.main()
        orphan = small.worked[0] / "output" / "html"
        orphan.mkdir(parents=True)
        (orphan / "index.html").write_text("half")
        small.inputs = {"a": "2"}
        build.main()
        assert small.worked[1] != small.worked[0]
        assert not small.worked[0].exists()
        assert (small.html / "index.html").read_text() == "made from {'a': '2'}"

    @pytest.mark.parametrize("renames", [0, 1])
    def test_stopped_while_it_is_put_in_place(self, renames, small, monkeypatch) -> None:
        """Before the former site is taken away, and between that and the new one's coming."""
        build.main()
        small.inputs, left = {"a": "2"}, [None] * renames
        rename = Path.rename
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", lambda *given: rename(*given) if left and left.pop() is None else 1 / 0)
            with pytest.raises(ZeroDivisionError):
                build.main()
        assert small.html.exists() == (renames == 0)
        build.main()
        assert (small.html / "index.html").read_text() == "made from {'a': '2'}"

    def test_one_build_at_a_time(self, small) -> None:
        with workplace.workplace(), pytest.raises(SystemExit, match="Another build of this book is running"):
            build.main()

    def test_inputs_say_what_changed(self) -> None:
        found = site.inputs([])
        assert {"the commit", "book/intro.md", "grpo_paper/__init__.py", "book/pipeline/site.py"} <= found.keys()
        assert found["book/intro.md"] == record.digest(ROOT / "book" / "intro.md")

    @pytest.mark.parametrize("commit", ["unknown", "HEAD", "HEAD+changes"])
    def test_version(self, commit, monkeypatch) -> None:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        monkeypatch.setattr(stage.source, "commit", lambda: commit.replace("HEAD", head.stdout.strip()))
        told = stage.version()
        assert told.startswith(f"Version {stage.__version__}")
        assert (head.stdout[:8] in told) == ("HEAD" in commit)
        assert told.endswith("changes.") == ("changes" in commit)

    def test_the_theme_shows_the_footer(self) -> None:
        config, _ = get_final_config(
            user_yaml=ROOT / "book" / "_config.yml", cli_config={"latex_individualpages": False}
        )
        options = config["html_theme_options"]
        assert "VERSION" in options["extra_footer"]
        assert options["show_toc_level"] == 2


class TestLink:
    FOOT = '<p>Version 1. <span class="whole-book"></span></p>'

    @pytest.fixture
    def pages(self, tmp_path) -> Path:
        (tmp_path / "book.pdf").write_bytes(b"%PDF")
        html = tmp_path / "html"
        (html / "notebooks").mkdir(parents=True)
        (html / "index.html").write_text('<meta http-equiv="refresh" content="0; url=intro.html">')
        (html / "intro.html").write_text(self.FOOT)
        (html / "notebooks" / "h.html").write_text(self.FOOT)
        return html

    def test_is_on_every_page_however_often(self, pages) -> None:
        for _ in range(2):
            pdf.link(pages, pages.parent / "book.pdf")
            assert '<a href="book.pdf">The whole book as PDF</a></span>' in (pages / "intro.html").read_text()
            assert (pages / "notebooks" / "h.html").read_text().count('<a href="../book.pdf">') == 1
        assert (pages / "book.pdf").read_bytes() == b"%PDF"

    def test_a_page_without_its_place(self, pages) -> None:
        (pages / "notebooks" / "h.html").write_text("<p>Version 1.</p>")
        with pytest.raises(SystemExit, match=r"^notebooks/h\.html has 0 places for the link to the PDF, not one"):
            pdf.link(pages, pages.parent / "book.pdf")


class TestEndings:
    def test_stopped_while_it_starts(self, monkeypatch) -> None:
        """A module whose import is stopped stands for the seconds that importing takes."""

        class Starting:
            def __getattr__(self, name: str) -> None:
                raise KeyboardInterrupt

        monkeypatch.setitem(sys.modules, "book.pipeline.build", Starting())
        with pytest.raises(SystemExit, match=r"Stopped\. What was finished is kept"):
            runpy.run_module("book.pipeline", run_name="__main__")

    @pytest.mark.parametrize("step", ["refresh", "inputs", "stage", "make_site"])
    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (KeyboardInterrupt(), "\nStopped. "),
            (OSError(errno.ENOSPC, "No space left on device", "a.md"), "a.md could not be read or written (No space"),
            (OSError(errno.ENOSPC, "No space left on device"), "A file in {build} could not be read or written (No sp"),
            (shutil.Error([("a", "b.md", "no room")]), "b.md could not be read or written (no room). Make room or"),
            (OSError("It is whole or absent."), "It is whole or absent."),
        ],
        ids=repr,
    )
    def test_a_sentence_and_nothing_left(self, error, said, step, small, monkeypatch) -> None:
        def stop(*given: object) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(build, step, stop)
            with pytest.raises(SystemExit) as told, endings.in_sentences():
                build.main()
        assert str(told.value).startswith(said.replace("{build}", str(small.build)))
        assert [path.name for path in small.build.iterdir()] == ["lock"]
        build.main()
        assert (small.html / "index.html").exists()

    def test_no_place_to_build_in(self, small) -> None:
        small.build.write_text("not a folder")
        with pytest.raises(SystemExit) as told, endings.in_sentences():
            build.main()
        assert str(told.value).startswith(f"{small.build} could not be read or written (File exists). ")

    def test_workers_end_with_a_killed_build(self) -> None:
        """The worker holds the other end of the pipe: it is read to its end when both have ended."""
        code = (
            "import os, time; from concurrent.futures import ProcessPoolExecutor; from multiprocessing import "
            "get_context; from book.pipeline import chapters; pool = ProcessPoolExecutor(1, get_context('spawn'), "
            "initializer=chapters._end_with_the_build); print(pool.submit(os.getpid).result(), flush=True); "
            "time.sleep(1000)"
        )
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        worker = int(process.stdout.readline())
        process.kill()
        try:
            process.communicate(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
