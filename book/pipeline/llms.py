"""llms.txt: the book for programs that read, its pages in order, each with the question that it answers."""

import re
from pathlib import Path

import nbformat

HEAD = """\
# GRPO, executed

> An executable companion to Y. Mroueh, Reinforcement Learning with Verifiable Rewards: GRPO's Effective Loss, Dynamics,
> and Success Amplification (arXiv:2503.06639v4). With rewards of 0 and 1 the success rate p of exact GRPO updates obeys
> p_n = h(p_(n-1)), where logit h(p) = logit p_ref + Omega(p)/beta and Omega(p) = 1/sqrt(p(1-p) + eps). Each statement
> is derived and checked; the Python package grpo_paper holds every formula once. A claim is called proved, certified,
> computed or measured. None is about a particular large model unless it says so.
"""
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
QUESTION = re.compile(r"^\*([^*\n]+\?)\*$", re.MULTILINE)


def contents(folder: Path) -> str:
    """The pages of a staged source by part, each with a link to its source, its title and its question."""
    lines = [HEAD]
    for line in (folder / "_toc.yml").read_text(encoding="utf-8").splitlines():
        if part := re.search(r"- caption: (.+)", line):
            lines.append(f"\n## {part[1]}\n")
        elif page := re.search(r"- file: (\S+)", line):
            lines.append(_entry(folder, page[1]))
    return "\n".join(lines) + "\n"


def _entry(folder: Path, name: str) -> str:
    source = next(path for ending in ("ipynb", "md") if (path := folder / f"{name}.{ending}").exists())
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
    title, *questions = (*TITLE.findall(text)[:1], *QUESTION.findall(text)[:1])
    return ": ".join([f"- [{title}](_sources/{name}{source.suffix})", *questions])
