"""The errata: where the paper, as printed, does not hold or is loosely stated, and what holds instead.

Each is shown by a computation in the chapter named, in a box with the erratum's id as anchor, and by a test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grpo_paper.divergence import renyi, total_variation
from grpo_paper.fixed_points import bifurcation_curve, critical_beta, fixed_points
from grpo_paper.groups import group_Omega, silent_share
from grpo_paper.objective import clipped_surrogate, contrastive_surrogate
from grpo_paper.policy import conditional, policy_step, renyi_correction, tilt
from grpo_paper.statements import Status
from grpo_paper.success_map import force, h, log_odds_step, trajectory


@dataclass(frozen=True)
class Erratum:
    """One erratum, in MyST text; fields as in `grpo_paper.statements.Statement`."""

    number: str
    where: str
    as_printed: str
    holds: str
    functions: tuple[Callable[..., Any], ...] = ()
    page: str = ""
    test: str = ""
    status: Status = "done"

    @property
    def id(self) -> str:
        """Anchor of the erratum in the book.

        >>> ERRATA[0].id
        'e1'
        """
        return self.number.lower()


ERRATA = (
    Erratum(
        "E1",
        "Section 2.2",
        r"$f(x, y) = x \min(y, 1+ϵ)$",
        r"Ratio and advantage are swapped: $f(ρ, A) = A \min(ρ, 1+ϵ)$ if $A > 0$, $A \max(ρ, 1-ϵ)$ if $A < 0$.",
        (clipped_surrogate, contrastive_surrogate),
        "contrastive-loss",
        "test_objective.py::TestE1",
    ),
    Erratum(
        "E2",
        "Section 2.2, first display",
        r"the expectation over “$o \sim π_{old}, r = 1$”",
        "Read as a conditional expectation it lacks the event masses $p$ and $1-p$; the indicator form below it "
        "is right.",
        (contrastive_surrogate,),
        "contrastive-loss",
        "test_objective.py::TestE2",
    ),
    Erratum(
        "E3",
        "Remark 1",
        "at $ε = 0$, $h$ is not continuous at 0 and 1",
        r"The singularity is removable: $h \to 1$ at both ends, so $h$ extends continuously and $p = 1$ is fixed.",
        (h,),
        "success-map",
        "test_success_map.py::TestRemark1",
    ),
    Erratum(
        "E4",
        "after Proposition 1",
        "“$p^* = 1$ is almost always a fixed point”",
        r"Never for $ε > 0$ and $p_{\mathrm{ref}} < 1$. One exponentially close to 1 often exists, not always.",
        (fixed_points, h),
        "amplification",
        "test_fixed_points.py::TestE4",
    ),
    Erratum(
        "E5",
        "proof of Theorem 2",
        "$p_{n-1}(1)$",
        "$p_{n-1}(q)$: the argument is the prompt.",
        (h, policy_step),
        "success-map",
        "test_success_map.py::TestTheorem2",
    ),
    Erratum(
        "E6",
        "proof of Theorem 3",
        r"the exponent is taken at $p_{\mathrm{ref}}$ and then used at $p$",
        "The inequality needs it at $p$, where it is true too.",
        (h, fixed_points),
        "amplification",
        "test_fixed_points.py::TestTheorem3",
    ),
    Erratum(
        "E7",
        "Figure 5",
        "every panel starts at $p_0 = 0.1$",
        r"The theorem starts at $p_0 = p_{\mathrm{ref}}$, and the start decides which fixed point, if any, is reached.",
        (trajectory, fixed_points),
        "stability",
        "test_orbits.py::TestE7",
    ),
    Erratum(
        "E8",
        "Figure 5, panel $(5, 10^{-4})$",
        r"“$p^* \approx 0.0442$”",
        "That is $p_{50}$ of an orbit that does not settle. None of the three fixed points is near it.",
        (fixed_points, trajectory),
        "stability",
        "test_orbits.py::TestE8",
    ),
    Erratum(
        "E9",
        "Appendix C",
        r"“$β = 5$, $p_{\mathrm{ref}} = 0.001$ … divergent”",
        r"The panel has $p_{\mathrm{ref}} = 10^{-4}$, where the orbit is bounded and no cycle is found; "
        r"$0.001$ gives a stable 2-cycle.",
        (trajectory,),
        "stability",
        "test_orbits.py::TestE9",
    ),
    Erratum(
        "E10",
        "abstract, introduction",
        "the recursion “converges to a fixed point”",
        r"Only locally: from $p_0 = p_{\mathrm{ref}}$ too there are 2-cycles, longer cycles and aperiodic orbits.",
        (trajectory, fixed_points),
        "stability",
        "test_orbits.py::TestE10",
    ),
    Erratum(
        "E11",
        "condition $β > B(p^*)$",
        "read as a bound on $β$",
        r"$p^*$ moves with $β$: the explicit object is the stability region in the $(β, p_{\mathrm{ref}})$ plane.",
        (critical_beta, bifurcation_curve),
        "stability",
        "test_stability.py::TestE11",
    ),
    Erratum(
        "E12",
        "Theorem 8",
        r"$\exp A_ν$ and $\operatorname{logit} p_∘ + Ω$",
        "Both lack $1/β$.",
        (tilt, force),
        "policy-dynamics",
        "test_policy.py::TestTheorem8",
    ),
    Erratum(
        "E13",
        "Lemma 3 and its proof",
        r"$p_{n-1,S}$ defined with $r = 0$; $(1-p_{\mathrm{ref}}^α)$; no log before the second integral",
        r"$r = 1$; $(1-p_{\mathrm{ref}})^α$; and the log belongs there.",
        (conditional, renyi),
        "two-kl",
        "test_two_kl.py::TestLemma3",
    ),
    Erratum(
        "E14",
        "after Theorem 9",
        "$… + Ω(p_n)$",
        "$Ω(p_{n-1})/β$.",
        (log_odds_step, policy_step),
        "two-kl",
        "test_two_kl.py::TestTheorem9",
    ),
    Erratum(
        "E15",
        "Theorem 9, Section 4, Table 1",
        "a Rényi correction moves the fixed point",
        r"Along the paper's own iteration $Δ_R \equiv 0$: inside $(0, 1)$ two-KL $(α, β)$ has the fixed points of the "
        r"reference-only map at strength $αβ$, damped: slope $(1-α) + αs$.",
        (renyi_correction, fixed_points),
        "two-kl",
        "test_two_kl.py::TestE15",
    ),
    Erratum(
        "E16",
        "Section 4, Table 1",
        "two-KL: no per-step monotonicity",
        r"Mean-only two-KL is monotone: $L_n - L_{ref} = (1 - (1-α)^n)/(αβ)$.",
        (trajectory,),
        "two-kl",
        "test_variant_orbits.py::TestE16",
    ),
    Erratum(
        "E17",
        "Theorem 10",
        r"$\lim |\tilde p_n - p^*| \le 2δ^*$; TV written without $\|f\|_\infty \le 1$",
        r"With $\mathrm{TV} = \tfrac12\|\cdot\|_1$ an event differs by at most TV: the bound is $δ^*$, and it is "
        r"attained. The limit need not exist; the bound is on the limsup.",
        (total_variation,),
        "parametric",
        "test_divergence.py::TestE17",
    ),
    Erratum(
        "E18",
        "Theorem 5",
        "$p = 1$ stable, $p = 0$ “absorbing”",
        r"The slope is $e^{-1/(β\sqrt{ε})}$ at 1 and $e^{+1/(β\sqrt{ε})}$ at 0: 0 is fixed, yet repels every $p > 0$.",
        (fixed_points, trajectory),
        "mirror",
        "test_fixed_points.py::TestE18",
    ),
    Erratum(
        "E19",
        "Section 6, takeaway",
        "the normalisations are equivalent in the probability of success",
        "The whole policies agree, not just their probability of success.",
        (policy_step,),
        "dr-grpo",
        "test_policy.py::TestE19",
    ),
    Erratum(
        "E20",
        "abstract, Section 3",
        "exact population iterates",
        r"With $G$ samples $\hat p = k/G$: a share $p^G + (1-p)^G$ of the groups carries no signal, and the mean push "
        r"is $Ω_G(p) < Ω(p)$ in place of $Ω(p)$, at most $\sqrt{G-1}$ however rare a success is.",
        (silent_share, group_Omega),
        "finite-groups",
        "test_groups.py::TestE20",
    ),
)
