"""Let jupyter-book make the site of what was staged, and check it."""

import errno
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

from book.pipeline import BUILD, ROOT
from book.pipeline.chapters import Chapter
from book.pipeline.faults import faults
from book.pipeline.mutants import KEPT
from book.pipeline.record import Digests, digest, outputs
from book.pipeline.stage import RESULTS
from grpo_paper.figure import source

HTML = BUILD / "html"
RECORD = BUILD / "html.json"
"""What the site in place was made from, and its files."""
NAMED = re.compile(r"\bfa-([a-z0-9-]+)")
NAME = re.compile(r'(?<=<code class="docutils literal notranslate">)[^<]+')
LONG = 24
"""Signs from which on a name in prose may be too long for its line: it is broken between its words."""
MATH = r'<span class="math notranslate nohighlight">[^<]*</span>'
FORMULA = re.compile(rf"\({MATH}[.,;:?)]*|{MATH}[.,;:?)]+")
"""A formula with the signs at it: it is a block to a browser, which would let the sign begin a line."""
ICON = re.compile(
    r"""(?P<name>"[a-z0-9-]+"|[a-z0-9]+):\[\d+,\d+,\[(?P<aliases>[^\]]*)\],"[0-9a-f]*",(?:"[^"]*"|\[[^\]]*\])\],?"""
)
"""An icon of Font Awesome: its name, size, aliases, sign and outline."""


def inputs(chapters: list[Chapter]) -> Digests:
    """Digests of all that makes the site: executed chapters, pages, the library with its ledger, the commit."""
    found = {"the commit": source.commit()}
    for chapter in chapters:
        made = outputs(chapter.kept, chapter.recorded)
        found |= {f"executed {chapter.name}/{name}": made[name] for name in made}
    for folder in (ROOT / "book", ROOT / "grpo_paper", ROOT / "proofs", RESULTS, KEPT):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            found[path.relative_to(ROOT).as_posix()] = digest(path)
    return found


def slim(site: Path) -> None:
    """Drop what no reader loads, half of the site, and show each figure from the address at which it is cited.

    Of highlighted code that is a mark for every word that has the colour of plain text: half of a page's elements.
    """
    unused = "_static/**/*.map", "_static/**/*.ttf", "_static/**/fa-brands-*", "_static/locales", "_images/fig-*.svg"
    for pattern in unused:
        for path in list(site.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8").replace("_images/fig-", "figures/fig-")
        text = re.sub(r'<span class="(?:n|nn|p|w)">([^<]*)</span>', r"\1", text)
        # A list for screen readers has list items, and docutils gives it none.
        text = text.replace('<div role="list" class="citation-list">', '<div class="citation-list">')
        text = re.sub(r'<span class="pre">([^<]*)</span>', r"\1", text)
        text = NAME.sub(_breakable, text)
        text = FORMULA.sub(r'<span class="whole">\g<0></span>', text)
        # The theme's menu of downloads calls the print dialog ".pdf".
        text = text.replace('"btn__text-container">.pdf<', '"btn__text-container">print<')
        page.write_text(text, encoding="utf-8")
    _drop_icons(site)


def _breakable(name: re.Match[str]) -> str:
    long = len(unescape(name[0])) >= LONG
    return re.sub(r"([_./=])(?=[^\s])", r"\1<wbr>", name[0]) if long else name[0]


def _drop_icons(site: Path) -> None:
    """Of the two thousand icons that every page loads, leave those that some page or script names."""
    icons = site / "_static" / "scripts" / "fontawesome.js"
    others = [path for ending in ("html", "js") for path in site.rglob(f"*.{ending}") if path != icons]
    used = {name for path in others for name in NAMED.findall(path.read_text(encoding="utf-8"))}

    def kept(icon: re.Match[str]) -> str:
        return icon[0] if used & {icon["name"].strip('"'), *re.findall(r'"([^"]+)"', icon["aliases"])} else ""

    icons.write_text(ICON.sub(kept, icons.read_text(encoding="utf-8")), encoding="utf-8")


def jupyter_book(source: Path, output: Path, failure: str, *flags: str) -> None:
    """Run jupyter-book on all pages: glued values of other pages go stale in an incremental build.

    Errors: OSError on a full disk, SystemExit with what jupyter-book complains of and the failure in a sentence.
    """
    program = str(Path(sys.executable).with_name("jupyter-book"))
    told = subprocess.run(
        [program, "build", str(source), "--path-output", str(output), "--all", "--quiet", *flags],
        env=os.environ | {"SOURCE_DATE_EPOCH": "1767225600"},  # 2026, the year in the footer
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl-C reaches the build alone, which ends its child
    )
    if told.returncode:
        if (full := os.strerror(errno.ENOSPC)) in told.stderr:
            raise OSError(errno.ENOSPC, full, str(output))
        reasons = told.stderr.partition("Traceback (most recent call last)")[0].strip()
        raise SystemExit(f"{reasons or told.stderr[-2000:]}\n{failure}")


def make_site(source: Path, output: Path, version: str) -> Path:
    """Make the site of what was staged in a new folder, with warnings as errors, and return where in it the site is.

    Errors: SystemExit with what is wrong with the site.
    """
    failure = "The site was not built; the warnings above are errors. The former site, if any, is intact."
    jupyter_book(source, output, failure, "--warningiserror", "--keep-going", "--nitpick")
    made = output / "_build" / "html"
    slim(made)
    if wrong := faults(made, version):
        raise SystemExit("\n".join(["The site was not put in place:", *wrong]))
    return made
