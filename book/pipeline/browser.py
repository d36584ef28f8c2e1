"""Debian's or another Chromium: where it is, and when a page of the book is ready in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
MISSING = f"There is no Chromium at {CHROMIUM}; install it, or name yours in the variable CHROMIUM."
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def launch() -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


def wait_for_mathematics(page: Page) -> None:
    """Wait until all formulas of a page are typeset."""
    page.wait_for_function("[...document.querySelectorAll('.math')].every(e => e.querySelector('mjx-container'))")
