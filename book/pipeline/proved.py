"""What is proved by machine, to read: each statement of Coq, verbatim from its file, beside its reading in words."""

import re
from collections.abc import Iterable

from book.pipeline.story import opens
from grpo_paper.ledger import RECORDS, Erratum, Statement
from grpo_paper.ledger.plain import plain
from grpo_paper.ledger.proofs import PARTLY, PROOFS
from grpo_paper.numerals import placed, written
from proofs.files import Theorem, theorems

BOX = re.compile(
    r"^(?P<fence>:{3,})\{(?:prf:\w+\}[^\n]*\n:label: |admonition\}[^\n]*\n:name: (?=b\d))"
    r"(?P<label>[\w-]+)$.*?^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
"""A theorem box of a chapter, whole: of the paper's, or of a statement of ours."""
SIGNS = {
    "alpha": "α", "beta": "β", "delta": "δ", "Delta": "Δ", "eps": "ε", "pi": "π", "rho": "ρ", "omega": "ω",
    "Omega": "Ω", "sqrt ": "√", " - ": " − ", "(- ": "(−", "<=": "≤", ">=": "≥", " * ": "·",
}  # fmt: skip
"""What a file of Coq writes in ASCII, by what a reader sees."""
SIGN = re.compile("|".join(rf"\b{name}(?=\b|_)" if name.isalpha() else re.escape(name) for name in SIGNS))
ENDS = "{doc}`how this is checked </machine>`"


def with_folds(text: str) -> str:
    """A cell of a chapter, with a fold after each theorem box whose item is proved by machine."""
    return BOX.sub(lambda box: box[0] + _fold_of(box["label"].removesuffix("-box")), text)


def _fold_of(label: str) -> str:
    record = RECORDS.get(label)
    return f"\n\n{fold(_of(record.proof), title(record))}" if record and record.proof else ""


def title(item: Statement | Erratum) -> str:
    """What the fold of an item is called."""
    return f"✓ Proved by machine{' in part' * (item.number in PARTLY)}: what Coq was shown"


def fold(proved: Iterable[Theorem], name: str, ends: str = ENDS) -> str:
    """Theorems as one line of MyST that opens.

    >>> print(fold([Theorem("A.b", "It is so.", "Theorem b : True.")], "✓ Proved by machine: what Coq was shown"))
    :::{dropdown} ✓ Proved by machine: what Coq was shown
    :class-container: checks
    <BLANKLINE>
    It is so.
    <BLANKLINE>
    ```text
    Theorem b : True.
    ```
    <BLANKLINE>
    `proofs/A.v`; {doc}`how this is checked </machine>`.
    :::
    """
    proved = list(proved)
    said = [f"{read(theorem.reading)}\n\n```text\n{theorem.statement}\n```\n" for theorem in proved]
    files = ", ".join(dict.fromkeys(f"`proofs/{theorem.name.partition('.')[0]}.v`" for theorem in proved))
    return opens(name, *said, f"{files}; {ends}.")


def read(words: str) -> str:
    """The reading of a theorem with its signs as on the page; the statement below it is verbatim.

    >>> read("From p_ref >= 1/2 it is at most beta sqrt eps, with a slope s < -1 of Delta_R.")
    'From p<sub>ref</sub> ≥ 1/2 it is at most β √ε, with a slope s < −1 of Δ<sub>R</sub>.'
    """
    words = SIGN.sub(lambda found: SIGNS[found[0]], words)
    return placed(written(re.sub(r"\b([pΔ])_([nR])\b", r"\1<sub>\2</sub>", words)))


def page() -> str:
    """Every item that is proved by machine, with its theorems."""
    parts = []
    for number, names in PROOFS.items():
        record = next(r for r in RECORDS.values() if r.number == number)
        about = read(plain(record.title if isinstance(record, Statement) else record.where))
        about += " (in part)" * (number in PARTLY)
        parts += [fold(_of(names), f"{number}: {about}", f"[in the ledger](#ledger-{record.id})"), ""]
    return "\n".join(parts)


def _of(names: Iterable[str]) -> list[Theorem]:
    known = theorems()
    return [known[name] for name in names]
