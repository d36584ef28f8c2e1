"""Numbers in prose: a chapter's text may name what its code sets and what the paper prints; results come from cells."""

import re
from pathlib import Path

import pytest

from grpo_paper.ledger import ALL

CHAPTERS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?!\w|\.\d)")
QUOTED = {
    "trajectories": {"37.5", "0.68"},  # Appendix A: the success rate after an epoch; a prompt of Figure 3
    "orbits": {"0.0442", "0.35"},  # Figure 5, panel (5, 1e-4); the exponent that E9 gives
}


def prose(text: str) -> str:
    """What a reader reads: no header, code, glue, or numbers of sections and releases."""
    text = CELL.sub("", text.split("---\n", 2)[2])
    text = re.sub(r"\{glue:text\}`[^`]*`", "", text)
    return re.sub(r"(Sections?|release|TRL|torchrl|verl) \d[\d.]*", "", text)


def typed_results(name: str, text: str) -> list[str]:
    """Decimal numbers in the prose that no cell of the chapter sets and the paper does not print."""
    code = "\n".join(CELL.findall(text))
    set_by_code = {float(number) for number in DECIMAL.findall(code)}
    return [
        number
        for number in DECIMAL.findall(prose(text))
        if float(number) not in set_by_code and number not in QUOTED.get(name, ())
    ]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_results_are_not_typed(path) -> None:
    assert typed_results(path.stem, path.read_text()) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_typed_result_is_found(path) -> None:
    """The same chapter with one number more."""
    assert "0.68135" in typed_results(path.stem, path.read_text() + "\nThe success rate ends at 0.68135.\n")


def test_what_the_paper_prints_is_still_quoted() -> None:
    for name, numbers in QUOTED.items():
        [path] = [path for path in CHAPTERS if path.stem == name]
        assert numbers <= set(DECIMAL.findall(prose(path.read_text()))), name


WITHOUT_PROOF = [r for r in ALL if r.status in ("computed", "measured") and not r.number.startswith("Figure")]
HEDGES = re.compile(r"as far as (?:can|we can)|numerical(?:ly)? eviden|empirically|apparently")


@pytest.mark.parametrize("record", WITHOUT_PROOF, ids=lambda record: record.id)
def test_what_is_not_proved_says_so_in_its_chapter(record) -> None:
    [path] = [path for path in CHAPTERS if path.stem == record.page]
    assert f"{record.status}, not proved" in " ".join(prose(path.read_text()).split())


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_and_in_no_other_words(path) -> None:
    assert not HEDGES.findall(" ".join(prose(path.read_text()).split()))


def test_the_words_are_defined() -> None:
    intro = (Path(__file__).parents[2] / "book" / "intro.md").read_text()
    assert {"computed, not proved", "measured, not proved"} <= set(re.findall(r"\w+, not proved", intro))
