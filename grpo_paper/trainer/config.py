"""What a run of Algorithm 1 depends on, beside its task."""

from collections.abc import Sequence
from dataclasses import dataclass

from grpo_paper.theory import domain
from grpo_paper.theory.objective import PENALTIES
from grpo_paper.theory.variants import Variant
from grpo_paper.theory.weighting import WHITENED, Weighting

ASCENTS = ("gradient", "natural", "adam")
KL = ("exact", *PENALTIES)


@dataclass(frozen=True)
class TrainConfig:
    """A run, or a batch of independent replicas of it.

    beta, alpha: KL strength and the share of it that goes to π_ref; a number, or one for each replica.
    eps: ε inside the root. clip: ϵ of the clipping range, None for no clipping.
    group_size: outputs sampled for each prompt; None takes the exact expectation over all of them.
    inner_steps: ascent steps an iteration, of the given learning rate; ascent: along the gradient of the sum over
    prompts, along the natural gradient, which for a table of logits converges at the rate of beta whatever the
    probabilities, or by Adam.
    penalty: the KL exactly, or `estimated_kl` of the sampled outputs: "k1" or "k3", with "*ratio" weighted by it.
    Errors: ValueError naming the argument, the value and the domain.

    >>> TrainConfig(beta=-1.0)
    Traceback (most recent call last):
    ValueError: beta = -1.0 is outside its domain: it must be finite and > 0
    """

    beta: float | Sequence[float] = 0.1
    alpha: float | Sequence[float] = 1.0
    weighting: Weighting = WHITENED
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
        beta, alpha = domain.positive("beta", self.beta), domain.probability("alpha", self.alpha)
        shape = domain.together(beta=beta, alpha=alpha)
        if len(shape) > 1 or 0 in shape:
            raise ValueError(
                f"beta and alpha make replicas of shape {shape}; give each one number, or a list with one for a replica"
            )
        domain.choice("ascent", self.ascent, ASCENTS)
        domain.choice("penalty", self.penalty, KL)
        Variant(self.weighting, 1)  # refuses what is no weighting
        # Plain numbers, so that a run is the same whether NumPy's or torch's were given.
        plain = {"beta": beta.tolist(), "alpha": alpha.tolist(), "seed": domain.seed(self.seed)}
        plain |= {name: domain.one(name, getattr(self, name), domain.positive) for name in ("eps", "learning_rate")}
        plain |= {name: domain.whole(name, getattr(self, name), 1) for name in ("inner_steps", "iterations")}
        if self.clip is not None:
            plain["clip"] = domain.one("clip", self.clip, domain.probability)
        if self.group_size is not None:
            plain["group_size"] = domain.whole("group_size", self.group_size, 2)
            self.weighting.advantages(0, plain["group_size"], plain["eps"])  # refuses a group that is too small for it
        for name, value in plain.items():
            object.__setattr__(self, name, value)
