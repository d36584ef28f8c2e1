"""Put a passport into an SVG, PDF, PNG or CSV file and take it out again; the rest stays as it is, byte for byte.

Each kind has one place: an element of metadata, the document's information, a chunk of text, a comment. The CSV has it
as its first line, since a table that was downloaded alone would have it nowhere else; NumPy skips such a line, and so
does pandas with ``comment="#"``. Files are searched as bytes and never handed to a parser, which a hostile file could
exploit.
"""

import re
import struct
import zlib

from grpo_paper.figure.passport import LARGEST, PassportError

KINDS = ("svg", "pdf", "png", "csv")
MARK = b"\xef\xbb\xbf"
"""What some programs begin a text in UTF-8 with."""
SVG = re.compile(rb"<svg [^>]*>\n")
SVG_PASSPORT = re.compile(rb'<metadata id="passport">([^<]*)</metadata>\n')
SVG_HEAD = 2_000
"""Bytes in which an SVG's first element must end; patterns are tried on short texts only."""
PDF = re.compile(rb"%passport\n\d+ 0 obj\n<< /Title \([a-z0-9-]*\) /Passport \((.*)\) >>\nendobj\n")
PDF_TAIL = 400
PNG_HEAD = 33
"""Bytes of a PNG before its second chunk."""


def kind(content: bytes) -> str:
    """Which of `KINDS` a file is, by its first bytes; CSV is what is none of the others."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "svg" if content.startswith((b"<?xml", b"<svg")) else "csv"


def put(kind: str, bare: bytes, text: str) -> bytes:
    """The file with a passport.

    >>> put("csv", b"x,y", '{"passport": 1}')
    b'# {"passport": 1}\\nx,y'
    """
    line = text.encode("ascii")
    if kind == "csv":
        return b"# " + line + b"\n" + bare
    if kind == "svg":
        place = _after_svg(bare)
        return bare[:place] + b'<metadata id="passport">' + line + b"</metadata>\n" + bare[place:]
    if kind == "png":
        chunk = b"tEXtPassport\0" + line
        chunk = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return bare[:PNG_HEAD] + chunk + bare[PNG_HEAD:]
    return bare + _update(bare, line)


def take(kind: str, content: bytes) -> tuple[str, bytes]:
    """The passport's text and the file without it.

    Errors: PassportError if there is none, or if it is not where `put` puts it.

    >>> take("csv", put("csv", b"x,y", "{}"))
    ('{}', b'x,y')
    """
    line, bare = None, b""
    if kind == "csv" and content.startswith(MARK + b"# {"):
        raise PassportError("A byte order mark was put before the file on its way; without it it can be read again.")
    if kind == "csv" and content.startswith(b"# {"):
        line, _, bare = content[2:].partition(b"\n")
        if line.endswith(b"\r"):
            raise PassportError("The file's line ends were changed to CR LF on its way; with LF it can be read again.")
    elif kind == "svg" and (found := SVG_PASSPORT.match(content, _after_svg(content))):
        line, bare = found[1], content[: found.start()] + content[found.end() :]
    elif kind == "png" and content[PNG_HEAD + 4 :].startswith(b"tEXtPassport\0"):
        end = PNG_HEAD + 8 + int.from_bytes(content[PNG_HEAD : PNG_HEAD + 4])
        line, bare = content[PNG_HEAD + 17 : end], content[:PNG_HEAD] + content[end + 4 :]
    elif kind == "pdf" and (found := PDF.search(content, max(0, content.rfind(b"%passport\n")))):
        line, bare = re.sub(rb"\\(.)", rb"\1", found[1]), content[: found.start()]
    if line is None:
        raise PassportError("The file has no passport.")
    if len(line) > LARGEST:
        raise PassportError(f"The passport is damaged: it is longer than {LARGEST:,} characters.")
    try:
        text = line.decode("ascii")
        if put(kind, bare, text) == content:
            return text, bare
    except (UnicodeDecodeError, IndexError, ValueError):
        pass
    raise PassportError("The passport is damaged: it is not where the library puts it.")


def _after_svg(content: bytes) -> int:
    opened = SVG.search(content, 0, SVG_HEAD)
    return opened.end() if opened else 0


def _update(bare: bytes, line: bytes) -> bytes:
    """PDF's own way to add something: new information after the end, that points back to the rest."""
    trailer = bare[bare.rindex(b"trailer\n") :][:PDF_TAIL]
    patterns = (rb"/Size (\d+)", rb"/Root (\d+ 0 R)", rb"startxref\n(\d+)\n%%EOF\n")
    size, root, before = (re.findall(pattern, trailer)[0] for pattern in patterns)
    [title] = re.findall(rb'"id": "([a-z0-9-]*)"', line)[:1] or [b""]
    quoted = re.sub(rb"([()\\])", rb"\\\1", line)
    start = len(bare) + len(b"%passport\n")
    update = b"%%passport\n%s 0 obj\n<< /Title (%s) /Passport (%s) >>\nendobj\n" % (size, title, quoted)
    table = len(bare) + len(update)
    return update + (
        b"xref\n%s 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %s /Info %s 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, start, int(size) + 1, root, size, before, table)
    )
