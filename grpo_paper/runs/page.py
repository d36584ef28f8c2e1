"""A report as one page that needs no other file: figures and data lie in it."""

import base64
from collections.abc import Mapping, Sequence
from html import escape

from grpo_paper import __version__
from grpo_paper.runs.finding import Finding
from grpo_paper.runs.run import Run

STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de; --back: #fff; --mark: #eef3f8 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --quiet: #9da7b3; --line: #3a424c; --back: #14181d; --mark: #222b36 }
}
body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 2rem auto;
  max-width: 46rem; padding: 0 1rem }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; border-top: 1px solid var(--line); padding-top: 1.2rem }
.kind { font-size: .8rem; font-weight: 600; background: var(--mark); border-radius: .3rem; padding: .15rem .5rem;
  margin-left: .5rem; white-space: nowrap; vertical-align: .1em }
.quiet { color: var(--quiet); font-size: .9rem }
figure { margin: 1rem 0; background: #fff; border: 1px solid var(--line); border-radius: .3rem; padding: .5rem }
figure img { display: block; width: 100%; height: auto }
a { color: inherit }
@media (max-width: 40rem) { figure { overflow-x: auto } figure img { min-width: 34rem } }
nav ul, .notes { padding-left: 1.2rem }
"""
IN_A_PAGE = ("svg", "csv")
"""Of the files of a figure, those that lie in the page."""
KINDS = {
    "exact": "counted from the log",
    "estimated": "from samples, with its uncertainty",
    "fitted": "the best curve of a family, no proof",
    "does not apply": "and why",
}


def page(name: str, run: Run, findings: Sequence[Finding], pictures: Mapping[str, Mapping[str, bytes]]) -> str:
    """The page of a run of this name, with the files of its figures by the findings' keys, `IN_A_PAGE` among them."""
    body = "\n".join(_section(finding, pictures.get(finding.key, {})) for finding in findings)
    contents = "\n".join(f'<li><a href="#{f.key}">{escape(f.title)}</a></li>' for f in findings)
    notes = "".join(f"<li>{escape(note)}</li>" for note in run.notes)
    kinds = " · ".join(f"<b>{kind}</b>: {means}" for kind, means in KINDS.items())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(name)} beside the theory</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(name)} beside the theory</h1>
<p>{escape(run.summary)}</p>
{f'<p>Left out, or taken for granted:</p><ul class="notes">{notes}</ul>' if notes else ""}
<p class="quiet">{kinds}</p>
<nav aria-label="Findings"><ul>
{contents}
</ul></nav>
{body}
</main>
<footer><p class="quiet">Made by grpo-paper {__version__} from the run's log; chapters are those of the book
<i>GRPO, executed</i>.</p></footer>
</body>
</html>
"""


def _section(finding: Finding, files: Mapping[str, bytes]) -> str:
    holds = f'<p class="quiet">Holds if: {escape(finding.holds)}</p>' if finding.holds else ""
    return f"""<section id="{finding.key}">
<h2>{escape(finding.title)} <span class="kind">{finding.kind}</span></h2>
<p>{escape(finding.says)}</p>
{holds}
{_figure(finding, files)}
<p class="quiet">Chapter: <i>{escape(finding.chapter)}</i></p>
</section>"""


def _figure(finding: Finding, files: Mapping[str, bytes]) -> str:
    if not files:
        return ""
    svg, csv = (base64.b64encode(files[kind]).decode() for kind in IN_A_PAGE)
    return (
        f'<figure tabindex="0"><img alt="{escape(finding.alt)}" src="data:image/svg+xml;base64,{svg}"></figure>\n'
        f'<p class="quiet"><a download="{finding.key}.csv" href="data:text/csv;base64,{csv}">data</a></p>'
    )
