"""The release: metadata files that agree, an archive that is described and checked, and the same bytes every time."""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from rocrate.rocrate import ROCrate

from book.pipeline import crate as crates
from book.pipeline import release as releases
from grpo_paper import __version__
from grpo_paper.figure import register
from grpo_paper.figure.passport import UNKNOWN, Passport

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
CODEMETA = json.loads((ROOT / "codemeta.json").read_text())
ZENODO = json.loads((ROOT / ".zenodo.json").read_text())
BIBTEX = re.compile(r"@\w+\{(\w+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^  (\w+) *= \{(.*)\},?$", re.MULTILINE)
PASSPORT = Passport(
    id="fig-minimal",
    title="A figure, <i>h</i>(p) & more",
    statements=("Theorem 2",),
    chapter="minimal",
    parameters={"profile": "quick", "seed": 0},
    dtype="float64",
    device="cpu",
    versions={"numpy": "2"},
    commit="a" * 40,
    sha256="0" * 64,
    rounded_sha256="0" * 64,
)
BUILT = {
    "notebooks/minimal.md": "# Minimal",
    "notebooks/other.md": "# Other",
    "build/chapters/minimal/minimal.ipynb": "{}",
    "build/chapters/minimal/record.json": "{}",
    "build/chapters/other/other.ipynb": '{"cells": []}',
    "build/chapters/removed/removed.ipynb": "{}",
    "build/html/.buildinfo": "config",
    "build/html/index.html": "<p>first</p>" * 1000,
    "build/html/notebooks/minimal.html": "<p>é</p>",
    "build/html/_static/a b.css": "",
    "build/html/figures/fig-minimal.svg": "<svg/>",
    "build/html/figures/fig-minimal.csv": "p,h",
    "build/html/figures/fig-minimal.json": PASSPORT.text() + "\n",
    "build/html/grpo-executed.pdf": "%PDF-",
}


def build(root: Path, order: int = 0) -> Path:
    """A small built book, its files written in some order and at some time."""
    names = sorted([*BUILT, *crates.BESIDE])
    random.Random(order).shuffle(names)
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BUILT[name].encode() if name in BUILT else (ROOT / name).read_bytes())
        path.chmod([0o644, 0o755][order % 2])
        os.utime(path, (1e9 + 1e7 * order, 1e9 + 1e7 * order))
    return root


@pytest.fixture
def unpacked(tmp_path) -> Path:
    """The archive of a small book, unpacked."""
    archive = releases.release(build(tmp_path / "book"))
    with ZipFile(archive) as packed:
        packed.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


