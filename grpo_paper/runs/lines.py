"""Lines of JSON, an object a line: the columns that are asked for, block by block, and only whole lines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from grpo_paper.extras import needed
from grpo_paper.runs.faults import BrokenFileError, NothingYetError
from grpo_paper.runs.opening import opened, reading
from grpo_paper.runs.rows import required

with needed("Reading a run"):
    import pyarrow as pa
    import pyarrow.json

BLOCK = 1 << 24
"""Bytes that are read at a time."""
PIECE = BLOCK // 8
"""Bytes of a block that are parsed by one thread, and the most that a line may have to be parsed fast."""
FIRST = 100
"""Lines that are looked at, at most, to see which fields there are, and of which types."""
MESSAGES = pa.list_(pa.struct({"role": pa.string(), "content": pa.string()}))


@dataclass
class Lines:
    """A file of such lines.

    broken: lines that are no objects, which are passed over; first: the number of the first of them; cut: whether the
    last line of the file is one of them and has no end, as while it is being written.
    """

    path: Path
    lines: int = 0
    broken: int = 0
    first: int = 0
    cut: bool = False

    def batches(self, names: Mapping[str, str], more: tuple[str, ...] = ()) -> Iterator[pa.RecordBatch]:
        """The columns that are named, and more where the first lines have them; null where a later line lacks one.

        Errors: ValueError where one is missing or holds lists of anything; BrokenFileError where a line has a value of
        another type than those before; NothingYetError where not one line is whole.
        """
        schema = None
        for block in self._blocks():
            schema = schema or self._schema(block, names, more)
            if schema is not None:
                yield from self._parsed(block, schema)
        if schema is None:
            raise NothingYetError(f"{self.path} has no whole line that is an object of JSON")

    def notes(self) -> list[str]:
        """What was passed over."""
        if not self.broken:
            return []
        cut = " (the last is cut off: the file may be growing)" if self.cut else ""
        return [
            f"{self.path}: {self.broken:,} of {self.lines:,} lines are no objects of JSON and were left out; "
            f"the first of them is line {self.first}{cut}."
        ]

    def _blocks(self) -> Iterator[bytes]:
        """Whole lines together, and at last what has no end of line."""
        rest: list[bytes] = []
        with reading(self.path), opened(self.path) as stream:
            while block := stream.read(BLOCK):
                whole, newline, begun = block.rpartition(b"\n")
                if newline:
                    yield b"".join((*rest, whole, newline))
                    rest = []
                rest.append(begun)
        if any(rest):
            yield b"".join(rest)

    def _schema(self, block: bytes, names: Mapping[str, str], more: tuple[str, ...]) -> pa.Schema | None:
        """The columns' types, as the first lines have them."""
        found: dict[str, Any] = {}
        for line in islice(BytesIO(block), FIRST):
            if (values := parsed(line)) is not None:
                found |= {name: value for name, value in values.items() if found.get(name) is None}
                if all(found.get(name) is not None for name in names.values()):
                    break
        if not found:
            return None
        required(list(found), names, self.path)
        columns = [*names.values(), *(name for name in more if name in found)]
        return pa.schema([(name, self._type(name, found[name])) for name in columns])

    def _type(self, name: str, value: Any) -> pa.DataType:
        if value is None or isinstance(value, (bool, int, float)):
            return pa.bool_() if isinstance(value, bool) else pa.float64()
        if isinstance(value, str):
            return pa.string()
        if isinstance(value, list):
            return MESSAGES
        raise ValueError(f"{self.path}: {name} is neither a number nor text; name the column that is meant")

    def _parsed(self, block: bytes, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        options = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        pieces = pa.json.ReadOptions(block_size=PIECE, use_threads=len(block) > PIECE)
        try:
            table = pa.json.read_json(pa.BufferReader(block), pieces, options)
            table.validate(full=True)
        except (pa.ArrowException, ValueError):
            yield self._line_by_line(block, schema)
        else:
            self.lines += table.num_rows
            yield from table.to_batches()

    def _line_by_line(self, block: bytes, schema: pa.Schema) -> pa.RecordBatch:
        """What pyarrow refuses as a whole."""
        rows = []
        for line in block.splitlines():
            self.lines += 1
            values = parsed(line)
            if values is not None:
                rows.append((self.lines, values))
            elif line.strip():
                self.first = self.first or self.lines
                self.broken += 1
        self.cut = values is None and not block.endswith(b"\n")
        return pa.record_batch(
            [self._column(rows, name, kind) for name, kind in zip(schema.names, schema.types, strict=True)], schema
        )

    def _column(self, rows: list[tuple[int, dict[str, Any]]], name: str, kind: pa.DataType) -> pa.Array:
        made = []
        for number, values in rows:
            value = values.get(name)
            try:
                made.append(
                    pa.scalar(float(value) if isinstance(value, bool) and kind == pa.float64() else value, kind)
                )
            except (pa.ArrowException, ValueError, OverflowError, TypeError):
                raise BrokenFileError(
                    f"{self.path}: {name} of line {number} is {repr(value)[:60]}, where other lines have {kind}"
                ) from None
        return pa.array([value.as_py() for value in made], kind)


def parsed(line: bytes | str) -> dict[str, Any] | None:
    """The object that a line is, if it is one.

    >>> parsed(b'{"step": 3}'), parsed(b'{"step": 3')
    ({'step': 3}, None)
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
