"""Hand the figures out: every file with its whole passport, and the gallery that lists them.

``python -m book.pipeline.passports`` enters the figures of the executed chapters in the register of the package.
"""

from pathlib import Path
from typing import Any

import nbformat

from book.pipeline import ROOT
from book.pipeline.chapters import Chapter, chapters
from book.pipeline.endings import in_sentences
from grpo_paper.figure import gallery, register, source
from grpo_paper.figure.passport import Passport, parse
from grpo_paper.figure.publication import MIME
from grpo_paper.figure.register import Published
from grpo_paper.figure.rerun import stamp
from grpo_paper.files import whole


def hand_out(chapters: list[Chapter], folder: Path) -> str:
    """Write the files of all figures, with the commit they are handed out at and their code; return the gallery."""
    folder.mkdir(parents=True)
    commit = source.commit()
    listed = []
    for chapter in chapters:
        for shown in _shown(nbformat.read(chapter.kept / f"{chapter.name}.ipynb", as_version=4)):
            figure = shown[MIME]
            passport = _write(chapter.kept / "figures", figure["id"], folder, commit)
            code = source.program(passport.chapter, passport.parameters, until=passport.id)
            (folder / f"{passport.id}.py").write_text(code + "\n", encoding="utf-8")
            listed.append((passport, figure["alt"]))
    return gallery.page(listed)


def registered(chapters: list[Chapter]) -> str:
    """The register of figures that the executed chapters give."""
    published = []
    for chapter in chapters:
        for shown in _shown(nbformat.read(chapter.kept / f"{chapter.name}.ipynb", as_version=4)):
            passport = parse((chapter.kept / "figures" / f"{shown[MIME]['id']}.json").read_text().strip())
            published.append(Published.of(passport))
    return register.text(published)


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


def main() -> None:
    """Command line of ``make register``."""
    with whole(register.FILE) as partial:
        partial.write_text(registered(chapters({})), encoding="utf-8")
    print(f"The register: {register.FILE.relative_to(ROOT)}")


if __name__ == "__main__":
    with in_sentences():
        main()
