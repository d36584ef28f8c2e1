"""What changes while a run goes on: parameters, optimiser, random numbers and the history so far."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from grpo_paper.theory import domain
from grpo_paper.trainer import parallel
from grpo_paper.trainer.config import TrainConfig
from grpo_paper.trainer.history import Row, stack
from grpo_paper.trainer.task import Parameters, Task


@dataclass
class State:
    """A run after `iteration` iterations. looks and batches: one row of measurements for each."""

    theta: Parameters
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    iteration: int = 0
    looks: list[Row] = field(default_factory=list)
    batches: list[Row] = field(default_factory=list)

    def descend(self, step: Parameters) -> None:
        """One step of the optimiser down the sum of all processes' gradients."""
        for name, parameter in self.theta.items():
            parameter.grad = parallel.total(step[name])
        self.optimizer.step()

    def dump(self) -> dict[str, Any]:
        """Tensors, numbers and strings only, for a checkpoint."""
        return {
            "theta": self.theta,
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "iteration": self.iteration,
            "looks": stack(self.looks),
            "batches": stack(self.batches),
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Become what was dumped. Errors: any, if it is not what a state of these parameters dumps."""
        rows = len(kept["looks"][0]) - 1, len(kept["batches"][0])
        if {name: x.shape for name, x in kept["theta"].items()} != {name: x.shape for name, x in self.theta.items()}:
            raise ValueError("parameters of another shape")
        if rows != (kept["iteration"], kept["iteration"]):
            raise ValueError("a history of another length")
        for name, parameter in self.theta.items():
            parameter.copy_(kept["theta"][name])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.generator.set_state(kept["generator"].cpu())
        self.iteration = kept["iteration"]
        self.looks = list(zip(*kept["looks"], strict=True))
        self.batches = list(zip(*kept["batches"], strict=True))


def replicas(config: TrainConfig, task: Task) -> int:
    """How many runs there are: β, α and the task's references broadcast together.

    >>> from grpo_paper.trainer import Bandit
    >>> replicas(TrainConfig(beta=[0.1, 0.2, 0.3]), Bandit.with_success([0.2], outputs=4))
    3
    """
    task_axis = np.broadcast_to(0.0, task.replicas)
    return domain.together(beta=np.asarray(config.beta), alpha=np.asarray(config.alpha), task=task_axis)[0]


def start(config: TrainConfig, task: Task, device: torch.device) -> State:
    """The reference's parameters, once for each replica, an optimiser that has not moved, and the seed."""
    copies = replicas(config, task)
    theta = {
        name: x.expand(copies, *x.shape[1:]).clone(memory_format=torch.contiguous_format)
        for name, x in task.parameters().items()
    }
    if config.ascent == "adam":
        fused = device.type == "cuda"  # one kernel for all parameters
        optimizer: torch.optim.Optimizer = torch.optim.Adam(theta.values(), config.learning_rate, fused=fused)
    else:
        optimizer = torch.optim.SGD(theta.values(), config.learning_rate)
    return State(theta, optimizer, torch.Generator(device).manual_seed(config.seed))
