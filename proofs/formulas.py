"""The library's own functions as definitions of Coq: each is called once, on letters, and what it did is written."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from grpo_paper.theory import (
    advantage,
    climbs,
    clock,
    fate,
    fixed_points,
    groups,
    objective,
    policy,
    small_steps,
    success_map,
    variants,
    weighting,
    zoo,
)
from proofs.term import Term, term

FOLDER = Path(__file__).parent
FILE = FOLDER / "Formulas.v"
WHITENED, MEAN = weighting.WHITENED, weighting.MEAN_ONLY

Formula = tuple[Callable[..., Any], str]
"""A function of the library and the letters that it is given."""


def _variant(variant: variants.Variant) -> Callable[..., Any]:
    return lambda L, L_ref, beta, eps: success_map.log_odds_step(L, L_ref, beta, eps, variant)


def _two_kl(make: Callable[[Any], variants.Variant]) -> Callable[..., Any]:
    return lambda L, L_ref, beta, eps, alpha: success_map.log_odds_step(L, L_ref, beta, eps, make(alpha))


def _given_advantages(p: Any, *advantages: Any) -> Any:
    """Variance of the push of a group of 3, with a letter for each advantage: of successes first, then of failures."""
    right, wrong = advantages[:4], advantages[4:]
    method = weighting.Weighting(
        "given",
        MEAN.formula,
        MEAN.formula_slope,
        group=lambda successes, size, eps: (right[successes], wrong[successes]),
    )
    return groups.group_variance(p, 0, 3, method)


FORMULAS: dict[str, Formula] = {
    "Omega": (advantage.Omega, "p eps"),
    "omega_plus": (advantage.omega_plus, "p eps"),
    "omega_minus": (advantage.omega_minus, "p eps"),
    "advantage": (advantage.advantage, "r p eps"),
    "Omega_mean_only": (lambda p, eps: advantage.Omega(p, eps, MEAN), "p eps"),
    "omega_plus_mean_only": (lambda p, eps: advantage.omega_plus(p, eps, MEAN), "p eps"),
    "omega_minus_mean_only": (lambda p, eps: advantage.omega_minus(p, eps, MEAN), "p eps"),
    "whitening": (weighting.whitening, "v eps"),
    "whitening_slope": (weighting.whitening_slope, "v m eps"),
    "h": (success_map.h, "p p_ref beta eps"),
    "h_prime": (success_map.h_prime, "p p_ref beta eps"),
    "success_variance": (success_map.success_variance, "L"),
    "effective_beta": (success_map.effective_beta, "p beta eps"),
    "force": (success_map.force, "L beta eps"),
    "force_slope": (success_map.force_slope, "L beta eps"),
    "log_partition": (policy.log_partition, "p p_ref beta eps"),
    "critical_beta": (fixed_points.critical_beta, "p eps"),
    "largest_critical_beta": (fixed_points.largest_critical_beta, "eps"),
    "bifurcation_beta": (lambda L, eps: fixed_points.bifurcation_curve(L, eps)[0], "L eps"),
    "bifurcation_reference": (lambda L, eps: fixed_points.bifurcation_curve(L, eps)[1], "L eps"),
    "step_grpo": (_variant(variants.GRPO), "L L_ref beta eps"),
    "step_dr_grpo": (_variant(variants.DR_GRPO), "L L_ref beta eps"),
    "step_mirror": (_variant(variants.MIRROR_GRPO), "L L_ref beta eps"),
    "step_mirror_dr": (_variant(variants.MIRROR_DR_GRPO), "L L_ref beta eps"),
    "step_two_kl": (_two_kl(variants.two_kl), "L L_ref beta eps alpha"),
    "step_two_kl_dr": (_two_kl(variants.two_kl_dr), "L L_ref beta eps alpha"),
    "clipped_surrogate": (objective.clipped_surrogate, "rho A clip"),
    "contrastive_surrogate": (objective.contrastive_surrogate, "rho r p clip eps"),
    "clipped_step": (success_map.clipped_step, "L L_ref beta clip eps"),
    "schwarzian": (fate.schwarzian, "L eps"),
    "jump_beta": (fate.jump_beta, "p_ref eps"),
    "clock": (clock.clock, "L eps"),
    "mirror_bound": (clock.mirror_bound, "L_ref L beta eps"),
    "arc_speed": (small_steps.arc_speed, "L eps"),
    "coin_kl": (climbs.coin_kl, "L L_ref"),
    "climbed": (climbs.climbed, "L eps"),
    "silent_share_4": (lambda p: groups.silent_share(p, 4), "p"),
    "group_Omega_3": (lambda p, eps: groups.group_Omega(p, eps, 3), "p eps"),
    "group_variance_3": (_given_advantages, "p a0 a1 a2 a3 b0 b1 b2 b3"),
    "maxrl": (zoo.MAXRL.push, "p q eps"),
    "maxrl_slope": (zoo.MAXRL.slope, "p q eps"),
    "disco": (zoo.DISCO.push, "p q eps"),
    "disco_slope": (zoo.DISCO.slope, "p q eps"),
    "pass_at_4": (zoo.pass_at_k(4).push, "p q eps"),
    "pass_at_4_slope": (zoo.pass_at_k(4).slope, "p q eps"),
}
"""What is bridged, by its name in Coq."""

HEAD = """\
(* Made by `make proofs` from the functions of grpo_paper.theory, and held to them by a test: do not edit.
   Each definition is what a function did, sign for sign, when it was called on letters. *)
Require Import Reals Primitives.
Open Scope R_scope.
"""


def traced() -> Iterator[tuple[str, str, Term]]:
    """Each formula's name, its letters and its term."""
    for name, (function, letters) in FORMULAS.items():
        yield name, letters, term(function(*map(Term, letters.split())))


def definition(name: str, letters: str, body: Term) -> str:
    """One definition of Coq.

    >>> print(definition("double", "x", 2 * Term("x")), end="")
    Definition double (x : R) : R := 2 * x.
    """
    return f"Definition {name} ({letters} : R) : R := {body}.\n"


def source() -> str:
    """The whole of Formulas.v."""
    return "\n".join([HEAD, *(definition(*formula) for formula in traced())])


def write() -> None:
    """Write Formulas.v."""
    FILE.write_text(source())
