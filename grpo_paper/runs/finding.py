"""One thing that a report says of a run, with how it is known and under what hypotheses it means something."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["exact", "estimated", "fitted", "does not apply"]
"""Counted from the log; estimated from samples, with its uncertainty; the best curve of a family; nothing."""


@dataclass(frozen=True)
class Finding:
    """What is said, in a sentence or a few, how it is known, and what it takes for granted.

    title: a few words. holds: the hypotheses, as a sentence. data: columns of one length, for the files and figures.
    chapter: the page of the book that explains it.
    """

    title: str
    kind: Kind
    says: str
    holds: str
    chapter: str
    data: Mapping[str, Any] = field(default_factory=dict)
