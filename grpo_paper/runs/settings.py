"""What a run was trained with, as far as it is known: under the paper's names, TRL's or verl's."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from grpo_paper.theory import domain, methods
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting

NAMES = {
    "beta": ("kl_loss_coef", "kl_coef"),
    "group_size": ("num_generations", "rollout.n"),
    "clip": ("epsilon", "clip_ratio"),
    "updates": ("num_iterations", "ppo_epochs"),
    "eps": (),
}
"""A setting, and what TRL and verl call it, whatever stands before it in a dotted name."""
SCALED = {"group": WHITENED, "true": WHITENED, "none": MEAN_ONLY, "false": MEAN_ONLY}
"""TRL's scale_rewards and verl's norm_adv_by_std_in_grpo."""


@dataclass(frozen=True)
class Settings:
    """None: not known. updates: gradient steps on each batch of answers, times what TRL or verl splits it into.

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

    Errors: ValueError naming the entry, its value and its domain.

    >>> found = known({"num_generations": 8, "beta": 0.04, "scale_rewards": "none", "learning_rate": 1e-6})
    >>> found.group_size, found.beta, found.weighting.name
    (8, 0.04, 'Dr. GRPO')
    >>> known({"actor_rollout_ref.rollout.n": "16"}).group_size
    16
    >>> known({"gruop_size": 8}, strict=True)
    Traceback (most recent call last):
    ValueError: gruop_size is no setting that is known here; it must be one of beta, kl_loss_coef, ...
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        if _is(name, "weighting", "adv_estimator"):
            found.setdefault("weighting", methods.weighting(str(value)))
        elif _is(name, "scale_rewards", "norm_adv_by_std_in_grpo"):
            word = str(value).lower()
            found["weighting"] = SCALED.get(word) or methods.weighting(word)
        elif setting := next((own for own, others in NAMES.items() if _is(name, own, *others)), None):
            found[setting] = _checked(setting, name, value)
        elif strict:
            names = (name for own, others in NAMES.items() for name in (own, *others))
            raise ValueError(
                f"{name} is no setting that is known here; it must be one of {', '.join(names)}, weighting, "
                "adv_estimator, scale_rewards, norm_adv_by_std_in_grpo"
            )
    return Settings(**found)


def _is(name: str, *others: str) -> bool:
    return f".{name}".endswith(tuple(f".{other}" for other in others))


def _checked(setting: str, name: str, value: Any) -> float | int:
    """The value in its domain."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} = {value!r} is not a number") from None
    if setting in ("group_size", "updates"):
        return domain.whole(name, int(number) if number.is_integer() else value, 2 if setting == "group_size" else 1)
    if setting == "clip":
        return domain.one(name, number, domain.fraction)
    if setting == "beta" and number == 0:
        return 0.0
    return domain.one(name, number, domain.positive)
