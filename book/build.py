"""Build the book: execute what changed, stage it beside the hand-written pages, and let jupyter-book make the site."""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import nbformat
from chapters import KEPT, ROOT, Chapter, ChapterError, refresh
from cost import tables
from interactive import lay_out
from passports import drop_pictures, hand_out
from symbols import symbols
from verify import faults

from grpo_paper import __version__, domain
from grpo_paper.figure import source

BUILD = ROOT / "build"
STAGED = BUILD / "source"
HTML = BUILD / "html"
STAMP = BUILD / "html.sha256"
RESULTS = ROOT / "benchmarks" / "results"


def stage(chapters: list[Chapter]) -> None:
    """Lay out the source of the site: pages, executed chapters, figures, MathJax."""
    from grpo_paper.ledger import errata_page, footer, statements_page  # brings torch, which takes a second

    shutil.rmtree(STAGED, ignore_errors=True)
    shutil.copytree(ROOT / "book", STAGED, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
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


def inputs() -> str:
    """One digest of all that makes the site: executed chapters, pages, the library with its ledger, the commit."""
    total = hashlib.sha256(source.commit().encode())
    for folder in (KEPT, ROOT / "book", ROOT / "grpo_paper", RESULTS):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def slim(site: Path) -> None:
    """Drop what no reader loads, half of the site, and show each figure from the address at which it is cited.

    Of highlighted code that is a mark for every word that has the colour of plain text: half of a page's elements.
    """
    for pattern in ("_static/**/*.map", "_static/**/*.ttf", "_static/locales", "_images/fig-*.svg"):
        for path in list(site.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8").replace("_images/fig-", "figures/fig-")
        text = re.sub(r'<span class="(?:n|nn|p|w)">([^<]*)</span>', r"\1", text)
        # A list for screen readers has list items, and docutils gives it none.
        text = text.replace('<div role="list" class="citation-list">', '<div class="citation-list">')
        page.write_text(text, encoding="utf-8")


def make_site() -> None:
    """Run jupyter-book with warnings as errors and put the result in place in one step."""
    output = BUILD / "site"
    program = str(Path(sys.executable).with_name("jupyter-book"))
    command = [program, "build", str(STAGED), "--path-output", str(output)]
    # All pages every time: glued values of other pages go stale in an incremental build.
    flags = ["--all", "--warningiserror", "--keep-going", "--nitpick", "--quiet"]
    shutil.rmtree(output, ignore_errors=True)  # what a failed build left would change the next one's bytes
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1767225600"}  # 2026, the year in the footer
    if subprocess.run([*command, *flags], env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit("The site was not built; the warnings above are errors. The former site, if any, is intact.")
    made = output / "_build" / "html"
    slim(made)
    if wrong := faults(made):
        raise SystemExit("\n".join(["The site was not put in place:", *wrong]))
    shutil.rmtree(HTML, ignore_errors=True)
    made.rename(HTML)


def main() -> None:
    """Command line of ``make book``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=domain.PROFILES, help="without it, what each chapter says")
    parser.add_argument("--seed", type=int, help="seed of every chapter; without it, what each chapter says")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="chapters executed at a time")
    options = parser.parse_args()
    for name, value, least in (("seed", options.seed or 0, 0), ("jobs", options.jobs, 1)):
        try:
            domain.whole(name, value, least)
        except ValueError as error:
            parser.error(str(error))
    BUILD.mkdir(exist_ok=True)
    lock = (BUILD / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("Another build of this book is running; wait for it or stop it.") from None
    given = {"profile": options.profile, "seed": options.seed}
    try:
        chapters = refresh({name: value for name, value in given.items() if value is not None}, options.jobs)
    except ChapterError as error:
        raise SystemExit(f"{error}\nThe book was not built. Chapters that succeeded are kept.") from None
    except KeyboardInterrupt:
        raise SystemExit(
            "\nStopped. Chapters that were finished are kept; the next build goes on from there."
        ) from None
    now = inputs()
    if HTML.exists() and STAMP.exists() and STAMP.read_text() == now:
        print("Nothing changed; the site is up to date.")
    else:
        STAMP.unlink(missing_ok=True)
        stage(chapters)
        make_site()
        STAMP.write_text(now)
    print(f"The book: {HTML / 'index.html'}")


if __name__ == "__main__":
    main()
