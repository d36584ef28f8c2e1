"""The explorer's files: the page's scripts and style, and beside them the formulas, generated from the library."""

import shutil
from pathlib import Path

from book.pipeline import ROOT
from book.pipeline.javascript import javascript

EXPLORER = ROOT / "book" / "explorer"


def lay_out(folder: Path) -> None:
    """Write all that the explorer's fragment loads, classic scripts that work from ``file://``, into a new folder."""
    shutil.copytree(EXPLORER, folder, ignore=shutil.ignore_patterns("*.html"))
    (folder / "formulas.js").write_text(javascript(), encoding="utf-8")


def standalone(folder: Path) -> Path:
    """The explorer as a page of its own, without the book around it; returns its path."""
    lay_out(folder / "_static" / "explorer")
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Explorer</title></head><body>'
    page = folder / "explorer.html"
    page.write_text(f"{head}{(EXPLORER / 'fragment.html').read_text(encoding='utf-8')}</body></html>", encoding="utf-8")
    return page
