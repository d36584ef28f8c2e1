"""How a number is written for a reader, beside formulas and code, which stay as they are."""

import re
from collections.abc import Callable
from decimal import Decimal

SET = re.compile(r"(`[^`]*`|\$[^$]*\$)")
"""What Markdown sets by itself: code and mathematics."""
POWER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)(?!\w)")
NO_SIGN = re.compile(r"(?<!\w)[-−+](0(?:\.0+)?)(?![\w.])")
MINUS = re.compile(r"(?<![\w-])-(?=\d)")
PER_CENT = re.compile(r"(?<=\d) ?%")
RAISE = re.compile(r"(?<=\S)\^(?:\(([^()]*)\)|(−?\d+|\w))")
INDEX = re.compile(r"(?<=\b[pπLΩ])_(ref|G)\b")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
WITHOUT_POWER = 3
"""Up to this power of ten a number is written out."""


def written(text: str) -> str:
    """The numbers of a text: with a minus sign, as powers of ten, no minus 0, next to their name and per cent.

    >>> written("-0.5, 1.2e-05, 1e-137, 6.2e-01, 2e+00, 1.583e+3, -0.00, +0.5, 2-cycle, `1e-5`, $10^{-5}$")
    '−0.5, 1.2·10⁻⁵, 10⁻¹³⁷, 0.62, 2, 1583, 0.00, +0.5, 2-cycle, `1e-5`, $10^{-5}$'
    >>> (written("85%"), written("k = 4")) == ("85\\u00a0%", "k\\u00a0=\\u00a04")
    True
    """
    return _beside_formulas(_written, text)


def placed(text: str) -> str:
    """Powers and the indices of the paper's letters where HTML has them.

    >>> placed("p^G, q^(G−1), 10^−40, p_ref, Ω_G, `p_ref`, top_p")
    'p<sup>G</sup>, q<sup>G−1</sup>, 10<sup>−40</sup>, p<sub>ref</sub>, Ω<sub>G</sub>, `p_ref`, top_p'
    """
    return _beside_formulas(lambda part: INDEX.sub(r"<sub>\1</sub>", RAISE.sub(r"<sup>\1\2</sup>", part)), text)


def _beside_formulas(change: Callable[[str], str], text: str) -> str:
    parts = SET.split(text)
    parts[::2] = map(change, parts[::2])
    return "".join(parts)


def _written(text: str) -> str:
    text = MINUS.sub("−", NO_SIGN.sub(r"\1", POWER.sub(_power, text)))
    return PER_CENT.sub("\u00a0%", text).replace(" = ", "\u00a0=\u00a0")


def _power(number: re.Match[str]) -> str:
    digits, power = number[1], int(number[2])
    if not float(digits):
        return "0"
    if abs(power) <= WITHOUT_POWER:
        return f"{Decimal(digits).scaleb(power):f}"
    ten = f"10{str(power).translate(RAISED)}"
    return ten if digits == "1" else f"{digits}·{ten}"
