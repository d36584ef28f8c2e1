"""What prompts are shown by: the beginning of their text, less the sentences or lines that they all begin with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

LABEL = 120
"""Characters of a prompt that are shown."""
KEPT = 2 * LABEL
"""Characters of each that are kept, as white space will go."""


@dataclass
class Labels:
    """Grows by a prompt at a time; prompts are told by their numbers.

    >>> labels = Labels()
    >>> for question in ("2 + 2", "2 + 3"):
    ...     labels.add(f"You are a patient teacher of arithmetic, and answer with a number alone. {question}")
    >>> labels.texts([0, 1])
    ('… 2 + 2', '… 2 + 3')
    """

    _first: str = ""
    _shared: str = ""
    _cuts: list[int] = field(default_factory=list)
    _rests: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._rests)

    def add(self, text: str) -> None:
        """Add a prompt."""
        if not self._rests:
            self._first = self._shared = text
        elif not text.startswith(self._shared):
            self._shared = self._shared[: _alike(self._shared, text)]
        self._cuts.append(len(self._shared))
        self._rests.append(text[len(self._shared) :][:KEPT])

    def texts(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """What to show the prompts of these numbers by."""
        start = 1 + max(self._shared.rfind("\n"), self._shared.rfind(". ") + 1)
        if start < LABEL / 2 or len(self) == 1:
            start = 0
        return tuple(self._text(number, start) for number in numbers)

    def _text(self, number: int, start: int) -> str:
        text = self._first[start : self._cuts[number]][:KEPT] + self._rests[number]
        return ("… " if start else "") + " ".join(text.split())[:LABEL]


def _alike(one: str, two: str) -> int:
    """How many characters two texts begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
