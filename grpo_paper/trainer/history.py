"""What a run leaves: for each iteration, replica and prompt, what was sampled, what holds and what was predicted."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from grpo_paper.files import whole
from grpo_paper.theory.divergence import kl, total_variation
from grpo_paper.theory.policy import success_logit, tilt
from grpo_paper.theory.success_map import next_log_odds
from grpo_paper.theory.variants import Variant
from grpo_paper.trainer.config import TrainConfig

Row = tuple[Tensor, ...]


@dataclass(frozen=True)
class History:
    """A run of Algorithm 1 beside its theory. A replica whose steps diverge is NaN from there on, with a warning.

    Of every prompt, the start first, shape (iterations + 1, replicas, prompts), probabilities and nats:
    success: the policy's exact probability of success. prediction: the recursion's, one exact update an iteration.
    kl: of the policy to the reference. tv, kl_theory: to the closed-form policy of the prediction.

    Of the prompts in the batch, shape (iterations, replicas, batch):
    sampled_success: mean reward of the group. silent: whether all its rewards were alike.
    clipped: share of the group's weight that the clip cuts at the end of the iteration.

    prompts: the batch, shape (iterations, batch). log_pi: the last policy, shape (replicas, prompts, outputs).
    """

    success: Tensor
    prediction: Tensor
    kl: Tensor
    tv: Tensor
    kl_theory: Tensor
    sampled_success: Tensor
    silent: Tensor
    clipped: Tensor
    prompts: Tensor
    log_pi: Tensor

    @classmethod
    def of(cls, looks: list[Row], batches: list[Row], prediction: Tensor, log_pi: Tensor) -> "History":
        """The rows that `measure` gave, those of the batches, the recursion's success rates, and the last policy."""
        success, divergence, tv, kl_theory = stack(looks)
        sampled, silent, clipped, prompts = stack(batches)
        lost = ~success.isfinite().all(-1)
        if lost.any():
            warnings.warn(
                f"{int(lost[-1].sum())} of {lost.shape[1]} replicas diverged, the first at iteration "
                f"{int(lost.any(1).int().argmax())}, and are NaN from there on; take a smaller learning_rate",
                RuntimeWarning,
                stacklevel=3,
            )
        return cls(success, prediction, divergence, tv, kl_theory, sampled, silent, clipped, prompts, log_pi)

    def save(self, path: Path | str) -> None:
        """Write everything as NumPy arrays (``.npz``), by the names above; `numpy.load` reads them."""
        with whole(Path(path)) as partial, partial.open("wb") as file:
            np.savez(file, **{name: column.cpu().numpy() for name, column in vars(self).items()})


def stack(rows: list[Row]) -> list[Tensor]:
    """Rows of tensors as columns with a first axis for the iterations.

    >>> stack([(torch.zeros(2), torch.ones(3)), (torch.zeros(2), torch.ones(3))])[1].shape
    torch.Size([2, 3])
    """
    return [torch.stack(column) for column in zip(*rows, strict=True)]


def predict(config: TrainConfig, log_pi_ref: Tensor, reward: Tensor) -> Tensor:
    """Log-odds of success that the recursion predicts, shape (iterations + 1, replicas, prompts)."""
    L_ref = success_logit(log_pi_ref, reward).double()
    beta, alpha = (np.broadcast_to(x, len(L_ref)) for x in (config.beta, config.alpha))
    orbits = L_ref.repeat(config.iterations + 1, 1, 1)
    for share in np.unique(alpha):
        runs, variant = np.flatnonzero(alpha == share), Variant(config.weighting, float(share))
        strength = torch.tensor(beta[runs])[:, None].to(L_ref)
        L = reference = L_ref[runs]
        for n in range(config.iterations):
            L = next_log_odds(L, reference, strength, config.eps, variant)
            orbits[n + 1, runs] = L
    return orbits.to(log_pi_ref.dtype)


def measure(log_pi: Tensor, log_pi_ref: Tensor, reward: Tensor, gain: Tensor) -> Row:
    """Success, kl, tv and kl_theory of a policy, each (replicas, prompts).

    The closed-form policy is the reference reweighted by the reward alone (E15), its log-odds raised by the gain.
    """
    theory, pi = tilt(log_pi_ref, gain[..., None] * reward, 1), log_pi.exp()
    success = (pi * reward).sum(-1) / pi.sum(-1)  # a sum, where the log-odds would take two passes
    return success, kl(log_pi, log_pi_ref), total_variation(log_pi, theory), kl(log_pi, theory)
