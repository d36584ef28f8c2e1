"""How to cite a figure: the companion, the paper, the figure, its version and the digest of its data."""

import json
import re
import textwrap
from collections.abc import Callable, Mapping

from grpo_paper import __version__
from grpo_paper.figure.passport import Passport
from grpo_paper.figure.register import Published
from grpo_paper.ledger.plain import plain

COMPANION = "GRPO, executed: a companion to 'Reinforcement Learning with Verifiable Rewards'"
AUTHORS = "the companion's authors"
YEAR = 2026
PAPER = (
    "Mroueh, Y. (2025). Reinforcement Learning with Verifiable Rewards: GRPO's Effective Loss, Dynamics, and Success "
    "Amplification. arXiv:2503.06639v4. Version of record (2026): Reinforcement Learning with Verifiable Rewards: "
    "GRPO's Loss, Dynamics, and Success Amplification. Proceedings of the 43rd International Conference on Machine "
    "Learning, PMLR 306:90821–90847"
)

Figure = Passport | Published


def bibtex(figure: Figure) -> str:
    """An entry for BibTeX and biblatex; the title's formulas are TeX already."""
    title = re.sub(r"(?<!\\)([%&#])", r"\\\1", figure.title)
    return _misc(figure.id, title, f"Figure {figure.id}", f"SHA-256 of the data: {figure.sha256}")


def explorer_bibtex(said: str, address: str) -> str:
    """An entry for a point of the explorer: what it says there, in TeX, and its address."""
    return _misc("explorer", said, "Explorer", f"Its address: \\url{{{address}}}")


def _misc(id: str, title: str, what: str, note: str) -> str:
    fields = {
        "author": f"{{{AUTHORS}}}",
        "title": "{" + title + "}",
        "year": str(YEAR),
        "version": __version__,
        "howpublished": f"{what} of \\emph{{{COMPANION}}}, version {__version__}",
        "note": f"Companion to {PAPER.replace('–', '--')}. {note}",
    }
    lines = [
        textwrap.fill(f"  {name:<12} = {{{value}}},", 72, subsequent_indent=" " * 4, break_on_hyphens=False)
        for name, value in fields.items()
    ]
    return "\n".join([f"@misc{{grpo-executed:{id},", *lines, "}"])


def apa(figure: Figure) -> str:
    """A line in the manner of the APA."""
    return (
        f"{AUTHORS[0].upper()}{AUTHORS[1:]} ({YEAR}). {_title(figure)} [Figure {figure.id}]. In {COMPANION} "
        f"(Version {__version__}; SHA-256 of the data {figure.sha256}). Companion to {PAPER}."
    )


def csl_json(figure: Figure) -> str:
    """A record for Zotero, pandoc and other readers of CSL."""
    record = {
        "id": f"grpo-executed:{figure.id}",
        "type": "graphic",
        "title": _title(figure),
        "author": [{"literal": AUTHORS}],
        "issued": {"date-parts": [[YEAR]]},
        "container-title": COMPANION,
        "version": __version__,
        "number": figure.id,
        "note": f"Companion to {PAPER}. SHA-256 of the data: {figure.sha256}",
    }
    return json.dumps([record], indent=2, ensure_ascii=False)


FORMATS: Mapping[str, Callable[[Figure], str]] = {"bibtex": bibtex, "apa": apa, "csl-json": csl_json}


def _title(figure: Figure) -> str:
    """The title with its formulas in Unicode, without a full stop."""
    return plain(figure.title).removesuffix(".")
