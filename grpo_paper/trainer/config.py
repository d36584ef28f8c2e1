"""What a run of Algorithm 1 depends on, beside its task."""

from collections.abc import Sequence
from dataclasses import dataclass

from grpo_paper import domain
from grpo_paper.advantage import WHITENED, Normalization
from grpo_paper.variants import Variant

ASCENTS = ("gradient", "natural", "adam")
PENALTIES = ("exact", "k1", "k3", "k3*ratio")


@dataclass(frozen=True)
class TrainConfig:
    """A run, or a batch of independent replicas of it.

    beta, alpha: KL strength and the share of it that goes to π_ref; a number, or one for each replica.
    eps: ε inside the root. clip: ϵ of the clipping range, None for no clipping.
    group_size: outputs sampled for each prompt; None takes the exact expectation over all of them.
    inner_steps: ascent steps an iteration, of the given learning rate; ascent: along the gradient of the sum over
    prompts, along the natural gradient, which for a table of logits converges at the rate of beta whatever the
    probabilities, or by Adam.
    penalty: the KL exactly, or estimated on the sampled outputs by k1, by k3, or by k3 weighted by the ratio.
    Errors: ValueError naming the argument, the value and the domain.

    >>> TrainConfig(beta=-1.0)
    Traceback (most recent call last):
    ValueError: beta = -1.0 is outside its domain: it must be finite and > 0
    """

    beta: float | Sequence[float] = 0.1
    alpha: float | Sequence[float] = 1.0
    normalization: Normalization = WHITENED
    eps: float = 1e-5
    clip: float | None = 0.2
    group_size: int | None = 16
    inner_steps: int = 10
    learning_rate: float = 0.1
    ascent: str = "gradient"
    penalty: str = "exact"
    iterations: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        beta = domain.positive("beta", self.beta)
        domain.together(beta=beta, alpha=domain.probability("alpha", self.alpha))
        domain.positive("eps", self.eps)
        domain.positive("learning_rate", self.learning_rate)
        if self.clip is not None:
            domain.probability("clip", self.clip)
        if self.group_size is not None:
            domain.whole("group_size", self.group_size, 2)
        for name, least in (("inner_steps", 1), ("iterations", 1)):
            domain.whole(name, getattr(self, name), least)
        domain.seed(self.seed)
        domain.choice("ascent", self.ascent, ASCENTS)
        domain.choice("penalty", self.penalty, PENALTIES)
        Variant(self.normalization, 1)  # refuses what is no normalisation
