"""Tables of the benchmark results that were kept, as MyST text to include in a page."""

import json
from pathlib import Path
from typing import Any


def tables(results: Path) -> dict[str, str]:
    """For each benchmark one text with a table for each device that ran it."""
    found: dict[str, list[str]] = {}
    for path in sorted(results.glob("*.json")):
        for name, result in json.loads(path.read_text()).items():
            found.setdefault(name, []).append(_measured(**result))
    return {name: "\n\n".join(parts) + "\n" for name, parts in found.items()}


def table(rows: list[dict[str, Any]]) -> str:
    """Rows that have the same columns, as a table: numbers end at the right, words begin at the left."""
    sides = ["---:" if isinstance(value, int | float) else "---" for value in rows[0].values()]
    lines = [list(rows[0]), sides, *([_cell(value) for value in row.values()] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _measured(machine: dict[str, str], rows: list[dict[str, Any]]) -> str:
    about = "{device}; Python {python}, torch {torch}, commit {commit}, {date}".format(**machine)
    return f"{table(rows)}\n\n*{about}.*"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else value.replace("|", "\\|")
