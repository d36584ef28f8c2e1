"""Let jupyter-book make the site of what was staged, check it, and put it in place."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from book.pipeline import BUILD
from book.pipeline.faults import faults
from book.pipeline.stage import STAGED

HTML = BUILD / "html"


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
