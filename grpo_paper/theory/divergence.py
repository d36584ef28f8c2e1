"""Distances between two distributions over outputs, given as log-probabilities along the last axis.

Log-probabilities, because the policies of the theorems put as little as e^{−30000} on failures. An output
of probability 0 has log-probability −∞.
"""

from grpo_paper.theory.elementary import Number, exp, logsumexp, where


def kl(log_p: Number, log_q: Number) -> Number:
    r"""Kullback–Leibler divergence in nats.

    .. math:: \mathrm{KL}(P\|Q) = \sum_o P(o) \log\frac{P(o)}{Q(o)}

    Source: the penalty of every objective, Section 2, arXiv:2503.06639v4. Domain: normalised log-probabilities;
    +∞ where P puts mass that Q lacks. Shapes: arrays or tensors (..., outputs), broadcast, to (...).

    >>> import numpy as np
    >>> float(kl(np.log([0.5, 0.5]), np.log([0.25, 0.75])).round(6))
    0.143841
    """
    empty, lacking = log_p == -float("inf"), log_q == -float("inf")
    gap = where(empty, 0.0, log_p) - where(lacking, 0.0, log_q)
    # Not exp(log_p)·∞: the mass that Q lacks may be below the least float, and the product then 0·∞.
    return where(lacking & ~empty, float("inf"), exp(log_p) * gap).sum(-1)


def renyi(log_p: Number, log_q: Number, alpha: Number) -> Number:
    r"""Rényi divergence of order α in nats.

    .. math:: D_α(P\|Q) = \frac{1}{α-1} \log \sum_o P(o)^α\, Q(o)^{1-α}

    Source: Lemma 3, appendix, arXiv:2503.06639v4. Domain: normalised log-probabilities, 0 < α < 1.
    Shapes: arrays or tensors (..., outputs), broadcast, to (...). As printed: the proof drops a log (E13).

    >>> import numpy as np
    >>> float(renyi(np.log([0.5, 0.5]), np.log([0.25, 0.75]), 0.5).round(6))
    0.069336
    """
    return logsumexp(alpha * log_p + (1 - alpha) * log_q) / (alpha - 1)


def total_variation(log_p: Number, log_q: Number) -> Number:
    r"""Total variation distance, the largest difference in probability that any event can show.

    .. math:: \mathrm{TV}(P, Q) = \tfrac12 \sum_o |P(o) - Q(o)| = \max_E |P(E) - Q(E)|

    Source: Assumption 1 and Theorem 10, appendix, arXiv:2503.06639v4. Domain: normalised log-probabilities.
    Shapes: arrays or tensors (..., outputs), broadcast, to (...).
    As printed: a supremum without ‖f‖∞ ≤ 1 (E17), with which TV is half of it.

    >>> import numpy as np
    >>> float(total_variation(np.log([0.5, 0.5]), np.log([0.25, 0.75])).round(6))
    0.25
    """
    return abs(exp(log_p) - exp(log_q)).sum(-1) / 2
