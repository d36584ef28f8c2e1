"""The second task: ``a+b=`` and its digits, written by a tiny transformer whose every answer can be listed."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from grpo_paper.theory import domain
from grpo_paper.trainer import transformer
from grpo_paper.trainer.device import memory
from grpo_paper.trainer.reference import kept, teach
from grpo_paper.trainer.task import Parameters, Prompts

VOCABULARY = "0123456789+="
DIGITS = 10
LESSONS = 2000
"""Sums to learn from at most, beside those to be solved; with too few the network learns these by heart only."""
LONGEST = 3
"""Digits of an answer at most."""


def verify(prompt: str, answer: str) -> int:
    """Reward 1 if the answer is the sum that the prompt asks for, else 0.

    >>> verify("17+25=", "42"), verify("17+25=", "43"), verify("99+01=", "00")
    (1, 0, 0)
    """
    left, right = prompt.rstrip("=").split("+")
    return int(int(left) + int(right) == int(answer))


def _sums(digits: int, generator: torch.Generator) -> Tensor:
    """All pairs of numbers whose sum is at least 1 below the largest number, in random order."""
    numbers = torch.arange(DIGITS**digits - 1)
    pairs = torch.cartesian_prod(numbers, numbers)
    pairs = pairs[pairs.sum(1) < DIGITS**digits - 1]
    return pairs[torch.randperm(len(pairs), generator=generator)]


@dataclass(frozen=True)
class Addition:
    """Sums of numbers of as many digits as the answer has; one that needs a digit more cannot be answered.

    pairs: the numbers, shape (prompts, 2). weights: the reference network's, each with an axis of replicas first.
    digits: of each number and of the answer. batch_size: prompts drawn for an iteration, None for all.
    held_out: how many prompts, the last ones, are never in a batch.
    Errors: ValueError naming the argument, the value and the domain.
    """

    pairs: Tensor
    weights: Parameters
    digits: int = 2
    batch_size: int | None = None
    held_out: int = 0

    def __post_init__(self) -> None:
        domain.whole("digits", self.digits, 1)
        if self.pairs.ndim != 2 or self.pairs.shape[1:] != (2,) or self.pairs.is_floating_point():
            raise ValueError(f"pairs of shape {tuple(self.pairs.shape)} must be whole numbers of shape (prompts, 2)")
        if not len(self.pairs):
            raise ValueError("pairs is empty; give at least one prompt")
        if self.pairs.min() < 0 or self.pairs.max() >= DIGITS**self.digits:
            raise ValueError(
                f"pairs has numbers outside 0 to {DIGITS**self.digits - 1}, which {self.digits} digits can write"
            )
        if domain.whole("held_out", self.held_out, 0) >= len(self.pairs):
            raise ValueError(f"held_out = {self.held_out} leaves none of the {len(self.pairs)} prompts to train on")
        trained = len(self.pairs) - self.held_out
        if self.batch_size is not None and domain.whole("batch_size", self.batch_size, 1) > trained:
            raise ValueError(f"batch_size = {self.batch_size} is more than the {trained} prompts to train on")
        _ = self._sequence  # a compiler that met it later would make it anew in every step

    @classmethod
    def with_success(
        cls,
        success: float,
        prompts: int,
        digits: int = 2,
        hidden: int = 64,
        layers: int = 2,
        seed: int = 0,
        batch_size: int | None = None,
        held_out: int = 0,
        impossible: int = 0,
        progress: bool = False,
    ) -> "Addition":
        """Random sums, all different, and a network that was taught sums until it solves at least `success` of these.

        impossible: how many of the prompts, the last ones, need a digit more than the answer has; the share is that of
        the others. The network is kept by content: `reference`.
        Errors: ValueError naming the argument, the value and the domain; RuntimeError if it cannot be taught so much;
        MemoryError.
        """
        wanted = domain.one("success", success, domain.probability)
        for name, value in (("prompts", prompts), ("digits", digits), ("layers", layers)):
            domain.whole(name, value, 1)
        if digits > LONGEST:
            raise ValueError(f"digits = {digits} has too many answers to list them; it must be 1 to {LONGEST}")
        if domain.whole("impossible", impossible, 0) >= prompts:
            raise ValueError(f"impossible = {impossible} leaves none of the {prompts} prompts to learn")
        if domain.whole("hidden", hidden, 4) % transformer.HEADS:
            raise ValueError(f"hidden = {hidden} must be a multiple of {transformer.HEADS}, one part for each head")
        generator = torch.Generator().manual_seed(domain.seed(seed))
        sums = _sums(digits, generator)
        if len(sums) < prompts:
            raise ValueError(f"prompts = {prompts} is more than the {len(sums)} sums of {digits} digits")
        pairs = sums[:prompts].clone()
        pairs[prompts - impossible :] = DIGITS**digits - 1 - pairs[prompts - impossible :]

        shape = (len(VOCABULARY), 3 * digits + 1, DIGITS, hidden, layers)
        weights = 12 * layers * hidden**2  # in four bytes, each with its gradient and Adam's two moments
        with memory(f"{prompts} sums and a network of {layers} layers {hidden} wide", 2 * weights):
            blank = {name: x[None] for name, x in transformer.initial(*shape, generator).items()}
            task = cls(pairs, blank, digits, batch_size, held_out)

            def make() -> Parameters:
                school = cls(sums[: prompts + LESSONS], blank, digits)
                return teach(blank, school.log_pi, school.reward, prompts - impossible, wanted, generator, progress)

            settings = (wanted, prompts, impossible, digits, hidden, layers, seed, torch.get_num_threads())
            return replace(task, weights=kept((settings, Path(__file__).read_bytes()), make))

    @property
    def replicas(self) -> int:
        """How many replicas have a reference of their own."""
        return len(self.weights["head"])

    @cached_property
    def prompts(self) -> list[str]:
        """The prompts as text, such as ``07+15=``."""
        width = self.digits
        return [f"{left:0{width}d}+{right:0{width}d}=" for left, right in self.pairs.tolist()]

    @cached_property
    def reward(self) -> Tensor:
        """The verifier's word on every answer to every prompt, shape (prompts, answers)."""
        answers = [f"{number:0{self.digits}d}" for number in range(DIGITS**self.digits)]
        table = [[verify(prompt, answer) for answer in answers] for prompt in self.prompts]
        return torch.tensor(table, device=self.pairs.device).float()

    @cached_property
    def _sequence(self) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens of every prompt and the tree of its answers; positions; mask."""
        prompts = torch.tensor([[VOCABULARY.index(letter) for letter in prompt] for prompt in self.prompts])
        branch, positions, mask = transformer.tree(prompts.shape[1], DIGITS, self.digits)
        tokens = torch.cat([prompts, branch.expand(len(prompts), -1)], 1)
        return tokens.to(self.pairs.device), positions.to(self.pairs.device), mask.to(self.pairs.device)

    def to(self, device: torch.device) -> "Addition":
        """The same task with its tensors on a device."""
        if self.pairs.device == device:
            return self  # with the rewards that it has computed
        weights = {name: x.to(device) for name, x in self.weights.items()}
        return replace(self, pairs=self.pairs.to(device), weights=weights)

    def parameters(self) -> Parameters:
        """The reference network's weights."""
        return self.weights

    def log_pi(self, parameters: Parameters, prompts: Prompts) -> Tensor:
        """Log-probabilities of every answer, shape (replicas, prompts, answers)."""
        tokens, positions, mask = self._sequence
        following = torch.vmap(transformer.log_probabilities, in_dims=(0, None, None, None))(
            parameters, tokens[prompts], positions, mask
        )
        asked = len(self.prompts[0]) - 1  # the sign after which the answer begins
        return transformer.continuations(following[..., asked:, :], DIGITS, self.digits)

    def natural(self, parameters: Parameters, gradient: Parameters) -> Parameters:
        """A network has none in closed form."""
        raise ValueError("ascent = 'natural' is for a table of logits; a network takes 'gradient' or 'adam'")
