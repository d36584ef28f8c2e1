"""Executable companion to "Reinforcement Learning with Verifiable Rewards" (Mroueh, arXiv:2503.06639v4).

Each formula of the paper is written once, as a function that takes floats, arrays, tensors, SymPy symbols
and Arb balls alike. `fixed_points`, `trajectory` and `Variant` check their arguments; formulas such as `h` are pure and
do not.
"""

from grpo_paper.advantage import MEAN_ONLY, WHITENED, Normalization, Omega, omega_minus, omega_plus
from grpo_paper.elementary import logit, sigmoid
from grpo_paper.fixed_points import FixedPoints, fixed_points
from grpo_paper.success_map import Trajectory, h, h_prime, trajectory
from grpo_paper.variants import (
    DR_GRPO,
    GRPO,
    MIRROR_DR_GRPO,
    MIRROR_GRPO,
    Variant,
    two_kl,
    two_kl_dr,
)

__version__ = "0.1.0"

__all__ = [
    "DR_GRPO",
    "GRPO",
    "MEAN_ONLY",
    "MIRROR_DR_GRPO",
    "MIRROR_GRPO",
    "WHITENED",
    "FixedPoints",
    "Normalization",
    "Omega",
    "Trajectory",
    "Variant",
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
