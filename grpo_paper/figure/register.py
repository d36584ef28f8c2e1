"""The figures of the book as this version publishes them: ids, chapters, titles, and the digests of their data.

The register comes with the package, so that a figure can be named and cited where there is no book.
"""

import csv
import difflib
import io
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TypeVar

from grpo_paper.figure.passport import Passport

FILE = Path(__file__).with_name("register.csv")
Value = TypeVar("Value")


class FigureError(ValueError):
    """A figure that is not published, or not with such parameters, with the reason as a sentence."""


@dataclass(frozen=True)
class Published:
    """One figure; title and sha256 as in its passport."""

    id: str
    chapter: str
    title: str
    sha256: str

    @classmethod
    def of(cls, passport: Passport) -> "Published":
        """A figure by its passport."""
        return cls(passport.id, passport.chapter, passport.title, passport.sha256)


def register() -> dict[str, Published]:
    """All figures by their ids, in the order of the book."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: Published(**row) for row in csv.DictReader(file)}


def find(id: str, known: Mapping[str, Value]) -> Value:
    """What is known of a figure by its id.

    Errors: FigureError with the ids that come near.

    >>> find("fig-sucess-map", register())
    Traceback (most recent call last):
    grpo_paper.figure.register.FigureError: No figure has the id 'fig-sucess-map'; near it are fig-success-map.
    """
    if id in known:
        return known[id]
    names = {name.removeprefix("fig-"): name for name in known}  # what all share says nothing
    near = [names[bare] for bare in difflib.get_close_matches(id.removeprefix("fig-"), names, 3, 0.5)]
    raise FigureError(
        f"No figure has the id {id[:80]!r}; "
        + (f"near it are {', '.join(near)}." if near else "`grpo-paper figures` lists them.")
    )


def differing(figures: Iterable[Published]) -> list[str]:
    """The ids on which these figures, all of a book, and the register do not agree."""
    return sorted({figure.id for figure in {*figures} ^ {*register().values()}})


def text(figures: Iterable[Published]) -> str:
    """The file of a register.

    >>> print(text([Published("fig-noise", "noise", "Noise, more.", "0a")]), end="")
    id,chapter,title,sha256
    fig-noise,noise,"Noise, more.",0a
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [[field.name for field in fields(Published)], *(astuple(figure) for figure in figures)]
    )
    return out.getvalue()
