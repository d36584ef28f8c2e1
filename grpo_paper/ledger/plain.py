"""The TeX of titles and statements as plain text, for a terminal and for citations."""

import re
from collections import deque

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\\$]")
ATOM = re.compile(r"[-+]?[\w.*'%∘∞\u0300-\u036f]*(\([^()]*\))?")
"""What needs no brackets in a fraction, under a root or as an index."""
SIGNS = {
    "alpha": "α", "beta": "β", "delta": "δ", "varepsilon": "ε", "epsilon": "ϵ", "pi": "π", "sigma": "σ", "omega": "ω",
    "Omega": "Ω", "mu": "μ", "rho": "ρ", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "to": "→", "pm": "±",
    "approx": "≈", "equiv": "≡", "propto": "∝", "sim": "∼", "cdot": "·", "times": "×", "infty": "∞", "sum": "∑",
    "circ": "∘", "ell": "ℓ", "lvert": "|", "rvert": "|", "|": "‖", "parallel": "‖", "left": "", "right": "", ",": "",
    ";": " ", "!": "", "quad": " ", " ": " ", "mathrm": "", "mathbb": "", "mathcal": "", "operatorname": "", "text": "",
}  # fmt: skip
"""Commands by what a reader sees; one that is not here is read by its name, as log and min are."""
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}


def plain(text: str) -> str:
    """A text with its formulas in Unicode.

    >>> plain(r"At $\\beta = 5$, $p_{\\mathrm{ref}} = 10^{-4}$ it never settles.")
    'At β = 5, p_ref = 10^-4 it never settles.'
    >>> plain(r"$p_{n-1} \\le \\frac{1}{β\\sqrt{p(1-p)+ε}}$ and $\\tfrac12\\|x\\|_\\infty$")
    'p_(n-1) ≤ 1/(β√(p(1-p)+ε)) and 1/2‖x‖_∞'
    """
    tokens, spoken = deque(TOKEN.findall(text)), ""
    while tokens:
        spoken += _group(tokens)
    return re.sub(r" +", " ", spoken)


def _group(tokens: deque[str]) -> str:
    """Up to the bracket that closes the group, or the end."""
    spoken = ""
    while tokens and (token := tokens.popleft()) != "}":
        tokens.appendleft(token)
        spoken += _one(tokens)
    return spoken


def _one(tokens: deque[str]) -> str:
    """The next letter, group or command with what it applies to."""
    token = tokens.popleft() if tokens else ""
    if token == "{":
        return _group(tokens)
    if token in ("_", "^"):
        return token + _argument(tokens)
    if not token.startswith("\\"):
        return token
    name = token[1:]
    if name in ("frac", "tfrac"):
        return f"{_argument(tokens)}/{_argument(tokens)}"
    if name == "sqrt":
        return f"√{_argument(tokens)}"
    if name in ACCENTS:
        return _argument(tokens) + ACCENTS[name]
    return SIGNS.get(name, name)


def _argument(tokens: deque[str]) -> str:
    """What a command applies to, in brackets if it would come apart."""
    while tokens and tokens[0] == " ":
        tokens.popleft()
    found = _one(tokens)
    return found if ATOM.fullmatch(found) else f"({found})"
