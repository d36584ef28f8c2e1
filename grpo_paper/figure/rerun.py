"""Make figures again: the code of their chapter, as a program in a process and a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grpo_paper import ledger
from grpo_paper.figure import carry
from grpo_paper.figure.passport import parse
from grpo_paper.figure.source import NOTEBOOKS, FigureError, chapter_of, commit, program

FOLDER_VARIABLE = "GRPO_FIGURES"
"""Environment variable that names the folder for a chapter's figures."""
SETTINGS = {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"}
"""The environment in which the same chapter gives the same bytes."""
Files = dict[str, bytes]
"""A figure's files by their suffix."""


def rerun(id: str, parameters: Mapping[str, Any]) -> Files:
    """A figure's files, from its chapter run up to the cell that publishes it.

    Errors: FigureError if there is no such figure, if it does not take such parameters, or if the chapter stops.
    """
    chapter = chapter_of(id)
    made = run(chapter, parameters, until=id)
    if id not in made:
        raise FigureError(f"{chapter} does not publish {id} with these parameters.")
    return made[id]


def run(chapter: str, parameters: Mapping[str, Any], until: str = "") -> dict[str, Files]:
    """The figures of a chapter by their ids, up to `until` or all."""
    code = program(chapter, parameters, until)
    with TemporaryDirectory() as place:
        folder, path = Path(place, "figures"), Path(place, "chapter.py")
        path.write_text(code, encoding="utf-8")
        told = subprocess.run(
            [sys.executable, str(path)],
            cwd=NOTEBOOKS,
            env=os.environ | SETTINGS | {FOLDER_VARIABLE: str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if told.returncode:
            last = (told.stderr.strip().splitlines() or ["no reason was given"])[-1]
            raise FigureError(f"{chapter} stopped before the figure was made: {last}")
        made: dict[str, Files] = {}
        for file in sorted(folder.glob("fig-*")):
            made.setdefault(file.stem, {})[file.suffix[1:]] = file.read_bytes()
    now = commit()
    return {id: stamp(files, now) for id, files in made.items()}


def stamp(files: Files, commit: str) -> Files:
    """The same files with what a chapter's kernel does not know: the figure's statements, and the commit.

    A chapter is kept until something that goes into it changes, through commits that change nothing of it. The commit
    is therefore set when the figure is handed out: its files give this figure, and the same commit the same bytes.
    """
    passport = parse(files["json"].decode().strip())
    numbers = tuple(statement.number for statement in ledger.ALL if passport.id in statement.figures)
    text = replace(passport, statements=numbers, commit=commit).text()
    bare = {kind: carry.take(kind, files[kind])[1] for kind in carry.KINDS}
    return {kind: carry.put(kind, bare[kind], text) for kind in carry.KINDS} | {"json": f"{text}\n".encode()}
