"""The chapters that publish the figures, as text: which figure is where, and the program that makes one again."""

import ast
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grpo_paper.figure.passport import UNKNOWN
from grpo_paper.figure.register import FigureError, find
from grpo_paper.theory import domain

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
MADE_FROM = ("book", "grpo_paper", "notebooks", "requirements.lock")
PUBLISHED = re.compile(r'\bpublish\(\s*"(fig-[a-z0-9-]+)"')
CELL = re.compile(r"^```\{code-cell\} python\n((?:^:[^\n]*\n)*)(.*?)^```$", re.MULTILINE | re.DOTALL)


def figures() -> dict[str, str]:
    """Every figure's id, and the chapter that publishes it.

    Errors: FigureError away from the project's files.
    """
    if not NOTEBOOKS.is_dir():
        raise FigureError(
            "Figures are made from the chapters: this needs a copy of the project's files, with notebooks/."
        )
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(NOTEBOOKS.glob("*.md"))}
    return {id: chapter for chapter, text in texts.items() for id in PUBLISHED.findall(text)}


def chapter_of(id: str) -> str:
    """The chapter that publishes a figure.

    Errors: FigureError with the ids that come near.

    >>> chapter_of("fig-sucess-map")
    Traceback (most recent call last):
    grpo_paper.figure.register.FigureError: No figure has the id 'fig-sucess-map'; near it are fig-success-map.
    """
    return find(id, figures())


def program(chapter: str, parameters: Mapping[str, Any], until: str = "") -> str:
    """The code of a chapter with these parameters, up to the cell that publishes the figure `until`, or all of it.

    Errors: FigureError on a parameter that the chapter does not declare or that its rules refuse.
    """
    _check(chapter, parameters)
    lines = []
    for options, code in _cells(chapter):
        lines.append(code)
        if "[parameters]" in options:
            lines += [f"{name} = {value!r}" for name, value in parameters.items()]
        if until and until in PUBLISHED.findall(code):
            break
    return "\n".join(lines)


def defaults(chapter: str) -> dict[str, Any]:
    """The parameters of a chapter, as its first cell has them.

    >>> defaults("success-map")
    {'profile': 'quick', 'seed': 0}
    """
    code = "".join(code for options, code in _cells(chapter) if "[parameters]" in options)
    return {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in ast.parse(code).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }


def _cells(chapter: str) -> list[tuple[str, str]]:
    return CELL.findall((NOTEBOOKS / f"{chapter}.md").read_text(encoding="utf-8"))


def _check(chapter: str, parameters: Mapping[str, Any]) -> None:
    declared = defaults(chapter)
    if unknown := parameters.keys() - declared:
        raise FigureError(f"{chapter} has no parameter {', '.join(sorted(unknown))}; it has {', '.join(declared)}.")
    for name, value in parameters.items():
        if type(value) is not type(declared[name]):
            kind = type(declared[name]).__name__
            raise FigureError(f"{name} = {value!r} is not of the kind that {chapter} takes: it must be of type {kind}.")
    try:  # what `chapter.begin` checks, before anything runs
        domain.choice("profile", parameters.get("profile", domain.PROFILES[0]), domain.PROFILES)
        domain.seed(parameters.get("seed", 0))
    except ValueError as error:
        raise FigureError(f"{error}.") from None


def commit() -> str:
    """The commit of the project's files, "+changes" if what figures are made from differs from it; or unknown."""

    def git(*words: str) -> str:
        told = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True)
        return told.stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")) != ROOT:  # the files lie in another project's repository
            return UNKNOWN
        return git("rev-parse", "HEAD") + "+changes" * bool(git("status", "--porcelain", "--", *MADE_FROM))
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
