"""The link to the printed book stands on every page."""

from pathlib import Path

import pytest

from book.pipeline import pdf


class TestLink:
    FOOT = '<p>Version 1. <span class="whole-book"></span></p>'

    @pytest.fixture
    def pages(self, tmp_path) -> Path:
        (tmp_path / "book.pdf").write_bytes(b"%PDF")
        html = tmp_path / "html"
        (html / "notebooks").mkdir(parents=True)
        (html / "index.html").write_text('<meta http-equiv="refresh" content="0; url=intro.html">')
        (html / "intro.html").write_text(self.FOOT)
        (html / "notebooks" / "h.html").write_text(self.FOOT)
        return html

    def test_is_on_every_page_however_often(self, pages) -> None:
        for _ in range(2):
            pdf.link(pages, pages.parent / "book.pdf")
            assert '<a href="book.pdf">The whole book as PDF</a></span>' in (pages / "intro.html").read_text()
            assert (pages / "notebooks" / "h.html").read_text().count('<a href="../book.pdf">') == 1
        assert (pages / "book.pdf").read_bytes() == b"%PDF"

    def test_a_page_without_its_place(self, pages) -> None:
        (pages / "notebooks" / "h.html").write_text("<p>Version 1.</p>")
        with pytest.raises(SystemExit, match=r"^notebooks/h\.html has 0 places for the link to the PDF, not one"):
            pdf.link(pages, pages.parent / "book.pdf")
