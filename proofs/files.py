"""The files of Coq, read without Coq: their order, and each theorem with its reading in words and its statement."""

import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

FOLDER = Path(__file__).parent
THEOREM = re.compile(r"\(\*\* (?P<reading>.*?) \*\)\n(?P<statement>Theorem (?P<name>\w+) :.*?)\nProof\.", re.DOTALL)
BARRED = re.compile(
    r"\b(Admitted|admit|Axiom|Axioms|Parameter|Parameters|Conjecture|Hypothesis|Variable|bypass_check"
    r"|Unset\s+(?:Guard|Positivity|Universe)\s+Checking)\b"
)
"""What would let a file say what it does not prove."""


@dataclass(frozen=True)
class Theorem:
    """A theorem by its file and name, what it says in words, and the statement as it stands in the file."""

    name: str
    reading: str
    statement: str


@cache
def needs(folder: Path = FOLDER) -> dict[str, set[str]]:
    """The files, and which of the others each requires."""
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.v"))}
    return {name: set(re.findall(r"\w+", " ".join(_required(text)))) & files.keys() for name, text in files.items()}


def order() -> tuple[str, ...]:
    """The files, each after those that it requires."""
    return tuple(TopologicalSorter(needs()).static_order())


def _required(text: str) -> list[str]:
    return re.findall(r"^Require (?:Import |Export )?([^\n]*?)\.$", text, re.MULTILINE)


@cache
def theorems(folder: Path = FOLDER) -> dict[str, Theorem]:
    """Every theorem that has its reading in words, by its file and name.

    >>> theorems()["Amplification.theorem_3"].reading
    'Every fixed point of the map lies above the reference.'
    """
    found = {}
    for path in sorted(folder.glob("*.v")):
        for match in THEOREM.finditer(path.read_text(encoding="utf-8")):
            name = f"{path.stem}.{match['name']}"
            found[name] = Theorem(name, " ".join(match["reading"].split()), match["statement"])
    return found


def barred(text: str) -> list[str]:
    """The words in a file, comments apart, that would let it say what it does not prove.

    >>> barred("(* Axiom *) Lemma x : False. Proof. Admitted.")
    ['Admitted']
    """
    return BARRED.findall(re.sub(r"\(\*.*?\*\)", "", text, flags=re.DOTALL))
