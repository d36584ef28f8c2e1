"""What a trainer logged beside its answers: objects of numbers, each at a step, as columns."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from grpo_paper.runs.lines import parsed
from grpo_paper.runs.opening import reading
from grpo_paper.runs.rows import STEPS
from grpo_paper.runs.settings import SCALARS

Record = Mapping[str, Any]


def columns(records: Iterable[Record]) -> dict[str, np.ndarray]:
    """`step`, and what is known of the rest under the names of SCALARS; NaN where a step has none. Later ones count.

    >>> columns([{"step": 2, "kl": 0.1}, {"step": 4, "reward": 0.5}, {"step": 2, "kl": 0.2, "eval_reward": 1.0}])
    {'step': array([2, 4]), 'reward': array([nan, 0.5]), 'kl': array([0.2, nan])}
    """
    steps: dict[int, dict[str, float]] = {}
    for record in records:
        known = {own: value for own, names in SCALARS.items() if (value := _first(record, names)) is not None}
        step = record.get("step")
        if known and isinstance(step, int) and 0 <= step < STEPS:
            steps.setdefault(step, {}).update(known)
    if not steps:
        return {}
    found = sorted(steps.items())
    values = {own: np.array([at.get(own, np.nan) for _, at in found]) for own in SCALARS}
    return {"step": np.array([step for step, _ in found])} | {
        own: column for own, column in values.items() if not np.isnan(column).all()
    }


def lines(path: Path) -> list[Record]:
    """The objects of a file that has one a line; what is no whole line is passed over, as it may be growing.

    Errors: BrokenFileError where it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        return [found for line in file if (found := parsed(line)) is not None]


def whole(path: Path) -> Record:
    """The one object of a file, empty where it is none.

    Errors: BrokenFileError where it cannot be read.
    """
    with reading(path):
        return parsed(path.read_bytes()) or {}


def _first(record: Record, names: tuple[str, ...]) -> float | None:
    """The first that is a number; NaN and infinities are none."""
    for name in names:
        value = record.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < np.inf:
            with suppress(OverflowError):
                return float(value)
    return None
