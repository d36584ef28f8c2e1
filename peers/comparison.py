"""What it is to say that a library's advantages are ours times a factor, plus a baseline; `differences` says it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import torch
from torch import Tensor

from grpo_paper.theory.weighting import Weighting
from grpo_paper.theory.zoo import pass_at_k

CLOSE = 1e-12
"""Some roundings of 1e-16, in advantages at most some hundred times smaller than the largest."""
FLOAT32 = 1e-6
"""Some roundings of 6e-8."""
EXAMPLE = torch.tensor([[float(i < k) for i in range(8)] for k in (2, 0, 1, 3, 4, 4, 6, 8)], dtype=torch.float64)
"""Eight groups of eight, two of them silent; the table's numbers are those of the first group."""


@dataclass(frozen=True)
class Groups:
    """Rewards 0 and 1, of shape (prompts, G), and what factors are made of."""

    rewards: Tensor

    @property
    def size(self) -> int:
        """G."""
        return self.rewards.shape[1]

    @property
    def count(self) -> int:
        """N, all outputs of the batch."""
        return self.rewards.numel()

    @property
    def rate(self) -> Tensor:
        """Success rate of each group, of shape (prompts, 1)."""
        return self.rewards.mean(1, keepdim=True)

    @property
    def variance(self) -> Tensor:
        """p(1 − p) of each group, likewise."""
        return self.rate * (1 - self.rate)

    @property
    def pooled(self) -> Tensor:
        """p(1 − p) at the batch's own success rate p."""
        return self.rewards.mean() * (1 - self.rewards.mean())

    @property
    def others(self) -> Tensor:
        """Successes among the other outputs of its group, for each output."""
        return self.rewards.sum(1, keepdim=True) - self.rewards

    @property
    def greedy(self) -> Tensor:
        """Reward of each prompt's greedy output, for ReMax: 0 and 1 in turn."""
        return (torch.arange(len(self.rewards)) % 2).to(self.rewards)

    @property
    def lengths(self) -> Tensor:
        """Tokens of each output, 1 to 7 in some order."""
        return 1 + 5 * torch.arange(self.count).reshape(self.rewards.shape) % 7

    @property
    def energy(self) -> Tensor:
        """What the optimal token baseline weighs each output's first token by, 0.1 to 0.7 in some order."""
        return self.lengths.to(self.rewards) / 10

    def weighed(self, weights: Tensor, offset: float = 0.0) -> Tensor:
        """Mean reward of each group with these weights of its outputs, of shape (prompts, 1)."""
        return (weights * self.rewards).sum(1, keepdim=True) / (weights.sum(1, keepdim=True) + offset)


def ours(weighting: Weighting, groups: Groups) -> Tensor:
    """The advantages of one of our weightings, without smoothing."""
    if weighting.coupled:
        p = groups.rate[:, 0]
        return (groups.rewards - groups.rate) * weighting.push(p, 1 - p, 0.0)[:, None]
    successes = groups.rewards.sum(1).int().tolist()
    pairs = [weighting.advantages(k, groups.size, 0.0) for k in successes]
    right, wrong = torch.tensor(pairs, dtype=torch.float64).T[..., None]
    return torch.where(groups.rewards == 1, right, wrong)


def exact(n: int) -> float:
    """Bessel's correction, n/(n − 1)."""
    return n / (n - 1)


def rounded(n: int) -> Tensor:
    """The same where torch divides two whole numbers: to float32, whatever the rewards are."""
    return (torch.tensor(n) / (n - 1)).double()


def over(variance: Tensor, correction: float | Tensor, offset: float) -> Tensor:
    """√v / (√(c v) + δ); 0 where v is 0 and δ is not."""
    return 1 / (correction**0.5 + offset / variance.sqrt())


def twice(groups: Groups, first: Tensor, offset: float = 0.0, eps: float = 0.0) -> Tensor:
    """Whitened in each group by a first factor, then over the batch; (r − p)/√v has variance 1 unless v is 0."""
    variance = rounded(groups.count) * (first**2).mean()
    return first / ((variance + eps).sqrt() + offset)


