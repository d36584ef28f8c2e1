"""Execute the chapters: jupytext reads the text, papermill runs it, and what succeeded is kept until an input changes.

A kept chapter is one folder, ``build/chapters/NAME``, with the executed notebook, its figures and the digests of all
that went into it. It is made under another name and renamed when complete, so that a killed or failed run leaves
either the former chapter or none.
"""

import hashlib
import json
import os
import platform
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from tqdm import tqdm
from traitlets.config import Config

from book.pipeline import BUILD, ROOT
from grpo_paper.figure.rerun import FOLDER_VARIABLE, SETTINGS

KEPT = BUILD / "chapters"
Parameters = dict[str, Any]


class ChapterError(Exception):
    """A chapter that did not run to its end, with the reason as a sentence."""


@dataclass(frozen=True)
class Chapter:
    """One text notebook of ``notebooks/`` and the parameters to run it with."""

    path: Path
    parameters: Parameters

    @property
    def name(self) -> str:
        """The file's name without its ending: the page's address."""
        return self.path.stem

    @property
    def kept(self) -> Path:
        """Folder of the executed chapter."""
        return KEPT / self.name

    def inputs(self) -> dict[str, str]:
        """Digests of everything the result depends on, by a name that says what changed."""
        library = sorted(p for p in (ROOT / "grpo_paper").rglob("*") if p.suffix in {".py", ".mplstyle"})
        files = [self.path, *library, ROOT / "requirements.lock", ROOT / "book" / "pipeline" / "chapters.py"]
        digests = {str(f.relative_to(ROOT)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
        return digests | {
            "its parameters": json.dumps(self.parameters, sort_keys=True),
            "Python": platform.python_version(),
        }

    def stale(self) -> str:
        """Why the chapter has to be executed; empty when the kept one is up to date."""
        try:
            before = json.loads((self.kept / "inputs.json").read_text())
        except FileNotFoundError:
            return "never executed"
        except ValueError:
            return "its record is damaged"
        now = self.inputs()
        changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        if not changed:
            return ""
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        return f"changed: {', '.join(changed[:3])}{more}"


def chapters(parameters: Parameters) -> list[Chapter]:
    """All chapters, to be run with the given parameters."""
    return [Chapter(path, parameters) for path in sorted((ROOT / "notebooks").glob("*.md"))]


def execute(chapter: Chapter, folder: Path) -> None:
    """Run a chapter from top to bottom in a fresh kernel; leave ``NAME.ipynb`` and ``figures/`` in the folder.

    Errors: ChapterError on a parameter that the chapter does not declare, or when a cell raises; the
    notebook up to the failing cell then lies in ``build/failed``.
    """
    folder.mkdir(parents=True)
    source = folder / f"{chapter.name}.source.ipynb"
    jupytext.write(jupytext.read(chapter.path), source)
    unknown = chapter.parameters.keys() - papermill.inspect_notebook(str(source)).keys()
    if unknown:
        raise ChapterError(f"{chapter.name} has no parameter {', '.join(sorted(unknown))}; see its first cell")

    ipython = BUILD / "ipython"  # not the user's, whose settings would leak into the pages
    ipython.mkdir(parents=True, exist_ok=True)
    os.environ |= SETTINGS | {FOLDER_VARIABLE: str(folder / "figures"), "IPYTHONDIR": str(ipython)}
    result = folder / f"{chapter.name}.ipynb"
    try:
        with TemporaryDirectory() as sockets:  # instead of ports, which other users of the machine could reach
            papermill.execute_notebook(
                source,
                result,
                chapter.parameters,
                kernel_name="python3",
                cwd=ROOT / "notebooks",
                progress_bar=False,
                config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            )
    except PapermillExecutionError as error:
        failed = BUILD / "failed"
        failed.mkdir(parents=True, exist_ok=True)
        result.replace(failed / result.name)
        raise ChapterError(
            f"{chapter.name} stopped in cell {error.exec_count}: {error.ename}: {error.evalue}\n"
            f"  the notebook up to there: build/failed/{result.name}"
        ) from None
    except DeadKernelError:
        raise ChapterError(
            f"{chapter.name} lost its kernel, for want of memory perhaps; JOBS=1 runs one chapter at a time"
        ) from None
    source.unlink()
    _canonical(result)


def refresh(parameters: Parameters, jobs: int) -> list[Chapter]:
    """Bring every chapter up to date, in parallel, saying why each one runs; return them all.

    Errors: ChapterError listing every chapter that failed; the others are kept.
    """
    for left_by_a_former_run in (*KEPT.glob(".*"), BUILD / "failed"):
        shutil.rmtree(left_by_a_former_run, ignore_errors=True)
    everything = chapters(parameters)
    todo = [(chapter, why) for chapter in everything if (why := chapter.stale())]
    print(f"{len(everything)} chapters, {len(todo)} to execute")
    for chapter, why in todo:
        print(f"  {chapter.name}: {why}")
    failures = [str(error) for error in _run_all([chapter for chapter, _ in todo], jobs)]
    if failures:
        raise ChapterError("\n".join(failures))
    return everything


def _run_all(todo: list[Chapter], jobs: int) -> Iterator[ChapterError]:
    if not todo:
        return
    # Spawned workers: each has an environment and a kernel of its own.
    workers = ProcessPoolExecutor(
        min(jobs, len(todo)), mp_context=get_context("spawn"), initializer=_end_with, initargs=(os.getpid(),)
    )
    with workers as pool:
        futures = {pool.submit(_keep, chapter): chapter for chapter in todo}
        try:
            for future in (bar := tqdm(as_completed(futures), total=len(todo), unit="chapter")):
                bar.set_postfix_str(name := futures[future].name)
                if isinstance(error := future.exception(), ChapterError):
                    yield error
                elif error is not None:
                    yield ChapterError(f"{name} was not executed: {type(error).__name__}: {error}")
        except KeyboardInterrupt:
            for worker in active_children():
                worker.terminate()
            raise


def _end_with(parent: int) -> None:
    """Let a worker end when the build does, however that ends; the build alone answers Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _keep(chapter: Chapter) -> None:
    inputs = chapter.inputs()
    part = KEPT / f".{chapter.name}.{os.getpid()}.{time.time_ns()}"
    try:
        execute(chapter, part)
        (part / "inputs.json").write_text(json.dumps(inputs, indent=1))
        shutil.rmtree(chapter.kept, ignore_errors=True)
        part.rename(chapter.kept)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _canonical(path: Path) -> None:
    """Same inputs, same bytes: drop times and run metadata, number the cells."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {k: v for k, v in cell.metadata.items() if k not in {"papermill", "execution"}}
    nbformat.write(notebook, path)
