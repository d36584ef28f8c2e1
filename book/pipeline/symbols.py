"""The symbols of a chapter: those rows of the notation page that its text uses, folded under its introduction."""

import re

FORMULA = re.compile(r"\$+(.+?)\$+", re.DOTALL)


def symbols(notation: str, text: str) -> str:
    """MyST text of the table for a chapter; the notation page has rows of symbol, code and meaning."""
    formulas = " ".join(FORMULA.findall(text))
    rows = [line[2:-2].split(" | ") for line in notation.splitlines() if line.startswith("| $")]
    used = [(name, meaning, code) for name, code, meaning, *_ in rows if _occurs(name, formulas, text)]
    lines = [("symbol", "meaning", "in the code"), ("---",) * 3, *used]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    end = "All of them, and other people's names for them: {doc}`/notation`."
    return f":::{{dropdown}} Symbols in this chapter\n{table}\n\n{end}\n:::"


def _occurs(names: str, formulas: str, text: str) -> bool:
    """Whether a formula has one of the symbols, or the text one of the words; what comes after = is no name."""
    for name in names.split(", "):
        symbol = FORMULA.fullmatch(name)
        letters = (symbol[1].split(" = ")[0] if symbol else name).replace(" ", "")
        spaced = r"\s*".join(re.escape(letter) for letter in letters)
        if re.search(rf"(?<![A-Za-z\\]){spaced}(?![A-Za-z])", formulas if symbol else text):
            return True
    return False
