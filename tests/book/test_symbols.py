"""The folded table of symbols at the top of each chapter."""

from pathlib import Path

import pytest

from book.pipeline.symbols import symbols

ROOT = Path(__file__).parents[2]

NOTATION = (ROOT / "book" / "notation.md").read_text()


def rows(text: str) -> list[str]:
    """The symbols' cells."""
    return [line.split(" | ")[0].removeprefix("| ") for line in symbols(NOTATION, text).splitlines() if "| $" in line]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"with $\beta$ and $$p_n \to p^*$$", [r"$p_{\mathrm{ref}}$, $p$, $p_n$", "$p^*$", r"$\beta$", "$n$"]),
        (r"$\hat{x}$ and $\operatorname{logit} x$ hold neither h nor p nor β", []),
        (r"$\Omega / \beta$", [r"$\beta$", r"$\Omega = \omega^+ + \omega^-$", r"$\Omega/\beta$"]),
        (r"the KL of $h'$", ["$h$, $h'$", r"$D_\alpha$, KL, TV"]),
        (r"$1-p$", [r"$p_{\mathrm{ref}}$, $p$, $p_n$", r"$1 - p = \sigma(-L)$"]),
    ],
    ids=["inline and display", "parts of words", "spaced", "a word", "a sum"],
)
def test_only_those_that_occur(text, found) -> None:
    assert rows(text) == found


def test_every_symbol_can_be_found() -> None:
    cells = [line.split(" | ")[0].removeprefix("| ") for line in NOTATION.splitlines() if line.startswith("| $")]
    assert len(cells) > 20
    assert rows(" ".join(cell.replace(" = ", "$ $") for cell in cells)) == cells
