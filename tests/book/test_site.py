"""The built site in a real browser: ``make browse``."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from grpo_paper import __version__
from tests.browser import chromium

SITE = Path(os.environ.get("SITE", Path(__file__).parents[2] / "build" / "html"))
START = SITE / "index.html"  # sends the reader on to the first page
PAGES = sorted(path for path in SITE.rglob("*.html") if "_static" not in path.parts and path != START)
CHAPTERS = sorted((SITE / "notebooks").glob("*.html"))
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
FIRST_FIGURE = 900
"""Pixels from the top of a chapter to the top of its first figure."""
OPEN_CODE = 0.08
"""Share of a chapter's height."""
LARGEST_PAGE = 400_000
READABLE = 1.5
"""Seconds until the text and the mathematics on the screen are painted; the rest of a page follows piece by piece."""
LOOK = """
const painted = () => {
  const after = new MessageChannel();
  after.port1.onmessage = () => { window.readable = performance.now() / 1000; };
  after.port2.postMessage(0);
};
const look = () => {
  const seen = [...document.querySelectorAll(".math")].filter(e => {
    const { top, bottom } = e.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  const set = document.readyState !== "loading" && seen.every(e => e.querySelector("mjx-container"));
  set ? painted() : requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
SIDEWAYS = """
() => [...document.querySelectorAll("article :is(pre, table, .pst-scrollable-table-container, div.math)")]
  .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.trim().slice(0, 60))
"""
CUT = """
() => [...document.querySelectorAll("article .math")]
  .filter(e => e.scrollWidth > e.clientWidth + 3 && !e.matches(".scrolled")).map(e => e.textContent.trim().slice(0, 60))
"""
STORY = """
() => {
  const height = e => e.getBoundingClientRect().height;
  const figure = [...document.querySelectorAll("article figure img")].find(height);
  const open = [...document.querySelectorAll("article div.highlight")]
    .filter(e => e.checkVisibility({visibilityProperty: true}));
  const code = open.map(height).reduce((a, b) => a + b, 0);
  return [figure.getBoundingClientRect().top + scrollY, code / height(document.querySelector("article"))];
}
"""
AXE = {"exclude": [["mjx-container"]]}  # MathJax speaks for itself, and its thousands of nodes take minutes

pytestmark = pytest.mark.site


def serious(page: Page, options: Mapping[str, object] = MappingProxyType({})) -> list[tuple[str, str]]:
    """What axe calls serious or critical."""
    found = Axe().run(page, context=AXE, options={"preload": False} | dict(options)).response["violations"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]


class Watched:
    """A page with all that went wrong while it was open."""

    def __init__(self, page: Page) -> None:
        self.page, self.wrong = page, []
        page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        page.on("request", lambda request: self.check(request.url))

    def check(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.wrong.append(f"another host: {url}")

    def open(self, path: Path) -> None:
        self.page.goto(path.as_uri())
        chromium.wait_for_mathematics(self.page)


def test_there_is_a_site() -> None:
    assert PAGES, f"there are no pages in {SITE}; make book builds them"
    assert "url=intro.html" in START.read_text()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(SITE).as_posix())
class TestPage:
    def test_is_in_order(self, path, browser) -> None:
        """No error, no request to another host, all mathematics set, nothing that axe calls serious; all fits."""
        page = browser.new_page(viewport=WIDE)
        watched = Watched(page)
        watched.open(path)
        assert page.locator("mjx-merror").count() == 0
        assert watched.wrong == []
        assert serious(page) == []
        assert page.locator("footer .extra_footer").inner_text().startswith(f"Version {__version__}")
        assert page.evaluate(SIDEWAYS) == []
        levels = page.eval_on_selector_all(
            "article h1, article h2, article h3, article h4", "e => e.map(x => +x.tagName[1])"
        )
        assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.wait_for_function(f"!({CUT})().length")
        page.close()

    def test_can_be_read_in_the_dark(self, path, browser) -> None:
        page = browser.new_page(viewport=WIDE, color_scheme="dark")
        watched = Watched(page)
        watched.open(path)
        assert watched.wrong == []
        assert serious(page, {"runOnly": ["color-contrast"]}) == []
        page.close()

    def test_is_small(self, path) -> None:
        assert path.stat().st_size <= LARGEST_PAGE


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_tells_its_story_first(path, browser) -> None:
    """A figure on the first screen, and little code that is open."""
    page = browser.new_page(viewport=WIDE)
    Watched(page).open(path)
    first, code = page.evaluate(STORY)
    page.close()
    assert first <= FIRST_FIGURE
    assert code <= OPEN_CODE


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(SITE).as_posix())
def test_is_readable_soon(path, browser) -> None:
    """The best of five, since other programs may be at work on the machine."""
    seconds = []
    for _ in range(5):
        page = browser.new_page()
        page.add_init_script(LOOK)
        page.goto(path.as_uri())
        seconds.append(page.wait_for_function("window.readable").json_value())
        page.close()
        if seconds[-1] <= READABLE:
            break
    assert min(seconds) <= READABLE
