"""A folder of verl's dumps, of rollouts or of validations: {step}.jsonl, a line an answer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs import hydra, logged
from grpo_paper.runs.faults import BrokenFileError
from grpo_paper.runs.lines import Lines, parsed
from grpo_paper.runs.opening import reading
from grpo_paper.runs.rows import normal
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.wording import share

with needed("Reading a run"):
    import pyarrow as pa
    import pyarrow.compute as pc

FILE = re.compile(r"(\d+)\.jsonl")
NAMES = {"step": "step", "prompt": "input", "reward": "score"}
UID, ENDING = r"(?s)^(?P<sample>.*)_(?P<rollout>\d{1,9})_(?P<output>\d{1,9})$", r"_\d{1,9}_\d{1,9}$"
"""How the newer trainer names an answer: its prompt at this step, which of the group, and which turn of several."""
CONFIGURATION = (
    *(f"algorithm.{name}" for name in ("adv_estimator", "norm_adv_by_std_in_grpo", "use_kl_in_reward")),
    *(f"actor_rollout_ref.actor.{name}" for name in ("use_kl_loss", "kl_loss_coef", "clip_ratio", "ppo_epochs")),
    *("algorithm.kl_ctrl.kl_coef", "actor_rollout_ref.rollout.n"),
    *("data.train_batch_size", "actor_rollout_ref.actor.ppo_mini_batch_size"),
)


@dataclass
class Dumps:
    """The folder of such files. columns: which column holds what, where it is not as verl has it.

    validation: which of the two are read, where both lie in the folder.
    """

    place: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    validation: bool = False
    grows: ClassVar[bool] = True
    _read: int = field(default=0, compare=False)
    _rows: int = field(default=0, compare=False)
    _others: int = field(default=0, compare=False)
    _repeated: int = field(default=0, compare=False)
    _turns: int = field(default=0, compare=False)
    _notes: list[str] = field(default_factory=list, compare=False)

    def files(self) -> list[Path]:
        """The files, by step."""
        return dumps(self.place)

    def rows(self, file: Path) -> Iterator[pa.RecordBatch]:
        """The rows of one file.

        Errors: BrokenFileError, NothingYetError; ValueError where a column is missing.
        """
        names = {**NAMES, **self.columns}
        self._read += 1
        if is_validation(file) is not self.validation:
            self._others += 1
            return
        lines = Lines(file)
        table = pa.Table.from_batches(lines.batches(names, ("uid",))).combine_chunks()
        made = []
        for batch in table.to_batches():
            rows = normal(batch, names, file)
            if set(np.unique(rows["step"])) != {int(file.stem)}:
                raise BrokenFileError(f"{file} has rows of step {rows['step'][0]}: it may be of another run")
            made.append(self._once(rows, batch["uid"]) if "uid" in batch.schema.names else rows)
        self._rows += table.num_rows
        self._notes += lines.notes()
        yield from made

    def configuration(self) -> dict[str, str]:
        """What Hydra noted of the run, if that lies near.

        Errors: BrokenFileError.
        """
        for place in (self.place, self.place.parent):
            if (file := place / ".hydra" / "config.yaml").exists():
                with reading(file):
                    return hydra.chosen(file.read_text(encoding="utf-8"), CONFIGURATION)
        return {}

    def serves(self, settings: Settings) -> int | None:
        """A step is a batch."""
        return 1

    def scalars(self) -> dict[str, np.ndarray]:
        """What verl's file logger wrote, if it alone lies near."""
        logs = [log for place in (self.place, self.place.parent) for log in _logs(place)]
        return logged.columns(logs[0]) if len(logs) == 1 else {}

    def notes(self) -> list[str]:
        """What was left out, and why."""
        kind, other = ("validation dumps", "rollouts") if self.validation else ("rollouts", "validation dumps")
        notes = list(self._notes)
        if self.validation:
            notes.append(f"{self.place} has validation dumps: answers that the run was tried on, not trained on.")
        if self._others:
            notes.append(f"{share(self._others, self._read)} files in {self.place} are {other} among {kind}: left out.")
        if self._repeated:
            notes.append(
                f"{share(self._repeated, self._rows)} rows have the uid of another at the same step: left out."
            )
        if self._turns:
            notes.append(
                f"{share(self._turns, self._rows)} rows are earlier turns of an answer: its last turn counts, once."
            )
        return notes

    def _once(self, rows: pa.RecordBatch, uid: pa.Array) -> pa.RecordBatch:
        """Each answer once, by its last turn, under the prompt of the first."""
        named = pa.types.is_string(uid.type) and not uid.null_count
        if not named or not pc.all(pc.match_substring_regex(uid, ENDING)).as_py():
            return rows  # another's uid, which may be the group's
        distinct = pc.count_distinct(uid).as_py()
        if distinct == len(uid) and pc.all(pc.ends_with(uid, "_0")).as_py():
            return rows
        parts = pc.extract_regex(uid, UID)
        sample = parts.field("sample").dictionary_encode().indices.to_numpy()
        rollout, output = (parts.field(name).cast(pa.int64()).to_numpy() for name in ("rollout", "output"))
        order = np.lexsort((output, rollout, sample))
        new_sample = np.append(True, np.diff(sample[order]) != 0)
        new_answer = new_sample | np.append(True, np.diff(rollout[order]) != 0)
        first = order[np.maximum.accumulate(np.where(new_sample, np.arange(len(order)), 0))]
        last = np.append(new_answer[1:], True)
        self._repeated += len(uid) - distinct
        self._turns += distinct - int(last.sum())
        kept = rows.take(pa.array(order[last]))
        return kept.set_column(1, "prompt", rows["prompt"].take(pa.array(first[last])))


def dumps(folder: Path) -> list[Path]:
    """verl's files in a folder, by step."""
    found = {int(name[1]): file for file in folder.iterdir() if (name := FILE.fullmatch(file.name))}
    return [file for _, file in sorted(found.items())]


def is_validation(file: Path) -> bool:
    """Whether a dump is one of validations: verl writes each answer's score a second time there, as its reward.

    What has no whole line yet is taken for the more usual, a rollout.

    Errors: BrokenFileError.
    """
    with reading(file), file.open("rb") as lines:
        return "reward" in (parsed(lines.readline()) or {})


def _logs(place: Path) -> Iterator[list[logged.Record]]:
    for file in sorted(place.glob("*.jsonl")):
        if not FILE.fullmatch(file.name):
            records = logged.lines(file)
            if records and all(isinstance(record.get("data"), dict) for record in records):
                yield [{**record["data"], "step": record.get("step")} for record in records]
