"""How to cite a figure: the companion, the paper, the figure, its version and the digest of its data."""

import json
import re
import textwrap
from collections.abc import Callable, Mapping

from grpo_paper.figure.passport import Passport
from grpo_paper.ledger.plain import plain

COMPANION = "GRPO, executed: a companion to 'Reinforcement Learning with Verifiable Rewards'"
AUTHORS = "the companion's authors"
YEAR = 2026
PAPER = (
    "Mroueh, Y. (2025). Reinforcement Learning with Verifiable Rewards: GRPO's Effective Loss, Dynamics, and Success "
    "Amplification. arXiv:2503.06639v4"
)


def bibtex(passport: Passport) -> str:
    """An entry for BibTeX and biblatex; the title's formulas are TeX already."""
    fields = {
        "author": f"{{{AUTHORS}}}",
        "title": "{" + re.sub(r"(?<!\\)([%&#])", r"\\\1", passport.title) + "}",
        "year": str(YEAR),
        "version": _version(passport),
        "howpublished": f"Figure {passport.id} of \\emph{{{COMPANION}}}, version {_version(passport)}",
        "note": f"Companion to {PAPER}. SHA-256 of the data: {passport.sha256}",
    }
    lines = [
        textwrap.fill(f"  {name:<12} = {{{value}}},", 72, subsequent_indent=" " * 4, break_on_hyphens=False)
        for name, value in fields.items()
    ]
    return "\n".join([f"@misc{{grpo-executed:{passport.id},", *lines, "}"])


def apa(passport: Passport) -> str:
    """A line in the manner of the APA."""
    return (
        f"{AUTHORS[0].upper()}{AUTHORS[1:]} ({YEAR}). {_title(passport)} [Figure {passport.id}]. In {COMPANION} "
        f"(Version {_version(passport)}; SHA-256 of the data {passport.sha256}). Companion to {PAPER}."
    )


def csl_json(passport: Passport) -> str:
    """A record for Zotero, pandoc and other readers of CSL."""
    record = {
        "id": f"grpo-executed:{passport.id}",
        "type": "graphic",
        "title": _title(passport),
        "author": [{"literal": AUTHORS}],
        "issued": {"date-parts": [[YEAR]]},
        "container-title": COMPANION,
        "version": _version(passport),
        "number": passport.id,
        "note": f"Companion to {PAPER}. SHA-256 of the data: {passport.sha256}",
    }
    return json.dumps([record], indent=2, ensure_ascii=False)


FORMATS: Mapping[str, Callable[[Passport], str]] = {"bibtex": bibtex, "apa": apa, "csl-json": csl_json}


def _version(passport: Passport) -> str:
    return passport.versions.get("grpo-paper", "unknown")


def _title(passport: Passport) -> str:
    """The title with its formulas in Unicode, without a full stop."""
    return plain(passport.title).removesuffix(".")
