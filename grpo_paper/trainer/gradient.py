"""Gradients by autograd itself, without the wrappers of torch.func, which cost more than a small step's arithmetic."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grpo_paper.trainer.task import Parameters


def gradient(function: Callable[..., Tensor]) -> Callable[..., Parameters]:
    """What torch.func.grad gives for a function of parameters and of whatever else, bit for bit.

    >>> gradient(lambda x, factor: (factor * x["a"] ** 2).sum())({"a": torch.tensor([1.0, 2.0])}, 3)
    {'a': tensor([ 6., 12.])}
    """

    def slopes(parameters: Parameters, *rest: Any) -> Parameters:
        leaves = {name: x.detach().requires_grad_() for name, x in parameters.items()}
        with torch.enable_grad():
            found = torch.autograd.grad(function(leaves, *rest), tuple(leaves.values()))
        return dict(zip(leaves, found, strict=True))

    return slopes
