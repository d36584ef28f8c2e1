"""Read a run while it goes on: what is new, and nothing twice."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from grpo_paper.runs.faults import NothingYetError
from grpo_paper.runs.reading import Reading, marks
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.source import find

PAUSE = 2.0
"""Seconds between two looks."""


def follow(
    path: Path,
    told: Settings,
    over: Callable[[float], bool],
    right_above: float | None = None,
    columns: Mapping[str, str] | None = None,
    evaluation: bool = False,
    pause: float = PAUSE,
) -> Iterator[Run]:
    """The run, each time that there is more of it, and at last with all that is there.

    over: waits so many seconds, less if the run ends meanwhile, and says whether it has ended, as
    `threading.Event.wait` does. A file is taken up once it stays as it is from one look to the next.
    Errors: those of `reading.read`; of what is not there yet, or cannot be told yet, only at the end.
    """
    reading: Reading | None = None
    before: dict[Path, tuple[int, int]] = {}
    last = False
    while True:
        try:
            source = find(path, columns or {}, evaluation)
            if reading is None or source != reading.source or (source.grows and reading.changed()):
                reading = Reading(source, told, right_above)
            now = marks(reading.source.files())
            new = reading.take(file for file in now if last or before.get(file) == now[file])
            before = now
            if new or last:
                yield reading.run()
        except NothingYetError:
            if last:
                raise
        if last:
            return
        last = over(pause)
