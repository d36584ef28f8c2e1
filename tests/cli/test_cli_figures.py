"""The commands about figures: their words, their exit codes, and that nothing else is written."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from grpo_paper import __version__
from grpo_paper.cli import main
from grpo_paper.figure import carry, citation, register, source
from grpo_paper.figure.passport import digest, parse
from grpo_paper.ledger.plain import plain

CHAPTER = """\
```{code-cell} python
:tags: [parameters]

profile = "quick"
seed = 0
```

```{code-cell} python
import matplotlib.pyplot as plt
from grpo_paper.chapter import begin
from grpo_paper.figure import publish

rng = begin(profile, seed)
x = rng.uniform(size=20)
figure, ax = plt.subplots()
ax.plot(x)
publish("fig-noise", figure, data={"x": x}, caption="Noise. More.", alt="Noise.")
```

```{code-cell} python
raise RuntimeError("the figure does not need this")
```
"""
NOISE = register.Published("fig-noise", "noise", r"Noise rises by 5% & $a_1$.", digest("a"))
FILES = {f"fig-noise.{suffix}" for suffix in (*carry.KINDS, "json")}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project of one chapter, and nothing built."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "noise.md").write_text(CHAPTER)
    monkeypatch.setattr(source, "ROOT", tmp_path)
    monkeypatch.setattr(source, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr("grpo_paper.figure.rerun.NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(register, "FILE", tmp_path / "notebooks" / "register.csv")
    register.FILE.write_text(register.text([NOISE]))
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


class TestReproduceAndVerify:
    def test_there_and_back(self, project) -> None:
        """Made, each file verified, and one flipped digit caught."""
        out = project / "out"
        made = run("reproduce", "fig-noise", "--out", out, "-p", "seed=4")
        assert made.exit_code == 0, made.output
        assert {path.name for path in out.iterdir()} == FILES
        assert {path.name for path in project.iterdir()} == {"notebooks", "out"}
        passport = parse((out / "fig-noise.json").read_text().strip())
        assert passport.parameters == {"profile": "quick", "seed": 4}
        assert f"{out / 'fig-noise.pdf'}\n" in made.output

        told = run("verify", out / "fig-noise.svg")
        assert (told.exit_code, told.stdout[:15]) == (0, "same: fig-noise")
        assert told.stderr == "Executing noise up to fig-noise, profile = 'quick', seed = 4.\n"
        text = (out / "fig-noise.csv").read_text()
        (out / "flipped.csv").write_text(text[:-3] + str((int(text[-3]) + 1) % 10) + text[-2:])
        told = run("verify", out / "flipped.csv")
        assert (told.exit_code, told.stderr) == (1, "")
        assert re.match(r"differs: .*digest", told.stdout)

    def test_a_file_without_a_passport(self, tmp_path) -> None:
        (tmp_path / "x.csv").write_text("x\n1\n")
        for path, why in (
            (tmp_path / "x.csv", "The file has no passport."),
            (tmp_path / "none", "none cannot be read: No such file"),
        ):
            told = run("verify", path)
            assert told.exit_code == 2
            assert told.output.startswith("cannot tell: ")
            assert why in told.output

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("fig-nose",), "No figure has the id 'fig-nose'; near it are fig-noise."),
            (("../../etc",), "No figure has the id '../../etc'"),
            (("fig-noise", "-p", "beta=1"), "noise has no parameter beta; it has profile, seed."),
            (("fig-noise", "-p", "profile=fast"), "profile = 'fast' is outside its domain"),
            (("fig-noise", "-p", "seed=-1"), "seed = -1 is outside its domain"),
            (("fig-noise", "-p", "seed=x"), "seed = 'x' is not of the kind that noise takes: it must be of type int."),
            (("fig-noise", "-p", "seed"), "'seed' does not read like name=value"),
        ],
        ids=lambda value: "_".join(value) if isinstance(value, tuple) else "",
    )
    def test_refused_in_a_sentence(self, words, message, project) -> None:
        told = run("reproduce", *words, "--out", project / "out")
        assert told.exit_code != 0
        assert message in told.output
        assert "Traceback" not in told.output
        assert not (project / "out").exists()

    def test_where_nothing_can_be_written(self, project, monkeypatch) -> None:
        """Said before the work."""
        (project / "out").write_text("a file")
        told = run("reproduce", "fig-noise", "--out", project / "out" / "x")
        assert told.exit_code == 1
        assert f"{project / 'out'} is a file; name another place" in told.output
        assert "Executing" not in told.output
        monkeypatch.setattr(os, "access", lambda place, mode: place != project)
        told = run("reproduce", "fig-noise", "--out", project / "new" / "x")
        assert told.exit_code == 1
        assert told.output == f"Error: {project} is a folder without the right to write; name another\n"

    def test_interrupted_it_does_not_say_that_a_file_differs(self, project, monkeypatch) -> None:
        def interrupted(*given: object, **more: object) -> None:
            raise KeyboardInterrupt

        assert run("reproduce", "fig-noise", "--out", project / "out").exit_code == 0
        monkeypatch.setattr("grpo_paper.figure.rerun.run", interrupted)
        told = run("verify", project / "out" / "fig-noise.csv")
        assert (told.exit_code, told.stdout) == (130, "")
        assert told.stderr.endswith("Stopped.\n")


class TestCite:
    @pytest.mark.parametrize("form", citation.FORMATS)
    def test_names_everything(self, form, project) -> None:
        told = run("cite", "fig-noise", "--format", form)
        assert told.exit_code == 0
        for part in (
            "GRPO, executed",
            "arXiv:2503.06639v4",
            "Mroueh",
            "fig-noise",
            __version__,
            NOISE.sha256,
            "PMLR 306",
        ):
            assert part in " ".join(told.output.split())

    def test_forms(self, project) -> None:
        entry = run("cite", "fig-noise").output
        assert entry.startswith("@misc{grpo-executed:fig-noise,\n")
        assert entry.count("{") == entry.count("}")
        assert r"5\% \& $a_1$" in entry
        [record] = json.loads(run("cite", "fig-noise", "--format", "csl-json").output)
        assert (record["type"], record["number"]) == ("graphic", "fig-noise")

    def test_an_unknown_figure(self, project) -> None:
        told = run("cite", "fig-nois")
        assert told.exit_code == 1
        assert "near it are fig-noise." in told.output

    def test_says_what_the_citation_file_says(self) -> None:
        root = Path(__file__).parents[2]
        file = yaml.safe_load((root / "CITATION.cff").read_text())
        assert (file["title"], file["authors"]) == (citation.COMPANION, [{"name": citation.AUTHORS}])
        assert file["preferred-citation"]["year"] == citation.YEAR
        read, record = file["references"]
        for paper in (read, record):
            for part in (paper["title"], str(paper["year"]), paper["authors"][0]["family-names"]):
                assert part in citation.PAPER
        assert "arXiv:2503.06639v4" in citation.PAPER
        pages = f"{record['collection-title']}, PMLR {record['volume']}:{record['start']}–{record['end']}"
        assert pages in citation.PAPER


class TestFigures:
    def test_lists_every_figure_with_its_chapter_and_title(self) -> None:
        told = run("figures")
        assert told.exit_code == 0
        listed = {line.split()[0]: line.split()[1] for line in told.output.splitlines()}
        assert listed == source.figures()
        assert "$" not in told.output
        assert r"\mathrm" not in told.output
        assert all(plain(figure.title) in told.output for figure in register.register().values())

    @pytest.mark.parametrize("command", ["figures", "cite", "reproduce", "verify"])
    def test_help_has_an_example(self, command) -> None:
        told = run(command, "--help")
        assert told.exit_code == 0
        assert f"grpo-paper {command}" in told.output

    def test_help_is_quick(self) -> None:
        heavy = "{'torch', 'matplotlib', 'IPython'}"
        code = f"import sys; from grpo_paper import cli; sys.exit(bool({heavy} & sys.modules.keys()))"
        assert subprocess.run([sys.executable, "-c", code]).returncode == 0