class TestMetadata:
    def test_the_citation_has_what_its_form_asks_for(self) -> None:
        assert CITATION["cff-version"] == "1.2.0"
        assert {"message", "title", "authors"} <= CITATION.keys()
        for work in (CITATION, CITATION["preferred-citation"], *CITATION["references"]):
            assert work["type"] in {"software", "article", "conference-paper"}
            assert work["title"]
            assert all(author.keys() & {"name", "family-names"} for author in work["authors"])
        assert CITATION["preferred-citation"].items() >= {key: CITATION[key] for key in ("title", "version")}.items()
        assert str(CITATION["preferred-citation"]["year"]) == CITATION["date-released"][:4]

    def test_title_and_description(self) -> None:
        assert CITATION["title"] == CODEMETA["name"] == ZENODO["title"]
        assert PROJECT["description"] == CODEMETA["description"] == ZENODO["description"]
        assert CODEMETA["identifier"] == PROJECT["name"]

    def test_version_and_date(self) -> None:
        assert __version__ == CITATION["version"] == CODEMETA["version"] == ZENODO["version"]
        assert CITATION["date-released"] == CODEMETA["datePublished"] == ZENODO["publication_date"]

    def test_licenses(self) -> None:
        assert CITATION["license"] == list(crates.LICENSES)
        assert CODEMETA["license"] == [f"https://spdx.org/licenses/{id}" for id in CITATION["license"]]
        assert PROJECT["license"] == ZENODO["license"] == CITATION["license"][0]
        text = (ROOT / "LICENSE").read_text()
        for id, name in crates.LICENSES.items():
            assert id in ZENODO["notes"]
            assert name.rpartition(" 4.0")[0] in text

    def test_keywords_and_authors(self) -> None:
        assert PROJECT["keywords"] == CITATION["keywords"] == CODEMETA["keywords"] == ZENODO["keywords"]
        listed = [author["name"] for author in CITATION["authors"]]
        assert [author["name"] for author in CODEMETA["author"]] == listed
        assert [author["name"] for author in ZENODO["creators"]] == listed

    def test_the_paper(self) -> None:
        """arXiv v4, which is read here, and the version of record: the same in every file."""
        read, record = papers = CITATION["references"]
        for paper, told, related in zip(
            papers, CODEMETA["referencePublication"], ZENODO["related_identifiers"], strict=True
        ):
            assert (told["@id"], told["name"]) == (paper["url"], paper["title"])
            assert told["datePublished"] == str(paper["year"])
            assert [(a["familyName"], a["givenName"]) for a in told["author"]] == [
                (a["family-names"], a["given-names"]) for a in paper["authors"]
            ]
            assert related["relation"] == "isSupplementTo"
            assert related["identifier"].removeprefix("arXiv:") in paper["url"]
        assert read["title"].partition(":")[2] in PROJECT["description"]
        assert record["title"] == read["title"].replace("Effective ", "")
        volume = CODEMETA["referencePublication"][1]
        assert (volume["isPartOf"]["name"], volume["isPartOf"]["volumeNumber"]) == (
            record["collection-title"],
            str(record["volume"]),
        )
        assert (volume["pageStart"], volume["pageEnd"]) == (str(record["start"]), str(record["end"]))

    def test_the_bibliography(self) -> None:
        entries = dict(BIBTEX.findall((ROOT / "book/references.bib").read_text()))
        for paper in CITATION["references"]:
            fields = {
                name: value.replace("{", "").replace("}", "")
                for name, value in FIELD.findall(entries[f"mroueh{paper['year']}"])
            }
            [author] = paper["authors"]
            assert fields["author"] == f"{author['family-names']}, {author['given-names']}"
            assert (fields["title"], fields["url"]) == (paper["title"], paper["url"])
            if "volume" in paper:
                assert (fields["booktitle"], fields["volume"]) == (paper["collection-title"], str(paper["volume"]))
                assert fields["pages"] == f"{paper['start']}--{paper['end']}"

    @pytest.mark.parametrize("name", ["README.md", "book/intro.md"])
    def test_both_are_named_where_a_reader_begins(self, name) -> None:
        _, _, text = (ROOT / name).read_text().partition("# GRPO, executed\n\n")
        first = " ".join(text.split("\n\n")[0].split())
        _, record = CITATION["references"]
        assert CITATION["references"][0]["title"] in first
        assert "ICML 2026" in first
        assert record["url"] in first or "{cite}`mroueh2025,mroueh2026`" in first

    def test_the_same_python(self) -> None:
        assert CODEMETA["runtimePlatform"].removeprefix("Python ") == PROJECT["requires-python"]
        for name in ("readme", "buildInstructions"):
            assert (ROOT / CODEMETA[name]).is_file()


class TestContents:
    def test_what_is_in_it(self, unpacked) -> None:
        site = {f"site{name.removeprefix('build/html')}" for name in BUILT if name.startswith("build/html/")}
        wanted = {"notebooks/minimal.ipynb", "notebooks/other.ipynb", *crates.BESIDE}
        assert names(unpacked) == wanted | site - {"site/.buildinfo"} | {crates.METADATA, crates.SUMS}
        for name in crates.BESIDE:
            assert (unpacked / name).read_bytes() == (ROOT / name).read_bytes()
        assert (unpacked / "site/notebooks/minimal.html").read_text(encoding="utf-8") == "<p>é</p>"

    def test_an_ordinary_archive(self, tmp_path) -> None:
        with ZipFile(releases.release(build(tmp_path))) as packed:
            assert packed.testzip() is None
            assert packed.namelist() == sorted(packed.namelist())
            for entry in packed.infolist():
                assert entry.date_time[:3] == tuple(map(int, CITATION["date-released"].split("-")))
                assert entry.external_attr >> 16 == 0o100644
        assert [path.name for path in (tmp_path / "build/release").iterdir()] == [
            f"{PROJECT['name']}-{__version__}.zip"
        ]


