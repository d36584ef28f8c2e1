"""What a run was trained with, as far as it is known: under the paper's names, TRL's or verl's."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from grpo_paper.theory import domain, methods
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting

SCALED = {"group": WHITENED, "true": WHITENED, "none": MEAN_ONLY, "false": MEAN_ONLY}
"""What TRL's scale_rewards and verl's norm_adv_by_std_in_grpo select."""


@dataclass(frozen=True)
class Settings:
    """None: not known. updates: gradient steps that are taken on each batch of answers.

    eps: ε in the theory's root; libraries add theirs outside it, which matters only near 0 and 1.
    """

    beta: float | None = None
    group_size: int | None = None
    clip: float | None = None
    updates: int | None = None
    weighting: Weighting | None = None
    eps: float = 1e-5

    def __or__(self, other: "Settings") -> "Settings":
        """These, with what the other knows in place of them."""
        usual = Settings()
        told = {field.name: getattr(other, field.name) for field in fields(other)}
        return replace(self, **{name: value for name, value in told.items() if value != getattr(usual, name)})


def known(given: Mapping[str, Any], strict: bool = False) -> Settings:
    """The settings among a library's configuration, whose other entries are passed over, or refused if strict.

    Whatever stands before them in a dotted name, verl's and TRL's names are taken beside the paper's.
    Errors: ValueError naming the entry, its value and its domain.

    >>> found = known({"num_generations": 8, "beta": 0.04, "scale_rewards": "none", "learning_rate": 1e-6})
    >>> found.group_size, found.beta, found.weighting.name
    (8, 0.04, 'Dr. GRPO')
    >>> known({"actor_rollout_ref.rollout.n": "16", "actor_rollout_ref.actor.use_kl_loss": "False"})
    Settings(beta=0.0, group_size=16, clip=None, updates=None, weighting=None, eps=1e-05)
    >>> known({"gruop_size": 8}, strict=True)
    Traceback (most recent call last):
    ValueError: gruop_size is no setting that is known here; it must be one of beta, kl_loss_coef, ...
    """
    there = {}
    for name, value in given.items():
        known_as = next((own for own in READ if f".{name}".endswith(f".{own}")), None)
        if known_as is not None and value is not None:
            there[known_as] = READ[known_as](name, value)
        elif known_as is None and strict:
            raise ValueError(f"{name} is no setting that is known here; it must be one of {', '.join(READ)}")
    found = {
        "beta": _beta(there),
        "group_size": _first(there, "group_size", "num_generations", "rollout.n"),
        "clip": _first(there, "clip", "epsilon", "clip_ratio"),
        "updates": _updates(there),
        "weighting": _weighting(there),
        "eps": there.get("eps", Settings.eps),
    }
    return Settings(**found)


def _first(there: Mapping[str, Any], *names: str) -> Any:
    return next((there[name] for name in names if name in there), None)


def _beta(there: Mapping[str, Any]) -> float | None:
    """The penalty's strength; verl has one for the loss and one for the reward, and a switch for each."""
    in_loss, in_reward = there.get("use_kl_loss"), there.get("use_kl_in_reward")
    if "beta" in there or in_loss is in_reward is None:
        return _first(there, "beta", "kl_loss_coef", "kl_coef")
    if in_loss:
        return there.get("kl_loss_coef")
    return there.get("kl_coef") if in_reward else 0.0


def _weighting(there: Mapping[str, Any]) -> Weighting | None:
    """verl's configuration always has the switch for the deviation, and only GRPO looks at it."""
    estimator = there.get("adv_estimator")
    if "weighting" not in there and estimator in (None, WHITENED):
        return _first(there, "scale_rewards", "norm_adv_by_std_in_grpo", "adv_estimator")
    return _first(there, "weighting", "adv_estimator")


def _updates(there: Mapping[str, Any]) -> int | None:
    """Passes over a batch, times the parts that it is split into for an update."""
    passes = _first(there, "updates", "num_iterations", "ppo_epochs")
    if passes is None or "updates" in there:
        return passes
    whole = _first(there, "steps_per_generation", "train_batch_size")
    part = _first(there, "gradient_accumulation_steps", "ppo_mini_batch_size")
    return passes if whole is None or part is None else max(1, passes * whole // part)


def _whole(least: int) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        number = _number(name, value)
        return domain.whole(name, int(number) if number.is_integer() else number, least)

    return check


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} = {value!r} is not a number") from None


def _penalty(name: str, value: Any) -> float:
    number = _number(name, value)
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} = {number} is outside its domain: it must be finite and ≥ 0")
    return number


def _switch(name: str, value: Any) -> bool:
    return domain.choice(name, str(value).lower(), ("true", "false")) == "true"


def _method(name: str, value: Any) -> Weighting:
    return methods.weighting(str(value), name)


def _scaled(name: str, value: Any) -> Weighting:
    word = str(value).lower()
    return SCALED.get(word) or _method(name, word)


READ: dict[str, Callable[[str, Any], Any]] = {
    "beta": _penalty,
    "kl_loss_coef": _penalty,
    "kl_coef": _penalty,
    "use_kl_loss": _switch,
    "use_kl_in_reward": _switch,
    "group_size": _whole(2),
    "num_generations": _whole(2),
    "rollout.n": _whole(2),
    "clip": lambda name, value: domain.one(name, _number(name, value), domain.fraction),
    "epsilon": lambda name, value: domain.one(name, _number(name, value), domain.fraction),
    "clip_ratio": lambda name, value: domain.one(name, _number(name, value), domain.fraction),
    "updates": _whole(1),
    "num_iterations": _whole(1),
    "ppo_epochs": _whole(1),
    "steps_per_generation": _whole(1),
    "gradient_accumulation_steps": _whole(1),
    "train_batch_size": _whole(1),
    "ppo_mini_batch_size": _whole(1),
    "weighting": _method,
    "adv_estimator": _method,
    "scale_rewards": _scaled,
    "norm_adv_by_std_in_grpo": _scaled,
    "eps": lambda name, value: domain.one(name, _number(name, value), domain.positive),
}
"""What is known of a configuration, and how it is checked."""

SCALARS = {
    "reward": ("reward", "critic/score/mean"),
    "silent": ("frac_reward_zero_std",),
    "kl": ("kl", "actor/kl_loss", "actor/reward_kl_penalty"),
    "clipped": ("clip_ratio/region_mean", "cispo_clip_ratio", "actor/pg_clipfrac"),
    "length": ("completions/mean_length", "response_length/mean"),
    "entropy": ("entropy", "actor/entropy"),
    "learning_rate": ("learning_rate", "actor/lr"),
}
"""What is read of a run's log, and what TRL and verl call it.

reward: mean over a step's answers. silent: share of groups whose answers are all alike. kl: to the reference, per
token. clipped: share of clipped tokens. length: mean tokens of an answer. entropy: per token.
"""
