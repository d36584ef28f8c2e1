"""A build that is stopped or hindered, or whose site is damaged, says so, and the next one makes a whole site."""

import errno
import os
import runpy
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_book.config import get_final_config

from book.pipeline import ROOT, build, endings, record, site, stage, workplace


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

    @pytest.mark.parametrize(
        ("stderr", "said"),
        [
            ("WARNING: a.md\nTraceback (most recent call last):\n  x", "WARNING: a.md"),
            ("Traceback (most", "Traceback (most"),
        ],
    )
    def test_what_jupyter_book_complains_of(self, stderr, said, tmp_path, monkeypatch) -> None:
        told = subprocess.CompletedProcess([], 1, stderr=stderr)
        monkeypatch.setattr(site.subprocess, "run", lambda *given, **named: told)
        with pytest.raises(SystemExit) as stopped:
            site.make_site(tmp_path, tmp_path, "Version 1.")
        assert str(stopped.value).startswith(f"{said}\nThe site was not built; the warnings above are errors.")

    def test_a_disk_that_is_full_for_jupyter_book(self, tmp_path, monkeypatch) -> None:
        stderr = "WARNING: theme.css: OSError(28, 'No space left on device')\n" * 100
        told = subprocess.CompletedProcess([], 2, stderr=stderr)
        monkeypatch.setattr(site.subprocess, "run", lambda *given, **named: told)
        with pytest.raises(SystemExit) as stopped, endings.in_sentences():
            site.make_site(tmp_path, tmp_path / "output", "Version 1.")
        assert str(stopped.value).startswith(f"{tmp_path / 'output'} could not be read or written (No space left on ")

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
