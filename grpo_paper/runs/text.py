"""A report as text, for a terminal, and as data."""

import json
import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np

from grpo_paper.runs.finding import Finding
from grpo_paper.runs.run import Run


def text(run: Run, findings: Iterable[Finding], width: int = 100) -> str:
    """The report in lines of at most so many characters."""
    blocks = [_wrapped(run.summary, width)]
    if run.notes:
        blocks.append("\n".join(["Left out, or taken for granted:", *(_item(note, width) for note in run.notes)]))
    for finding in findings:
        lines = [f"{finding.title} [{finding.kind}]", _wrapped(finding.says, width, "  ")]
        if finding.holds:
            lines.append(_wrapped(f"Holds if: {finding.holds}", width, "  "))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def data(run: Run, findings: Iterable[Finding]) -> str:
    """The report as JSON; null where there is no number, "inf" and "-inf" beyond all."""
    settings = {name: getattr(run.settings, name) for name in ("beta", "group_size", "clip", "updates", "eps")}
    weighting = run.settings.weighting
    content = {
        "summary": run.summary,
        "settings": settings | {"weighting": weighting and weighting.name},
        "notes": list(run.notes),
        "findings": [
            {
                "title": finding.title,
                "kind": finding.kind,
                "says": finding.says,
                "holds": finding.holds,
                "chapter": finding.chapter,
                "data": {name: _plain(column) for name, column in finding.data.items()},
            }
            for finding in findings
        ],
    }
    return json.dumps(content, allow_nan=False, ensure_ascii=False, indent=1) + "\n"


def _plain(column: Any) -> list[Any]:
    def one(value: Any) -> Any:
        if isinstance(value, float) and not np.isfinite(value):
            return None if np.isnan(value) else "inf" if value > 0 else "-inf"
        return value

    return [one(value) for value in np.asarray(column).tolist()]


def _wrapped(words: str, width: int, indent: str = "") -> str:
    return textwrap.fill(words, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _item(words: str, width: int) -> str:
    return textwrap.fill(words, width, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
