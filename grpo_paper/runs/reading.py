"""Find out what wrote a run, and read it."""

from pathlib import Path

from grpo_paper.runs import plain
from grpo_paper.runs.groups import Count
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings


def read(path: Path, settings: Settings, right_above: float | None = None) -> Run:
    """Read a run from the folder or file that TRL, verl or anybody's script wrote.

    Errors: ValueError with a sentence that names the file and what is wrong with it.
    """
    count = Count(right_above)
    for batch in plain.rows(path):
        count.add(batch)
    return Run(count.groups(), settings)
