"""The paper's numbered items, each with what computes it, where it is shown and what tests it.

Functions are held by reference, so that a stale name fails at import. `grpo_paper.further` has the statements beyond
the paper, `grpo_paper.errata` the misprints, and `grpo_paper.ledger` prints all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from grpo_paper import certify
from grpo_paper.advantage import Omega, advantage, omega_minus, omega_plus
from grpo_paper.divergence import kl, renyi, total_variation
from grpo_paper.fixed_points import critical_beta, fixed_points, largest_critical_beta
from grpo_paper.objective import clipped_objective, clipped_surrogate, contrastive_surrogate, regularized_objective
from grpo_paper.policy import conditional, geometric_mean, log_partition, policy_step, renyi_correction, tilt
from grpo_paper.success_map import anchor, effective_beta, force_slope, h, h_prime, log_odds_step, trajectory
from grpo_paper.trainer import Addition, train
from grpo_paper.variants import Variant

Status = Literal["done", "not yet"]


@dataclass(frozen=True)
class Statement:
    """One statement: hypotheses in MyST, `page` a chapter, `test` a ``file::class`` under ``tests/``."""

    number: str
    title: str
    hypotheses: str
    functions: tuple[Callable[..., Any], ...] = ()
    page: str = ""
    figures: tuple[str, ...] = ()
    test: str = ""
    errata: tuple[str, ...] = ()
    status: Status = "done"

    @property
    def id(self) -> str:
        """Anchor of the item in the book.

        >>> Statement("Theorem 2", "", "").id
        'theorem-2'
        """
        return self.number.lower().replace(" ", "-")


STATEMENTS = (
    Statement(
        "Theorem 1",
        "GRPO policy dynamics",
        "$β > 0$, $ε > 0$; the maximum is over all policies, without clipping",
        (tilt, policy_step, log_partition, regularized_objective),
        "policy-dynamics",
        ("fig-certificate",),
        "test_policy.py::TestTheorem1",
    ),
    Statement(
        "Theorem 2",
        "Recursion of the probability of success",
        r"$0 < p_{\mathrm{ref}} < 1$, $β > 0$, $ε > 0$",
        (h, log_odds_step, trajectory),
        "success-map",
        ("fig-success-map",),
        "test_success_map.py::TestTheorem2",
        ("E5",),
    ),
    Statement(
        "Theorem 3",
        "Success amplification",
        r"$0 < p_{\mathrm{ref}} < 1$, $β > 0$, $ε > 0$, $p^* = h(p^*)$",
        (fixed_points, certify.fixed_points),
        "amplification",
        ("fig-amplification",),
        "test_fixed_points.py::TestTheorem3",
        ("E4", "E6"),
    ),
    Statement(
        "Theorem 4",
        "Mirror GRPO",
        "$α = 0$, $β > 0$, $ε > 0$",
        (policy_step, log_odds_step),
        "mirror",
        ("fig-mirror-orbits",),
        "test_policy.py::TestTheorem4",
    ),
    Statement(
        "Theorem 5",
        "Mirror GRPO climbs to 1",
        r"$α = 0$, $0 < p_{\mathrm{ref}} < 1$, $β > 0$, $ε > 0$",
        (trajectory, fixed_points),
        "mirror",
        ("fig-mirror-orbits", "fig-mirror-slopes"),
        "test_variant_orbits.py::TestTheorem5",
        ("E18",),
    ),
    Statement(
        "Theorem 6",
        "Local convergence",
        r"$ε > 0$, $p^* = h(p^*)$, $\lvert h'(p^*) \rvert < 1$",
        (fixed_points, h_prime, trajectory),
        "stability",
        ("fig-orbits", "fig-orbits-as-printed"),
        "test_stability.py::TestTheorem6",
        ("E7", "E8", "E9", "E10"),
    ),
    Statement(
        "Theorem 7",
        "Local contraction in one dimension",
        r"$p^* = h(p^*)$, $h$ continuously differentiable near $p^*$, $\lvert h'(p^*) \rvert < 1$",
        (h_prime,),
        "stability",
        (),
        "test_stability.py::TestTheorem7",
    ),
    Statement(
        "Theorem 8",
        "Any weights, any anchor",
        "$β > 0$; any weights, any sampling policy, any anchor",
        (tilt, regularized_objective),
        "policy-dynamics",
        ("fig-certificate",),
        "test_policy.py::TestTheorem8",
        ("E12",),
    ),
    Statement(
        "Theorem 9",
        "Two KL penalties",
        r"$0 < α < 1$, $β > 0$, $ε > 0$; both policies succeed and fail, sharing a success and a failure; for "
        r"$p_n \ge p_{\mathrm{ref}}$ the condition on the divergences at every step from $π_0 = π_{\mathrm{ref}}$ on",
        (policy_step, renyi_correction, log_odds_step),
        "two-kl",
        ("fig-renyi-correction",),
        "test_two_kl.py::TestTheorem9",
        ("E14", "E15", "E16"),
    ),
    Statement(
        "Theorem 10",
        "Parametric policies",
        r"Assumption 1, $p_n \to p^*$",
        (total_variation,),
        "parametric",
        ("fig-parametric",),
        "test_divergence.py::TestTheorem10",
        ("E17",),
    ),
    Statement(
        "Proposition 1",
        "Properties of h and existence of a fixed point",
        r"$0 < p_{\mathrm{ref}} < 1$, $β > 0$, $ε > 0$",
        (h, h_prime),
        "success-map",
        ("fig-success-map",),
        "test_success_map.py::TestProposition1",
    ),
    Statement(
        "Lemma 1",
        "Slope at a fixed point",
        "$ε > 0$, $p^* = h(p^*)$",
        (h_prime, force_slope, critical_beta),
        "stability",
        ("fig-stability-bound",),
        "test_stability.py::TestLemma1",
        ("E11",),
    ),
    Statement(
        "Lemma 2",
        "Two penalties are one, to a geometric mean",
        "$0 < α < 1$; the two policies share an output",
        (geometric_mean, kl),
        "two-kl",
        (),
        "test_two_kl.py::TestLemma2",
    ),
    Statement(
        "Lemma 3",
        "Success of the geometric mean",
        "$0 < α < 1$; both policies succeed and fail, sharing a success and a failure",
        (geometric_mean, renyi, renyi_correction, conditional),
        "two-kl",
        ("fig-renyi-correction",),
        "test_two_kl.py::TestLemma3",
        ("E13",),
    ),
    Statement(
        "Remark 1",
        "The map without smoothing",
        "$ε = 0$",
        (h,),
        "success-map",
        ("fig-no-smoothing",),
        "test_success_map.py::TestRemark1",
        ("E3",),
    ),
    Statement(
        "Remark 2",
        "A bound for all prompts",
        "$β$ above the supremum of $B$",
        (critical_beta, largest_critical_beta),
        "stability",
        ("fig-stability-bound",),
        "test_stability.py::TestRemark2",
    ),
    Statement(
        "Assumption 1",
        "Approximation error of a parametric policy",
        r"$\tilde π_0 = π_0$, $\sum δ_n \to δ^* < 1$",
        (total_variation,),
        "parametric",
        ("fig-parametric",),
        "test_divergence.py::TestTheorem10",
    ),
    Statement(
        "Algorithm 1",
        "GRPO with verifiable rewards",
        "$G$ samples, $μ$ gradient steps; run with a table of logits and with a small network on sums",
        (train,),
        "trained",
        ("fig-trained",),
        "test_trainer.py::TestExactLimit",
    ),
    Statement(
        "Table 1",
        "Six variants side by side",
        "two normalisations, three places of the penalty",
        (Variant, log_odds_step, fixed_points, anchor),
        "variants",
        ("fig-variants",),
        "test_variants.py::TestTable1",
        ("E15", "E16", "E19"),
    ),
    Statement(
        "Figure 1",
        "Weights of success and failure",
        "$ε = 0$",
        (omega_plus, omega_minus),
        "weights",
        ("fig-weights",),
        "test_advantage.py::TestFigure1",
    ),
    Statement(
        "Figure 2",
        "The success map",
        "$ε = 10^{-5}$",
        (h,),
        "success-map",
        ("fig-success-map",),
        "test_success_map.py::TestFigure2",
    ),
    Statement(
        "Figure 3",
        "Success of seven test prompts",
        "its counterpart: seven sums that are in no batch, in place of seven test questions of GSM8K",
        (train, Addition),
        "trajectories",
        ("fig-trajectories",),
        "test_addition.py::TestFigure3",
    ),
    Statement(
        "Figure 4",
        "The bound B",
        "$ε = 10^{-5}$",
        (critical_beta,),
        "stability",
        ("fig-stability-bound",),
        "test_stability.py::TestFigure4",
    ),
    Statement(
        "Figure 5",
        "Orbits of the recursion",
        "$ε = 10^{-5}$, $p_0 = 0.1$ as printed",
        (trajectory, fixed_points),
        "stability",
        ("fig-orbits-as-printed", "fig-orbits"),
        "test_orbits.py::TestFigure5",
        ("E7", "E8", "E9"),
    ),
    Statement(
        "Section 2",
        "Whitened rewards and the contrastive loss",
        "binary reward",
        (advantage, clipped_surrogate, contrastive_surrogate, clipped_objective),
        "contrastive-loss",
        ("fig-contrastive-loss",),
        "test_objective.py::TestContrastiveLoss",
        ("E1", "E2"),
    ),
    Statement(
        "Section 5",
        "Dr. GRPO: mean-only normalisation",
        "$Ω = 1$",
        (Omega, log_odds_step, fixed_points, effective_beta),
        "dr-grpo",
        ("fig-dr-grpo", "fig-adaptive-beta"),
        "test_variant_orbits.py::TestSection5",
        ("E19",),
    ),
    Statement(
        "Appendix A",
        "Settings of the experiment",
        "$G$, $μ$, $ϵ$, $β$ and the batch of 28, on sums, with a small network; the GSM8K run is not repeated",
        (train, Addition),
        "trajectories",
        ("fig-trajectories",),
        "test_addition.py::TestFigure3",
    ),
)
