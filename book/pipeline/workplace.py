"""Where a build works: a folder of its own, from which what is whole is put in place.

Of a build that was killed, a child may go on writing. It writes to that build's folder, to which no other build looks.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from book.pipeline import BUILD

PREFIX = ".making-"


@contextmanager
def workplace() -> Iterator[Path]:
    """A new folder for the only build of this book that runs; what builds that were killed left is removed."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("Another build of this book is running; wait for it or stop it.") from None
        for left in BUILD.glob(f"{PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(prefix=PREFIX, dir=BUILD) as folder:
            yield Path(folder)


def put(made: Path, place: Path) -> None:
    """Let a folder that is whole take the place of what is there, if anything.

    Two renames, for one cannot replace a folder that is not empty. A symbolic link could be replaced in one, but then
    whoever copies the site copies a link. A kill between the two leaves nothing in place, and the next build makes it.
    """
    former = made.with_name(f"{made.name}.former")
    with suppress(FileNotFoundError):
        place.rename(former)
    made.rename(place)
    if former.is_dir() and not former.is_symlink():
        shutil.rmtree(former)
    else:
        former.unlink(missing_ok=True)
