"""One run over several processes, as torchrun starts them: each takes its share of the prompts, sums are over all.

Every process draws the same random numbers and keeps the same parameters, so that the history is that of one process.
"""

import os

import torch
from torch import Tensor
from torch import distributed as dist

from grpo_paper.trainer.device import available


def join(device: str) -> str:
    """Join the processes that torchrun started, if it did; returns the device of this one.

    Errors: ValueError if this machine does not have it, or has fewer GPUs than there are processes.

    >>> join("cpu")
    'cpu'
    """
    if "LOCAL_RANK" not in os.environ:  # which torchrun sets; a cluster's scheduler may set the others
        available(device)
        return device
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(available(device))
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    return device


def leave() -> None:
    """Leave the processes that were joined, if any were."""
    if dist.is_initialized():
        dist.destroy_process_group()


def size() -> int:
    """How many processes run together.

    >>> size()
    1
    """
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """Which of them this is, from 0; the first writes the files and shows the progress.

    >>> rank()
    0
    """
    return dist.get_rank() if dist.is_initialized() else 0


def share() -> slice:
    """This process's part of any list of prompts.

    >>> share()
    slice(0, None, 1)
    """
    return slice(rank(), None, size())


def agree(number: int, device: torch.device) -> bool:
    """Whether every process has the same number.

    >>> agree(3, torch.device("cpu"))
    True
    """
    if size() == 1:
        return True
    extremes = torch.tensor([number, -number], device=device)
    dist.all_reduce(extremes, dist.ReduceOp.MAX)
    return bool(extremes[0] == -extremes[1])


def total(x: Tensor) -> Tensor:
    """Sum over the processes, in place."""
    if size() > 1:
        dist.all_reduce(x)
    return x


def gather(part: Tensor, prompts: int) -> Tensor:
    """A tensor (replicas, prompts, …) put together from the processes' shares of it."""
    if size() == 1:
        return part
    full = part.new_zeros((part.shape[0], prompts, *part.shape[2:]))
    full[:, share()] = part
    return total(full)
