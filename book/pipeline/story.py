"""A chapter as the site tells it: code folded away, the checks of a cell in one line that opens, all checks on a page.

JupyterLab and papermill see the chapter as it is written.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grpo_paper.chapter import CHECK
from grpo_paper.numerals import written

Check = dict[str, Any]
HEAD = """\
# All checks

*What does each chapter check when it is executed, with which error and which tolerance?*

Every one of them holds in the execution that this book was made from; a chapter in which one fails is not published. A
check with two numbers was measured, one without is either so or not.
"""
HEADING = re.compile(r"^##+ (.+)$", re.MULTILINE)
SAID = {"show-input", "hide-input", "remove-input", "remove-cell"}
"""Tags of cells that say themselves what is seen of their code."""


def fold(notebook: NotebookNode) -> list[Check]:
    """Fold the code of a chapter and gather its checks, cell by cell; return them all, each with its section."""
    join(notebook)
    everything: list[Check] = []
    section = "At the start"
    for cell in notebook.cells:
        if cell.cell_type != "code":
            section = (HEADING.findall(cell.source) or [section])[-1]
            continue
        tags = cell.metadata.setdefault("tags", [])
        if not SAID & set(tags):
            tags.append("hide-input")
        checks = [output.data[CHECK] for output in cell.outputs if CHECK in output.get("data", {})]
        if checks:
            cell.outputs = [output for output in cell.outputs if CHECK not in output.get("data", {})]
            cell.outputs.append(new_output("display_data", {"text/markdown": folded(checks)}))
            everything += [{"section": section, **check} for check in checks]
    return everything


def join(notebook: NotebookNode) -> None:
    """Let a cell that shows nothing, such as imports, be the beginning of the next one: one fold in place of two.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> shown = new_code_cell("print(x)", outputs=[new_output("stream", text="1")])
    >>> notebook = new_notebook(cells=[new_code_cell("x = 1"), shown, new_code_cell("x")])
    >>> join(notebook)
    >>> [cell.source for cell in notebook.cells]
    ['x = 1\\n\\nprint(x)', 'x']
    """
    joined: list[NotebookNode] = []
    for cell in notebook.cells:
        silent = joined and joined[-1].cell_type == cell.cell_type == "code" and not joined[-1].outputs
        if silent and seen_as(joined[-1]) == seen_as(cell):
            cell.source = f"{joined.pop().source}\n\n{cell.source}"
        joined.append(cell)
    notebook.cells = joined


def seen_as(cell: NotebookNode) -> set[str]:
    """What a cell's tags say of how it is seen."""
    return SAID & set(cell.metadata.get("tags", [])) or {"hide-input"}


def folded(checks: Sequence[Check]) -> str:
    """Checks as a line of MyST that opens.

    >>> print(folded([{"sentence": "the two agree.", "measured": [3e-16, 1e-12]}, {"sentence": "it is so."}]))
    :::{dropdown} ✓ 2 checks, worst error 3·10⁻¹⁶ of 10⁻¹² allowed
    :class-container: checks
    <BLANKLINE>
    - the two agree.
    - it is so.
    :::
    """
    return opens(f"✓ {summary(checks)}", *(f"- {check['sentence']}" for check in checks))


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
    return written(f"{many}, worst error {error:.0e} of {tolerance:.2g} allowed")


def page(chapters: Mapping[str, tuple[str, Sequence[Check]]]) -> str:
    """The checks of all chapters, as a page; chapters: the title and the checks of each, by its name."""
    parts = [HEAD]
    for name, (title, checks) in chapters.items():
        if checks:
            parts.append(f"## {title}\n\n{{doc}}`notebooks/{name}`: {summary(checks)}.\n")
            for section, alike in groupby(checks, lambda check: check["section"]):
                parts.append(f":::{{rubric}} {section}\n:::\n" + "".join(f"- {c['sentence']}\n" for c in alike))
    return "\n".join(parts)
