"""Files that are whole or absent, and written by one process at a time."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STALE = 60
"""Seconds after which nobody goes on writing a partial file."""


@contextmanager
def whole(path: Path, new: bool = False) -> Iterator[Path]:
    """A name to write under; what was written becomes `path` at the end, and after an error nothing changes.

    new: refuse to write over a file. What a process that was killed left of an earlier write is removed.
    Errors: OSError that names the path and the reason, FileExistsError among them.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with whole(Path(folder) / "results" / "run.txt") as partial:
    ...         _ = partial.write_text("all of it")
    ...     print([file.name for file in Path(folder).rglob("*.txt")])
    ['run.txt']
    """
    partial = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        _sweep(path, partial.stat().st_mtime)
        if new and path.exists():
            raise FileExistsError(0, "it exists already")
        os.replace(partial, path)
    except OSError as error:
        raise type(error)(
            f"{path} could not be written ({error.strerror or error}); nothing was changed. Make room or give "
            "the right to write there, or name another place"
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the one process in here for this file: a lock lies beside it until the end.

    The system releases the lock of a process that was killed, so that what is left of it bars nobody. Windows and
    file systems without such locks let all in.
    Errors: BlockingIOError if another process is in here; OSError if no file can be written there.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    lock = path.with_name(f".{path.name}.lock")
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.fstat(held.fileno()).st_nlink:  # of a process that was ending, which has taken it away
                raise BlockingIOError
        except BlockingIOError:
            raise BlockingIOError(
                f"a run that writes {path} is already running; wait until it ends, or name another file"
            ) from None
        except OSError:
            pass
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def writable(folder: Path) -> None:
    """Whether a file could be written in a folder that may not be there yet, asked before long work.

    Errors: OSError that names the place and the reason.

    >>> writable(Path("/dev/null/results"))
    Traceback (most recent call last):
    NotADirectoryError: /dev/null/results cannot be a folder, since /dev/null is a file; name another place
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise NotADirectoryError(f"{folder} cannot be a folder, since {there} is a file; name another place")
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(f"{there} is a folder without the right to write; name another")


def _sweep(path: Path, now: float) -> None:
    """Remove partial files of this one that nobody has written to for long."""
    partial_name = re.compile(rf"\.\d+\.{re.escape(path.name)}")
    for file in path.parent.iterdir():
        if partial_name.fullmatch(file.name):
            with suppress(OSError):
                if now - file.stat().st_mtime > STALE:
                    file.unlink()
