"""The gallery, a page of the book: every figure with its files, how to cite it and how to make it again."""

from collections.abc import Iterable
from html import escape

from grpo_paper.figure.citation import bibtex
from grpo_paper.figure.passport import Passport
from grpo_paper.figure.source import defaults

HEAD = """\
# Figures

Every figure of the book, by the name to cite it under. Its files carry a passport: what the figure shows, the chapter,
parameters and versions it was made from, and a digest of its data. `grpo-paper verify FILE` reads it, makes the figure
again and compares; it needs a copy of the project's files, set up with `make env` and `source .venv/bin/activate`.
"""
ENTRY = """\
(cite-{id})=
## {heading}

<a class="thumbnail" href="{page}.html#{id}"><img src="figures/{id}.png" alt="{alt}" loading="lazy" /></a>

`{id}`, {{numref}}`{id}` in {{doc}}`{page}`{statements}.

<p class="figure-files in-gallery"><a href="figures/{id}.csv">data</a> · <a href="figures/{id}.svg">SVG</a> ·
<a href="figures/{id}.pdf">PDF</a> · <a href="figures/{id}.png">PNG</a> · <a href="figures/{id}.json">passport</a> ·
<a href="figures/{id}.py">code</a></p>

:::{{dropdown}} BibTeX
```bibtex
{bibtex}
```
:::

(rerun-{id})=
```bash
grpo-paper reproduce {id}{parameters}
```
"""


def page(figures: Iterable[tuple[Passport, str]]) -> str:
    """The page as MyST, from the figures' passports and alt texts, in the order of the book."""
    return "\n".join([HEAD, *(_entry(passport, alt) for passport, alt in figures)])


def _entry(passport: Passport, alt: str) -> str:
    usual = defaults(passport.chapter)
    given = [f" -p {name}={value}" for name, value in passport.parameters.items() if value != usual.get(name)]
    links = [f"[{number}](#ledger-{number.lower().replace(' ', '-')})" for number in passport.statements]
    return ENTRY.format(
        id=passport.id,
        heading=passport.title.removesuffix("."),
        alt=escape(alt),
        page=f"notebooks/{passport.chapter}",
        statements=f". In the ledger: {', '.join(links)}" if links else "",
        bibtex=bibtex(passport),
        parameters="".join(given),
    )
