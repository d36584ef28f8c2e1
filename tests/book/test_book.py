"""The book's pipeline: every chapter runs, bad parameters stop it early, and nothing half-written is kept."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from unittest import mock

import nbformat
import pytest
import yaml
from matplotlib.testing.compare import compare_images

from book.pipeline import chapters as pipeline
from book.pipeline import passports
from book.pipeline.faults import faults
from grpo_paper import ledger
from grpo_paper.figure import carry, register, rerun, source
from grpo_paper.figure.passport import parse
from grpo_paper.figure.verification import verify
from tests.book.minimal import minimal

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.md"))


@pytest.fixture(autouse=True)
def environment():
    """Running a chapter sets variables for its kernel, in a process of its own outside the tests."""
    with mock.patch.dict(os.environ):
        yield


@pytest.mark.chapter
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
class TestChapters:
    def test_runs_at_its_quick_profile(self, path, tmp_path) -> None:
        """As the book has it, if the book is there and up to date; else executed here, with another seed."""
        chapter, parameters = pipeline.Chapter(path, {}), source.defaults(path.stem)
        run = chapter.kept
        if chapter.stale():
            parameters = {"profile": "quick", "seed": 1}
            pipeline.execute(pipeline.Chapter(path, parameters), run := tmp_path / "run")
        notebook = nbformat.read(run / f"{path.stem}.ipynb", as_version=4)
        outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
        assert outputs
        assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
        figures = {p.name for p in (run / "figures").iterdir()}
        published = [figure for figure, chapter in source.figures().items() if chapter == path.stem]
        assert figures == {f"{figure}.{suffix}" for figure in published for suffix in (*carry.KINDS, "json")}

        # Every file is what its passport says: the chapter's code, run as a program without a kernel, makes it again.
        again = rerun.run(path.stem, parameters, until=published[-1])
        for figure in published:
            made = {suffix: (run / f"figures/{figure}.{suffix}").read_bytes() for suffix in again[figure]}
            handed_out = rerun.stamp(made, "unknown")
            for kind in carry.KINDS:
                file = tmp_path / f"{figure}.{kind}"
                file.write_bytes(handed_out[kind])
                verdict = verify(file, lambda id, given: again[id])
                assert (verdict.word, "byte for byte" in verdict.why) == ("same", True), f"{file.name}: {verdict}"
            passport = parse(handed_out["json"].decode().strip())
            assert (passport.chapter, passport.parameters) == (path.stem, parameters)
            entry = register.register()[figure]
            assert (entry.chapter, entry.title) == (path.stem, passport.title)

        if path.stem == "fate":  # the README shows one of its figures
            shown, drawn = ROOT / "book" / "_assets" / "readme.png", run / "figures/fig-fates.png"
            # Text is rasterised alike with the pinned matplotlib; a level or two of 256 is left for other processors.
            assert compare_images(str(shown), str(drawn), tol=2) is None

    def test_form(self, path, tmp_path) -> None:
        text = path.read_text()
        assert text.count(":tags: [parameters]") == 1
        assert "begin(profile, seed)" in text
        assert not re.search(r"filterwarnings|simplefilter", text)
        assert not re.search(r"savefig|plt\.show", text), "figures go through publish"
        assert re.search(r"^## What to take away$", text, re.MULTILINE)


class TestBadParameters:
    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"profile": "fast"}, "profile = 'fast' is outside its domain"),
            ({"seed": -1}, "seed = -1 is outside its domain"),
            ({"seed": 0.5}, "seed = 0.5 is outside its domain"),
            ({"beta": 1}, "minimal has no parameter beta"),
        ],
        ids=str,
    )
    def test_stops_with_the_reason(self, parameters, message, kept) -> None:
        with pytest.raises(pipeline.ChapterError, match=re.escape(message)):
            pipeline.execute(minimal(kept, **parameters), kept / "run")


class TestKeeping:
    def test_reasons(self, kept) -> None:
        chapter = minimal(kept / "notebooks")
        assert chapter.stale() == "never executed"
        pipeline._keep(chapter)
        assert chapter.stale() == ""
        assert pipeline.Chapter(chapter.path, {"seed": 1}).stale() == "changed: its parameters"
        (kept / "grpo_paper" / "h.py").write_text("2")
        assert chapter.stale() == "changed: grpo_paper/h.py"
        (kept / "requirements.lock").write_text("2")
        chapter.path.write_text(chapter.path.read_text() + "\n")
        assert chapter.stale() == "changed: grpo_paper/h.py, notebooks/minimal.md, requirements.lock"
        (chapter.kept / "record.json").write_text('{"half')
        assert chapter.stale() == "its record is damaged"

    def test_same_inputs_same_bytes(self, kept) -> None:
        chapter = minimal(kept / "notebooks")
        pipeline._keep(chapter)
        first = (chapter.kept / "minimal.ipynb").read_bytes()
        pipeline._keep(chapter)
        assert (chapter.kept / "minimal.ipynb").read_bytes() == first

    def test_a_failure_leaves_the_former_chapter(self, kept) -> None:
        pipeline._keep(minimal(kept / "notebooks"))
        before = (kept / "chapters" / "minimal" / "minimal.ipynb").read_bytes()
        broken = minimal(kept / "notebooks", "1 / 0")
        with pytest.raises(pipeline.ChapterError, match="ZeroDivisionError: division by zero"):
            pipeline._keep(broken)
        assert (kept / "chapters" / "minimal" / "minimal.ipynb").read_bytes() == before
        assert broken.stale() == "changed: notebooks/minimal.md"
        assert [p.name for p in (kept / "chapters").iterdir()] == ["minimal"]
        assert json.loads((kept / "build" / "failed" / "minimal.ipynb").read_text())

    def test_a_kernel_that_dies_is_named(self, kept) -> None:
        broken = minimal(kept / "notebooks", "import os; os.kill(os.getpid(), 9)")
        with pytest.raises(pipeline.ChapterError, match="minimal lost its kernel"):
            pipeline.execute(broken, kept / "run")

    def test_an_unfinished_folder_is_no_chapter(self, kept) -> None:
        chapter = minimal(kept / "notebooks")
        chapter.kept.mkdir(parents=True)
        (chapter.kept / "minimal.ipynb").write_text("{}")
        assert chapter.stale() == "never executed"


class TestHandingOut:
    BODY = """
