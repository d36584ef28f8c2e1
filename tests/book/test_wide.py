"""What is wider than its place on a phone: formulas and tables, on a small page with the book's own scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from book.pipeline import ROOT

pytestmark = pytest.mark.browser
ASSETS = ROOT / "book" / "_assets"
PHONE, DESK = {"width": 390, "height": 800}, {"width": 1280, "height": 800}


def formula(em: float) -> str:
    """A formula that is so many letters wide, as MathJax would leave it."""
    set_by_mathjax = f'<mjx-container><i style="display:inline-block;width:{em}em">x</i></mjx-container>'
    return f'<div class="math">{set_by_mathjax}</div>'


PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Wide</title>
<link rel="stylesheet" href="{(ASSETS / "book.css").as_uri()}">
<style>body {{ margin: 0; font-size: 16px }}</style>
<script>window.MathJax = {{ typesetPromise: async () => {{}} }}</script>
<script src="{(ASSETS / "mathematics.js").as_uri()}"></script><script src="{(ASSETS / "wide.js").as_uri()}"></script>
</head><body class="bd-article"><article class="bd-article">
{formula(20)} {formula(30)} {formula(60)}
<div class="pst-scrollable-table-container"><table><tr><td><p style="width:36em">wide</p></td></tr></table></div>
</article></body></html>"""


@pytest.fixture
def page(browser, tmp_path) -> Iterator[Page]:
    (tmp_path / "wide.html").write_text(PAGE, encoding="utf-8")
    opened = browser.new_page(viewport=PHONE)
    opened.goto((tmp_path / "wide.html").as_uri())
    opened.evaluate("MathJax.startup.pageReady()")
    yield opened
    opened.close()


def sizes(page: Page) -> list[str]:
    return page.locator("div.math").evaluate_all("all => all.map(e => e.style.fontSize)")


def test_a_formula_is_set_smaller_and_no_smaller_than_can_be_read(page) -> None:
    """390 pixels are 24 letters of 16: the first fits, that of 30 at 80 % of its size, that of 60 not at all."""
    assert sizes(page) == ["", "80%", "70%"]
    fits, smaller, scrolled = page.locator("div.math").all()
    for place in (fits, smaller):
        assert place.evaluate("e => e.scrollWidth <= e.clientWidth")
        expect(place).not_to_contain_class("scrolled")
    expect(scrolled).to_contain_class("scrolled more")
    scrolled.evaluate("e => { e.scrollLeft = e.scrollWidth }")
    expect(scrolled).not_to_contain_class("more")


def test_on_a_wider_screen_it_has_its_size_again(page) -> None:
    page.set_viewport_size(DESK)
    page.wait_for_function("![...document.querySelectorAll('div.math')].some(e => e.style.fontSize)")
    expect(page.locator(".more")).to_have_count(0)


def test_a_table_is_set_smaller(page) -> None:
    table = page.locator(".pst-scrollable-table-container")
    assert table.evaluate("e => e.style.fontSize").endswith("%")
    assert table.evaluate("e => e.scrollWidth <= e.clientWidth + 3")
