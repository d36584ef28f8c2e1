"""The paper's formulas, each once, and what is made of them: maps, fixed points, proofs. NumPy and SciPy alone."""
