"""The passport of a figure: what it shows and what it was made from, in one line of JSON that every file carries.

A passport is read from files that anyone may have written. `parse` takes exactly the lines that `Passport.text`
writes and refuses everything else with a sentence.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

FIGURE_ID = re.compile(r"fig(-[a-z0-9]+)+")
LARGEST = 8_000
"""Characters of a passport; the book's have about 1,200."""
FORM = 1
"""Number of the form below; another form gets another number."""
UNKNOWN = "unknown"


class PassportError(ValueError):
    """A passport that is missing, damaged or not of this form, with the reason as a sentence."""


@dataclass(frozen=True)
class Passport:
    """Everything that is needed to make a figure again, and the digests of its data.

    title: MyST text. chapter: name of the text notebook; empty for a figure of none. parameters: what the chapter was
    begun with, profile and seed among them. dtype: of the data's columns. versions: of the library and what it
    computes with. commit: of the project's files, "+changes" if they were changed since. sha256: of the data as
    written; rounded_sha256: of the data to 9 digits, which other processors reproduce too.
    """

    id: str
    title: str
    statements: tuple[str, ...]
    chapter: str
    parameters: Mapping[str, str | int | float | bool]
    dtype: str
    device: str
    versions: Mapping[str, str]
    commit: str
    sha256: str
    rounded_sha256: str

    def text(self) -> str:
        """One line of ASCII without <, > or &: it can stand in XML, PDF, PNG and a comment as it is."""
        line = json.dumps({"passport": FORM, **asdict(self)}, allow_nan=False)
        return line.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def digest(text: str) -> str:
    """The sha256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(text: str) -> Passport:
    """The passport that a line of JSON holds.

    Errors: PassportError with the reason; nothing of a refused passport is used.

    >>> parse('{"passport": 1, "id": "fig-../../x"}')
    Traceback (most recent call last):
    grpo_paper.figure.passport.PassportError: The passport is damaged: it does not have the fields of its form.
    """
    if len(text) > LARGEST:
        raise PassportError(f"The passport is damaged: it is longer than {LARGEST:,} characters.")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise PassportError("The passport is damaged: it is not JSON.") from None
    if not isinstance(record, dict) or "passport" not in record:
        raise PassportError("The passport is damaged: it is not a passport of this project.")
    if record.pop("passport") != FORM:
        raise PassportError("The passport is of another form than this version of the library knows.")
    if list(record) != [field.name for field in fields(Passport)]:
        raise PassportError("The passport is damaged: it does not have the fields of its form.")
    for name, value in record.items():
        if not RULES[name](value):
            raise PassportError(f"The passport is damaged: {name} is not what it must be.")
    passport = Passport(**record | {"statements": tuple(record["statements"])})
    if passport.text() != text:  # duplicate names, other spellings of a number, text before or after
        raise PassportError("The passport is damaged: it is not as the library writes it.")
    return passport


Rule = Callable[[Any], bool]


def _text(pattern: str, longest: int) -> Rule:
    form = re.compile(pattern)
    return lambda value: (
        isinstance(value, str) and len(value) <= longest and value.isprintable() and bool(form.fullmatch(value))
    )


def _entries(name: Rule, value: Rule, most: int) -> Rule:
    return lambda entries: (
        isinstance(entries, dict)
        and len(entries) <= most
        and all(name(key) and value(entry) for key, entry in entries.items())
    )


def _scalar(value: Any) -> bool:
    return _text(".*", 80)(value) or (isinstance(value, int | float) and abs(value) < 2**64)  # so that NaN is none


RULES: Mapping[str, Rule] = {
    "id": _text(FIGURE_ID.pattern, 80),
    "title": _text(".+", 400),
    "statements": lambda value: isinstance(value, list) and len(value) <= 20 and all(map(_text(".+", 40), value)),
    "chapter": _text("([a-z0-9]+(-[a-z0-9]+)*)?", 80),
    "parameters": _entries(_text("[a-z][a-z0-9_]*", 40), _scalar, 12),
    "dtype": _text("[a-z0-9, ]*", 80),
    "device": _text("[a-z]+", 20),
    "versions": _entries(_text("[A-Za-z0-9._-]+", 40), _text("[A-Za-z0-9.+!_-]+", 40), 20),
    "commit": _text(rf"{UNKNOWN}|[0-9a-f]{{40}}(\+changes)?", 60),
    "sha256": _text("[0-9a-f]{64}", 64),
    "rounded_sha256": _text("[0-9a-f]{64}", 64),
}
"""What each field must be."""
