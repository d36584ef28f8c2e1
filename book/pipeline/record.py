"""What is written down of a thing that was made: digests of what went in and of what came out.

A later build reads it to know whether the thing still is what these inputs make, and if not, why.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from grpo_paper.files import whole

Digests = dict[str, str]


def digest(path: Path) -> str:
    """The digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def outputs(folder: Path, record: Path) -> Digests:
    """The digests of a folder's files by their paths in it, but for the record, which may be one of them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != record)
    return {path.relative_to(folder).as_posix(): digest(path) for path in files}


def write(record: Path, inputs: Digests, folder: Path, **more: Any) -> None:
    """Record what went into a folder, what came out, and more if there is more to say."""
    said = {"inputs": inputs, "outputs": outputs(folder, record)} | more
    with whole(record) as partial:
        partial.write_text(json.dumps(said, indent=1))


def stale(record: Path, inputs: Digests, folder: Path) -> str:
    """Why what was recorded of a folder holds no longer; empty if it holds."""
    try:
        said = json.loads(record.read_text())
        before, made = dict(said["inputs"]), dict(said["outputs"])
    except FileNotFoundError:
        return "never made"
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return "its record is damaged"
    if before != inputs:
        return f"changed: {_names(before, inputs)}"
    now = outputs(folder, record)
    return f"its {_names(made, now)} was altered" if now != made else ""


def _names(before: Digests, now: Digests) -> str:
    """What differs, by the first names."""
    differing = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
    return f"{', '.join(differing[:3])}{more}"
