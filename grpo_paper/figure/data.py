"""The data of a figure as a table of text, and two tables compared cell by cell."""

import csv
import io
from collections.abc import Mapping
from itertools import zip_longest
from math import inf, isclose, isfinite, isnan
from typing import Any

import numpy as np

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""What two computations of a cell may differ by: the last digits of exp and log depend on the processor, about 1e-16,
and a run of some thousand steps enlarges that; a figure that is drawn 1,000 pixels wide shows 1e-3."""


def table(data: Mapping[str, Any]) -> tuple[str, str]:
    """Columns as the text of a CSV file, broadcast together, and their types.

    >>> table({"p_ref": [0.1, 0.2], "n": 3})
    ('p_ref,n\\n0.1,3\\n0.2,3\\n', 'float64, int64')
    """
    columns = [column.ravel() for column in np.broadcast_arrays(*data.values())]
    kinds = sorted({"str" if column.dtype.kind == "U" else column.dtype.name for column in columns})
    return _written([list(data), *zip(*(column.tolist() for column in columns), strict=True)]), ", ".join(kinds)


def rounded(text: str) -> str:
    """The same table to 9 digits, and 0 for what is below 1e-12.

    >>> rounded("x,y\\n0.30000000000000004,nan\\n1e-17,a\\n")
    'x,y\\n0.3,nan\\n0,a\\n'
    """
    return _written([[_rounded(cell) for cell in row] for row in csv.reader(io.StringIO(text))])


def differences(mine: str, theirs: str) -> str:
    """Where a table departs from another beyond the tolerances, and by how much, as a sentence; empty if nowhere.

    >>> differences("x,y\\n1,2\\n", "x,y\\n1,2.5\\n")
    'y in row 1 is 2, computed 2.5; it is the only cell that differs, relatively by 0.2'
    """
    try:
        rows, expected = (list(csv.reader(io.StringIO(text))) for text in (mine, theirs))
    except csv.Error:
        return "it is not a table"
    if rows[:1] != expected[:1]:
        return "its columns have other names than those computed"
    if len(rows) != len(expected):
        return f"it has {len(rows) - 1:,} rows, and {len(expected) - 1:,} are computed"
    where, apart = [], []
    for number, (row, computed) in enumerate(zip(rows[1:], expected[1:], strict=True), 1):
        for name, a, b in zip_longest(expected[0], row, computed, fillvalue=""):
            if a != b and (by := _apart(a, b)):
                where.append(f"{name} in row {number} is {a[:40]}, computed {b}")
                apart.append(by)
    if not where:
        return ""
    others = "it is the only cell that differs" if len(where) == 1 else f"{len(where):,} cells differ"
    by = max(apart)
    return f"{where[0]}; {others}" + (
        f", relatively by {by:.2g}{' at most' * (len(where) > 1)}" if isfinite(by) else ""
    )


def _apart(a: str, b: str) -> float:
    """The relative difference of two cells; 0 within the tolerances."""
    try:
        x, y = float(a), float(b)
    except ValueError:
        return inf
    if isclose(x, y, rel_tol=RELATIVE, abs_tol=ABSOLUTE) or (isnan(x) and isnan(y)):
        return 0.0
    return abs(x - y) / max(abs(x), abs(y)) if isfinite(x) and isfinite(y) else inf


def _rounded(cell: str) -> str:
    try:
        number = float(cell)
    except ValueError:
        return cell
    return f"{number:.9g}" if not abs(number) < ABSOLUTE else "0"


def _written(rows: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
