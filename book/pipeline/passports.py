"""Hand the figures out: every file with its whole passport, and the gallery that lists them."""

import re
from pathlib import Path
from typing import Any

import nbformat

from book.pipeline import ROOT
from book.pipeline.chapters import Chapter
from grpo_paper.figure import gallery, source
from grpo_paper.figure.passport import Passport, parse
from grpo_paper.figure.publication import MIME
from grpo_paper.figure.rerun import stamp


def hand_out(chapters: list[Chapter], folder: Path) -> str:
    """Write the files of all figures, with the commit they are handed out at and their code; return the gallery."""
    order = re.findall(r"file: notebooks/(\S+)", (ROOT / "book" / "_toc.yml").read_text())
    folder.mkdir(parents=True)
    commit = source.commit()
    listed = []
    for chapter in sorted(chapters, key=lambda chapter: order.index(chapter.name)):
        for shown in _shown(nbformat.read(chapter.kept / f"{chapter.name}.ipynb", as_version=4)):
            figure = shown[MIME]
            passport = _write(chapter.kept / "figures", figure["id"], folder, commit)
            code = source.program(passport.chapter, passport.parameters, until=passport.id)
            (folder / f"{passport.id}.py").write_text(code + "\n", encoding="utf-8")
            listed.append((passport, figure["alt"]))
    return gallery.page(listed)


def drop_pictures(notebook: nbformat.NotebookNode) -> None:
    """Leave out what Jupyter would show of a figure, a tenth of the site: the pictures are there as files."""
    for shown in _shown(notebook):
        shown.pop("image/png")


def _shown(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [data for data in outputs if MIME in data]


def _write(kept: Path, id: str, folder: Path, commit: str) -> Passport:
    files = stamp({path.suffix[1:]: path.read_bytes() for path in kept.glob(f"{id}.*")}, commit)
    for suffix, content in files.items():
        (folder / f"{id}.{suffix}").write_bytes(content)
    return parse(files["json"].decode().strip())
