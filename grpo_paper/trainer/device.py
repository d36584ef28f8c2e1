"""Where a run computes, and what it says when there is no such place or not enough memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


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
    except RuntimeError:
        raise ValueError(f"device = {device!r} is not a device that torch knows; use 'cpu' or 'cuda'") from None
    try:
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise ValueError(
            f"device = {device!r} is not available to torch {torch.__version__} on this machine; use device='cpu'"
        ) from None
    return found


@contextmanager
def computing(device: torch.device, bfloat16: bool, size: str) -> Iterator[None]:
    """Without autograd's records; a network's matrix products in bfloat16 if asked for; out of memory in one sentence.

    Torch has several ways of running out of memory; all become a MemoryError that says the size that was asked for.
    """
    try:
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
            yield
    except RuntimeError as error:  # torch.OutOfMemoryError is one; on a CPU only the message tells
        if not isinstance(error, torch.OutOfMemoryError) and "can't allocate memory" not in str(error):
            raise
        raise MemoryError(
            f"out of memory with {size}; run fewer replicas, prompts or outputs at once. "
            "A checkpoint that was written is still there"
        ) from error
