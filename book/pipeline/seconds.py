"""How long a chapter took, and how long it may take."""

import resource
import time
from dataclasses import dataclass

LONGEST = 15
"""Seconds of processor time for a chapter at the quick profile."""


@dataclass(frozen=True)
class Seconds:
    """Time of the processor, in user and system mode together, and time on the wall's clock."""

    processor: float
    wall: float

    @classmethod
    def now(cls) -> "Seconds":
        """What the children of this process that have ended took in all, and the time on its clock."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(ended.ru_utime + ended.ru_stime, time.monotonic())

    def until(self, later: "Seconds") -> "Seconds":
        """What passed from this moment to a later one."""
        return Seconds(later.processor - self.processor, later.wall - self.wall)

    def told(self, quick: bool) -> str:
        """In words, with a warning where it is too long.

        >>> Seconds(16.2, 18.14).told(quick=True)
        '16.2 s of processor time in 18.1 s; at the quick profile a chapter may take 15 s'
        """
        warning = f"; at the quick profile a chapter may take {LONGEST} s" if quick and self.processor > LONGEST else ""
        return f"{self.processor:.1f} s of processor time in {self.wall:.1f} s{warning}"
