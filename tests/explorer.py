"""The explorer's page in a browser, with what a test asks of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page

from book.pipeline.explorer import EXPLORER, standalone

__all__ = ["EXPLORER", "Explorer", "explored", "standalone"]


class Explorer:
    """The page at one address, with all that went wrong on it; opened as it first is, if not at a point."""

    def __init__(self, browser: Browser, address: str, width: int) -> None:
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        self._page: Page = context.new_page()
        self.address, self.wrong = address, []
        self._page.on("console", lambda said: self.wrong.append(said.text))
        self._page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self._page.on("request", lambda r: r.url.startswith("file:") or self.wrong.append(r.url))

    def open(self, point: str = "") -> "Explorer":
        self._page.goto("about:blank")  # a change of the fragment alone would not load the page
        self._page.goto(self.address + point)
        return self

    def go(self, point: str) -> "Explorer":
        """Another point on the page that is there, as by a link on it."""
        self.page.evaluate(
            """point => new Promise(there => {
                addEventListener("hashchange", there, { once: true });
                const before = location.href;
                location.hash = point;
                if (location.href === before) there();
            })""",
            point,
        )
        return self

    @property
    def page(self) -> Page:
        return self.open()._page if self._page.url == "about:blank" else self._page

    def part(self, name: str) -> Locator:
        return self.page.locator(f"#explorer-{name}")

    def text(self, name: str) -> str:
        return self.part(name).inner_text()

    def drawing(self) -> list[str]:
        return [self.part(name).inner_html() for name in ("map", "fates", "rate", "odds")]

    def rows(self) -> list[list[str]]:
        texts = "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText))"
        return self.part("table").locator("tbody tr").evaluate_all(texts)


@contextmanager
def explored(browser: Browser, address: str, width: int = 1200) -> Iterator[Explorer]:
    """The page; in the end nothing must have gone wrong on it."""
    explorer = Explorer(browser, address, width)
    yield explorer
    assert explorer.wrong == []
    explorer.page.context.close()
