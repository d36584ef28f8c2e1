"""The small explorers in chapters and the points that figures open the explorer at."""

import re
import shutil
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import Browser, Page, expect

from book.pipeline import ROOT
from book.pipeline.explorer import lay_out
from grpo_paper import fixed_points
from grpo_paper.figure.points import POINTS
from grpo_paper.figure.register import register

pytestmark = pytest.mark.browser
SMALL = re.compile(r'<div class="small-explorer".*?</div>', re.DOTALL)
SOURCES = [ROOT / "book" / "intro.md", *sorted((ROOT / "notebooks").glob("*.md"))]
BLOCKS = {path.stem: block for path in SOURCES for block in SMALL.findall(path.read_text())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page with all small explorers of the book, and what they load."""
    made = tmp_path_factory.mktemp("small")
    lay_out(made / "_static" / "explorer")
    shutil.copy(ROOT / "book" / "_assets" / "small-explorer.js", made / "_static")
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Small</title>'
    script = '<script src="_static/small-explorer.js"></script></head><body>'
    (made / "small.html").write_text(f"{head}{script}{''.join(BLOCKS.values())}</body></html>")
    return made


@pytest.fixture
def page(browser: Browser, folder) -> Iterator[Page]:
    opened, wrong = browser.new_page(), []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto((folder / "small.html").as_uri())
    expect(opened.locator(".explorer-verdict").last).not_to_be_empty()
    yield opened
    opened.close()
    assert wrong == []


def test_they_stand_where_they_should() -> None:
    assert {"intro", "success-map", "stability", "clipping"} <= set(BLOCKS)


def test_each_says_what_the_explorer_says_of_its_point(page, standing) -> None:
    for small, block in zip(page.locator(".small-explorer").all(), BLOCKS.values(), strict=True):
        address = unescape(re.search(r'data-point="([^"]*)"', block)[1])
        assert standing.go(address).part("refusal").is_hidden()
        verdict = standing.part("summary").locator("strong").inner_text()
        assert small.locator(".explorer-verdict").inner_text() == verdict
        assert small.locator("svg circle").count() > 2
        assert standing.page.evaluate("([a, b]) => POINT.write(POINT.read(a).point) === b", [
            address, small.locator("a").get_attribute("href").partition("#")[2],
        ])  # fmt: skip


def test_a_slider_moves_the_words_the_plot_and_the_link(page) -> None:
    small = page.locator(".small-explorer").first
    small.get_by_label(re.compile("^beta")).focus()
    plot = small.locator("svg").first.inner_html()
    page.keyboard.press("ArrowRight")
    beta = float(small.locator("input[type=text]").nth(1).input_value())
    assert beta == 1.02
    lowest = fixed_points(0.2, beta, 1e-5).p[0]
    expect(small.locator(".explorer-verdict")).to_contain_text(f"settles at {lowest:.4f}")
    assert "beta=1.02" in small.locator("a").get_attribute("href")
    assert small.locator("svg").first.inner_html() != plot


def test_a_bad_value_is_refused(page) -> None:
    small = page.locator(".small-explorer").first
    small.locator("input[type=text]").first.fill("2")
    said = small.locator(".explorer-refusal").inner_text()
    assert said == "p_ref = 2 is outside its domain: it must be a number above 0 and below 1; 0.2 is kept."


@pytest.mark.parametrize("id", POINTS)
def test_a_figure_opens_the_explorer(id, standing) -> None:
    assert id in register()
    assert standing.go(POINTS[id]).part("refusal").is_hidden()
    assert len(standing.drawing()) == 4
