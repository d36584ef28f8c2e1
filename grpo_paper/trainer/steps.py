"""The pieces of an iteration: the policy, a group, the ascent's direction, and what is measured; compiled on demand."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from grpo_paper.theory.divergence import kl
from grpo_paper.theory.objective import clipped_surrogate, estimated_kl
from grpo_paper.trainer import parallel
from grpo_paper.trainer.config import TrainConfig
from grpo_paper.trainer.gradient import gradient
from grpo_paper.trainer.history import measure
from grpo_paper.trainer.task import Parameters, Prompts, Task

EVERY = slice(None)


class Steps:
    """What `train` does in an iteration, for one configuration and task."""

    def __init__(self, config: TrainConfig, task: Task, device: torch.device, compiled: bool) -> None:
        fuse: Callable = torch.compile if compiled else lambda function: function
        if compiled:  # the compiler keeps eight versions of a function, one for each run, and then gives up
            torch.compiler.reset()
        self.config, self.task, self.device = config, task, device
        self.clip = torch.inf if config.clip is None else config.clip
        dtype = next(iter(task.parameters().values())).dtype
        beta, alpha = (torch.tensor(x, dtype=dtype, device=device)[..., None] for x in (config.beta, config.alpha))
        self.strengths = [strength if strength.any() else None for strength in (beta * alpha, beta * (1 - alpha))]
        self.log_pi, self.weigh, self.measure = fuse(task.log_pi), fuse(_weigh), fuse(measure)
        self.weight = fuse(partial(_weight, config=config, table=_table(config, dtype, device)))
        self.clipped = fuse(partial(_clipped, clip=self.clip))
        self.graphs = compiled and device.type == "cuda"
        descent = torch.func.grad(self._loss) if compiled else gradient(self._loss)  # a compiler knows only the former
        # On a GPU the many small kernels of a step are replayed as one graph, which owns the memory of its result.
        self.gradient = torch.compile(descent, mode="reduce-overhead") if self.graphs else fuse(descent)

    def policy(self, theta: Parameters) -> Tensor:
        """Log-probabilities of every output of every prompt, each process computing its share."""
        return parallel.gather(self.log_pi(theta, parallel.share()), len(self.task.reward))

    def prompts(self, generator: torch.Generator) -> Prompts:
        """The batch of an iteration: some of the prompts that are not held out, or all."""
        pool = len(self.task.reward) - self.task.held_out
        if self.task.batch_size is None:
            return torch.arange(pool, device=self.device) if self.task.held_out else EVERY
        return torch.randperm(pool, generator=generator, device=self.device)[: self.task.batch_size]

    def group(self, log_pi: Tensor, generator: torch.Generator) -> Tensor:
        """Weight of every output: its probability, or its share in a sampled group."""
        if self.config.group_size is None:
            return log_pi.exp()
        shape = (*log_pi.shape[:-1], self.config.group_size)
        return self.weigh(log_pi, torch.rand(shape, generator=generator, device=self.device, dtype=log_pi.dtype))

    def direction(
        self, theta: Parameters, prompts: Prompts, log_pi_old: Tensor, log_pi_ref: Tensor, weight: Tensor, A: Tensor
    ) -> Parameters:
        """The gradient of the loss, or the natural one: this process's share of their sum."""
        mine = parallel.share()
        given = (x[:, mine] for x in (log_pi_old, log_pi_ref, weight, A))
        if self.graphs:
            torch.compiler.cudagraph_mark_step_begin()  # the former direction has been used
        found = self.gradient(theta, mine if isinstance(prompts, slice) else prompts[mine], *given)
        return self.task.natural(theta, found) if self.config.ascent == "natural" else found

    def _loss(
        self, theta: Parameters, prompts: Prompts, log_pi_old: Tensor, log_pi_ref: Tensor, weight: Tensor, A: Tensor
    ) -> Tensor:
        """Sum over replicas and prompts of β times the KL to the reference and to π_old less the clipped surrogate."""
        log_pi = self.task.log_pi(theta, prompts)
        # An output that is not in the group may be too rare for a float, and its ratio too large: 0·∞ is no number.
        seen = weight >= torch.finfo(weight.dtype).tiny
        ratio = torch.where(seen, log_pi - log_pi_old, 0).exp()
        gain = (weight * clipped_surrogate(ratio, A, self.clip)).sum(-1)
        for strength, anchor in zip(self.strengths, (log_pi_ref, log_pi_old), strict=True):
            if strength is not None:
                if self.config.penalty == "exact":
                    penalty = kl(log_pi, anchor)
                else:
                    log_ratio = torch.where(seen, anchor - log_pi, 0)
                    penalty = (weight * estimated_kl(self.config.penalty, log_ratio, ratio)).sum(-1)
                gain = gain - strength * penalty
        return -gain.sum()  # negated here and not in the optimiser, which would copy it


def _weigh(log_pi: Tensor, levels: Tensor) -> Tensor:
    """Share of every output in a group: one is drawn for each level of the cumulated probability."""
    cumulated = log_pi.exp().cumsum(-1)
    cumulated = cumulated / cumulated[..., -1:]
    below = torch.zeros_like(log_pi)
    for level in levels.unbind(-1):  # a comparison with every output is vectorised; a search for the one is not
        below = below + (level[..., None] < cumulated)
    return torch.diff(below, dim=-1, prepend=torch.zeros_like(below[..., :1])) / levels.shape[-1]


def _table(config: TrainConfig, dtype: torch.dtype, device: torch.device) -> Tensor | None:
    """Advantages of a success and of a failure by the group's successes, where a method has a rule of its own."""
    size = config.group_size
    if config.weighting.group is None or size is None:
        return None
    both = [config.weighting.advantages(k, size, config.eps) for k in range(size + 1)]
    return torch.tensor(both, dtype=dtype, device=device)


def _weight(weight: Tensor, reward: Tensor, config: TrainConfig, table: Tensor | None) -> tuple[Tensor, ...]:
    """The group's mean reward, whether all its rewards are alike, and the advantage of every output."""
    hits, misses = (weight * reward).sum(-1), (weight * (1 - reward)).sum(-1)
    p_hat, q_hat, silent = hits / (hits + misses), misses / (hits + misses), (hits == 0) | (misses == 0)
    if table is None:
        push = torch.where(silent, 0, config.weighting.push(p_hat, q_hat, config.eps))
        right, wrong = q_hat * push, -p_hat * push
    else:
        drawn = (p_hat * (len(table) - 1)).round().long()
        right, wrong = table[drawn].unbind(-1)
    return p_hat, silent, torch.where(reward == 1, right[..., None], wrong[..., None])


def _clipped(log_pi: Tensor, log_pi_old: Tensor, weight: Tensor, A: Tensor, clip: float) -> Tensor:
    """Share of the group's weight that the clip cuts."""
    ratio = (log_pi - log_pi_old).exp()
    return (weight * (clipped_surrogate(ratio, A, clip) < ratio * A)).sum(-1)
