"""A run as it was read: its groups, what it was trained with, what was logged beside them, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grpo_paper.runs.groups import Groups
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.wording import several

OPTIONS = {"weighting": "--weighting", "β": "--beta", "G": "--group-size", "clip": "--clip"}
"""How the command is told what no file says."""


@dataclass(frozen=True)
class Run:
    """What every finding is made from.

    scalars: columns of equal length, `step` and what was logged under the names of `settings.SCALARS`; NaN where a
    step has none. notes: what was dropped, or taken for granted, and why, a sentence each.
    """

    groups: Groups
    settings: Settings
    scalars: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """What was read, and what it was trained with as far as that is known, in a sentence."""
        groups, known = self.groups, self.settings
        seen = len(np.unique(groups.prompt))
        told = {
            "weighting": known.weighting and known.weighting.name,
            "β": known.beta,
            "G": known.group_size,
            "clip": known.clip,
        }
        trained = ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)
        unknown = ", ".join(f"{name} ({OPTIONS[name]})" for name, value in told.items() if value is None)
        counts = ((groups.size.sum(), "answer"), (seen, "prompt"), (len(np.unique(groups.step)), "step"))
        read = "{} to {} in {}".format(*(several(number, thing) for number, thing in counts))
        return "; ".join(filter(None, [read, trained, unknown and f"not known: {unknown}"])) + "."
