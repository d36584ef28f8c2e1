"""The built site in a real browser: ``make browse``."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from grpo_paper import __version__
from tests.browser import chromium

SITE = Path(os.environ.get("SITE", Path(__file__).parents[2] / "build" / "html"))
START = SITE / "index.html"  # sends the reader on to the first page
PAGES = sorted(path for path in SITE.rglob("*.html") if "_static" not in path.parts and path != START)
MODES = ("light", "dark")
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
AXE = {"exclude": [["mjx-container"]]}  # MathJax speaks for itself, and its thousands of nodes take minutes

pytestmark = pytest.mark.site


@pytest.fixture(scope="module", params=MODES)
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme=request.param)
    yield made
    made.close()


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
    def test_is_in_order(self, path, context) -> None:
        """No error, no request to another host, all mathematics set, nothing that axe calls serious, in both modes."""
        page = context.new_page()
        watched = Watched(page)
        watched.open(path)
        assert page.locator("mjx-merror").count() == 0
        wrong = list(watched.wrong)
        found = Axe().run(page, context=AXE, options={"preload": False}).response["violations"]
        serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
        page.close()
        assert wrong == []
        assert serious == []

    def test_headings_are_in_order(self, path, context) -> None:
        page = context.new_page()
        page.goto(path.as_uri())
        levels = page.eval_on_selector_all(
            "article h1, article h2, article h3, article h4", "e => e.map(x => +x.tagName[1])"
        )
        page.close()
        assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))

    def test_fits_a_phone(self, path, browser) -> None:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        Watched(page).open(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        page.close()
        assert width <= 390

    def test_says_its_version(self, path, browser) -> None:
        page = browser.new_page()
        page.goto(path.as_uri())
        foot = page.locator("footer .extra_footer").inner_text()
        page.close()
        assert foot.startswith(f"Version {__version__}")

    def test_is_small(self, path) -> None:
        assert path.stat().st_size <= LARGEST_PAGE


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
