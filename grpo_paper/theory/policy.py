"""The policies of the theorems on a finite set of outputs: exponential tilts of an anchor.

A policy is an array of log-probabilities, outputs along the last axis; a reward is an array of 0 and 1 over the
same outputs. Everything here takes NumPy arrays and torch tensors.
"""

from grpo_paper.theory.advantage import omega_plus
from grpo_paper.theory.divergence import renyi
from grpo_paper.theory.elementary import Number, log, logsumexp, where
from grpo_paper.theory.success_map import force, h
from grpo_paper.theory.variants import GRPO, Variant

IMPOSSIBLE = -float("inf")
"""Log-probability of an output that never occurs."""


def normalize(log_weight: Number) -> Number:
    """Log-probabilities proportional to the given weights; some weight must be positive.

    >>> import numpy as np
    >>> np.exp(normalize(np.log([1.0, 3.0]))).round(6)
    array([0.25, 0.75])
    """
    return log_weight - logsumexp(log_weight)[..., None]


def success_logit(log_pi: Number, reward: Number) -> Number:
    r"""Log-odds of success of a policy, in nats; ±∞ where it never fails or never succeeds.

    .. math:: L = \log \sum_{r(o)=1} π(o) - \log \sum_{r(o)=0} π(o)

    Shapes: (..., outputs) to (...).

    >>> import numpy as np
    >>> float(success_logit(np.log([0.25, 0.75]), np.array([1, 0])).round(6))
    -1.098612
    """
    success = reward == 1
    return logsumexp(where(success, log_pi, IMPOSSIBLE)) - logsumexp(where(success, IMPOSSIBLE, log_pi))


def tilt(log_pi: Number, score: Number, beta: Number) -> Number:
    r"""The maximiser of E_π[score] − β KL(π‖π_∘) over all policies.

    .. math:: π^*(o) = \frac{π_∘(o)\, e^{A(o)/β}}{\sum_{o'} π_∘(o')\, e^{A(o')/β}}

    Source: Theorems 1, 4 and 8, arXiv:2503.06639v4. Domain: β > 0; any finite score. Shapes: (..., outputs), broadcast.
    As printed: Theorem 8 lacks the 1/β (E12).

    >>> import numpy as np
    >>> np.exp(tilt(np.log([0.5, 0.5]), np.log([3.0, 1.0]), 1.0)).round(6)
    array([0.75, 0.25])
    """
    return normalize(log_pi + score / beta)


def log_partition(p: Number, p_ref: Number, beta: Number, eps: Number) -> Number:
    r"""Log of the normaliser of Theorem 1; β times it is the greatest value of the objective.

    .. math:: \log Z = \log\!\left(p_{ref}\, e^{ω^+(p)/β} + (1-p_{ref})\, e^{-ω^-(p)/β}\right)
        = \log p_{ref} + \frac{ω^+(p)}{β} - \log h(p)

    Computed in the second form, which never overflows. Source: Theorem 1, Section 3, arXiv:2503.06639v4.
    Domain: 0 < p_ref ≤ 1, otherwise as `h`. Shapes: broadcast; all five number types. As printed: same.

    >>> round(log_partition(0.2, 0.2, 1.0, 1e-5), 6)
    0.674449
    """
    return log(p_ref) + omega_plus(p, eps) / beta - log(h(p, p_ref, beta, eps))


def geometric_mean(log_a: Number, log_b: Number, alpha: float) -> Number:
    r"""The single anchor that two KL penalties amount to.

    .. math:: \barπ ∝ a^{α}\, b^{1-α}, \qquad
        α\,\mathrm{KL}(π\|a) + (1-α)\,\mathrm{KL}(π\|b) = \mathrm{KL}(π\|\barπ) + \text{const}

    Source: Lemma 2, appendix, arXiv:2503.06639v4. Domain: 0 ≤ α ≤ 1; strictly between,
    a and b share an output. Shapes: (..., outputs), broadcast.

    >>> import numpy as np
    >>> np.exp(geometric_mean(np.log([0.8, 0.2]), np.log([0.2, 0.8]), 0.5)).round(6)
    array([0.5, 0.5])
    """
    if alpha in (0, 1):  # not 0·log 0: an output that one policy lacks has log-probability −∞
        return log_a if alpha == 1 else log_b
    return normalize(alpha * log_a + (1 - alpha) * log_b)


def conditional(log_pi: Number, event: Number) -> Number:
    """A policy given an event (a boolean array over the outputs of positive probability).

    Source: the conditionals on success and failure of Lemma 3, arXiv:2503.06639v4 (success is r = 1: E13).

    >>> import numpy as np
    >>> np.exp(conditional(np.log([0.2, 0.3, 0.5]), np.array([True, True, False]))).round(6)
    array([0.4, 0.6, 0. ])
    """
    return normalize(where(event, log_pi, IMPOSSIBLE))


def renyi_correction(log_pi_ref: Number, log_pi: Number, reward: Number, alpha: float) -> Number:
    r"""What two KL penalties add to the averaged log-odds when the policies differ within successes or failures.

    .. math:: Δ_R = (1-α)\left(D_α(π_{ref,F}\|π_F) - D_α(π_{ref,S}\|π_S)\right)

    Source: Lemma 3 and Theorem 9, appendix, arXiv:2503.06639v4. Domain: 0 < α < 1, each policy succeeds and fails with
    positive probability. Shapes: (..., outputs) to (...). It is 0 along the paper's own iteration (E15).

    >>> import numpy as np
    >>> ref, pi, reward = np.log([0.2, 0.3, 0.5]), np.log([0.3, 0.2, 0.5]), np.array([1, 1, 0])
    >>> float(renyi_correction(ref, pi, reward, 0.5).round(6))
    -0.020411
    """
    success, failure = reward == 1, reward == 0

    def given(event: Number) -> Number:
        return renyi(conditional(log_pi_ref, event), conditional(log_pi, event), alpha)

    return (1 - alpha) * (given(failure) - given(success))


def policy_step(
    log_pi: Number, log_pi_ref: Number, reward: Number, beta: Number, eps: Number, variant: Variant = GRPO
) -> Number:
    r"""One exact GRPO update of a whole policy, sampled from π_{n−1}, for any variant of Table 1.

    .. math:: π_n ∝ π_{ref}^{α}\, π_{n-1}^{1-α}\, \exp\!\left(\frac{ω^+(p_{n-1})1_{r=1} - ω^-(p_{n-1})1_{r=0}}{β}\right)

    The score is ω⁺ on a success and −ω⁻ on a failure: Ω times the reward, less a constant that normalises away.
    Source: Theorems 1 (α = 1), 4 (α = 0), 8 and 9, arXiv:2503.06639v4. Domain: β > 0, ε > 0.
    Shapes: (..., outputs), broadcast. As printed: same.

    >>> import numpy as np
    >>> ref, reward = np.log([0.2, 0.3, 0.5]), np.array([1, 0, 0])
    >>> float(np.exp(policy_step(ref, ref, reward, 1.0, 1e-5))[0].round(6)) == round(h(0.2, 0.2, 1.0, 1e-5), 6)
    True
    """
    anchor = geometric_mean(log_pi_ref, log_pi, variant.alpha)
    gain = force(success_logit(log_pi, reward), beta, eps, variant)
    return tilt(anchor, gain[..., None] * reward, 1)
