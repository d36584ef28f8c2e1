"""Executable companion to "Reinforcement Learning with Verifiable Rewards" (Mroueh, ICML 2026, arXiv:2503.06639v4).

Each formula of the paper is written once, as a function that takes floats, arrays, tensors, SymPy symbols
and Arb balls alike. `fixed_points`, `trajectory` and `Variant` check their arguments; formulas such as `h` are pure and
do not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from grpo_paper.theory.advantage import Omega, omega_minus, omega_plus
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fate import Fate, fate
from grpo_paper.theory.fixed_points import FixedPoints, fixed_points
from grpo_paper.theory.success_map import Trajectory, h, h_prime, trajectory
from grpo_paper.theory.variants import (
    DR_GRPO,
    GRPO,
    MIRROR_DR_GRPO,
    MIRROR_GRPO,
    Variant,
    two_kl,
    two_kl_dr,
)
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting

if TYPE_CHECKING:
    from grpo_paper.theory import certify as certify

__version__ = "0.2.0"

__all__ = [
    "DR_GRPO",
    "GRPO",
    "MEAN_ONLY",
    "MIRROR_DR_GRPO",
    "MIRROR_GRPO",
    "WHITENED",
    "Fate",
    "FixedPoints",
    "Omega",
    "Trajectory",
    "Variant",
    "Weighting",
    "fate",
    "fixed_points",
    "h",
    "h_prime",
    "logit",
    "omega_minus",
    "omega_plus",
    "sigmoid",
    "trajectory",
    "two_kl",
    "two_kl_dr",
]


def __getattr__(name: str) -> Any:
    """`certify` when it is asked for: it brings python-flint, which an extra installs."""
    if name != "certify":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("grpo_paper.theory.certify")