class TestCrate:
    def test_is_read(self, unpacked) -> None:
        crate = ROCrate(unpacked)
        assert crate.version == crates.VERSION
        assert crate.root_dataset["name"] == CITATION["title"]
        assert crate.root_dataset["version"] == __version__
        assert str(crate.datePublished.date()) == CITATION["date-released"]
        assert [license.id for license in crate.license] == CODEMETA["license"]
        assert crate.root_dataset["author"]["name"] == "the companion's authors"
        assert [paper.id for paper in crate.isBasedOn] == [paper["url"] for paper in CITATION["references"]]
        assert {paper["author"]["name"] for paper in crate.isBasedOn} == {"Youssef Mroueh"}

    def test_every_file_of_it_is_there_and_every_file_there_is_known(self, unpacked) -> None:
        crate = ROCrate(unpacked)
        described = {entity.id: entity for entity in crate.data_entities}
        for id, entity in described.items():
            path = unpacked / id
            assert path.is_dir() if entity.type == "Dataset" else path.is_file(), id
            if "contentSize" in entity:
                assert int(entity["contentSize"]) == path.stat().st_size, id
        summed = {line.split("  ", 1)[1] for line in (unpacked / crates.SUMS).read_text().splitlines()}
        assert names(unpacked) == summed | {crates.SUMS}
        assert names(unpacked) - described.keys() == {
            crates.METADATA,  # describes the others
            "site/_static/a b.css",
            "site/notebooks/minimal.html",
        }

    def test_a_figure(self, unpacked) -> None:
        figure = ROCrate(unpacked).get("site/figures/fig-minimal.svg")
        assert figure["description"] == f"{PASSPORT.title} (SVG)"
        assert figure["encodingFormat"] == "image/svg+xml"
        assert figure["identifier"] == PASSPORT.id
        assert figure["isBasedOn"].id == "notebooks/minimal.ipynb"
        assert figure["license"].id.endswith("CC-BY-4.0")
        assert figure in ROCrate(unpacked).get("site/figures/")["hasPart"]

    def test_every_reference_within_it_resolves(self, unpacked) -> None:
        graph = json.loads((unpacked / crates.METADATA).read_text(encoding="utf-8"))["@graph"]
        ids = [entity["@id"] for entity in graph]
        assert ids == sorted(set(ids))
        values = [value for entity in graph for value in entity.values()]
        several = [item for value in values for item in (value if isinstance(value, list) else [value])]
        pointed = {item["@id"] for item in several if isinstance(item, dict)}
        assert {id for id in pointed if not id.startswith("https://w3id.org/ro/crate/")} <= set(ids)


class TestChecksums:
    def check(self, folder: Path) -> subprocess.CompletedProcess[str]:
        if not shutil.which("sha256sum"):
            pytest.skip("this machine has no sha256sum")
        command = ["sha256sum", "--check", "--strict", "--quiet", crates.SUMS]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})

    def test_hold(self, unpacked) -> None:
        told = self.check(unpacked)
        assert (told.returncode, told.stdout + told.stderr) == (0, "")

    @pytest.mark.parametrize("name", ["site/index.html", crates.METADATA, "notebooks/minimal.ipynb"])
    def test_tell_a_changed_file(self, name, unpacked) -> None:
        path = unpacked / name
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        told = self.check(unpacked)
        assert told.returncode
        assert f"{name}: FAILED" in told.stdout


