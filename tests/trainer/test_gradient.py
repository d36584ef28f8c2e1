"""The trainer's gradients are those of torch.func.grad, bit for bit."""

import torch

from grpo_paper.trainer import Addition, Bandit
from grpo_paper.trainer.gradient import gradient


def test_of_a_table_and_of_a_network() -> None:
    for task in (
        Bandit.with_success([0.2, 0.7], outputs=8),
        Addition.with_success(0.02, prompts=4, hidden=8, layers=1),
    ):

        def score(parameters: dict, factor: float, task: Bandit | Addition = task) -> torch.Tensor:
            return factor * (task.log_pi(parameters, slice(None)) * task.reward).sum()

        with torch.no_grad():
            found, expected = (make(score)(task.parameters(), 3.0) for make in (gradient, torch.func.grad))
        assert found.keys() == expected.keys()
        for name, slope in expected.items():
            assert torch.equal(found[name], slope)
            assert not found[name].requires_grad
            assert not task.parameters()[name].requires_grad
