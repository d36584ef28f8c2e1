"""Files of others: opened, unpacked, and what is wrong with them as a sentence."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grpo_paper.extras import needed
from grpo_paper.runs.faults import BrokenFileError

with needed("Reading a run"):
    import pyarrow as pa

GZIP, BOM = b"\x1f\x8b", b"\xef\xbb\xbf"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What pyarrow finds wrong with a file becomes a sentence that names it.

    Errors: BrokenFileError.

    >>> with reading(Path("out.parquet")):
    ...     raise pa.ArrowInvalid("Parquet magic bytes not found in footer.")
    Traceback (most recent call last):
    grpo_paper.runs.faults.BrokenFileError: out.parquet cannot be read (Parquet magic bytes not found in footer); ...
    """
    try:
        yield
    except BrokenFileError:
        raise
    except (pa.ArrowException, OSError, EOFError, MemoryError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        raise BrokenFileError(f"{path} cannot be read ({reason}); it may be damaged, or not yet whole") from error


@contextmanager
def opened(path: Path) -> Iterator[pa.NativeFile]:
    """A file's bytes, unpacked where they are packed, without a mark of their order."""
    with path.open("rb") as file:
        start = file.read(3)
    with pa.input_stream(str(path), compression="gzip" if start[:2] == GZIP else "detect") as stream:
        if start == BOM:
            stream.read(3)
        yield stream


class Text(io.RawIOBase):
    """The bytes of a stream, refused where they are not UTF-8: parsers that meet such in the midst of their work warn.

    Errors: UnicodeDecodeError.
    """

    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end."""
        found = self._stream.read(size if size >= 0 else None)
        self._decoder.decode(found, final=not found)
        return found
