"""A run as it was read: its groups, what it was trained with, what was logged beside them, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grpo_paper.runs.groups import Groups
from grpo_paper.runs.settings import Settings


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
