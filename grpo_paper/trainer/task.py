"""What Algorithm 1 needs of a task: prompts whose outputs can all be listed, and a policy with parameters."""

from typing import Protocol, Self

import torch
from torch import Tensor

Parameters = dict[str, Tensor]
"""The policy's tensors by name, each with the replicas as first axis."""
Prompts = Tensor | slice
"""Which prompts: their indices, or all."""


class Task(Protocol):
    """Prompts, a verifier's reward for each of their outputs, and a policy that starts as the reference."""

    @property
    def reward(self) -> Tensor:
        """0 or 1, shape (prompts, outputs)."""

    @property
    def batch_size(self) -> int | None:
        """Prompts drawn for an iteration; None for all of them."""

    @property
    def held_out(self) -> int:
        """How many prompts, the last ones, are never in a batch."""

    @property
    def replicas(self) -> int:
        """How many replicas have a reference of their own."""

    def to(self, device: torch.device) -> Self:
        """The same task with its tensors on a device."""

    def parameters(self) -> Parameters:
        """The reference's parameters."""

    def log_pi(self, parameters: Parameters, prompts: Prompts) -> Tensor:
        """Log-probabilities of every output, shape (replicas, prompts, outputs)."""

    def natural(self, parameters: Parameters, gradient: Parameters) -> Parameters:
        """The natural gradient, where the policy has one in closed form."""
