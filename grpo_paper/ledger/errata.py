"""The errata: where the paper, as printed, does not hold, and what holds instead; and what can be said more sharply.

Each is shown by a computation in the chapter named, in a box with the erratum's id as anchor, and by a test. Words
between “ and ” are the paper's, and stand in `quotes`.
"""

from grpo_paper.ledger.records import Erratum

ERRATA = (
    Erratum(
        "E1",
        "misprint",
        "Section 2.2",
        r"the case split reads $f(x, y) = x \min(y, 1+ϵ)$",
        r"Ratio and advantage are swapped: $f(ρ, A) = A \min(ρ, 1+ϵ)$ if $A > 0$, $A \max(ρ, 1-ϵ)$ if $A < 0$.",
        ("theory.objective.clipped_surrogate", "theory.objective.contrastive_surrogate"),
        "contrastive-loss",
        "theory/test_objective.py::TestE1",
    ),
    Erratum(
        "E2",
        "changes a formula",
        "Section 2.2, first display",
        r"$o \sim π_{\mathrm{old}}, r = 1$ stands under the expectation",
        "Read as a conditional expectation it lacks the event masses $p$ and $1-p$; the indicator form below it "
        "is right.",
        ("theory.objective.contrastive_surrogate",),
        "contrastive-loss",
        "theory/test_objective.py::TestE2",
    ),
    Erratum(
        "E3",
        "changes a conclusion",
        "Remark 1",
        "“if $ε = 0$, $h$ is no longer continuous at 0 and 1 and we can no longer guarantee existence of fixed points "
        "on "
        "[0,1]”",
        r"The singularity is removable: $h \to 1$ at both ends, so $h$ extends continuously to $[0, 1]$, a fixed point "
        r"exists as before, and $p = 1$ is one.",
        ("theory.success_map.h",),
        "success-map",
        "theory/test_success_map.py::TestRemark1",
    ),
    Erratum(
        "E4",
        "changes a conclusion",
        "after Proposition 1",
        "“p* = 1 is almost always a fixed point”",
        r"Never for $ε > 0$ and $p_{\mathrm{ref}} < 1$. One exponentially close to 1 often exists, not always.",
        ("theory.fixed_points.fixed_points", "theory.success_map.h"),
        "amplification",
        "theory/test_fixed_points.py::TestE4",
    ),
    Erratum(
        "E5",
        "misprint",
        "proof of Theorem 2",
        "$p_{n-1}(1)$",
        "$p_{n-1}(q)$: the argument is the prompt.",
        ("theory.success_map.h", "theory.policy.policy_step"),
        "success-map",
        "theory/test_success_map.py::TestTheorem2",
    ),
    Erratum(
        "E6",
        "changes a formula",
        "proof of Theorem 3",
        r"the exponent is taken at $p_{\mathrm{ref}}$ and then used at $p$",
        "The inequality needs it at $p$, where it is true too; the theorem stands.",
        ("theory.success_map.h", "theory.fixed_points.fixed_points"),
        "amplification",
        "theory/test_fixed_points.py::TestTheorem3",
    ),
    Erratum(
        "E7",
        "changes a conclusion",
        "Figure 5",
        "every panel starts at $p_0 = 0.1$",
        r"The theorem starts at $p_0 = p_{\mathrm{ref}}$, and the start decides which fixed point, if any, is reached.",
        ("theory.success_map.trajectory", "theory.fixed_points.fixed_points", "theory.fate.fate"),
        "orbits",
        "theory/test_orbits.py::TestE7",
    ),
    Erratum(
        "E8",
        "changes a conclusion",
        "Figure 5, panel $(5, 10^{-4})$",
        "the panel's title gives $p^*$ as 0.0442",
        "That is $p_{50}$ of an orbit that does not settle. None of the three fixed points is near it.",
        ("theory.fixed_points.fixed_points", "theory.success_map.trajectory"),
        "orbits",
        "theory/test_orbits.py::TestE8",
    ),
    Erratum(
        "E9",
        "changes a conclusion",
        "Appendix C.2",
        r"“For $β = 5$ and $p_{\mathrm{ref}} = 0.001$, we see a divergent behavior”",
        r"The panel has $p_{\mathrm{ref}} = 10^{-4}$, where the orbit is bounded and no cycle is found; "
        r"$0.001$ gives a stable 2-cycle.",
        ("theory.success_map.trajectory",),
        "orbits",
        "theory/test_orbits.py::TestE9",
    ),
    Erratum(
        "E10",
        "changes a conclusion",
        "abstract",
        "“obeys a simple recurrence that converges to a fixed point”, without the introduction's “under mild "
        "assumptions”",
        r"It converges where the lowest fixed point has slope $\ge -1$, or the first update jumps past the middle one; "
        r"else, from $p_0 = p_{\mathrm{ref}}$ too, there are 2-cycles, longer cycles and aperiodic orbits.",
        ("theory.fate.fate", "theory.success_map.trajectory", "theory.fixed_points.fixed_points"),
        "orbits",
        "theory/test_orbits.py::TestE10",
    ),
    Erratum(
        "E11",
        "sharpened",
        "Lemma 1 and Remark 2",
        "“the condition on $β$ is stated conditionally on a prompt $q$”",
        r"$p^*$ moves with $β$: the explicit object is the stability region in the $(β, p_{\mathrm{ref}})$ plane.",
        ("theory.fixed_points.critical_beta", "theory.fixed_points.bifurcation_curve"),
        "stability",
        "theory/test_stability.py::TestE11",
    ),
    Erratum(
        "E12",
        "changes a formula",
        "Theorem 8",
        r"$\exp A_ν$ and $\operatorname{logit} p_∘ + Ω$",
        "Both lack $1/β$.",
        ("theory.policy.tilt", "theory.success_map.force"),
        "policy-dynamics",
        "theory/test_policy.py::TestTheorem8",
    ),
    Erratum(
        "E13",
        "changes a formula",
        "Lemma 3 and its proof",
        r"$p_{n-1,S}$ defined with $r = 0$; $(1-p_{\mathrm{ref}}^α)$; no log before the second integral",
        r"$r = 1$; $(1-p_{\mathrm{ref}})^α$; and the log belongs there.",
        ("theory.policy.conditional", "theory.divergence.renyi"),
        "two-kl",
        "theory/test_two_kl.py::TestLemma3",
    ),
    Erratum(
        "E14",
        "changes a formula",
        "after Theorem 9",
        "the display ends in $Ω(p_n)$",
        "$Ω(p_{n-1})/β$.",
        ("theory.success_map.log_odds_step", "theory.policy.policy_step"),
        "two-kl",
        "theory/test_two_kl.py::TestTheorem9",
    ),
    Erratum(
        "E15",
        "changes a conclusion",
        "Theorem 9, Section 4, Table 1",
        r"“The PoS iteration incurs what we call a Rényi correction”, and Table 1: “logit p* = logit p_ref + Δ_R*/α + "
        "Ω(p*)/(αβ)”",
        r"Along the paper's own iteration $Δ_R \equiv 0$: inside $(0, 1)$ two-KL $(α, β)$ has the fixed points of the "
        r"reference-only map at strength $αβ$, damped: slope $(1-α) + αs$.",
        ("theory.policy.renyi_correction", "theory.fixed_points.fixed_points"),
        "two-kl",
        "theory/test_two_kl.py::TestE15",
    ),
    Erratum(
        "E16",
        "sharpened",
        "Section 4, Table 1",
        "“we lose monotonic improvement”; Table 1, for the whitened row: “per-step monotonicity not guaranteed”",
        r"Mean-only two-KL is monotone: $L_n - L_{ref} = (1 - (1-α)^n)/(αβ)$. The whitened one is where "
        r"$(1-α)β \ge \sup B$.",
        ("theory.success_map.trajectory",),
        "damping",
        "theory/test_variant_orbits.py::TestE16",
    ),
    Erratum(
        "E17",
        "changes a formula",
        "Theorem 10",
        r"the bound is $2δ^*$, and TV is written without $\|f\|_\infty \le 1$",
        r"With $\mathrm{TV} = \tfrac12\|\cdot\|_1$ an event differs by at most TV: the bound is $δ^*$, and it is "
        r"attained. The limit need not exist; the bound is on the limsup.",
        ("theory.divergence.total_variation",),
        "parametric",
        "theory/test_divergence.py::TestE17",
    ),
    Erratum(
        "E18",
        "sharpened",
        "Theorem 5, Table 1",
        "“Absorbing Fixed Points”; Table 1: “p=0 absorbing only if success support = 0”",
        r"The slope is $e^{-1/(β\sqrt{ε})}$ at 1 and $e^{+1/(β\sqrt{ε})}$ at 0: 0 is fixed, yet repels every $p > 0$.",
        ("theory.fixed_points.fixed_points", "theory.success_map.trajectory"),
        "mirror",
        "theory/test_fixed_points.py::TestE18",
    ),
    Erratum(
        "E19",
        "sharpened",
        "Section 6, takeaway 1",
        "“equivalent from PoS point of view to mean-only normalization”",
        "The whole policies agree, not just their probability of success.",
        ("theory.policy.policy_step",),
        "dr-grpo",
        "theory/test_policy.py::TestE19",
    ),
    Erratum(
        "E20",
        "sharpened",
        "Section 2.4, Algorithm 1",
        "expectations are exact, an idealisation that the paper states",
        r"With $G$ samples $\hat p = k/G$: a share $p^G + (1-p)^G$ of the groups carries no signal, and the mean push "
        r"is $Ω_G(p) < Ω(p)$ in place of $Ω(p)$, at most $\sqrt{G-1}$ however rare a success is.",
        ("theory.groups.silent_share", "theory.groups.group_Omega"),
        "finite-groups",
        "theory/test_groups.py::TestE20",
    ),
    Erratum(
        "E21",
        "changes a conclusion",
        "Section 2, after the objective",
        "“ensures that the likelihood ratio between the policy and the old policy is maintained within [1-ϵ, 1+ϵ]”",
        r"The maximiser's ratio can be far outside: 4.8 for a success at $p = p_{\mathrm{ref}} = 0.05$, $β = 0.1$, "
        r"$ϵ = 0.2$.",
        ("theory.success_map.clipped_step", "theory.clipping.least_maximiser"),
        "clipping",
        "theory/test_clipping.py::TestB10",
    ),
    Erratum(
        "E22",
        "changes a conclusion",
        "Table 1, two-KL",
        "“Affine contraction in log-odds if Δ_R bounded”",
        r"With $Δ_R \equiv 0$ the map is not affine, and need not contract: it does for $αβ > \sup B$, at the rate "
        r"$1-α+\sup B/β$.",
        ("theory.success_map.force_slope", "theory.fixed_points.largest_critical_beta"),
        "damping",
        "theory/test_errata.py::TestE22",
    ),
    Erratum(
        "E23",
        "misprint",
        "Theorem 1 and the proof of Theorem 2",
        "the weights are referred to by the number of the Dr. GRPO weights",
        "Those of mean + variance are meant; with mean-only weights the recursion would be another.",
        ("theory.policy.policy_step",),
        "policy-dynamics",
        "theory/test_errata.py::TestE23",
    ),
    Erratum(
        "E24",
        "changes a conclusion",
        "after Theorem 3",
        r"for $p_{\mathrm{ref}}$ of 0 or 1: “the fixed point is not necessarily stable and a condition on $β$ is "
        r"needed for "
        "its stability”",
        "There $h$ is constant: its slope is 0, and the fixed point is reached in one step from anywhere.",
        ("theory.success_map.h_prime", "theory.fixed_points.fixed_points"),
        "amplification",
        "theory/test_errata.py::TestE24",
    ),
    Erratum(
        "E25",
        "misprint",
        "Section 2, after the objective",
        "“for $ϵ ∈ [0,1]$, the clipping function $f_ϵ$”, where $ϵ → ∞$ is taken later",
        r"$ϵ \ge 0$. The limit without a clip is reached once $ϵ \ge 1$ passes every ratio less 1; up to $ϵ = 1$ a "
        r"success's ratio "
        "is still cut at 2.",
        ("theory.objective.clipped_surrogate",),
        "contrastive-loss",
        "theory/test_errata.py::TestE25",
    ),
    Erratum(
        "E26",
        "changes a formula",
        "after Theorem 9",
        "a parenthesis that is not closed makes $1-α$ multiply $Ω$ too",
        "The factor belongs to the divergences alone.",
        ("theory.success_map.log_odds_step",),
        "two-kl",
        "theory/test_errata.py::TestE26",
    ),
    Erratum(
        "E27",
        "changes a conclusion",
        "takeaway 1",
        "“β_eff = βσ(q). One can use either a fixed β and get constant increments in log PoS odds via mean-only "
        "calibration”",
        r"$β_{\mathrm{eff}} = β\sqrt{σ^2 + ε}$, as in Section 5. Constant increments belong to the mirror: with the "
        r"reference "
        "there is one step. And with shared parameters the equivalence breaks.",
        ("theory.success_map.effective_beta", "theory.success_map.trajectory"),
        "dr-grpo",
        "theory/test_errata.py::TestE27",
    ),
    Erratum(
        "E28",
        "changes a conclusion",
        "Appendix A, Figure 3",
        r"“when p_ref = 0, the probability of success does not move much along GRPO iterations as predicted by our "
        r"theory”",
        r"The plot begins at iteration 150, and 0 of 50 samples allows a rate of 5.8 %. Of four prompts at 0/50 there "
        r"two "
        "reach 0.68 and 0.64, which no prompt of rate 0 can.",
        ("theory.success_map.trajectory",),
        "trajectories",
        "theory/test_errata.py::TestE28",
    ),
)
