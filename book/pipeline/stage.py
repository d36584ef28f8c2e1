"""Lay out the source of the site: hand-written pages, executed chapters, figures, tables, MathJax."""

import re
import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import nbformat

from book.pipeline import ROOT, house, llms, mutants, proved, story
from book.pipeline.chapters import Chapter
from book.pipeline.cost import tables
from book.pipeline.explorer import lay_out
from book.pipeline.passports import drop_pictures, hand_out
from book.pipeline.symbols import symbols
from grpo_paper import __version__
from grpo_paper.figure import source
from grpo_paper.figure.passport import UNKNOWN
from grpo_paper.ledger.pages import errata_page, footer, statements_page

RESULTS = ROOT / "benchmarks" / "results"
SECTION = re.compile(r"^(\([a-z0-9-]+\)=\n)?## ", re.MULTILINE)
"""How a section begins; its anchor may stand before it."""


def stage(chapters: list[Chapter], version: str, folder: Path) -> None:
    """Lay out the source of the site in a new folder: pages, executed chapters, figures, MathJax."""
    shutil.copytree(ROOT / "book", folder, ignore=shutil.ignore_patterns("pipeline", "__pycache__"))
    config = folder / "_config.yml"
    config.write_text(config.read_text().replace("VERSION", version))
    notation = (ROOT / "book" / "notation.md").read_text()
    checks = {}
    for chapter in chapters:
        notebook = nbformat.read(chapter.kept / f"{chapter.name}.ipynb", as_version=4)
        texts = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
        prose = "\n".join(cell.source for cell in texts)
        for cell in texts:
            cell.source = proved.with_folds(cell.source)
        first = next(cell for cell in texts if SECTION.search(cell.source))
        table = symbols(notation, prose).replace("\\", r"\\")
        first.source = SECTION.sub(rf"{table}\n\n\g<0>", first.source, count=1)
        notebook.cells.append(nbformat.v4.new_markdown_cell(footer(chapter.name), id="ledger"))
        drop_pictures(notebook)
        [title] = llms.TITLE.findall(prose)
        checks[chapter.name] = title, story.fold(notebook)
        (folder / "notebooks").mkdir(exist_ok=True)
        nbformat.write(notebook, folder / "notebooks" / f"{chapter.name}.ipynb")
    (folder / "figures.md").write_text(hand_out(chapters, folder / "_extra" / "figures"))
    (folder / "checks.md").write_text(story.page(checks))
    (folder / "_cost").mkdir()
    for name, table in (tables(RESULTS) | mutants.tables()).items():
        (folder / "_cost" / f"{name}.md").write_text(table)
    (folder / "_house").mkdir()
    (folder / "_house" / "rooms.md").write_text(house.page())
    (folder / "_machine").mkdir()
    (folder / "_machine" / "theorems.md").write_text(proved.page())
    lay_out(folder / "_assets" / "explorer")
    (folder / "statements.md").write_text(statements_page())
    (folder / "errata.md").write_text(errata_page())
    (folder / "_extra" / "llms.txt").write_text(llms.contents(folder), encoding="utf-8")
    mathjax = Path(str(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax")))
    for part in ("tex-chtml.js", "output/chtml/fonts/woff-v2"):
        original, target = mathjax / part, folder / "_assets" / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if original.is_dir() else shutil.copy)(original, target)


def version() -> str:
    """The companion's version, with the commit and its date where there is one."""
    commit, _, changes = source.commit().partition("+")
    if commit == UNKNOWN:
        return f"Version {__version__}."
    command = ["git", "show", "-s", "--format=%cs", commit]
    dated = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    return f"Version {__version__}, commit {commit[:8]} of {dated}{' with changes' if changes else ''}."
