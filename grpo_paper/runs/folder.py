"""What lies beside TRL's completions after training: settings, scalars, and the answers of evaluations, kept apart."""

import json
import math
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grpo_paper.files import whole
from grpo_paper.runs.lines import parsed

SETTINGS, SCALARS, COMPLETIONS, EVALUATION, EARLIER = (
    "grpo-paper.json",
    "grpo-paper.jsonl",
    "completions",
    "evaluation",
    "earlier",
)
STATE = "trainer_state.json"
"""What transformers calls the log of a training, in its folder or in those of its checkpoints."""
ANSWERS = re.compile(r"completions_(\d+)\.parquet")
EVALUATED, SECONDS = "eval", "_runtime"
"""How TRL's names of an evaluation's scalars begin, before the name of a data set if it has one, and how one ends."""


class RunFolder:
    """The folder that TRL writes to, told of each log before TRL writes the answers that belong to it.

    TRL writes the answers of an evaluation over those of the training step before it, and goes on writing them until
    it generates again. Here they go to `evaluation`, and what they were written over is put back.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     folder = RunFolder(Path(name))
    ...     _ = folder.begin({"beta": 0.1}, step=0)
    ...     folder.log({"reward": 0.5, "kl": math.nan}, step=1, tokens=80)
    ...     print((Path(name) / SCALARS).read_text(), end="")
    {"step": 1, "reward": 0.5, "kl": null}
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._evaluated: float | None = None
        self._kind = EVALUATION
        self._foreign: int | None = None

    def begin(self, settings: Mapping[str, Any], step: int) -> int:
        """Note the settings of a run that goes on from this step; 0: a new one.

        What lies there of later steps is of a run before and goes to `earlier`, which can be read as a run itself.
        Returns how many files of answers did.
        """
        for aside in sorted((self.path / COMPLETIONS).glob(".*.parquet")):  # killed between log and settle
            self._foreign = step_of(aside.with_name(aside.name[1:]))
            self.settle()
        earlier = self.path / EARLIER
        moved = 0
        for folder in (COMPLETIONS, *(place.name for place in self.path.glob(f"{EVALUATION}*"))):
            for file in sorted((self.path / folder).glob("*.parquet")):
                if (its := step_of(file)) is not None and _is_later(its, step):
                    _move(file, earlier / folder / file.name)
                    moved += 1
        if self._forget(step, earlier / SCALARS) or moved:
            _move(self.path / SETTINGS, earlier / SETTINGS)
        about = {**settings, "started": time.time(), "from_step": step}
        with whole(self.path / SETTINGS) as partial:
            partial.write_text(json.dumps(about, indent=1) + "\n")
        return moved

    def log(self, scalars: Mapping[str, Any], step: int, tokens: float) -> None:
        """Note the scalars of a log; `settle` must be called when TRL has written the answers.

        tokens: how many training has generated so far, which tells whether it did since the last evaluation.
        """
        self.settle()
        line = {"step": step} | {name: _plain(value) for name, value in scalars.items()}
        with (self.path / SCALARS).open("a") as file:
            file.write(json.dumps(line) + "\n")
        if names := [name for name in scalars if name.startswith(EVALUATED) and name.endswith(SECONDS)]:
            self._evaluated = tokens
            self._kind = EVALUATION + names[0].removeprefix(EVALUATED).removesuffix(SECONDS)
        if self._evaluated == tokens:
            self._foreign = step
            _move(self._file(step), self._aside(step))

    def settle(self) -> None:
        """Put the answers of an evaluation away, and back what they were written over."""
        if (step := self._foreign) is not None:
            _move(self._file(step), self.path / self._kind / self._file(step).name)
            _move(self._aside(step), self._file(step))
            self._foreign = None

    def _forget(self, step: int, earlier: Path) -> bool:
        """Drop the scalars of later steps, and a line that was not written to its end; whether there are any."""
        path = self.path / SCALARS
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        kept = [line for line in lines if not _is_later((parsed(line) or {}).get("step", math.inf), step)]
        if len(kept) < len(lines):
            _move(path, earlier)
            with whole(path) as partial:
                partial.write_text("".join(kept))
        return len(kept) < len(lines)

    def _file(self, step: int) -> Path:
        return self.path / COMPLETIONS / f"completions_{step:05d}.parquet"

    def _aside(self, step: int) -> Path:
        return self._file(step).with_name(f".{self._file(step).name}")


def step_of(file: Path) -> int | None:
    """The step of one of TRL's files, None for any other file.

    >>> step_of(Path("completions_00010.parquet")), step_of(Path("notes.txt"))
    (10, None)
    """
    found = ANSWERS.fullmatch(file.name)
    return int(found[1]) if found else None


def _is_later(step: float, start: int) -> bool:
    """Whether a step is not of the run that goes on from `start`; a new one has none."""
    return step > start or not start


def _move(file: Path, to: Path) -> None:
    if file.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, to)


def _plain(value: Any) -> Any:
    """A value that JSON has: null for a number that is none."""
    if isinstance(value, str | bool | int) or value is None:
        return value
    number = float(value)
    return number if math.isfinite(number) else None