class TestSameBytes:
    def test_whenever_wherever_and_in_whatever_order(self, tmp_path) -> None:
        first = releases.release(build(tmp_path / "a")).read_bytes()
        second = releases.release(build(tmp_path / "another" / "place", order=1)).read_bytes()
        assert second == first
        assert releases.release(tmp_path / "a").read_bytes() == first

    def test_whatever_the_settings(self, tmp_path) -> None:
        """Another process, hash seed, time zone, locale and mask of permissions."""
        here = releases.release(build(tmp_path / "a")).read_bytes()
        code = "import os, pathlib, sys; from book.pipeline import release; os.umask(0o77); "
        code += "release.release(pathlib.Path(sys.argv[1]))"
        told = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
        command = [sys.executable, "-c", code, str(build(tmp_path / "b", order=2))]
        subprocess.run(command, cwd=ROOT, env=told, check=True)
        [there] = (tmp_path / "b/build/release").iterdir()
        assert there.read_bytes() == here

    def test_other_contents_other_bytes(self, tmp_path) -> None:
        first = releases.release(build(tmp_path)).read_bytes()
        (tmp_path / "build/html/index.html").write_text("<p>second</p>")
        assert releases.release(tmp_path).read_bytes() != first


class TestMissing:
    @pytest.mark.parametrize(
        ("name", "target"),
        [
            ("build/html/index.html", "book"),
            ("build/html/figures/fig-minimal.json", "book"),
            ("build/chapters/other/other.ipynb", "book"),
            ("build/html/grpo-executed.pdf", "pdf"),
        ],
    )
    def test_says_which_target_makes_it(self, name, target, tmp_path) -> None:
        (build(tmp_path) / name).unlink()
        with pytest.raises(SystemExit) as told:
            releases.release(tmp_path)
        assert str(told.value) == f"There is no {name}: make {target} makes it."
        assert not (tmp_path / "build/release").exists()

    def test_the_site_comes_before_the_pdf(self, tmp_path) -> None:
        shutil.rmtree(build(tmp_path) / "build")
        with pytest.raises(SystemExit, match="make book makes it"):
            releases.release(tmp_path)

    def test_a_damaged_passport(self, tmp_path) -> None:
        (build(tmp_path) / "build/html/figures/fig-minimal.json").write_text("{}")
        with pytest.raises(SystemExit, match=r"^site/figures/fig-minimal\.json: The passport is damaged"):
            releases.release(tmp_path)

    def test_a_failure_leaves_the_former_archive(self, tmp_path, monkeypatch) -> None:
        archive = releases.release(build(tmp_path))
        before = archive.read_bytes()
        monkeypatch.setattr(ZipFile, "writestr", lambda *given, **named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            releases.release(tmp_path)
        assert [path.read_bytes() for path in archive.parent.iterdir()] == [before]


class TestCommand:
    @pytest.mark.parametrize("commit", [PASSPORT.commit, f"{PASSPORT.commit}+changes", UNKNOWN])
    def test_tells_the_digest_and_what_is_not_for_deposit(self, commit, tmp_path, monkeypatch, capsys) -> None:
        monkeypatch.setattr(releases, "ROOT", build(tmp_path))
        passport = replace(PASSPORT, commit=commit).text()
        (tmp_path / "build/html/figures/fig-minimal.json").write_text(passport + "\n")
        releases.main()
        told = capsys.readouterr().out
        [archive] = (tmp_path / "build/release").iterdir()
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        assert f"{digest}  build/release/{archive.name}\n" in told
        assert (f"Not for deposit: its figures are of commit {commit}." in told) == (commit != PASSPORT.commit)

    def test_tells_that_the_register_is_behind(self, tmp_path, monkeypatch, capsys) -> None:
        monkeypatch.setattr(releases, "ROOT", build(tmp_path))
        monkeypatch.setattr(register, "FILE", tmp_path / "register.csv")
        for title, behind in ((PASSPORT.title, False), ("Another title.", True)):
            entry = replace(register.Published.of(PASSPORT), title=title)
            register.FILE.write_text(register.text([entry]))
            releases.main()
            assert ("the package's register has other entries for fig-minimal;" in capsys.readouterr().out) == behind

    def test_tells_a_file_that_holds_the_path_of_the_folder(self, tmp_path, monkeypatch, capsys) -> None:
        monkeypatch.setattr(releases, "ROOT", build(tmp_path))
        (tmp_path / "build/html/index.html").write_text(f"made in {tmp_path}/build")
        releases.main()
        assert "Not the same elsewhere: site/index.html holds the path" in capsys.readouterr().out
