"""Warnings that the libraries raise among themselves, and a summary of how far apart the losses are."""

import pytest
import torch

from peers.batch import LARGEST

torch.set_num_threads(1)


def pytest_configure(config: pytest.Config) -> None:
    """TRL 1.16 still reads an attribute that transformers 5.23 renamed; every other warning is an error."""
    config.addinivalue_line("filterwarnings", "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The largest relative deviation from each library, in value and gradient."""
    for library, found in LARGEST.items():
        line = f"{library}: largest relative deviation {max(found):.1e} in {len(found)} comparisons"
        terminalreporter.write_line(line)
