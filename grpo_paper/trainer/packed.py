"""Tensors as the bytes of one file, and back only if no bit of them has changed."""

import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from grpo_paper.files import whole


def write(path: Path, content: Any, new: bool = False) -> None:
    """Write tensors, numbers and strings, as `files.whole` does.

    Errors: OSError, for a full disk, say.
    """
    packed = io.BytesIO()  # written to a file, torch's own errors do not say what is wrong with the disk
    torch.save(content, packed)
    with whole(path, new) as partial:
        partial.write_bytes(packed.getbuffer())


def unpack(file: bytes, device: torch.device | str = "cpu") -> Any:
    """What was written. Errors: any, for a file that is damaged or from elsewhere.

    >>> unpack(b"a poem")
    Traceback (most recent call last):
    zipfile.BadZipFile: File is not a zip file
    """
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        if damaged := archive.testzip():  # torch does not look at the sums that it writes
            raise zipfile.BadZipFile(damaged)
    return torch.load(io.BytesIO(file), map_location=device, weights_only=True)
