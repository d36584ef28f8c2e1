"""Files that are whole or absent."""

import os
import re
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


def _sweep(path: Path, now: float) -> None:
    """Remove partial files of this one that nobody has written to for long."""
    partial_name = re.compile(rf"\.\d+\.{re.escape(path.name)}")
    for file in path.parent.iterdir():
        if partial_name.fullmatch(file.name):
            with suppress(OSError):
                if now - file.stat().st_mtime > STALE:
                    file.unlink()
