"""The ledger to read: in a terminal, and as pages of the book."""

import re
import textwrap
from collections.abc import Iterable
from typing import get_args

from grpo_paper.ledger import ALL, CLAIMS, ERRATA, FURTHER, RECORDS, STATEMENTS, Erratum, Statement
from grpo_paper.ledger.plain import plain
from grpo_paper.ledger.proofs import PARTLY, WITHOUT
from grpo_paper.ledger.records import Kind

PAPER = "https://arxiv.org/abs/2503.06639v4"
BOXED = ("Theorem", "Proposition", "Lemma", "Remark", "Assumption")
"""Items that stand in a theorem box; the others are sections of a chapter."""


def text() -> str:
    """The ledger as a table for a terminal."""
    rows = [("item", "title", "chapter")]
    rows += [(s.number, s.title, s.page or "–") for s in ALL]
    rows += [(e.number, plain(e.where), e.page or "–") for e in ERRATA]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def record(item: Statement | Erratum, width: int = 80) -> str:
    """One item of the ledger for a terminal of so many columns."""
    if isinstance(item, Statement):
        fields = {
            "": item.title,
            "states": item.states,
            "hypotheses": item.hypotheses,
            "figures": ", ".join(item.figures),
        }
        fields["errata"] = ", ".join(item.errata)
    else:
        fields = {"": item.where, "as printed": item.as_printed, "what holds": item.holds}
    fields |= {"computed by": ", ".join(item.functions), "tested by": item.test}
    without = f"; not by machine: {_why(item)}" if item.proof else f"no; {_why(item)}"
    fields["proved by machine"] = ", ".join(item.proof) + without * bool(_why(item))
    fields["status"] = item.status if isinstance(item, Statement) else item.kind
    fields["page"] = f"notebooks/{item.page}.md" if item.page else ""
    lines = (f"{name}: {plain(text)}" if name else plain(text) for name, text in fields.items() if text)
    wrapped = textwrap.TextWrapper(width, "  ", "    ", break_long_words=False, break_on_hyphens=False)
    return "\n".join([item.number, *map(wrapped.fill, lines)])


def statements_page() -> str:
    """The ledger as a MyST page of the book."""
    lines = [
        "# Statements",
        "",
        f"What every numbered item of [the paper]({PAPER}) states, in our words, under which hypotheses, what computes",
        "it (in `grpo_paper.theory` where no other room is named), its figures, the test class that holds it to its",
        "word, and its errata.",
        "",
        *SEALS,
        "",
        *_table(STATEMENTS),
        "## Beyond the paper",
        "",
        "What its formulas imply, and what training does to them. Stated and derived in this book.",
        "",
        *_table(FURTHER),
        "## Claims in prose",
        "",
        "What the paper says beside its theorems, and the answer of this book.",
        "",
        *_table(CLAIMS),
    ]
    return upright("\n".join(lines))


def upright(page: str) -> str:
    """A page whose formulas name Greek capitals: MathJax would set the signs themselves slanted."""
    named = {"Ω": r"\Omega ", "Δ": r"\Delta "}
    return re.sub(r"\$[^$]*\$", lambda formula: re.sub("[ΩΔ]", lambda sign: named[sign[0]], formula[0]), page)


SEALS = (
    "Each item says how it is known. *Derived*: by an argument in its chapter, for a reader. *Certified*: by interval",
    "arithmetic, for the values named. *Computed*: by numbers, and not proved. *Measured*: in training runs or in",
    "other people's code. *Checked*: a test holds the functions to it, by a second computation that does not use the",
    "formula. *Proved by machine*: Coq's kernel has followed every step of a proof, *in part* where the row says what",
    "is left out. The page {doc}`machine` shows the statements, what ties them to the functions, and how to repeat it.",
    "Where no machine has, the row says why.",
)
"""What each seal of a record means."""


