"""Algorithm 1 (Appendix B), for a batch of replicas at once.

All outputs of a prompt are listed, so a sampled group is a vector of counts. The exact expectation and the sampled
one are then the same sum over outputs, with the weights π_old(o) or count(o)/G.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from grpo_paper import domain
from grpo_paper.advantage import advantage
from grpo_paper.divergence import kl
from grpo_paper.objective import clipped_surrogate, k1, k3
from grpo_paper.trainer import checkpoint, parallel
from grpo_paper.trainer.config import TrainConfig
from grpo_paper.trainer.device import available, memory_errors
from grpo_paper.trainer.history import History, measure, predict
from grpo_paper.trainer.state import replicas, start
from grpo_paper.trainer.task import Parameters, Prompts, Task

EVERY = slice(None)


def train(
    config: TrainConfig,
    task: Task,
    device: str = "cpu",
    *,
    compiled: bool = False,
    bfloat16: bool = False,
    keep: Path | None = None,
    keep_every: int = 10,
    progress: bool = False,
) -> History:
    """Run Algorithm 1 on a task. Same seed, same device: the same history, bit for bit.

    compiled: let torch.compile fuse the work. bfloat16: a network's matrix products in bfloat16, all else as it is.
    keep: a checkpoint file, written every keep_every iterations; a run that was killed goes on from there.
    Errors: ValueError naming the argument; CheckpointError for a file of another run; MemoryError.

    >>> from grpo_paper.trainer import Bandit
    >>> task = Bandit.with_success([0.2], outputs=8)
    >>> history = train(TrainConfig(iterations=3, group_size=None, clip=None), task)
    >>> history.success.shape, bool(history.success[-1] > 0.2)
    (torch.Size([4, 1, 1]), True)
    """
    where, clip = available(device), torch.inf if config.clip is None else config.clip
    domain.whole("keep_every", keep_every, 1)
    fuse: Callable = torch.compile if compiled else lambda function: function
    run = checkpoint.identity(config, task, device=where.type, compiled=compiled, bfloat16=bfloat16)
    mixed = torch.autocast(where.type, torch.bfloat16, enabled=bfloat16)
    with (
        memory_errors(f"{replicas(config, task)} replicas of {tuple(task.reward.shape)} outputs"),
        mixed,
        torch.no_grad(),
    ):
        state = start(config, task, where)
        policy = _policy(task, fuse(task.log_pi))
        log_pi = log_pi_ref = policy(state.theta)
        gradient = fuse(torch.func.grad(_objective(config, task, clip, log_pi)))
        group, cut, look = fuse(_group), fuse(_cut), fuse(measure)
        reward, indices = task.reward.to(log_pi), torch.arange(len(task.reward), device=where)
        predicted = predict(config, log_pi_ref, reward)
        if keep is not None and keep.exists():
            state.restore(checkpoint.load(keep, run, where))
            log_pi = policy(state.theta)
        else:
            state.looks.append(look(log_pi, log_pi_ref, reward, predicted[0]))

        ahead, quiet = range(state.iteration, config.iterations), not progress or parallel.rank() > 0
        for n in tqdm(ahead, initial=state.iteration, total=config.iterations, disable=quiet):
            # Freeze the policy. Draw prompts, and a group of outputs for each; have them verified, whiten the rewards.
            prompts = _prompts(task, state.generator)
            log_pi_old, right = log_pi[:, prompts], reward[prompts]
            weight = group(log_pi_old, _levels(log_pi_old, config, state.generator))
            p_hat = (weight * right).sum(-1, keepdim=True)
            A = advantage(right, p_hat, config.eps, config.normalization)

            # μ steps up the objective.
            mine = parallel.share()
            given = [x[:, mine] for x in (log_pi_old, log_pi_ref[:, prompts], weight, A)]
            for _ in range(config.inner_steps):
                step = gradient(state.theta, mine if isinstance(prompts, slice) else prompts[mine], *given)
                state.ascend(task.natural(state.theta, step) if config.ascent == "natural" else step)

            # What has become of the policy.
            log_pi = policy(state.theta)
            clipped = cut(weight, A, log_pi[:, prompts], log_pi_old, clip)
            silent = (p_hat == 0) | (p_hat == 1)
            state.batches.append((p_hat[..., 0], silent[..., 0], clipped, indices[prompts]))
            state.looks.append(look(log_pi, log_pi_ref, reward, predicted[n + 1]))
            state.iteration = n + 1
            last = state.iteration == config.iterations
            if keep is not None and parallel.rank() == 0 and (last or state.iteration % keep_every == 0):
                checkpoint.save(keep, run, state.dump())
        return History.of(state.looks, state.batches, log_pi)


def _objective(config: TrainConfig, task: Task, clip: float, like: Tensor) -> Callable[..., Tensor]:
    """Sum over replicas and prompts of the clipped surrogate less β times the KL to the reference and to π_old."""
    beta, alpha = (
        torch.tensor(x, dtype=like.dtype, device=like.device)[..., None] for x in (config.beta, config.alpha)
    )
    strengths = [(at, strength) for at, strength in enumerate((beta * alpha, beta * (1 - alpha))) if strength.any()]

    def objective(
        theta: Parameters, prompts: Prompts, log_pi_old: Tensor, log_pi_ref: Tensor, weight: Tensor, A: Tensor
    ) -> Tensor:
        log_pi = task.log_pi(theta, prompts)
        ratio = (log_pi - log_pi_old).exp()
        gain = (weight * clipped_surrogate(ratio, A, clip)).sum(-1)
        for at, strength in strengths:
            anchor = (log_pi_ref, log_pi_old)[at]
            gain = gain - strength * _penalty(config.penalty, log_pi, anchor, weight, ratio)
        return gain.sum()

    return objective


def _penalty(kind: str, log_pi: Tensor, log_anchor: Tensor, weight: Tensor, ratio: Tensor) -> Tensor:
    """KL to an anchor for each prompt: exact, or estimated on the group, "k3*ratio" with the importance weight."""
    if kind == "exact":
        return kl(log_pi, log_anchor)
    estimate = (k1 if kind == "k1" else k3)(log_anchor - log_pi)
    return (weight * (ratio * estimate if kind.endswith("*ratio") else estimate)).sum(-1)


def _policy(task: Task, log_pi: Callable[..., Tensor]) -> Callable[[Parameters], Tensor]:
    """Log-probabilities of every output of every prompt, each process computing its share."""
    return lambda theta: parallel.gather(log_pi(theta, parallel.share()), len(task.reward))


def _prompts(task: Task, generator: torch.Generator) -> Prompts:
    """The batch of an iteration: some of the prompts that are not held out, or all."""
    pool = len(task.reward) - task.held_out
    if task.batch_size is None:
        return torch.arange(pool, device=generator.device) if task.held_out else EVERY
    return torch.randperm(pool, generator=generator, device=generator.device)[: task.batch_size]


def _group(log_pi: Tensor, levels: Tensor | None) -> Tensor:
    """Weight of every output: its probability, or its share in a group, an output for each level of the cumulated."""
    pi = log_pi.exp()
    if levels is None:
        return pi
    cumulated = pi.cumsum(-1)
    cumulated = cumulated / cumulated[..., -1:]
    below = torch.zeros_like(pi)
    for level in levels.unbind(-1):  # a comparison with every output is vectorised; a search for the one is not
        below = below + (level[..., None] < cumulated)
    return torch.diff(below, dim=-1, prepend=torch.zeros_like(below[..., :1])) / levels.shape[-1]


def _cut(weight: Tensor, A: Tensor, log_pi: Tensor, log_pi_old: Tensor, clip: float) -> Tensor:
    """Share of the group's weight that the clip cuts."""
    ratio = (log_pi - log_pi_old).exp()
    return (weight * (clipped_surrogate(ratio, A, clip) < ratio * A)).sum(-1)


def _levels(log_pi: Tensor, config: TrainConfig, generator: torch.Generator) -> Tensor | None:
    """Uniform random numbers, one for each output of each group."""
    if config.group_size is None:
        return None
    shape = (*log_pi.shape[:-1], config.group_size)
    return torch.rand(shape, generator=generator, device=log_pi.device, dtype=log_pi.dtype)
