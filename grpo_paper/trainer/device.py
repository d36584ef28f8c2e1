"""Where a run computes, and what it says when there is no such place or not enough memory."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

BYTES = 8
"""Of a number, in the run of a table of logits."""


def available(device: str) -> torch.device:
    """The device, if this machine has it.

    >>> available("cpu")
    device(type='cpu')
    >>> available("abacus")
    Traceback (most recent call last):
    ValueError: device = 'abacus' is not a device that torch knows; use 'cpu' or 'cuda'
    """
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError):
        raise ValueError(f"device = {device!r} is not a device that torch knows; use 'cpu' or 'cuda'") from None
    try:
        torch.zeros(1, device=found).item()  # so that "meta", which holds no numbers, is refused
    except (RuntimeError, AssertionError, NotImplementedError):
        raise ValueError(
            f"device = {device!r} is not available to torch {torch.__version__} on this machine; use device='cpu'"
        ) from None
    return found


@contextmanager
def computing(device: torch.device, bfloat16: bool, size: str, numbers: int) -> Iterator[None]:
    """Without autograd's records, with a network's matrix products in bfloat16 if asked for, and `memory`."""
    # No cache of what was cast: each step's leaves are new, and it would keep them all to the end.
    casting = torch.autocast(device.type, torch.bfloat16, enabled=bfloat16, cache_enabled=False)
    with memory(size, numbers if device.type == "cpu" else 0), torch.no_grad(), casting:
        yield


@contextmanager
def memory(size: str, numbers: int = 0) -> Iterator[None]:
    """Whatever runs out of memory in here becomes a MemoryError that says the size that was asked for.

    numbers: how many will be held at once; too many are refused before the work, since Linux would grant them and kill
    the process that then uses them.
    """
    try:
        if (room := free()) < BYTES * numbers:
            raise MemoryError(f"{BYTES * numbers:,} bytes are needed and {room:,} are free")
        yield
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        known = f" ({error})" if isinstance(error, MemoryError) and str(error) else ""
        raise MemoryError(
            f"out of memory with {size}{known}; run fewer replicas, prompts, outputs or samples at once, a smaller "
            "network or fewer iterations, all of which are kept. A checkpoint that was written is still there"
        ) from error


def numbers(lists: int, outputs: int, iterations: int, group: int) -> int:
    """How many numbers a run holds at once, for so many lists of outputs: those of its peak, as measured, rounded up.

    >>> numbers(lists=2, outputs=32, iterations=100, group=16)
    7504
    """
    return lists * (28 * outputs + 22 * iterations + group) + 80 * group


def free() -> int:
    """Bytes of memory that Linux can still give; no bound elsewhere, where nobody tells."""
    try:
        [kilobytes] = re.findall(r"^MemAvailable: *(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except (OSError, ValueError):
        return sys.maxsize
    return 1024 * int(kilobytes)


def out_of_memory(error: BaseException) -> bool:
    """Whether this is one of the ways in which memory runs out; on a CPU only torch's message tells.

    >>> out_of_memory(RuntimeError("shapes differ")), out_of_memory(torch.OutOfMemoryError("CUDA"))
    (False, True)
    """
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
