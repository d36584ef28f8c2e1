"""Is this file the figure that it says it is? Read its passport, make the figure again, compare."""

import io
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any, Literal

import numpy as np

from grpo_paper.figure import carry, source
from grpo_paper.figure.data import differences
from grpo_paper.figure.passport import Passport, PassportError, digest, parse
from grpo_paper.figure.rerun import Files, rerun

LARGEST = 5_000_000
"""Bytes of a file; the book's largest has a tenth of it."""
OF_A_RUN = "fig-run-"
"""How the id of a figure begins that `grpo-paper read` makes, of no chapter."""
POINTS, LEVELS = 0.01, 16
"""What two drawings may differ by, since the last digits of the data may: coordinates in points, colours of 255."""
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
NAME = re.compile(rb"(?<=[#\"])[a-zA-Z][0-9a-f]{10}(?=[)\"])")
"""Names inside an SVG are digests of what they name, in full precision."""
STREAM = re.compile(rb"/Length \d+[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
Word = Literal["same", "differs", "cannot tell"]


@dataclass(frozen=True)
class Verdict:
    """The answer and its reason, a sentence; notes do not change the answer."""

    word: Word
    why: str
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """Exit status: 0 for the same, 1 for a difference, 2 if it cannot be told.

        >>> Verdict("differs", "One cell does.").code
        1
        """
        return ("same", "differs", "cannot tell").index(self.word)


def verify(path: Path, remake: Callable[[str, Mapping[str, Any]], Files] = rerun) -> Verdict:
    """Compare a lone SVG, PDF, PNG or CSV file with the figure as `remake` makes it again.

    Data that do not have the digest in their own passport differ, whatever else is known. Nothing runs unless the
    passport is whole and this copy of the project publishes such a figure, with such parameters; what runs then is
    this copy's own chapter.
    """
    intact = ""
    try:
        if not S_ISREG(path.stat().st_mode):  # a pipe might never end
            raise PassportError(f"{path} is not a regular file.")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise PassportError(f"The file is larger than {LARGEST:,} bytes, more than any figure of the book.")
        kind = carry.kind(content)
        text, bare = carry.take(kind, content)
        passport = parse(text)
        if kind == "csv":
            if digest(_decoded(bare)) != passport.sha256:
                return Verdict("differs", "The data were altered after the figure was made: their digest is another.")
            intact = " Its data have the digest in its passport."
        if passport.id.startswith(OF_A_RUN):
            return Verdict("cannot tell", f"It shows a run's log: grpo-paper read makes it again from the log.{intact}")
        chapter = source.chapter_of(passport.id)
        source.program(chapter, passport.parameters)  # checks the parameters
        fresh = remake(passport.id, passport.parameters)
    except OSError as error:
        return Verdict("cannot tell", f"{path} cannot be read: {error.strerror}.")
    except ValueError as error:
        return Verdict("cannot tell", f"{error}{intact}")
    mine = parse(fresh["json"].decode().strip())
    apart = _apart(kind, bare, passport, mine, carry.take(kind, fresh[kind])[1])
    notes = _notes(passport, mine)
    if not apart:
        exact = "byte for byte" if carry.take(kind, fresh[kind])[1] == bare else "within the tolerances"
        return Verdict("same", f"{passport.id} was made again, and the {_NOUN[kind]} agree {exact}.", notes)
    if passport.versions.get("grpo-paper") != mine.versions["grpo-paper"]:
        made = f"It was made by version {passport.versions.get('grpo-paper', 'unknown')} of the library"
        here = f"this is version {mine.versions['grpo-paper']}, which makes another figure"
        return Verdict("cannot tell", f"{made}, and {here}: {apart}.", notes)
    return Verdict("differs", f"{apart[0].upper()}{apart[1:]}.", notes)


_NOUN = {"csv": "data", "svg": "data and the drawing", "pdf": "data and the drawing", "png": "data and the picture"}


def _apart(kind: str, bare: bytes, passport: Passport, mine: Passport, drawn: bytes) -> str:
    """The first thing in which the file departs from the figure made again; empty if there is none."""
    for name in ("title", "statements", "chapter", "parameters", "dtype"):
        if (theirs := getattr(passport, name)) != (ours := getattr(mine, name)):
            return f"its passport has {name} {theirs!r}, and made again it is {ours!r}"
    if kind == "csv":
        where = "" if bare == drawn else differences(_decoded(bare), drawn.decode())
        return f"the data differ: {where}" if where else ""
    if passport.sha256 != mine.sha256 and passport.rounded_sha256 != mine.rounded_sha256:
        return "the data in its passport are others than those computed; its CSV would tell where and by how much"
    if bare != drawn and (how := _drawn_apart(kind, bare, drawn)):
        return f"the data agree, and the drawing differs: {how}"
    return ""


def _drawn_apart(kind: str, bare: bytes, drawn: bytes) -> str:
    """How two drawings differ beyond the tolerances."""
    if kind == "png":
        return _pictures_apart(bare, drawn)
    if len(bare) > 2 * len(drawn) + 10_000:
        return "it is much longer"
    texts = (_inflated(content) if kind == "pdf" else NAME.sub(b"name", content) for content in (bare, drawn))
    (words, numbers), (drawn_words, drawn_numbers) = ((NUMBER.split(t), NUMBER.findall(t)) for t in texts)
    if words != drawn_words:
        return "it has other lines, shapes or words"
    pairs = [(a, b) for a, b in zip(numbers, drawn_numbers, strict=True) if a != b]
    if any(max(len(a), len(b)) > 20 for a, b in pairs):
        return "it has other numbers"
    largest = max((abs(float(a) - float(b)) for a, b in pairs), default=0.0)
    return f"{len(pairs):,} of its numbers, by {largest:.3g} at most" if largest > POINTS else ""


def _inflated(pdf: bytes) -> bytes:
    """The streams of a PDF, and what is between them, without the lengths and places of things."""
    end = pdf.rfind(b"\nxref\n")

    def plain(stream: re.Match[bytes]) -> bytes:
        try:
            return zlib.decompressobj().decompress(stream[1], LARGEST)  # no more than that, whatever it holds
        except zlib.error:
            return stream[1]

    lengths = re.compile(rb"\n\d+ 0 obj\n\d+\nendobj")
    return lengths.sub(b"", STREAM.sub(plain, pdf[:end]))


def _pictures_apart(bare: bytes, drawn: bytes) -> str:
    from PIL import Image

    with Image.open(io.BytesIO(drawn)) as picture:
        expected = np.asarray(picture.convert("RGB"), int)
    try:
        with Image.open(io.BytesIO(bare), formats=["PNG"]) as picture:
            if picture.size != expected.shape[1::-1]:
                return f"it is {picture.width} by {picture.height} points large"
            given = np.asarray(picture.convert("RGB"), int)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return "it cannot be read"
    off = np.abs(given - expected).max(-1) > LEVELS
    if not off.any():
        return ""
    row, column = np.argwhere(off)[0]
    return f"{int(off.sum()):,} points of it have another colour, the first at ({column}, {row})"


def _notes(passport: Passport, mine: Passport) -> tuple[str, ...]:
    """What was otherwise when the file was made, without a bearing on the answer."""
    pairs = [(name, passport.versions.get(name, "none"), here) for name, here in mine.versions.items()]
    pairs += [("device", passport.device, mine.device), ("commit", passport.commit, mine.commit)]
    return tuple(f"made with {name} {there}; here it is {here}" for name, there, here in pairs if there != here)


def _decoded(table: bytes) -> str:
    try:
        return table.decode()
    except UnicodeDecodeError:
        raise PassportError("The data are damaged: they are not text.") from None
