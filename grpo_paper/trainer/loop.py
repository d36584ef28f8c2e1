"""Algorithm 1 (Appendix B), for a batch of replicas at once.

For a finite set of outputs a sampled group is a vector of counts. So the exact expectation and the sampled
one are the same sum over outputs, with the weights π_old(o) or count(o)/G.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from grpo_paper.advantage import advantage
from grpo_paper.divergence import kl
from grpo_paper.elementary import sigmoid
from grpo_paper.objective import clipped_surrogate, k1, k3
from grpo_paper.policy import normalize, success_logit
from grpo_paper.trainer.bandit import Bandit
from grpo_paper.trainer.config import TrainConfig


@dataclass(frozen=True)
class History:
    """What happened, for each iteration, replica and prompt: shape (iterations, replicas, prompts).

    success has one iteration more, the start first: the exact probability of success of the policy.
    sampled_success: mean reward of the group. silent: whether the group had rewards of one kind only.
    kl: of the policy after the iteration to the reference. clipped: share of the weight that was clipped.
    log_pi: the last policy, shape (replicas, prompts, outputs).
    """

    success: Tensor
    sampled_success: Tensor
    silent: Tensor
    kl: Tensor
    clipped: Tensor
    log_pi: Tensor


def train(config: TrainConfig, task: Bandit, device: str = "cpu") -> History:
    """Run Algorithm 1 on a task. Same seed, same device: the same history, bit for bit.

    >>> task = Bandit.with_success([0.2], outputs=8)
    >>> history = train(TrainConfig(iterations=3, group_size=None, clip=None), task)
    >>> history.success.shape, bool(history.success[-1] > 0.2)
    (torch.Size([4, 1, 1]), True)
    """
    beta, alpha, log_pi_ref, reward = _batch(config, task, device)
    clip = torch.inf if config.clip is None else config.clip
    generator = torch.Generator(device).manual_seed(config.seed)
    theta = log_pi_ref.clone()
    success, rows = [_success(log_pi_ref, reward)], []

    for _ in range(config.iterations):
        log_pi_old = normalize(theta)
        weight = _group(log_pi_old, config.group_size, generator)
        p_hat = (weight * reward).sum(-1, keepdim=True)
        A = advantage(reward, p_hat, config.eps, config.normalization)
        for _ in range(config.inner_steps):
            theta.requires_grad_()
            log_pi = normalize(theta)
            ratio = (log_pi - log_pi_old).exp()
            gain = (weight * clipped_surrogate(ratio, A, clip)).sum(-1)
            to_reference, to_previous = (
                _penalty(config.penalty, log_pi, anchor, weight, ratio) for anchor in (log_pi_ref, log_pi_old)
            )
            objective = gain - beta * (alpha * to_reference + (1 - alpha) * to_previous)
            [step] = torch.autograd.grad(objective.sum(), theta)
            if config.ascent == "natural":
                # An output whose probability underflows is left where it is.
                step = step / log_pi.detach().exp().clamp(min=torch.finfo(step.dtype).tiny)
            theta = theta.detach() + config.learning_rate * step

        log_pi = normalize(theta)
        success.append(_success(log_pi, reward))
        ratio = (log_pi - log_pi_old).exp()
        cut = weight * (clipped_surrogate(ratio, A, clip) < ratio * A)
        silent = ((p_hat == 0) | (p_hat == 1))[..., 0]
        rows.append((p_hat[..., 0], silent, kl(log_pi, log_pi_ref), cut.sum(-1)))

    sampled, silents, divergence, clipped = (torch.stack(column) for column in zip(*rows, strict=True))
    return History(torch.stack(success), sampled, silents, divergence, clipped, normalize(theta))


def _batch(config: TrainConfig, task: Bandit, device: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """β and α of shape (replicas, 1), the reference of shape (replicas, prompts, outputs), the reward."""
    log_pi_ref = task.log_pi_ref.to(device)
    log_pi_ref = log_pi_ref.reshape(-1, *log_pi_ref.shape[-2:])
    beta, alpha, _ = torch.broadcast_tensors(
        *(torch.as_tensor(x, dtype=log_pi_ref.dtype, device=device) for x in (config.beta, config.alpha)),
        log_pi_ref[:, 0, 0],
    )
    return beta[:, None], alpha[:, None], log_pi_ref.expand(len(beta), -1, -1), task.reward.to(device)


def _group(log_pi: Tensor, group_size: int | None, generator: torch.Generator) -> Tensor:
    """Weight of every output: its probability, or its share in a sampled group."""
    pi = log_pi.exp()
    if group_size is None:
        return pi
    drawn = torch.multinomial(pi.flatten(0, -2), group_size, replacement=True, generator=generator)
    counts = torch.zeros_like(pi.flatten(0, -2)).scatter_add_(1, drawn, torch.ones_like(drawn, dtype=pi.dtype))
    return counts.view_as(pi) / group_size


def _penalty(kind: str, log_pi: Tensor, log_anchor: Tensor, weight: Tensor, ratio: Tensor) -> Tensor:
    """KL to an anchor for each prompt: exact, or estimated on the group, "k3*ratio" with the importance weight."""
    if kind == "exact":
        return kl(log_pi, log_anchor)
    estimate = (k1 if kind == "k1" else k3)(log_anchor - log_pi)
    return (weight * (ratio * estimate if kind.endswith("*ratio") else estimate)).sum(-1)


def _success(log_pi: Tensor, reward: Tensor) -> Tensor:
    return sigmoid(success_logit(log_pi, reward))
