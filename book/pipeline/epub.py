"""The book as an EPUB: Sphinx packs the staged source, and MathJax makes MathML of its formulas for readers to set."""

import re
import zipfile
from html import unescape
from pathlib import Path

import nbformat

from book.pipeline.browser import launch, wait_for_mathematics
from book.pipeline.site import jupyter_book
from grpo_paper.files import whole

FORMULA = re.compile(
    r'<(span|div) class="(?:output text_latex )?math notranslate nohighlight"[^>]*>\s*\\([(\[])(.*?)\\[)\]]\s*</\1>',
    re.DOTALL,
)
FILES = re.compile(r'<p class="figure-files.*?</p>', re.DOTALL)
"""Links to files that lie beside the site and not in the EPUB."""
ITEM = re.compile(r'(<item id="[^"]*" href="([^"]*\.xhtml)" media-type="application/xhtml\+xml")')
LIVE = re.compile(r'^```\{raw\} html$.*?^```$|^<div class="small-explorer".*?</div>$', re.DOTALL | re.MULTILINE)
"""What moves when a reader does: a book on paper has none of it."""
AT_ONCE = 500
"""Formulas handed to the browser in one call."""


def pack(source: Path, output: Path) -> Path:
    """The book of a staged source, from which what is live is taken out, as Sphinx packs it, with formulas as TeX."""
    for page in source.rglob("*.md"):
        page.write_text(LIVE.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    for page in source.rglob("*.ipynb"):
        notebook = nbformat.read(page, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = LIVE.sub("", cell.source)
        nbformat.write(notebook, page)
    failure = "The EPUB could not be packed; the reasons are above."
    jupyter_book(source, output, failure, "--builder", "custom", "--custom-builder", "epub")
    return next((output / "_build" / "epub").glob("*.epub"))


def set_formulas(packed: Path, page: Path, epub: Path) -> None:
    """The same book with its formulas as MathML, made by the MathJax that an open page has."""
    with zipfile.ZipFile(packed) as book:
        files = {entry: book.read(entry) for entry in book.infolist()}
    texts = {entry.filename: content.decode() for entry, content in files.items() if entry.filename.endswith("xhtml")}
    found = sorted({(sign, tex) for text in texts.values() for _, sign, tex in FORMULA.findall(text)})
    set_ = dict(zip(found, _mathml(found, page), strict=True))
    with whole(epub) as partial, zipfile.ZipFile(partial, "w") as book:
        for entry, content in files.items():
            if entry.filename in texts:
                content = FORMULA.sub(lambda m: set_[m[2], m[3]], FILES.sub("", texts[entry.filename])).encode()
            elif entry.filename == "content.opf":
                with_formulas = {name for name, text in texts.items() if FORMULA.search(text)}
                content = _declared(content.decode(), with_formulas).encode()
            book.writestr(entry, content)


def _mathml(formulas: list[tuple[str, str]], page: Path) -> list[str]:
    told = [{"tex": unescape(tex), "display": sign == "["} for sign, tex in formulas]
    with launch() as browser:
        sheet = browser.new_page()
        sheet.goto(page.as_uri())
        wait_for_mathematics(sheet)
        made = []
        for start in range(0, len(told), AT_ONCE):
            call = "all => all.map(({ tex, display }) => MathJax.tex2mml(tex, { display }))"
            made += sheet.evaluate(call, told[start : start + AT_ONCE])
    return made


def _declared(package: str, names: set[str]) -> str:
    """The list of files, with those named that hold MathML: an EPUB has to say so."""
    return ITEM.sub(lambda item: item[1] + ' properties="mathml"' * (item[2] in names), package)
