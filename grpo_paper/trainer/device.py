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
def computing(device: torch.device, bfloat16: bool, size: str) -> Iterator[None]:
    """Without autograd's records, with a network's matrix products in bfloat16 if asked for, and `memory`."""
    # No cache of what was cast: each step's leaves are new, and it would keep them all to the end.
    casting = torch.autocast(device.type, torch.bfloat16, enabled=bfloat16, cache_enabled=False)
    with memory(size), torch.no_grad(), casting:
        yield


@contextmanager
def memory(size: str) -> Iterator[None]:
    """Whatever runs out of memory in here becomes a MemoryError that says the size that was asked for."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        raise MemoryError(
            f"out of memory with {size}; run fewer replicas, prompts, outputs or samples at once, a smaller network or "
            "fewer iterations, all of which are kept. A checkpoint that was written is still there"
        ) from error


def out_of_memory(error: BaseException) -> bool:
    """Whether this is one of the ways in which memory runs out; on a CPU only torch's message tells.

    >>> out_of_memory(RuntimeError("shapes differ")), out_of_memory(torch.OutOfMemoryError("CUDA"))
    (False, True)
    """
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
