"""What a shell offers when commands, options and ids are begun."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grpo_paper.figure.register import register
from grpo_paper.ledger import RECORDS
from grpo_paper.theory.methods import METHODS


def offered(*words: str) -> list[str]:
    """As bash asks for it, once the line in the help of grpo-paper has been evaluated."""
    asked = {"_GRPO_PAPER_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    program = Path(sys.executable).with_name("grpo-paper")
    told = subprocess.run([program], env=os.environ | asked, capture_output=True, text=True, check=True)
    return [line.partition(",")[2] for line in told.stdout.splitlines()]


@pytest.mark.parametrize("command", ["cite", "reproduce"])
def test_figures(command) -> None:
    assert offered("grpo-paper", command, "fig-") == list(register())
    assert offered("grpo-paper", command, "fig-success-m") == ["fig-success-map"]


def test_statements() -> None:
    assert offered("grpo-paper", "statements", "theorem-1") == ["theorem-1", "theorem-10"]
    assert offered("grpo-paper", "statements", "") == list(RECORDS)


def test_weightings() -> None:
    assert offered("grpo-paper", "predict", "--weighting", "max") == ["maxrl"]
    assert offered("grpo-paper", "predict", "--weighting", "") == [method.key for method in METHODS]


def test_commands_options_and_choices() -> None:
    assert offered("grpo-paper", "p") == ["predict"]
    assert "--p-ref" in offered("grpo-paper", "predict", "--p")
    assert offered("grpo-paper", "cite", "--format", "b") == ["bibtex"]


def test_bash_takes_it() -> None:
    script = 'eval "$(_GRPO_PAPER_COMPLETE=bash_source grpo-paper)"; complete -p grpo-paper'
    found = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env=found)
    assert "_grpo_paper_completion" in told.stdout
