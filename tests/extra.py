"""Torch where it is installed; a test that touches it without is skipped, and says so."""

from typing import Any

import pytest


class Torch:
    """The module, imported by the first look at it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_", "pytest")):  # which pytest asks of all that stands in a file of tests
            raise AttributeError(name)
        return getattr(pytest.importorskip("torch"), name)


torch: Any = Torch()
