"""The first task: prompts with a finite set of outputs, some right and some wrong, and a table of logits as policy."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from grpo_paper import domain
from grpo_paper.policy import conditional


@dataclass(frozen=True)
class Bandit:
    """A reference policy and the verified reward of every output.

    log_pi_ref: log-probabilities, shape (..., prompts, outputs), a leading axis for replicas that differ.
    reward: 0 or 1, shape (prompts, outputs).
    """

    log_pi_ref: torch.Tensor
    reward: torch.Tensor

    @classmethod
    def with_success(cls, p_ref: Sequence[float], outputs: int, seed: int = 0) -> "Bandit":
        """One prompt for each success rate; a quarter of its outputs right, random odds within right and wrong.

        Errors: ValueError naming the argument, the value and the domain.

        >>> task = Bandit.with_success([0.2, 0.7], outputs=8)
        >>> (task.log_pi_ref.exp() * task.reward).sum(-1)
        tensor([0.2000, 0.7000], dtype=torch.float64)
        """
        success = torch.tensor(domain.probability("p_ref", p_ref), dtype=torch.float64)[..., None]
        correct = max(1, domain.whole("outputs", outputs, 2) // 4)
        reward = (torch.arange(outputs) < correct).double().expand(len(success), outputs)
        generator = torch.Generator().manual_seed(domain.whole("seed", seed, 0))
        within = torch.randn(reward.shape, generator=generator, dtype=torch.float64)
        right, wrong = (conditional(within, reward == kind) for kind in (1, 0))
        return cls(torch.where(reward == 1, right + success.log(), wrong + (1 - success).log()), reward)
