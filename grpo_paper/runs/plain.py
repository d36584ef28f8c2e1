"""A plain table of answers, a row an answer, with its step, prompt and reward: CSV, Parquet or lines of JSON."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs.lines import Lines
from grpo_paper.runs.opening import Text, opened, reading
from grpo_paper.runs.rows import NAMES, normal, required
from grpo_paper.runs.settings import Settings

with needed("Reading a run"):
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

BLOCK = 1 << 23
"""Bytes of a CSV file that are read at a time, and the most that a row may have."""
ROWS = 1 << 17
"""Rows of a Parquet file that are read at a time."""


@dataclass
class Table:
    """One file of anybody's script. columns: which column holds the step, the prompt or the reward."""

    place: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    grows: ClassVar[bool] = True
    _notes: list[str] = field(default_factory=list, compare=False)

    def files(self) -> list[Path]:
        """The file."""
        return [self.place]

    def rows(self, file: Path) -> Iterator[pa.RecordBatch]:
        """Its rows, a batch at a time.

        Errors: ValueError, with the columns that there are where one is missing.
        """
        names = {**NAMES, **self.columns}
        for batch in READ[ending(file)](file, names, self._notes):
            yield normal(batch, names, file)

    def configuration(self) -> dict[str, Any]:
        """Nothing is known from a table."""
        return {}

    def serves(self, settings: Settings) -> int | None:
        """Whether a step is an update or a batch, nobody knows."""
        return None

    def scalars(self) -> dict[str, np.ndarray]:
        """Nothing but answers lies in a table."""
        return {}

    def notes(self) -> list[str]:
        """What was left out."""
        return self._notes


def ending(file: Path) -> str:
    """What a file is by its name, packed or not; nothing where that tells nothing.

    >>> ending(Path("answers.CSV.gz")), ending(Path("answers.txt"))
    ('.csv', '')
    """
    name = file.name.lower().removesuffix(".gz")
    return next((ending for ending in READ if name.endswith(ending)), "")


def _csv(file: Path, names: Mapping[str, str], notes: list[str]) -> Iterator[pa.RecordBatch]:
    skipped: list[int] = []

    def skip(row: pa.csv.InvalidRow) -> str:
        skipped.append(row.text.count("\n") + 1)
        return "skip"

    size = pa.csv.ReadOptions(block_size=BLOCK)
    parse = pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip)
    with reading(file):
        with opened(file) as stream, pa.csv.open_csv(Text(stream), size, parse) as start:
            required(start.schema.names, names, file)
            types = {name: start.schema.field(name).type for name in names.values()}
        skipped.clear()
        kinds = {name: kind if _words(kind) else pa.float64() for name, kind in types.items()}
        convert = pa.csv.ConvertOptions(
            include_columns=list(kinds), column_types=kinds | {names["prompt"]: pa.string()}
        )
        with opened(file) as stream, pa.csv.open_csv(Text(stream), size, parse, convert) as batches:
            yield from batches
    if skipped:
        notes.append(
            f"{file}: {sum(skipped):,} lines have too few or too many columns and were left out; the last line is one "
            "of them where it was cut off."
        )


def _words(kind: pa.DataType) -> bool:
    """Whether values are no numbers, so that they are kept as they are, to say so or to be right and wrong."""
    return pa.types.is_string(kind) or pa.types.is_boolean(kind)


def _parquet(file: Path, names: Mapping[str, str], notes: list[str]) -> Iterator[pa.RecordBatch]:
    with reading(file), pa.parquet.ParquetFile(file) as table:
        required(table.schema_arrow.names, names, file)
        for batch in table.iter_batches(ROWS, columns=list(names.values())):
            batch.validate(full=True)
            yield batch


def _jsonl(file: Path, names: Mapping[str, str], notes: list[str]) -> Iterator[pa.RecordBatch]:
    lines = Lines(file)
    yield from lines.batches(names)
    notes.extend(lines.notes())


READ: dict[str, Callable[[Path, Mapping[str, str], list[str]], Iterator[pa.RecordBatch]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".jsonl": _jsonl,
}
