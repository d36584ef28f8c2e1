"""How a program of the pipeline ends when it cannot go on: with a sentence."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from book.pipeline import BUILD


@contextmanager
def in_sentences() -> Iterator[None]:
    """Say in a sentence that Ctrl-C or the system (a full disk, a missing right) stopped the program."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit("\nStopped. What was finished is kept; the next build goes on from there.") from None
    except OSError as error:
        raise SystemExit(refusal(error)) from None


def refusal(error: OSError) -> str:
    """What the system refused, where, and what to do.

    >>> refusal(PermissionError(13, "Permission denied", "build/lock"))
    'build/lock could not be read or written (Permission denied). Make room or give the right to it, and build again.'
    """
    if isinstance(error, shutil.Error):  # of a whole folder, with a list of what was refused
        _, place, reason = error.args[0][0]
    elif error.strerror is None:  # a sentence already
        return str(error)
    else:
        place, reason = error.filename2 or error.filename or f"A file in {BUILD}", error.strerror
    return f"{place} could not be read or written ({reason}). Make room or give the right to it, and build again."
