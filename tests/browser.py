"""Headless Chromium for the tests that need a real browser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from book.pipeline import browser as chromium


@contextmanager
def launch() -> Iterator[Browser]:
    """A browser; without Chromium the test is skipped, but where CI is set it fails."""
    if not chromium.CHROMIUM.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    with chromium.launch() as launched:
        yield launched
