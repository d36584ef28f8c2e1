"""The book as a PDF, from one long page of the staged source, and the cheat sheet: printed by Chromium and linked."""

import re
import shutil
from pathlib import Path

import pikepdf

from book.pipeline import BUILD, epub, record
from book.pipeline.browser import CHROMIUM, MISSING, launch, wait_for_mathematics
from book.pipeline.chapters import chapters
from book.pipeline.endings import in_sentences
from book.pipeline.faults import read
from book.pipeline.site import HTML, RECORD, inputs, jupyter_book
from book.pipeline.stage import stage, version
from book.pipeline.workplace import put, workplace
from grpo_paper.files import whole

PDF = BUILD / "grpo-executed.pdf"
EPUB = BUILD / "grpo-executed.epub"
FOOTER = '<div style="font-size:8px; width:100%; text-align:center"><span class="pageNumber"></span></div>'
MINUTE = 60_000
SHEET = "cheat-sheet"
PLACE = re.compile(r'(<span class="whole-book">).*?(</span>)')
"""What the footer of every page has where the link to the PDF goes."""
SHEET_PLACE = re.compile(r'(<span class="sheet">).*?(</span>)')


def one_page(source: Path, output: Path) -> Path:
    """The book as a single HTML page."""
    failure = "The book could not be put on one page; the reasons are above."
    jupyter_book(source, output, failure, "--builder", "custom", "--custom-builder", "singlehtml")
    return output / "_build" / "singlehtml" / "intro.html"


def print_page(page: Path, pdf: Path, scale: float) -> None:
    """Print with an outline, tags for readers, and page numbers. Symbols are unfolded, code and checks are not."""
    with launch() as browser:
        sheet = browser.new_page(color_scheme="light")
        sheet.set_default_timeout(5 * MINUTE)
        sheet.goto(page.as_uri())
        wait_for_mathematics(sheet)
        folded = "details.sd-dropdown:not(.checks)"
        sheet.eval_on_selector_all(folded, "all => all.forEach(details => { details.open = true; })")
        sheet.pdf(
            path=str(pdf),
            format="A4",
            scale=scale,
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


def one_sheet(pdf: Path) -> None:
    """A cheat sheet is one page. Errors: SystemExit with the number of pages it has."""
    with pikepdf.open(pdf) as sheet:
        if (many := len(sheet.pages)) != 1:
            raise SystemExit(f"The cheat sheet prints on {many} pages, not one; shorten book/{SHEET}.md.")


def link(site: Path, pdf: Path, book: Path) -> None:
    """Put PDF and EPUB beside a site and links to them at the foot of every page, in the place of former ones.

    Errors: SystemExit naming a page that has no place for the links.
    """
    for file in (pdf, book):
        shutil.copy(file, site / file.name)
    for path, page in read(site).items():
        up = "../" * (len(path.relative_to(site).parts) - 1)
        links = f'The whole book as <a href="{up}{pdf.name}">PDF</a> and <a href="{up}{book.name}">EPUB</a>'
        text, places = PLACE.subn(rf"\1{links}\2", page.text)
        if places != 1 and not page.sends_on:
            raise SystemExit(
                f"{path.relative_to(site)} has {places} places for the links to PDF and EPUB, not one; see "
                "extra_footer in book/_config.yml. The site was left as it was."
            )
        if path.stem == SHEET:
            text = SHEET_PLACE.sub(rf'\1<a href="{SHEET}.pdf">One page to print</a>\2', text)
        path.write_text(text, encoding="utf-8")


def main() -> None:
    """Command line of ``make pdf``."""
    if not CHROMIUM.exists():
        raise SystemExit(MISSING)
    with workplace() as folder:
        executed = chapters({})
        made_from = inputs(executed)
        if why := record.stale(RECORD, made_from, HTML):
            raise SystemExit(f"There is no site of what is here ({why}); make book builds it.")
        print("Putting the book on one page and printing it (about a minute)", flush=True)
        stage(executed, version(), folder / "source")
        page = one_page(folder / "source", folder / "print")
        print_page(page, folder / "printed.pdf", scale=0.85)  # from 12 pt, a screen's size of text, to 10 pt
        settle(folder / "printed.pdf", PDF, page.parent)
        shutil.copytree(HTML, folder / "html")
        print_page(folder / "html" / f"{SHEET}.html", folder / "sheet.pdf", scale=0.7)
        settle(folder / "sheet.pdf", folder / "html" / f"{SHEET}.pdf", folder / "html")
        one_sheet(folder / "html" / f"{SHEET}.pdf")
        print("Packing the EPUB (half a minute)", flush=True)
        epub.set_formulas(epub.pack(folder / "source", folder / "epub"), HTML / "intro.html", EPUB)
        link(folder / "html", PDF, EPUB)
        put(folder / "html", HTML)
        record.write(RECORD, made_from, HTML)
    for file in (PDF, EPUB):
        print(f"The book: {file}, {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    with in_sentences():
        main()
