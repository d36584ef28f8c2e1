"""The whole book as a PDF: one long page of the staged source, printed by Chromium, put beside the site and linked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf

from book.pipeline import BUILD
from book.pipeline.browser import CHROMIUM, MISSING, launch, wait_for_mathematics
from grpo_paper.files import whole

PDF = BUILD / "grpo-executed.pdf"
FOOTER = '<div style="font-size:8px; width:100%; text-align:center"><span class="pageNumber"></span></div>'
MINUTE = 60_000
PLACE = '<span class="whole-book"></span>'
"""What the footer of every page has where the link to the PDF goes."""


def one_page(output: Path) -> Path:
    """The book as a single HTML page."""
    program = str(Path(sys.executable).with_name("jupyter-book"))
    command = [program, "build", str(BUILD / "source"), "--path-output", str(output), "--quiet", "--all"]
    told = subprocess.run(
        [*command, "--builder", "custom", "--custom-builder", "singlehtml"], capture_output=True, text=True
    )
    if told.returncode:
        raise SystemExit(f"The book could not be put on one page:\n{told.stderr[-2000:]}")
    return output / "_build" / "singlehtml" / "intro.html"


def print_page(page: Path, pdf: Path) -> None:
    """Print with an outline, tags for readers, and page numbers; symbols are unfolded, code is not."""
    with launch() as browser:
        sheet = browser.new_page(color_scheme="light")
        sheet.set_default_timeout(5 * MINUTE)
        sheet.goto(page.as_uri())
        wait_for_mathematics(sheet)
        sheet.eval_on_selector_all("details.sd-dropdown", "all => all.forEach(details => { details.open = true; })")
        sheet.pdf(
            path=str(pdf),
            format="A4",
            scale=0.85,  # from 12 pt, a screen's size of text, to 10 pt
            outline=True,
            tagged=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            margin={"top": "18mm", "bottom": "18mm", "left": "16mm", "right": "16mm"},
        )


def settle(printed: Path, pdf: Path, pages: Path) -> None:
    """The same pages, smaller, without the time and place of printing: printed anywhere, the bytes are the same.

    Links to what lies beside the page become relative, so that they lead to what lies beside the PDF.
    """
    bases = (f"{pages.as_uri()}/", f"{pages.parent.as_uri()}/")
    with pikepdf.open(printed) as book, whole(pdf) as partial:
        for name in ("/CreationDate", "/ModDate", "/Creator"):
            if name in book.docinfo:
                del book.docinfo[name]
        if "/ID" in book.trailer:
            del book.trailer["/ID"]
        for page in book.pages:
            for note in page.get("/Annots", []):
                if "/A" in note and "/URI" in note.A:
                    address = str(note.A.URI)
                    for base in bases:
                        address = address.removeprefix(base)
                    note.A.URI = pikepdf.String(address)
        streams = pikepdf.ObjectStreamMode.generate
        book.save(partial, object_stream_mode=streams, recompress_flate=True, deterministic_id=True)


def link(site: Path) -> None:
    """Put the PDF beside the site and a link to it at the foot of every page."""
    shutil.copy(PDF, site / PDF.name)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if PLACE in text:
            up = "../" * (len(page.relative_to(site).parts) - 1)
            page.write_text(
                text.replace(PLACE, f'<a href="{up}{PDF.name}">The whole book as PDF</a>'), encoding="utf-8"
            )


def main() -> None:
    """Command line of ``make pdf``."""
    if not CHROMIUM.exists():
        raise SystemExit(MISSING)
    if not (BUILD / "html").exists():
        raise SystemExit("There is no site yet; make book builds it.")
    output = BUILD / "print"
    shutil.rmtree(output, ignore_errors=True)
    print("Putting the book on one page and printing it (about a minute)")
    page = one_page(output)
    print_page(page, output / "printed.pdf")
    settle(output / "printed.pdf", PDF, page.parent)
    link(BUILD / "html")
    shutil.rmtree(output)
    print(f"The book: {PDF}, {PDF.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
