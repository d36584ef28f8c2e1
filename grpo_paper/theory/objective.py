"""GRPO's objective: the clipped surrogate, the contrastive loss it equals for binary rewards, and KL penalties."""

from grpo_paper.theory import domain
from grpo_paper.theory.advantage import advantage, omega_minus, omega_plus
from grpo_paper.theory.divergence import kl
from grpo_paper.theory.elementary import Number, exp, maximum, minimum, sigmoid
from grpo_paper.theory.policy import success_logit
from grpo_paper.theory.weighting import WHITENED, Weighting

PENALTIES = ("k1", "k3", "k1*ratio", "k3*ratio")
"""How the penalty can be estimated on samples."""


def clipped_surrogate(ratio: Number, A: Number, clip: Number) -> Number:
    r"""PPO's clipped surrogate for one output.

    .. math:: f(ρ, A) = \min\left(ρA,\; \operatorname{clip}(ρ, 1-ϵ, 1+ϵ)\,A\right)

    Source: Section 2, arXiv:2503.06639v4. Domain: ρ ≥ 0, any A, 0 ≤ ϵ ≤ 1. Shapes: ρ and A broadcast; ϵ is one number.
    As printed: same here; the case split that follows it swaps ρ and A (E1).

    >>> clipped_surrogate(1.5, 2.0, 0.2), clipped_surrogate(0.5, -2.0, 0.2)
    (2.4, -1.6)
    """
    return minimum(ratio * A, minimum(maximum(ratio, 1 - clip), 1 + clip) * A)


def contrastive_surrogate(
    ratio: Number,
    reward: Number,
    p: Number,
    clip: Number,
    eps: Number,
    weighting: Weighting = WHITENED,
) -> Number:
    r"""The clipped surrogate of one output with a binary reward: a weighted contrastive term.

    .. math:: ω^+(p)\,\min(ρ, 1+ϵ)\,1_{r=1} - ω^-(p)\,\max(ρ, 1-ϵ)\,1_{r=0}

    Source: Section 2.2, arXiv:2503.06639v4. Domain: r in {0, 1}, p in [0, 1], otherwise as `clipped_surrogate`.
    Shapes: broadcast. As printed: the expectation "o ∼ π_old, r = 1" must be of the indicator, not conditional (E2).

    >>> contrastive_surrogate(1.5, 1, 0.2, 0.2, 0.0), contrastive_surrogate(0.5, 0, 0.8, 0.2, 0.0)
    (2.4, -1.6)
    """
    gain = omega_plus(p, eps, weighting) * minimum(ratio, 1 + clip)
    loss = omega_minus(p, eps, weighting) * maximum(ratio, 1 - clip)
    return reward * gain - (1 - reward) * loss


def clipped_objective(
    log_pi: Number,
    log_pi_old: Number,
    log_pi_ref: Number,
    reward: Number,
    beta: Number,
    clip: Number,
    eps: Number,
    weighting: Weighting = WHITENED,
) -> Number:
    r"""GRPO's objective for one prompt, as an exact expectation over all outputs.

    .. math:: \mathbb{E}_{o∼π_{old}} f(ρ(o), A(o)) - β\,\mathrm{KL}(π\|π_{ref}), \qquad ρ = π/π_{old}

    Source: Section 2, arXiv:2503.06639v4. Domain: log-probabilities, π_old(o) > 0 on every output.
    Shapes: (..., outputs), broadcast, to (...).

    >>> import numpy as np
    >>> ref, reward = np.log([0.2, 0.8]), np.array([1, 0])
    >>> round(float(clipped_objective(ref, ref, ref, reward, 1.0, 0.2, 1e-5)), 12)
    0.0
    """
    p = sigmoid(success_logit(log_pi_old, reward))[..., None]
    A = advantage(reward, p, eps, weighting)
    surrogate = clipped_surrogate(exp(log_pi - log_pi_old), A, clip)
    return (exp(log_pi_old) * surrogate).sum(-1) - beta * kl(log_pi, log_pi_ref)


def regularized_objective(log_pi: Number, log_pi_anchor: Number, score: Number, beta: Number) -> Number:
    r"""The no-clip limit whose maximiser Theorems 1, 4 and 8 give: expected score less the KL to an anchor.

    .. math:: J(π) = \mathbb{E}_{o∼π} A(o) - β\,\mathrm{KL}(π\|π_∘)
        = ω^+ P_π(r=1) - ω^- P_π(r=0) - β\,\mathrm{KL}(π\|π_∘)

    Source: Sections 2.3 and 3, Theorem 8, arXiv:2503.06639v4. Domain: log-probabilities, any finite score, β > 0.
    Shapes: (..., outputs), broadcast, to (...).

    >>> import numpy as np
    >>> ref = np.log([0.2, 0.8])
    >>> round(float(regularized_objective(ref, ref, np.array([2.0, -0.5]), 1.0)), 12)
    0.0
    """
    return (exp(log_pi) * score).sum(-1) - beta * kl(log_pi, log_pi_anchor)


def k1(log_ratio: Number) -> Number:
    r"""Plain estimator of KL(π‖π_ref) from one output drawn from π: unbiased, of either sign.

    .. math:: k_1 = -\log x, \qquad x = π_{ref}(o)/π(o)

    Source: the penalty of Algorithm 1, Appendix B, arXiv:2503.06639v4; name after Schulman (2020).
    Domain: ``log_ratio`` = log x. Shapes: elementwise.

    >>> k1(0.5)
    -0.5
    """
    return -log_ratio


def k3(log_ratio: Number) -> Number:
    r"""Estimator of KL(π‖π_ref) from one output drawn from π: unbiased, and never negative but for rounding.

    .. math:: k_3 = x - 1 - \log x, \qquad x = π_{ref}(o)/π(o)

    Source: as `k1`. Domain: ``log_ratio`` = log x. Shapes: elementwise.

    >>> k3(0.0)
    0.0
    """
    return exp(log_ratio) - 1 - log_ratio


def estimated_kl(penalty: str, log_ratio: Number, ratio: Number) -> Number:
    r"""One of `PENALTIES`: `k1` or `k3` of an output drawn from π_old, with ``*ratio`` weighted by ρ, unclipped.

    .. math:: \hat k \quad\text{or}\quad ρ\,\hat k, \qquad ρ = π(o)/π_{old}(o)

    Source: as `k1`; the weight is TRL's ``use_bias_correction_kl``. Domain: ``log_ratio`` = log π_ref(o)/π(o), ρ ≥ 0.
    Without the weight it estimates KL(π‖π_ref) only as long as π = π_old. Shapes: elementwise.
    Errors: ValueError for another word.

    >>> estimated_kl("k1*ratio", 0.5, 3.0)
    -1.5
    """
    domain.choice("penalty", penalty, PENALTIES)
    estimate = (k1 if penalty.startswith("k1") else k3)(log_ratio)
    return ratio * estimate if penalty.endswith("*ratio") else estimate
