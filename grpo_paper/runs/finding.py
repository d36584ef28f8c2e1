"""One thing that a report says of a run, with how it is known and under what hypotheses it means something."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["exact", "estimated", "fitted", "does not apply"]
"""Counted from the log; estimated from samples, with its uncertainty; the best curve of a family; nothing."""


@dataclass(frozen=True)
class Finding:
    """What is said, in a sentence or a few, how it is known, and what it takes for granted.

    title: a few words. holds: the hypotheses, as a sentence. chapter: the title of the book's chapter that explains it.
    data: columns of one length, for the files and figures. alt: what its figure shows, for who cannot see it.
    """

    title: str
    kind: Kind
    says: str
    holds: str
    chapter: str
    data: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""

    @property
    def key(self) -> str:
        """The title as the name of a figure or of a place in a page.

        >>> Finding("Silent groups", "exact", "None is.", "Always.", "Finite groups").key
        'silent-groups'
        """
        return re.sub("[^a-z0-9]+", "-", self.title.lower()).strip("-")