def seals(item: Statement | Erratum) -> str:
    """How an item is known, in a few words of MyST.

    >>> seals(next(s for s in STATEMENTS if s.number == "Theorem 3"))
    '*Derived · checked · proved by machine.*'
    """
    how = {"proved": "derived"}.get(item.status, item.status) if isinstance(item, Statement) else ""
    by_machine = ("proved by machine" + " in part" * (item.number in PARTLY)) * bool(item.proof)
    said = " · ".join(filter(None, [how, "checked" * bool(item.test), by_machine]))
    why = _why(item)
    return f"*{said[:1].upper()}{said[1:]}.*" + f" *Not by machine:* {why}" * bool(why)


def _why(item: Statement | Erratum) -> str:
    return PARTLY.get(item.number) or WITHOUT.get(item.number, "")


def _table(statements: Iterable[Statement]) -> list[str]:
    return [
        ":::{div} full-width",
        "```{table}",
        ":class: ledger",
        "",
        "| item | statement (and its hypotheses) | computed by | shown in, tested by |",
        "| --- | --- | --- | --- |",
        *(_row(statement) for statement in statements),
        "```",
        ":::",
        "",
    ]


def _row(s: Statement) -> str:
    anchor, about = f"[]{{#ledger-{s.id}}}", f"**{s.title}.** {s.states} ({s.hypotheses}) {seals(s)}"
    if s.status == "not yet":
        return f"| {anchor}{s.number} | {about} | not yet | |"
    role = "prf:ref" if s.number.startswith(BOXED) else "ref"
    shown = [
        *(f"{{numref}}`{figure}`" for figure in s.figures),
        *(f"[{number}](#ledger-{number.lower()})" for number in s.errata),
        f"`{s.test.partition('::')[2]}`",
    ]
    functions = ", ".join(f"`{name.removeprefix('theory.')}`" for name in s.functions)
    return f"| {anchor}{{{role}}}`{s.number} <{s.id}>` | {about} | {functions} | {', '.join(shown)} |"


def errata_page() -> str:
    """The errata as a MyST page of the book: a table of all, then each, by kind and worst first."""
    lines = [
        "# Errata",
        "",
        f"Where [the paper]({PAPER}), as printed in arXiv v4, does not hold, and what holds instead; then what can be "
        f"said",
        "more sharply. Each erratum links to the computation that shows it. Words between “ and ” are the paper's own;",
        "the version of record {cite}`mroueh2026` was not at hand.",
        "",
        "| kind | entries |",
        "| --- | --- |",
    ]
    kinds = {kind: [e for e in ERRATA if e.kind == kind] for kind in get_args(Kind)}
    for kind, entries in kinds.items():
        lines.append(f"| {_heading(kind)} | {', '.join(f'[{e.number}](#ledger-{e.id})' for e in entries)} |")
    for kind, entries in kinds.items():
        lines += ["", f"## {_heading(kind)}", ""]
        for e in entries:
            printed = "In the paper" if kind == "sharpened" else "As printed"
            functions = ", ".join(f"`{name}`" for name in e.functions)
            lines += [
                f"(ledger-{e.id})=",
                f"### {e.number}: {e.where}",
                "",
                f"*{printed}:* {e.as_printed}.",
                "",
                f"*What holds:* {e.holds}",
                "",
                f"[Shown here](#{e.id}), computed by {functions}. {seals(e)}",
                "",
            ]
    return upright("\n".join(lines))


def _heading(kind: str) -> str:
    return "Sharpened, no errors" if kind == "sharpened" else kind.capitalize()


def footer(page: str) -> str:
    """How to run a chapter by itself, and the way back to its records, in MyST."""
    program = f".venv/bin/jupytext --to ipynb --output - notebooks/{page}.md"
    run = f"{program} |\n  .venv/bin/papermill - notebooks/{page}.ipynb \\\n  --cwd notebooks -p seed 0"
    records = [r for r in RECORDS.values() if r.page == page]
    links = " · ".join(f"[{r.number}](#ledger-{r.id})" for r in records)
    ledger = f"\n\n*In the ledger:* {links}" if links else ""
    return f"---\n\n*Run this chapter*, in the environment that `make env` sets up:\n\n```bash\n{run}\n```{ledger}"
