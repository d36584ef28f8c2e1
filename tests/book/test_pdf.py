"""The link to the printed book stands on every page."""

from pathlib import Path

import pytest

from book.pipeline import epub, pdf


class TestLink:
    FOOT = '<p>Version 1. <span class="whole-book"></span></p>'

    @pytest.fixture
    def pages(self, tmp_path) -> Path:
        (tmp_path / "book.pdf").write_bytes(b"%PDF")
        (tmp_path / "book.epub").write_bytes(b"PK")
        html = tmp_path / "html"
        (html / "notebooks").mkdir(parents=True)
        (html / "index.html").write_text('<meta http-equiv="refresh" content="0; url=intro.html">')
        (html / "intro.html").write_text(self.FOOT)
        (html / "notebooks" / "h.html").write_text(self.FOOT)
        return html

    def test_is_on_every_page_however_often(self, pages) -> None:
        for _ in range(2):
            pdf.link(pages, pages.parent / "book.pdf", pages.parent / "book.epub")
            links = 'The whole book as <a href="book.pdf">PDF</a> and <a href="book.epub">EPUB</a></span>'
            assert links in (pages / "intro.html").read_text()
            assert (pages / "notebooks" / "h.html").read_text().count('<a href="../book.pdf">') == 1
        assert (pages / "book.pdf").read_bytes() == b"%PDF"

    def test_a_page_without_its_place(self, pages) -> None:
        (pages / "notebooks" / "h.html").write_text("<p>Version 1.</p>")
        with pytest.raises(SystemExit, match=r"^notebooks/h\.html has 0 places for the links to PDF and EPUB, not one"):
            pdf.link(pages, pages.parent / "book.pdf", pages.parent / "book.epub")


class TestEpub:
    FORMULA = '<{0} class="{1}math notranslate nohighlight">\n{2}</{0}>'

    def test_every_formula_is_found(self) -> None:
        inline = self.FORMULA.format("span", "", r"\(p &lt; 1\)")
        display = self.FORMULA.format("div", "output text_latex ", "\\[\\Omega\n= 1\\]")
        found = epub.FORMULA.findall(f"<p>{inline} and {inline}</p>{display}")
        assert [(sign, tex) for _, sign, tex in found] == [("(", "p &lt; 1")] * 2 + [("[", "\\Omega\n= 1")]

    def test_what_is_live_is_left_out(self) -> None:
        text = "Before.\n\n```{raw} html\n:file: a.html\n```\n\n```bash\nafter\n```"
        assert epub.LIVE.sub("", text) == "Before.\n\n\n\n```bash\nafter\n```"
