"""Headless Chromium for the tests that need a real browser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def launch() -> Iterator[Browser]:
    """A browser; without Chromium the test is skipped, but where CI is set it fails."""
    if not CHROMIUM.exists():
        reason = f"needs Chromium at {CHROMIUM}; install it, or name yours in the variable CHROMIUM"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()
