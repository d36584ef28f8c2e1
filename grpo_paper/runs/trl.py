"""A folder of TRL's GRPOTrainer with log_completions: a Parquet file for each logged step.

TRL puts the last batch of answers into the file, whoever asked for them: so a batch appears again where it serves
several steps, and an evaluation overwrites the step's answers, some or all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs import logged
from grpo_paper.runs.faults import BrokenFileError
from grpo_paper.runs.folder import SCALARS, SETTINGS, STATE, step_of
from grpo_paper.runs.opening import reading
from grpo_paper.runs.rows import NAMES, normal
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.wording import listed, some

with needed("Reading a run"):
    import pyarrow as pa
    import pyarrow.parquet


@dataclass
class Completions:
    """The folder of such files. columns: which column is the reward, where there are several, or the prompt."""

    place: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    grows: ClassVar[bool] = False
    _records: list[logged.Record] = field(default_factory=list, compare=False)
    _reward: str = field(default="", compare=False)
    _read: int = field(default=0, compare=False)
    _seen: dict[bytes, Path] = field(default_factory=dict, compare=False)
    _repeated: list[tuple[int, int]] = field(default_factory=list, compare=False)
    _aside: list[int] = field(default_factory=list, compare=False)
    _evaluated: list[int] = field(default_factory=list, compare=False)

    @property
    def run(self) -> Path:
        """The folder that TRL was told to write to."""
        return self.place.absolute().parent

    def files(self) -> list[Path]:
        """The files, by step, without those that the callback is about to put back."""
        self._records = self._log()
        there = {file.name: file for file in self.place.iterdir()}
        found = {step: file for file in there.values() if (step := step_of(file)) is not None}
        self._aside = [step for step, file in found.items() if f".{file.name}" in there]
        return [file for step, file in sorted(found.items()) if step not in self._aside]

    def rows(self, file: Path) -> Iterator[pa.RecordBatch]:
        """The rows of one file, none where they are no answers of training or were there before.

        Errors: BrokenFileError; ValueError where it cannot be told which column is the reward.
        """
        step = step_of(file) or 0
        self._read += 1
        if step in self._overwritten():
            self._evaluated.append(step)
            return
        table = self._table(file)
        for batch in table.to_batches(max_chunksize=max(1, table.num_rows)):
            rows = normal(batch, self._names, file)
            if set(np.unique(rows["step"])) != {step}:
                raise BrokenFileError(f"{file} has rows of step {rows['step'][0]}: it may be of another run")
            if self._is_repeated(file, rows, batch["advantage"]):
                self._repeated.append((step, batch.num_rows))
            else:
                yield rows

    def configuration(self) -> logged.Record:
        """What the callback noted.

        Errors: BrokenFileError.
        """
        file = self.run / SETTINGS
        return logged.whole(file) if file.exists() else {}

    def serves(self, settings: Settings) -> int | None:
        """A step is an update."""
        return settings.updates

    def scalars(self) -> dict[str, np.ndarray]:
        """What the trainer logged."""
        return logged.columns(self._records)

    def notes(self) -> list[str]:
        """What was left out, and what could not be told."""
        notes = []
        if self._repeated:
            rows = sum(number for _, number in self._repeated)
            notes.append(
                f"{len(self._repeated):,} of {self._read:,} files have the answers of an earlier step once more, "
                f"{rows:,} rows, since a batch serves several steps; they were left out: steps "
                f"{some(step for step, _ in self._repeated)}."
            )
        if self._evaluated:
            notes.append(
                f"{len(self._evaluated):,} of {self._read:,} files were left out, since an evaluation wrote its "
                f"answers over those of training, some or all: steps {some(self._evaluated)}. The callback of "
                "grpo-paper keeps them apart."
            )
        if self._aside:
            notes.append(
                f"The run ended while an evaluation stood in place of the answers of step {some(self._aside)}; they "
                "were left out. The callback puts them back when the run goes on."
            )
        if not self._records:
            notes.append(
                f"{self.run} has no log of the trainer ({SCALARS} or {STATE}): whether evaluations wrote "
                "their answers over those of training cannot be told."
            )
        return notes

    @property
    def _names(self) -> dict[str, str]:
        return {**NAMES, **self.columns, "reward": self._reward}

    def _table(self, file: Path) -> pa.Table:
        """The columns that are needed, and no answers."""
        with reading(file), pa.parquet.ParquetFile(file) as parquet:
            schema = parquet.schema_arrow
            if missing := [name for name in ("step", "prompt", "completion", "advantage") if name not in schema.names]:
                raise BrokenFileError(f"{file} has no column {missing[0]}, which TRL always writes")
            self._choose(file, schema)
            table = parquet.read([*self._names.values(), "advantage"]).combine_chunks()
            table.validate(full=True)
        return table

    def _choose(self, file: Path, schema: pa.Schema) -> None:
        """The reward's column, the same in every file."""
        names = schema.names[schema.names.index("completion") + 1 : schema.names.index("advantage")]
        rewards = [name for name in names if _is_number(schema.field(name).type)]
        logs = {f"rewards/{name}/mean" for name in rewards} & {key for record in self._records[:9] for key in record}
        if logs:  # what else the reward functions wrote down is no reward
            rewards = [name for name in rewards if f"rewards/{name}/mean" in logs]
        chosen = self.columns.get("reward") or self._reward or (rewards[0] if len(rewards) == 1 else "")
        if chosen not in names:
            found = listed(rewards) or "none"
            if self._reward:
                raise ValueError(
                    f"{file} has no column {chosen}, as other files have, but {found}: the files are of several runs; "
                    "move those of one elsewhere"
                )
            raise ValueError(f"{file} has these columns of rewards: {found}; say which one is the reward")
        self._reward = chosen

    def _is_repeated(self, file: Path, rows: pa.RecordBatch, advantage: pa.Array) -> bool:
        """Whether a file has an earlier one's rows: answers are only read where all else is alike."""
        digest = _digest(rows, advantage)
        earlier = self._seen.setdefault(digest, file)
        return earlier != file and _answers(earlier).equals(_answers(file))

    def _overwritten(self) -> set[int]:
        return set() if (self.run / SETTINGS).exists() else overwritten(self._records)

    def _log(self) -> list[logged.Record]:
        """The callback's log, or else the trainer's own of the newest checkpoint."""
        if (self.run / SCALARS).exists():
            return logged.lines(self.run / SCALARS)
        states = [*self.run.glob(STATE), *self.run.glob(f"checkpoint-*/{STATE}")]
        if not states:
            return []
        history = logged.whole(max(states, key=lambda file: file.stat().st_mtime)).get("log_history")
        return [record for record in history if isinstance(record, dict)] if isinstance(history, list) else []


