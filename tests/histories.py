"""What several files of tests do with runs: compare two, stop one at a checkpoint, start one in several processes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
import torch

from grpo_paper.trainer import History, checkpoint

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node")


class Stopped(BaseException):
    """Not an Exception, as KeyboardInterrupt is not."""


def same(one: History, two: History) -> bool:
    return all(torch.equal(a, b) for a, b in zip(vars(one).values(), vars(two).values(), strict=True))


@contextmanager
def stopping_after(writes: int) -> Iterator[None]:
    """A run in here is stopped once it has written its checkpoint so often."""
    written, save = count(1), checkpoint.save

    def save_then_stop(*given: object) -> None:
        save(*given)
        if next(written) == writes:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "save", save_then_stop)
        yield
