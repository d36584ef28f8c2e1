"""What the ledger knows of an item: where it stands, what computes it, where it is shown and what tests it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from grpo_paper.ledger.proofs import PROOFS
from grpo_paper.ledger.states import STATES

Status = Literal["proved", "certified", "computed", "measured", "not yet"]
"""How a statement is known: by a proof; by balls, for the values named; by numbers, without a proof; from runs."""
Kind = Literal["changes a conclusion", "changes a formula", "misprint", "sharpened"]
"""What an erratum amounts to, worst first; the last is none, but a statement that can be made sharper."""


class _Numbered:
    """What a statement and an erratum have from their number."""

    number: str

    @property
    def id(self) -> str:
        """Anchor in the book.

        >>> Statement("Theorem 2", "", "").id, Erratum("E1", "misprint", "", "", "").id
        ('theorem-2', 'e1')
        """
        return self.number.lower().replace(" ", "-")

    @property
    def proof(self) -> tuple[str, ...]:
        """The theorems that prove it by machine, by file and name in `proofs/`.

        >>> Statement("Theorem 3", "", "").proof, Erratum("E6", "misprint", "", "", "").proof
        (('Amplification.theorem_3',), ('Amplification.e6',))
        """
        return PROOFS.get(self.number, ())


@dataclass(frozen=True)
class Statement(_Numbered):
    """One statement: hypotheses in MyST, `page` a chapter, `test` a ``file::class`` under ``tests/``.

    functions: by where they are imported from, less the package, so that the ledger is read without what they need.
    """

    number: str
    title: str
    hypotheses: str
    functions: tuple[str, ...] = ()
    page: str = ""
    figures: tuple[str, ...] = ()
    test: str = ""
    errata: tuple[str, ...] = ()
    status: Status = "proved"

    @property
    def states(self) -> str:
        """What it says, a sentence in MyST.

        >>> Statement("Figure 3", "", "").states
        'Prompts that are in no batch move with the others, and one that no answer solves stays at 0.'
        """
        return STATES[self.number]


@dataclass(frozen=True)
class Erratum(_Numbered):
    """One erratum, in MyST text; fields as in `Statement`. What stands between “ and ” is the paper's."""

    number: str
    kind: Kind
    where: str
    as_printed: str
    holds: str
    functions: tuple[str, ...] = ()
    page: str = ""
    test: str = ""


def function(name: str) -> Callable[..., Any]:
    """The function that a record names.

    >>> function("theory.success_map.h")(0.5, 0.5, 1, 0.75)
    0.7310585786300049
    """
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(f"grpo_paper.{module}"), attribute)
