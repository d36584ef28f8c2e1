"""Find out what wrote a run: TRL, verl or anybody's script."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs import plain, trl, verl
from grpo_paper.runs.faults import NothingYetError
from grpo_paper.runs.folder import ANSWERS, COMPLETIONS, EVALUATION, step_of
from grpo_paper.runs.rows import NAMES
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.wording import listed

with needed("Reading a run"):
    import pyarrow as pa


class Source(Protocol):
    """Files of rows, and what lies beside them. Two are equal if they read the same.

    grows: whether a file that changes is one that gets more rows, and not other ones.
    """

    grows: ClassVar[bool]

    def files(self) -> list[Path]:
        """The files that are there, in the order in which they are to be read."""

    def rows(self, file: Path) -> Iterator[pa.RecordBatch]:
        """The rows of one of them, as `rows.normal` makes them."""

    def configuration(self) -> Mapping[str, Any]:
        """What the run was trained with, under the names of who wrote it."""

    def serves(self, settings: Settings) -> int | None:
        """For how many of the steps that it counts a batch of answers is used; None where that is not known."""

    def scalars(self) -> dict[str, np.ndarray]:
        """What was logged, under the names of `settings.SCALARS`."""

    def notes(self) -> list[str]:
        """What of the files that were read was left out, and why."""


def find(path: Path, columns: Mapping[str, str], evaluation: bool = False) -> Source:
    """What lies at a path. columns: which column holds the step, the prompt or the reward.

    evaluation: read the answers that the run was evaluated by, not those it was trained on.
    Errors: NothingYetError where nothing is there; ValueError where it is of several runs, or of none that is known.
    """
    if other := columns.keys() - NAMES:
        raise ValueError(f"columns name {min(other)!r}; there are only {', '.join(NAMES)} to name a column for")
    if not path.exists():
        raise NothingYetError(f"{path} does not exist; name the folder or the file of a run")
    if not path.is_dir():
        return _file(path, columns, evaluation)
    found = [*_trl(path, columns, evaluation), *_verl(path, columns, evaluation)]
    if len(found) > 1:
        raise ValueError(f"{path} has files of TRL and of verl, so of several runs; name the folder of one")
    if found:
        return found[0]
    tables = [file for file in sorted(path.iterdir()) if plain.ending(file)]
    if tables:
        raise ValueError(f"{path} is no folder of TRL or verl; to read a table, name it: {tables[0].name}, say")
    if runs := [place.name for place in sorted(path.iterdir()) if _has(place / COMPLETIONS, ANSWERS)]:
        raise ValueError(f"{path} has no answers of its own, but {listed(runs)} in it: name one, {path / runs[0]}")
    raise NothingYetError(
        f"{path} has no answers of a run: neither completions/completions_*.parquet, which TRL writes with "
        "log_completions=True, nor {step}.jsonl, which verl writes with trainer.rollout_data_dir"
    )


def _file(path: Path, columns: Mapping[str, str], evaluation: bool) -> Source:
    if evaluation:
        raise ValueError(f"{path} is one file: nothing in it tells an evaluation; name a folder of TRL or verl")
    if step_of(path) is not None or verl.FILE.fullmatch(path.name):
        raise ValueError(f"{path} is one step of a run; name its folder, {path.parent}")
    if not plain.ending(path):
        raise ValueError(
            f"{path} is no table that is known here: its name must end in .csv, .parquet or .jsonl, or that and .gz"
        )
    return plain.Table(path, columns)


def _trl(path: Path, columns: Mapping[str, str], evaluation: bool) -> list[Source]:
    training = [folder for folder in (path / COMPLETIONS, path) if _has(folder, ANSWERS)]
    if not evaluation or not training:
        return [trl.Completions(folder, columns) for folder in training[:1]]
    apart = [folder for folder in sorted(path.glob(f"{EVALUATION}*")) if _has(folder, ANSWERS)]
    if len(apart) != 1:
        raise ValueError(
            f"{path} has answers of {len(apart)} kinds of evaluation; name the folder of one"
            if apart
            else f"{path} has no folder {EVALUATION}: TRL writes evaluations over the answers of training; "
            "the callback of grpo-paper keeps them apart"
        )
    return [trl.Completions(apart[0], columns)]


def _verl(path: Path, columns: Mapping[str, str], evaluation: bool) -> list[Source]:
    folders = [folder for folder in (path, *sorted(path.iterdir())) if _has(folder, verl.FILE)]
    kinds = {folder: {verl.is_validation(file) for file in verl.dumps(folder)} for folder in folders}
    chosen = [folder for folder in folders if evaluation in kinds[folder]]
    if not chosen and len(folders) == 1 and not evaluation:
        return [verl.Dumps(folders[0], columns, True)]
    if folders and len(chosen) != 1:
        names = ", ".join(folder.name for folder in folders)
        kind, option = ("validation dumps", "validation") if evaluation else ("rollouts", "rollout")
        if not chosen:
            raise ValueError(
                f"{path} has no {kind} of verl, which writes them where trainer.{option}_data_dir says; name those"
            )
        raise ValueError(f"{path} has {kind} of verl in {len(chosen)} of these folders: {names}; name the one to read")
    return [verl.Dumps(folder, columns, evaluation) for folder in chosen]


def _has(folder: Path, name: re.Pattern[str]) -> bool:
    return folder.is_dir() and any(name.fullmatch(file.name) for file in folder.iterdir())
