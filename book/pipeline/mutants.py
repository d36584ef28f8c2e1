"""Tables of the last mutation tests: the score of each module, and the changes that no test can see."""

import ast
import hashlib
import json
import tomllib
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from book.pipeline import ROOT
from book.pipeline.cost import table

KEPT = ROOT / "tests" / "mutation"
SCORE = KEPT / "score.json"
LISTED = KEPT / "survivors.toml"


def path(module: str) -> Path:
    """Where a module lies that the score calls "theory.zoo"."""
    return ROOT / "grpo_paper" / f"{module.replace('.', '/')}.py"


def code(module: str) -> str:
    """A digest of a module's code, which its comments and docstrings are no part of."""
    tree = ast.parse(path(module).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()[:12]


def score() -> dict[str, dict[str, Any]]:
    """A row for each module that was tried, and for all; where a module's code is another since, its row says so."""
    rows = {
        name: _counted(name, row["killed"], row["out of time"], len(row["survivors"]))
        | {"commit": row["commit"], "date": row["date"] + "; changed since" * (row["code"] != code(name))}
        for name, row in json.loads(SCORE.read_text()).items()
    }
    total = (sum(row[name] for row in rows.values()) for name in ("a test fails", "no end", "survive"))
    return rows | {"all": _counted("all", *total) | {"commit": "", "date": ""}}


def tables() -> dict[str, str]:
    """The score and the listed survivors, as MyST text to include in a page."""
    changes: dict[tuple[str, str], list[str]] = {}
    for entry in listed():
        function = entry["function"].removeprefix("grpo_paper.")
        changes.setdefault((function, entry["reason"]), []).append(change(entry["before"], entry["after"]))
    survivors = [
        {"function": f"`{function}`", "changes": "; ".join(alike), "why none can see it": reason}
        for (function, reason), alike in changes.items()
    ]
    return {"mutants": table([*score().values()]), "survivors": table(survivors)}


def change(before: str, after: str) -> str:
    """The words that differ, with the one before and the one after them.

    >>> change("for p, q in zip(a, b, strict=True):", "for p, q in zip(a, b, strict=None):")
    '`b, strict=True):` → `b, strict=None):`'
    >>> change("x = beta / 2 + y", "x = beta * 2 + y")
    '`beta / 2` → `beta * 2`'
    """
    words = before.split(), after.split()
    start = _alike(*words)
    end = _alike(*(side[start:][::-1] for side in words))
    parts = (side[max(0, start - 1) : len(side) - end + (end > 0)] for side in words)
    return " → ".join(f"`{' '.join(part)}`" for part in parts)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two lines have in common before they differ."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def listed() -> list[dict[str, str]]:
    """The changes that no test can see: function, lines before and after, reason."""
    return sorted(tomllib.loads(LISTED.read_text())["survivor"], key=lambda entry: entry["function"])


def _counted(module: str, fails: int, endless: int, survive: int) -> dict[str, Any]:
    mutants = fails + endless + survive
    return {
        "module": module,
        "mutants": mutants,
        "a test fails": fails,
        "no end": endless,
        "survive": survive,
        "die, %": 100 * (1 - survive / mutants),
    }
