"""`names.csv` and the chapter that shows it; `peers` holds the same file to the installed libraries."""

import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

from tests.book.test_prose import prose

CHAPTER = (Path(__file__).parents[2] / "notebooks" / "what-to-do.md").read_text()
NAMES = list(csv.DictReader((files("grpo_paper.ledger") / "names.csv").read_text(encoding="utf-8").splitlines()))
ROLE = re.compile(r"\{[a-z:]+\}`[^`]*`")
FENCE = re.compile(r"^```.*$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
OURS = {"make peers", "grpo-paper read"}


def foreign(text: str) -> set[str]:
    """Names in code type, without the value that they are set to."""
    return {name.partition("=")[0] for name in CODE.findall(FENCE.sub("", ROLE.sub("", text)))} - OURS


def test_the_prose_gives_no_name_that_is_not_in_the_file() -> None:
    assert foreign(prose(CHAPTER)) <= {row["name"] for row in NAMES}
    assert len(foreign(prose(CHAPTER))) > 5


def test_a_name_with_a_slip_would_be_seen() -> None:
    assert "frac_reward_zero_sdt" in foreign(prose(CHAPTER) + "\nWatch `frac_reward_zero_sdt`.\n")


@pytest.mark.parametrize("decision", dict.fromkeys(row["decision"] for row in NAMES))
def test_every_decision_has_its_section_and_something_to_watch(decision) -> None:
    assert CHAPTER.count(f"(decide-{decision})=\n### ") == 1
    assert {row["kind"] for row in NAMES if row["decision"] == decision} == {"set", "watch"}


def test_no_name_is_given_twice() -> None:
    given = [(row["decision"], row["library"], row["name"]) for row in NAMES]
    assert len(given) == len(set(given))
