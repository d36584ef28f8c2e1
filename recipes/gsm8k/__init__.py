"""The paper's experiment on GSM8K (Appendix A) as a recipe for TRL, at three sizes."""
