"""Read a run: count the rows of its files into groups, and say what was left out."""

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from grpo_paper.runs import sizes
from grpo_paper.runs.faults import BrokenFileError, NothingYetError
from grpo_paper.runs.groups import Count, two_values
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings, known
from grpo_paper.runs.source import Source, find
from grpo_paper.runs.wording import share

AGE = 60 * 10**9
"""Nanoseconds by which a later step's file may be older than an earlier one's, as copies are of any order."""
Mark = tuple[int, int]


def read(
    path: Path,
    told: Settings,
    right_above: float | None = None,
    columns: Mapping[str, str] | None = None,
    evaluation: bool = False,
) -> Run:
    """Read a run from the folder that TRL or verl wrote, or from anybody's table.

    told: settings that are known better than from what lies there. right_above: what a reward must exceed for its
    answer to be right, where rewards are not of two values. columns: which column holds the step, the prompt or the
    reward. evaluation: read the answers of evaluations, not of training.
    Errors: ValueError with a sentence that names the file and what is wrong with it.
    """
    reading = Reading(find(path, columns or {}, evaluation), told, right_above)
    reading.take(reading.source.files())
    return reading.run()


class Reading:
    """A run as far as it was read. Files are counted once, however often they are given."""

    def __init__(self, source: Source, told: Settings, right_above: float | None) -> None:
        if right_above is not None and math.isnan(right_above):
            raise ValueError("right_above = nan is outside its domain: it must be a number that rewards can be above")
        self.source = source
        self._told = told
        self._count = Count(right_above)
        self._taken: dict[Path, Mark] = {}
        self._broken: dict[Path, str] = {}

    def take(self, files: Iterable[Path]) -> bool:
        """Count the rows of files that were not counted yet. Returns whether there were such files.

        One that cannot be read is left out, and tried again when it is given again.
        Errors: ValueError where it cannot be told what the rows mean.
        """
        before = len(self._taken)
        for file in files:
            if file in self._taken:
                continue
            try:
                [mark] = marks([file]).values() or [(0, 0)]
                for batch in self.source.rows(file):
                    self._count.add(batch)
            except (BrokenFileError, NothingYetError, OSError) as error:
                self._broken[file] = str(error)
            else:
                self._taken[file] = mark
                self._broken.pop(file, None)
        return len(self._taken) > before

    def run(self) -> Run:
        """The run as far as it was read.

        Errors: ValueError where rewards are not of two values; NothingYetError where nothing was read.
        """
        if not self._taken:
            raise NothingYetError(next(iter(self._broken.values()), "there are no files to read yet"))
        groups = self._count.groups()
        settings, passed_over = self._settings()
        notes = [*self._broken_notes(), *self.source.notes(), *self._reward_notes(), *passed_over, *self._file_notes()]
        notes += sizes.notes(groups, settings.group_size, self.source.serves(settings))
        if settings.group_size is None and sizes.usual(groups) > 1:
            settings = replace(settings, group_size=sizes.usual(groups))
        return Run(groups, settings, self.source.scalars(), tuple(notes))

    def changed(self) -> list[Path]:
        """The files that are no longer as they were when they were counted."""
        now = marks(self._taken)
        return [file for file, mark in self._taken.items() if now.get(file) != mark]

    def _settings(self) -> tuple[Settings, list[str]]:
        found: dict[str, Any] = {}
        notes = []
        try:
            configuration = self.source.configuration()
        except BrokenFileError as error:
            configuration = {}
            notes.append(f"The settings that lie beside the run were passed over: {error}.")
        for name, value in configuration.items():
            try:
                known({name: value})
            except ValueError as error:
                notes.append(f"A setting of the run was passed over: {error}.")
            else:
                found[name] = value
        return known(found) | self._told, notes

    def _broken_notes(self) -> list[str]:
        return [f"A file was left out: {sentence}." for sentence in self._broken.values()]

    def _reward_notes(self) -> list[str]:
        without, (low, high) = self._count.without_reward, two_values(self._count.rewards, self._count.others)
        notes = [f"{share(without, self._count.rows)} rows have no reward and were left out."] if without else []
        if (low, high) != (0.0, 1.0):
            notes.append(f"Rewards are {low:g} and {high:g}, not 0 and 1: the higher one was taken for right.")
        bound, least, most = self._count.right_above, self._count.least, self._count.most
        if bound is not None and not least <= bound < most:
            notes.append(
                f"{'No reward is' if most <= bound else 'Every reward is'} above {bound:g}: they are from {least:g} to "
                f"{most:g}, so the bound tells none from another."
            )
        return notes

    def _file_notes(self) -> list[str]:
        """Files of later steps that are older than those of earlier steps are what an earlier run left."""
        newest, older, notes = 0, [], []
        for file, (written, _) in self._taken.items():
            if written < newest - AGE:
                older.append(file.name)
            newest = max(newest, written)
        if older:
            notes.append(
                f"{share(len(older), len(self._taken))} files are older than files of earlier steps, {older[0]} the "
                "first: an earlier run may have left them. They were read; move them away if so."
            )
        if changed := self.changed():
            notes.append(
                f"{share(len(changed), len(self._taken))} files have changed since they were read, {changed[0].name} "
                "the first: what is new in them was not read."
            )
        return notes


def marks(files: Iterable[Path]) -> dict[Path, Mark]:
    """When each file was last written, in nanoseconds, and its bytes; without those that are gone."""
    found = {}
    for file in files:
        with suppress(OSError):
            status = file.stat()
            found[file] = status.st_mtime_ns, status.st_size
    return found
