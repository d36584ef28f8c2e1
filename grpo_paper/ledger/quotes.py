"""The paper's words, arXiv v4, for every place that the companion criticises, repeats or answers.

From the TeX of arXiv:2503.06639v4 (CC BY 4.0). Whatever stands between “ and ” in an erratum, in its box or in a claim
is a piece of these; what is not in them is described, not quoted. … marks a cut.
"""

QUOTES = {
    "Abstract": "whose probability of success (PoS) obeys a simple recurrence that converges to a fixed point "
    "determined by "
    "the reference PoS and the regularization strength. We further show that this fixed point exceeds the reference",
    "Introduction": "(p_n) satisfies a recursion admitting a fixed point p* and, under mild assumptions, p_n → p* with "
    "p* ≥ p_ref",
    "Section 2, after the objective": "for ϵ ∈ [0,1], the clipping function f_ϵ … The clipping used in [the objective] "
    "ensures that the likelihood ratio between the policy and the old policy is maintained within [1-ϵ, 1+ϵ].",
    "Remark 1": "if ε = 0, h is no longer continuous at 0 and 1 and we can no longer guarantee existence of fixed "
    "points "
    "on [0,1].",
    "after Proposition 1": "the fixed points are not unique in general, and p* = 1 is almost always a fixed point.",
    "after Theorem 3": "if p_ref(q) = 0 or p_ref(q) = 1, the iteration will lead to p* = 0 and p* = 1 respectively. "
    "In this "
    "case the fixed point is not necessarily stable and a condition on β is needed for its stability",
    "Section 4": "Many recent works suggested using α = 0 such as DAPO i.e removing the regularization to the "
    "reference in "
    "GRPO while maintaining the clipping. Note that proximal methods with regularization to previous iterates play "
    "the same "
    "role of clipping. Indeed PPO style clipping was introduced as an approximation of such proximal mirror descent.",
    "Theorem 5, title": "Monotone Improvement and Absorbing Fixed Points",
    "Theorem 5": "If p_ref = 0 then p_n = 0 for all n.",
    "after Theorem 5": "From a practical point of view removing the reference regularization is convenient as one "
    "does not "
    "need to keep in memory the reference model … In addition it has more favorable PoS guarantees … we lose monotonic "
    "improvement. The PoS iteration incurs what we call a Rényi correction … and we are back to an interior fixed "
    "point in "
    "(0,1) and no guarantees of global stability",
    "Section 5": "variance normalization corresponds to mean-only normalization with an adaptive effective "
    "β_eff = β√(σ² + ε). For low variance we make large increments in the logits",
    "Section 6": "the analysis of the PPO style clipping to maintain the policy updates in the vicinity of the old "
    "policy "
    "is challenging",
    "Takeaway 1": "mean+variance … is equivalent from PoS point of view to mean-only normalization using an adaptive "
    "KL "
    "regularization β_eff = βσ(q). One can use either a fixed β and get constant increments in log PoS odds via "
    "mean-only "
    "calibration",
    "Takeaway 2": "Mirror GRPO (KL to previous iteration only) instead of clipped GRPO guarantees monotonic "
    "improvement and "
    "convergence to PoS of 1 … Mirror GRPO has the best theoretical and practical guarantees. Adding the reference … "
    "results "
    "in an internal fixed point and no monotonic improvement is guaranteed.",
    "Takeaway 3": "In all cases GRPO does not create successes and 0 is an absorbing fixed point if p_ref = 0. Hence "
    "it is "
    "important to maintain successes exploration (e.g., temperature, entropy bonus, or data mixing)",
    "Theorem 6": "there exists δ > 0 such the iteration converges to p*, if p_0 = p_ref ∈ [p*-δ, p*+δ].",
    "Appendix C.2": "in most cases, there is a sharp transition where we observe fast convergence to 1 or to a fixed "
    "point "
    "p*. For β = 5 and p_ref = 0.001, we see a divergent behavior.",
    "Remark 2": "the condition on β is stated conditionally on a prompt q, to obtain results uniformly on q we need "
    "to take "
    "sup on q in all lower bounds.",
    "Appendix C.2, practical implications": "GRPO is applied successively in stages where π_ref is set to the last "
    "iteration "
    "from the GRPO training in each stage. In light of our theory this ensures that we are amplifying the probability "
    "of "
    "success w.r.t the new π_ref",
    "after Theorem 10": "In the case δ* = 0, we have convergence to the fixed point.",
    "Table 1, GRPO": "p* implicit. Converges if h is a contraction: sup_p |h'(p)| < 1",
    "Table 1, Dr. GRPO": "one step. Trivially stable under re-application",
    "Table 1, mirror GRPO": "No interior FP; p_n ↑ 1 (non-degenerate). p=1 global; p=0 absorbing only if success "
    "support = 0",
    "Table 1, mirror Dr. GRPO": "No interior FP; p_n ↑ 1. p=1 global (non-degenerate starts)",
    "Table 1, two-KL": "logit p* = logit p_ref + Δ_R*/α + Ω(p*)/(αβ) (if finite). Affine contraction in log-odds if "
    "Δ_R "
    "bounded; per-step monotonicity not guaranteed",
    "Table 1, two-KL Dr. GRPO": "logit p* = logit p_ref + Δ_R*/α + 1/(αβ) (unique FP). Contraction in log-odds with "
    "rate "
    "(1-α); p* > p_ref if Δ_R* + 1/β > 0",
    "Appendix A": "from 21% to 37.5% at the end of the GRPO epoch",
    "Appendix A, Figure 3": "We see that the trajectory of the success rate resembles the trajectory of a fixed point "
    "algorithm … For some points the convergence is fast to the limit point p* = 1, for others we see an oscillatory "
    "behavior "
    "(similar to the one in last row in Figure 5). Interestingly when p_ref = 0, the probability of success does not "
    "move "
    "much along GRPO iterations as predicted by our theory.",
}  # fmt: skip
