"""The first task: prompts with a finite set of outputs, some right and some wrong, and a table of logits as policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from grpo_paper.theory import domain
from grpo_paper.theory.policy import conditional, normalize
from grpo_paper.trainer.device import memory
from grpo_paper.trainer.task import Parameters, Prompts


@dataclass(frozen=True)
class Bandit:
    """A reference policy and the verified reward of every output.

    log_pi_ref: log-probabilities, shape (prompts, outputs), or (replicas, prompts, outputs) for replicas that differ.
    reward: 0 or 1, shape (prompts, outputs). Every prompt is in every batch.
    Errors: ValueError naming the argument and what it must be.
    """

    log_pi_ref: Tensor
    reward: Tensor
    batch_size: ClassVar[None] = None
    held_out: ClassVar[int] = 0

    def __post_init__(self) -> None:
        for name, x in (("log_pi_ref", self.log_pi_ref), ("reward", self.reward)):
            if not (isinstance(x, Tensor) and x.is_floating_point()):
                raise ValueError(f"{name} must be a torch tensor of floating-point numbers, such as torch.tensor makes")
        prompts_and_outputs = tuple(self.reward.shape)
        if self.log_pi_ref.ndim not in (2, 3) or tuple(self.log_pi_ref.shape[-2:]) != prompts_and_outputs:
            raise ValueError(
                f"log_pi_ref of shape {tuple(self.log_pi_ref.shape)} and reward of shape {prompts_and_outputs} do not "
                "match: both must end in (prompts, outputs), with an axis of replicas before it in log_pi_ref only"
            )
        if 0 in self.log_pi_ref.shape:
            raise ValueError(
                f"log_pi_ref of shape {tuple(self.log_pi_ref.shape)} has no replicas, no prompts or a prompt without "
                "outputs; give one or more of each"
            )
        if not torch.isfinite(self.log_pi_ref).all():
            raise ValueError(
                "log_pi_ref has entries that are not finite; for a prompt that never succeeds give no output the reward"
            )
        if not ((self.reward == 0) | (self.reward == 1)).all():
            raise ValueError("reward has entries that are neither 0 nor 1; the verifier must say one of them")

    @classmethod
    def with_success(cls, p_ref: Sequence[float] | Sequence[Sequence[float]], outputs: int, seed: int = 0) -> "Bandit":
        """One prompt for each success rate; a quarter of its outputs right, at least one; random odds within a kind.

        Where p_ref is 0 no output is right, and all are where it is 1. A list of such lists is one for each replica,
        whose rates must lie between, as replicas share the verifier.
        Errors: ValueError naming the argument, the value and the domain; MemoryError.

        >>> task = Bandit.with_success([0.2, 0.7], outputs=8)
        >>> (task.log_pi_ref.exp() * task.reward).sum(-1)
        tensor([0.2000, 0.7000], dtype=torch.float64)
        """
        rates = domain.probability("p_ref", p_ref)
        if rates.ndim not in (1, 2):
            raise ValueError(f"p_ref of shape {rates.shape} must be a list of success rates, or one for each replica")
        if rates.ndim == 2:
            domain.fraction("p_ref", rates)
        success = torch.tensor(rates)[..., None]
        correct = max(1, domain.whole("outputs", outputs, 2) // 4)
        generator = torch.Generator().manual_seed(domain.seed(seed))
        with memory(f"{success.numel()} lists of {outputs} outputs", 8 * success.numel() * outputs):
            reward = (torch.arange(outputs) < correct).double().expand(success.shape[-2], outputs)
            within = torch.randn(reward.shape, generator=generator, dtype=torch.float64)
            right, wrong = (conditional(within, reward == kind) for kind in (1, 0))
            mixed = torch.where(reward == 1, right + success.log(), wrong + (1 - success).log())
            if success.ndim == 3:
                return cls(mixed, reward)
            certain = (success == 0) | (success == 1)
            return cls(torch.where(certain, normalize(within), mixed), torch.where(certain, success, reward))

    @property
    def replicas(self) -> int:
        """How many replicas have a reference of their own."""
        return len(self.log_pi_ref) if self.log_pi_ref.ndim == 3 else 1

    def to(self, device: torch.device) -> "Bandit":
        """The same task with its tensors on a device."""
        return Bandit(self.log_pi_ref.to(device), self.reward.to(device))

    def parameters(self) -> Parameters:
        """The reference's logits, shape (replicas, prompts, outputs)."""
        return {"logits": self.log_pi_ref.reshape(-1, *self.reward.shape)}

    def log_pi(self, parameters: Parameters, prompts: Prompts) -> Tensor:
        """Log-probabilities of every output, shape (replicas, prompts, outputs)."""
        return normalize(parameters["logits"][:, prompts])

    def natural(self, parameters: Parameters, gradient: Parameters) -> Parameters:
        """The natural gradient: each logit's slope per unit of its probability."""
        pi = normalize(parameters["logits"]).exp()
        # An output whose probability underflows is left where it is.
        return {"logits": gradient["logits"] / pi.clamp(min=torch.finfo(pi.dtype).tiny)}
