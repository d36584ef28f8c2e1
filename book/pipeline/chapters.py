"""Execute the chapters: jupytext reads the text, papermill runs it, and what succeeded is kept until an input changes.

A kept chapter is one folder, ``build/chapters/NAME``, with the executed notebook, its figures and a record: digests of
all that went in and came out, and the seconds it took. It is made under another name and renamed when complete, so
that a killed or failed run leaves either the former chapter or none.
"""

import json
import os
import platform
import re
import shutil
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import active_children, get_context, parent_process
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

from book.pipeline import BUILD, ROOT, house, record
from book.pipeline.endings import refusal
from book.pipeline.seconds import Seconds
from book.pipeline.workplace import put
from grpo_paper.figure.rerun import FOLDER_VARIABLE, SETTINGS
from grpo_paper.theory.domain import PROFILES

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

    @property
    def recorded(self) -> Path:
        """File of the folder that says what went in and came out, and how long it took."""
        return self.kept / "record.json"

    def inputs(self) -> record.Digests:
        """Digests of everything the result depends on, by a name that says what changed."""
        library = sorted(p for p in (ROOT / "grpo_paper").rglob("*") if p.suffix in {".py", ".mplstyle"})
        text = self.path.read_text(encoding="utf-8")
        unused = house.unused(text)
        library = [p for p in library if p.relative_to(ROOT / "grpo_paper").parts[0] not in unused]
        recorded = sorted(p for p in self.path.parent.glob("recorded/**/*") if p.is_file() and '"recorded"' in text)
        files = [self.path, *recorded, *library, ROOT / "requirements.lock", ROOT / "book" / "pipeline" / "chapters.py"]
        digests = {str(file.relative_to(ROOT)): record.digest(file) for file in files}
        return digests | {
            "its parameters": json.dumps(self.parameters, sort_keys=True),
            "Python": platform.python_version(),
        }

    def stale(self) -> str:
        """Why the chapter has to be executed; empty when the kept one is up to date."""
        return record.stale(self.recorded, self.inputs(), self.kept) if self.recorded.exists() else "never executed"


def chapters(parameters: Parameters) -> list[Chapter]:
    """All chapters as the table of contents has them, to be run with the given parameters."""
    order = re.findall(r"file: notebooks/(\S+)", (ROOT / "book" / "_toc.yml").read_text())
    paths = sorted((ROOT / "notebooks").glob("*.md"), key=lambda path: order.index(path.stem))
    return [Chapter(path, parameters) for path in paths]


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
    if failures := _run_all([chapter for chapter, _ in todo], jobs):
        raise ChapterError("\n".join(failures))
    return everything


def _run_all(todo: list[Chapter], jobs: int) -> list[str]:
    """Execute chapters, telling the seconds of each; return what there is to say of those that failed."""
    if not todo:
        return []
    failures, processor = [], 0.0
    quick = todo[0].parameters.get("profile", PROFILES[0]) == PROFILES[0]
    # Spawned workers: each has an environment and a kernel of its own.
    workers = ProcessPoolExecutor(min(jobs, len(todo)), get_context("spawn"), initializer=_end_with_the_build)
    with workers as pool:
        answer = signal.signal(signal.SIGINT, signal.SIG_IGN)  # workers inherit it: the build alone answers Ctrl-C
        futures = {pool.submit(_keep, chapter): chapter for chapter in todo}
        signal.signal(signal.SIGINT, answer)
        try:
            for future in (bar := tqdm(as_completed(futures), total=len(todo), unit="chapter")):
                bar.set_postfix_str(name := futures[future].name)
                if (error := future.exception()) is None:
                    took = future.result()
                    processor += took.processor
                    bar.write(f"  {name}: {took.told(quick)}")
                elif isinstance(error, ChapterError):
                    failures.append(str(error))
                else:
                    why = refusal(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
                    failures.append(f"{name} was not executed: {why}")
        except KeyboardInterrupt:
            for worker in active_children():
                worker.terminate()
            raise
    print(f"Executed {len(todo) - len(failures)} of {len(todo)}: {processor:.0f} s of processor time")
    return failures


def _end_with_the_build() -> None:
    """Let a worker end at once when the build does, however that ends."""

    def watch() -> None:
        if build := parent_process():
            build.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _keep(chapter: Chapter) -> Seconds:
    inputs = chapter.inputs()
    part = KEPT / f".{chapter.name}.{os.getpid()}.{time.time_ns()}"
    try:
        before = Seconds.now()
        execute(chapter, part)
        took = before.until(Seconds.now())
        record.write(part / chapter.recorded.name, inputs, part, seconds=asdict(took))
        put(part, chapter.kept)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return took


def _canonical(path: Path) -> None:
    """Same inputs, same bytes: drop times and run metadata, number the cells."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {k: v for k, v in cell.metadata.items() if k not in {"papermill", "execution"}}
    nbformat.write(notebook, path)