import matplotlib.pyplot as plt
from grpo_paper.figure import publish

publish("fig-weights", plt.figure(), data={"x": [0, 1]}, caption="Two points.", alt="Nothing.")
"""

    def test_with_commit_and_statements(self, kept) -> None:
        """The kept figure knows neither; both are set when it is handed out, and a second time alike."""
        chapter = minimal(kept / "notebooks", self.BODY)
        pipeline._keep(chapter)
        page = passports.hand_out([chapter], kept / "out")
        assert "(cite-fig-weights)=\n## " in page
        assert 'alt="Nothing."' in page
        passport = parse((kept / "out" / "fig-weights.json").read_text().strip())
        code = source.program("weights", passport.parameters, until="fig-weights")
        assert (kept / "out" / "fig-weights.py").read_text() == f"{code}\n"
        assert passport.commit == source.commit()
        assert passport.statements == tuple(s.number for s in ledger.ALL if "fig-weights" in s.figures) != ()
        for kind in carry.KINDS:
            before, now = (
                (folder / f"fig-weights.{kind}").read_bytes() for folder in (chapter.kept / "figures", kept / "out")
            )
            assert carry.take(kind, now) == (passport.text(), carry.take(kind, before)[1])

        passports.hand_out([chapter], kept / "again")
        assert all(path.read_bytes() == (kept / "again" / path.name).read_bytes() for path in (kept / "out").iterdir())
        notebook = nbformat.read(chapter.kept / "minimal.ipynb", as_version=4)
        passports.drop_pictures(notebook)
        assert "image/png" not in nbformat.writes(notebook)


class TestEnvironments:
    def test_the_conda_environment_is_that_of_the_lock(self) -> None:
        conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
        [pip] = [entry["pip"] for entry in conda if isinstance(entry, dict)]
        assert pip == ["--requirement requirements.lock", "--editable .[all]"]

    def test_the_lock_satisfies_pyproject(self) -> None:
        from packaging.requirements import Requirement
        from packaging.utils import canonicalize_name

        lock = dict(line.split("==") for line in (ROOT / "requirements.lock").read_text().split())
        lock = {canonicalize_name(name): version for name, version in lock.items()}
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        for line in [*project["dependencies"], *(d for e in project["optional-dependencies"].values() for d in e)]:
            requirement = Requirement(line)
            if requirement.name == "grpo-paper":
                assert requirement.extras <= project["optional-dependencies"].keys()
                continue
            assert requirement.specifier.contains(lock[canonicalize_name(requirement.name)]), line

    def test_every_chapter_is_in_the_table_of_contents(self) -> None:
        toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
        listed = [c["file"] for part in toc["parts"] for c in part["chapters"] if c["file"].startswith("notebooks/")]
        assert sorted(listed) == [f"notebooks/{path.stem}" for path in CHAPTERS]

    def test_no_output_is_committed_beside_its_source(self) -> None:
        assert not list((ROOT / "notebooks").glob("*.ipynb"))


class TestVerify:
    PAGE = '<img src="a.png" alt="a"><a href="#here" id="here">x</a><a href="https://arxiv.org">x</a><p>Version 1.</p>'

    @pytest.mark.parametrize(
        ("html", "fault"),
        [
            ("", ""),
            ('<img src="a.png">', "without alt text"),
            ('<script src="https://cdn.example/x.js"></script>', "from another host"),
            ('<link href="//fonts.example/x.css" rel="stylesheet">', "from another host"),
            ('<a href="b.html">x</a>', "links to b.html, which does not exist"),
            ('<a href="#there">x</a>', "an anchor that does not exist"),
            ('<span class="pasted-text">nan</span>', "not a number"),
            ('<span class="pasted-text">0.5</span>', ""),
        ],
    )
    def test_finds(self, html, fault, tmp_path) -> None:
        (tmp_path / "a.png").write_bytes(b"")
        (tmp_path / "page.html").write_text(self.PAGE + html)
        found = faults(tmp_path, "Version 1.")
        assert len(found) == bool(fault)
        assert all(fault in sentence for sentence in found)

    def test_finds_a_page_without_its_version(self, tmp_path) -> None:
        (tmp_path / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=page.html" />')
        (tmp_path / "page.html").write_text("<p>Version 1.</p>")
        assert faults(tmp_path, "Version 1.") == []
        assert faults(tmp_path, "Version 1, commit abc.") == ["page.html does not say: Version 1, commit abc."]

    def test_finds_a_large_site(self, tmp_path) -> None:
        with (tmp_path / "big.bin").open("wb") as file:
            file.truncate(20_000_001)
        assert faults(tmp_path, "Version 1.") == ["the site has 20,000,001 bytes, more than 20,000,000"]


class TestReadme:
    def test_its_lines_run_as_printed(self) -> None:
        [code] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
        expected = [line.partition("# ")[2] for line in code.splitlines() if line.startswith("print")]
        assert expected
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout.splitlines() == expected

    def test_so_do_those_of_contributing(self) -> None:
        [code] = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
        expected = [line.partition("# ")[2] for line in code.splitlines() if line.startswith("print")]
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout.splitlines() == expected
        made = code[code.index("def root(") : code.index("print")].strip()
        assert len([line for line in made.splitlines() if line.strip()]) <= 15

    def test_its_targets_exist(self) -> None:
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets

    def test_its_table_says_what_the_ledger_says(self) -> None:
        readme = (ROOT / "README.md").read_text()
        for statement in ledger.ALL:
            if statement.status != "not yet" and statement.number.startswith(("Theorem", "Table")):
                row = next(line for line in readme.splitlines() if re.match(rf"\|.*\b{statement.number}\b", line))
                assert f"notebooks/{statement.page}.md" in row
        assert "Figure 3" in readme
