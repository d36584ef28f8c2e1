"""Lay out the source of the site: hand-written pages, executed chapters, figures, tables, MathJax."""

import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import nbformat

from book.pipeline import BUILD, ROOT, house
from book.pipeline.chapters import Chapter
from book.pipeline.cost import tables
from book.pipeline.explorer import lay_out
from book.pipeline.passports import drop_pictures, hand_out
from book.pipeline.symbols import symbols
from grpo_paper import __version__
from grpo_paper.figure import source
from grpo_paper.ledger.pages import errata_page, footer, statements_page

STAGED = BUILD / "source"
RESULTS = ROOT / "benchmarks" / "results"


def stage(chapters: list[Chapter]) -> None:
    """Lay out the source of the site: pages, executed chapters, figures, MathJax."""
    shutil.rmtree(STAGED, ignore_errors=True)
    shutil.copytree(ROOT / "book", STAGED, ignore=shutil.ignore_patterns("pipeline", "__pycache__"))
    config = STAGED / "_config.yml"
    config.write_text(config.read_text().replace("VERSION", version()))
    notation = (ROOT / "book" / "notation.md").read_text()
    for chapter in chapters:
        notebook = nbformat.read(chapter.kept / f"{chapter.name}.ipynb", as_version=4)
        prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(symbols(notation, prose), id="symbols"))
        notebook.cells.append(nbformat.v4.new_markdown_cell(footer(chapter.name), id="ledger"))
        drop_pictures(notebook)
        (STAGED / "notebooks").mkdir(exist_ok=True)
        nbformat.write(notebook, STAGED / "notebooks" / f"{chapter.name}.ipynb")
    (STAGED / "figures.md").write_text(hand_out(chapters, STAGED / "_extra" / "figures"))
    (STAGED / "_cost").mkdir()
    for name, table in tables(RESULTS).items():
        (STAGED / "_cost" / f"{name}.md").write_text(table)
    (STAGED / "_house").mkdir()
    (STAGED / "_house" / "rooms.md").write_text(house.page())
    lay_out(STAGED / "_assets" / "explorer")
    (STAGED / "statements.md").write_text(statements_page())
    (STAGED / "errata.md").write_text(errata_page())
    mathjax = Path(str(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax")))
    for part in ("tex-chtml-full.js", "output/chtml/fonts/woff-v2"):
        original, target = mathjax / part, STAGED / "_assets" / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if original.is_dir() else shutil.copy)(original, target)


def version() -> str:
    """The companion's version, with the commit and its date where there is one."""
    commit, _, changes = source.commit().partition("+")
    dated = subprocess.run(["git", "show", "-s", "--format=%cs", commit], cwd=ROOT, capture_output=True, text=True)
    made = f", commit {commit[:8]} of {dated.stdout.strip()}" if dated.returncode == 0 else ""
    return f"Version {__version__}{made}{' with changes' if changes else ''}."
