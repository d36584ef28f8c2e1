"""A plain table of answers, CSV or Parquet: a row an answer, with its step, its prompt and its reward."""

from collections.abc import Iterator
from pathlib import Path

from grpo_paper.extras import needed
from grpo_paper.runs.groups import COLUMNS

with needed("Reading a run"):
    import pyarrow as pa
    import pyarrow.csv as csv


def rows(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a table, batch by batch."""
    yield from csv.open_csv(path, convert_options=csv.ConvertOptions(include_columns=list(COLUMNS)))
