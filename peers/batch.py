"""One batch for all libraries, and what equal means: a relative deviation of at most 1e-10, in value and gradient."""

from dataclasses import dataclass, field
from typing import Any

import torch

from grpo_paper.theory.advantage import advantage
from grpo_paper.theory.weighting import Weighting, library_whitening

REWARDS = torch.tensor([[1, 0, 0, 0], [1, 1, 0, 1], [0, 1, 1, 0], [1, 1, 1, 1]], dtype=torch.float64)
LENGTHS = torch.tensor([7, 1, 4, 2, 3, 7, 5, 6, 2, 4, 7, 1, 6, 3, 5, 2])
TOKENS, WORDS = int(LENGTHS.max()), 11
MASK = torch.arange(TOKENS) < LENGTHS[:, None]
CLIP, BETA = 0.25, 0.3
CLOSE = 1e-10
LARGEST: dict[str, list[float]] = {}
"""Every deviation measured, by library, for the summary."""


def advantages(weighting: Weighting) -> torch.Tensor:
    """Advantage of every output, each group with its own mean; the last group is silent."""
    p_hat = REWARDS.mean(1, keepdim=True)
    return advantage(REWARDS, p_hat, 0.0, weighting).flatten()


def drift(seed: int) -> torch.Tensor:
    """Log ratios: a part for each token, a part for each output, none as large as log 3."""
    draw = torch.Generator().manual_seed(seed)
    token, output = (torch.rand(shape, generator=draw, dtype=torch.float64) for shape in (MASK.shape, (len(MASK), 1)))
    return 1.2 * (token - 0.5) + 0.9 * (output - 0.5)


@dataclass
class Batch:
    """Logits and sampled tokens, with the log-probabilities of the three policies."""

    logits: torch.Tensor
    words: torch.Tensor
    A: torch.Tensor = field(default_factory=lambda: advantages(library_whitening(4)))

    @property
    def log_pi(self) -> torch.Tensor:
        """Log-probabilities of the sampled tokens, with their gradient to the logits."""
        return self.logits.log_softmax(-1).gather(-1, self.words[..., None])[..., 0]

    @property
    def log_pi_old(self) -> torch.Tensor:
        """Those of the sampling policy."""
        return self.log_pi.detach() - drift(6)

    @property
    def log_pi_ref(self) -> torch.Tensor:
        """Those of the reference."""
        return self.log_pi.detach() + drift(2)

    def for_us(self, **changes: Any) -> dict[str, Any]:
        """The arguments of `token_loss`."""
        names = ("log_pi", "log_pi_old", "log_pi_ref", "A")
        return {name: getattr(self, name) for name in names} | {"mask": MASK, "beta": BETA, "clip": CLIP} | changes


def batch() -> Batch:
    """The batch: sixteen outputs in four groups, of one to seven tokens."""
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn((*MASK.shape, WORDS), generator=draw, dtype=torch.float64).requires_grad_()
    return Batch(logits, torch.randint(WORDS, MASK.shape, generator=draw))


def gradient(loss: torch.Tensor, *parameters: torch.Tensor) -> list[torch.Tensor]:
    """Gradients of the loss, zeros where it does not reach."""
    return list(torch.autograd.grad(loss, parameters, retain_graph=True, materialize_grads=True))


def deviation(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Largest difference over the largest value."""
    assert ours.shape == theirs.shape
    assert theirs.abs().max() > 0
    return float((ours - theirs).detach().abs().max() / theirs.detach().abs().max())


def assert_equal(library: str, ours: torch.Tensor, theirs: torch.Tensor, *parameters: torch.Tensor) -> None:
    """Values and gradients within `CLOSE`, in float64."""
    assert ours.dtype == theirs.dtype == torch.float64
    found = [deviation(ours, theirs)]
    for mine, other in zip(gradient(ours, *parameters), gradient(theirs, *parameters), strict=True):
        assert mine.dtype == other.dtype == torch.float64
        found.append(deviation(mine, other))
    LARGEST.setdefault(library, []).append(max(found))
    assert max(found) <= CLOSE, found


SLIPS: dict[str, dict[str, Any]] = {
    "offset": {"A": advantages(library_whitening(4, 1e-6))},
    "clip": {"clip": CLIP + 1e-5},
    "beta": {"beta": BETA + 1e-5},
}
"""Small mistakes, which a comparison must see."""