def one(groups: Groups) -> Tensor:
    """No factor."""
    return torch.ones(1, 1, dtype=torch.float64)


def zero(groups: Groups) -> Tensor:
    """No baseline but that of ours."""
    return torch.zeros(1, 1, dtype=torch.float64)


@dataclass(frozen=True)
class Comparison:
    """A method as a library has it: `factor` times `weighting` (or that for G), and `baseline` beside it."""

    method: str
    library: str
    configuration: str
    compute: Callable[..., Tensor]
    weighting: Weighting | Callable[[int], Weighting]
    difference: str = "none"
    formula: str = "1"
    factor: Callable[[Groups], Tensor] = one
    baseline: Callable[[Groups], Tensor] = zero
    given: tuple[str, ...] = ()
    close: float = CLOSE

    def theirs(self, groups: Groups) -> Tensor:
        """The library's advantages."""
        return self.compute(groups.rewards, **{name: getattr(groups, name) for name in self.given})

    def ours(self, groups: Groups) -> Tensor:
        """Those of the weighting alone."""
        return ours(self.weighting(groups.size) if callable(self.weighting) else self.weighting, groups)

    def expected(self, groups: Groups) -> Tensor:
        """The library's, from ours."""
        return self.factor(groups) * self.ours(groups) + self.baseline(groups)

    def row(self) -> list[str]:
        """A line of the table."""
        name = pass_at_k(8).name.replace("8", "G") if callable(self.weighting) else self.weighting.name
        groups = Groups(EXAMPLE)
        heard = self.factor(groups).expand(len(EXAMPLE), 1)[groups.variance > 0]
        numbers = [f"{number.item():.6f}" for number in (heard[0], heard.max() / heard.min() - 1)]
        library = f"{self.library} {version(self.library.lower())}"
        told = [library, self.configuration, "measured", name, self.difference, self.formula]
        return [self.method, *told, *numbers]


@dataclass(frozen=True)
class Read:
    """A method as its source has it: read, not run. `advantages` takes all groups and gives those of the first."""

    method: str
    library: str
    configuration: str
    weighting: Weighting
    difference: str
    formula: str
    advantages: Callable[[list[list[float]]], list[float]]

    def row(self) -> list[str]:
        """A line of the table; the number is Ω in the first group over ours."""
        groups = EXAMPLE.tolist()
        A, mine = self.advantages(groups), ours(self.weighting, Groups(EXAMPLE))[0].tolist()
        factor = (A[0] - A[-1]) / (mine[0] - mine[-1])
        told = [self.library, self.configuration, "read", self.weighting.name, self.difference, self.formula]
        return [self.method, *told, f"{factor:.6f}", ""]


def leave_one_out(rewards: list[float], guarded: bool) -> list[float]:
    """NeMo-RL's GRPO with baseline and deviation of the other outputs; guarded: a deviation of 0 does not divide."""
    found = []
    for i, reward in enumerate(rewards):
        others = rewards[:i] + rewards[i + 1 :]
        mean = sum(others) / len(others)
        deviation = (sum((other - mean) ** 2 for other in others) / (len(others) - 1)) ** 0.5
        found.append(reward - mean if guarded and deviation == 0 else (reward - mean) / (deviation + 1e-6))
    return found


def maximum_likelihood(rewards: list[float]) -> list[float]:
    """MaxRL in its authors' fork of verl."""
    mean = sum(rewards) / len(rewards)
    return [(reward - mean) / (mean + 1e-6) for reward in rewards]


def group_policy_gradient(groups: list[list[float]]) -> list[float]:
    """GPG in its authors' trainer, for the first group: over the share of outputs whose group is not silent."""
    heard = sum(0 < sum(group) < len(group) for group in groups) / len(groups)
    mean = sum(groups[0]) / len(groups[0])
    return [(reward - mean) / (heard + 1e-5) for reward in groups[0]]
