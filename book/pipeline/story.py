"""A chapter as the site tells it: code folded away, the checks of a cell in one line that opens, all checks on a page.

JupyterLab and papermill see the chapter as it is written.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grpo_paper.chapter import CHECK, with_minus

Check = dict[str, Any]
HEAD = """\
# All checks

*What does each chapter check when it is executed, with which error and which tolerance?*

Every one of them holds in the execution that this book was made from; a chapter in which one fails is not published. A
check with two numbers was measured, one without is either so or not.
"""
SAID = {"show-input", "hide-input", "remove-input", "remove-cell"}
"""Tags of cells that say themselves what is seen of their code."""


def fold(notebook: NotebookNode) -> list[Check]:
    """Fold the code of a chapter and gather its checks, cell by cell; return them all."""
    everything: list[Check] = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        tags = cell.metadata.setdefault("tags", [])
        if not SAID & set(tags):
            tags.append("hide-input")
        checks = [output.data[CHECK] for output in cell.outputs if CHECK in output.get("data", {})]
        if checks:
            cell.outputs = [output for output in cell.outputs if CHECK not in output.get("data", {})]
            cell.outputs.append(new_output("display_data", {"text/markdown": folded(checks)}))
            everything += checks
    return everything


def folded(checks: Sequence[Check]) -> str:
    """Checks as a line of MyST that opens.

    >>> print(folded([{"sentence": "the two agree.", "measured": [1e-16, 1e-12]}, {"sentence": "it is so."}]))
    :::{dropdown} ✓ 2 checks, worst error 1e−16 of 1e−12 allowed
    :class-container: checks
    <BLANKLINE>
    - the two agree.
    - it is so.
    :::
    """
    return opens(f"✓ {summary(checks)}", *(f"- {_sentence(check)}" for check in checks))


def opens(name: str, *lines: str) -> str:
    """A quiet line of MyST with more behind it."""
    return "\n".join([f":::{{dropdown}} {name}", ":class-container: checks", "", *lines, ":::"])


def summary(checks: Sequence[Check]) -> str:
    """How many, and of those that were measured the one that came nearest to its tolerance."""
    many = "1 check" if len(checks) == 1 else f"{len(checks)} checks"
    measured = [check["measured"] for check in checks if check.get("measured")]
    if not measured:
        return many
    error, tolerance = max(measured, key=lambda pair: pair[0] / pair[1] if pair[1] else 0.0)
    worst = f"{error:.0e}".replace("e-0", "e-") if error else "0"
    return with_minus(f"{many}, worst error {worst} of {tolerance:g} allowed")


def _sentence(check: Check) -> str:
    """What a check says; formulas and code, where a minus is an operator, stay as they are."""
    parts = re.split(r"(\$[^$]*\$|`[^`]*`)", check["sentence"])
    return "".join(part if n % 2 else with_minus(part) for n, part in enumerate(parts))


def page(chapters: Mapping[str, Sequence[Check]]) -> str:
    """The checks of all chapters, as a page."""
    parts = [HEAD]
    for name, checks in chapters.items():
        if checks:
            parts.append(f"## {{doc}}`notebooks/{name}`\n\n{summary(checks)}.\n")
            parts.append("\n".join(f"- {_sentence(check)}" for check in checks) + "\n")
    return "\n".join(parts)
