"""Which items of the ledger are proved by machine: the theorems of each in `proofs/`, by file and name."""

PROOFS: dict[str, tuple[str, ...]] = {
    "Theorem 1": ("PolicyDynamics.theorem_1",),
    "Theorem 2": ("SuccessMap.theorem_2",),
    "Theorem 3": ("Amplification.theorem_3",),
    "Theorem 6": ("Contraction.theorem_6",),
    "Theorem 7": ("Contraction.theorem_7",),
    "Theorem 8": ("PolicyDynamics.theorem_8", "PolicyDynamics.theorem_8_log_odds"),
    "Proposition 1": (
        "SuccessMap.proposition_1_existence",
        "SuccessMap.proposition_1_monotonicity",
        "SuccessMap.proposition_1_log_odds",
    ),
    "Lemma 1": ("Stability.lemma_1",),
    "Remark 1": ("SuccessMap.remark_1_weights", "SuccessMap.e3"),
    "Remark 2": ("Stability.remark_2", "Stability.remark_2_supremum"),
    "B1": ("Stability.b1",),
    "E3": ("SuccessMap.e3",),
    "E4": ("Amplification.e4",),
    "E6": ("Amplification.e6",),
    "E12": ("PolicyDynamics.theorem_8", "PolicyDynamics.theorem_8_log_odds"),
    "E23": ("PolicyDynamics.e23",),
    "E24": ("Amplification.e24",),
}