def overwritten(records: Iterable[logged.Record]) -> set[int]:
    """The steps whose files have answers of an evaluation: from one until the next batch of training.

    A log of training has a reward only if something was generated since the log before.

    >>> sorted(overwritten([{"step": 1, "reward": 0.5}, {"step": 1, "eval_reward": 0.4}, {"step": 2}]))
    [1, 2]
    """
    evaluated = False
    found: dict[int, bool] = {}
    for record in records:
        if any(str(name).startswith("eval_") for name in record):
            evaluated = True
        elif "reward" in record:
            evaluated = False
        if isinstance(step := record.get("step"), int):
            found[step] = evaluated
    return {step for step, evaluated in found.items() if evaluated}


def _digest(rows: pa.RecordBatch, advantage: pa.Array) -> bytes:
    codes = rows["prompt"].dictionary_encode()
    made = blake2b(digest_size=16)
    for part in (codes.indices, rows["reward"], advantage):
        made.update(part.to_numpy(zero_copy_only=False).tobytes())
    for text in codes.dictionary.to_pylist():
        made.update(text.encode())
    return made.digest()


def _answers(file: Path) -> pa.Table:
    with reading(file):
        return pa.parquet.read_table(file, columns=["completion"])


def _is_number(kind: pa.DataType) -> bool:
    return any(
        test(kind) for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_null)
    )
