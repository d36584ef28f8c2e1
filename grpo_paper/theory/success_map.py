"""The scalar recursion of the probability of success: h, its slope, and the one log-odds step of all six variants.

Near p = 1 a float64 probability says nothing: once the log-odds pass 36.7 it rounds to exactly 1.
So orbits are iterated in log-odds L, and a failure probability is σ(−L).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grpo_paper.theory import domain
from grpo_paper.theory.advantage import Omega
from grpo_paper.theory.elementary import Number, log, logit, maximum, minimum, sigmoid, where
from grpo_paper.theory.variants import GRPO, Variant, numeric


def h(p: Number, p_ref: Number, beta: Number, eps: Number) -> Number:
    r"""Success map of GRPO: the probability of success after one exact update from p.

    .. math:: h(p) = σ\!\left(\operatorname{logit} p_{ref} + \frac{Ω(p)}{β}\right)
        = \frac{1}{1 + \frac{1-p_{ref}}{p_{ref}} \exp\!\left(-\frac{1}{β\sqrt{p(1-p)+ε}}\right)}

    Source: Theorem 2 and Proposition 1, Section 3, arXiv:2503.06639v4.
    Domain: p in [0, 1], 0 < p_ref < 1 (floats: 0 and 1 too), β > 0, ε > 0. Shapes: broadcast.
    As printed: same; for ε = 0 see E3.

    >>> round(h(0.2, 0.2, 1.0, 1e-5), 6)
    0.752805
    """
    return sigmoid(logit(p_ref) + Omega(p, eps) / beta)


def h_prime(p: Number, p_ref: Number, beta: Number, eps: Number) -> Number:
    r"""Slope of the success map.

    .. math:: h'(p) = -\frac{h(p)\,(1-h(p))\,(1-2p)}{2β\,[p(1-p)+ε]^{3/2}}

    Source: Proposition 1, Section 3, arXiv:2503.06639v4. Domain and shapes: as `h`. As printed: same.

    >>> h_prime(0.5, 0.2, 1.0, 1e-5)
    0.0
    """
    scale = Omega(p, eps)
    L = logit(p_ref) + scale / beta
    # 1 − h is σ(−L): the difference would be 0 as soon as h rounds to 1.
    return sigmoid(L) * sigmoid(-L) * scale * scale * scale * (2 * p - 1) / (2 * beta)


def effective_beta(p: Number, beta: Number, eps: Number) -> Number:
    r"""KL strength at which mean-only normalisation makes the update that mean + variance makes at β.

    .. math:: β_{eff}(p) = β\sqrt{p(1-p)+ε} = β/Ω(p)

    Source: Section 5, arXiv:2503.06639v4. Domain: p in [0, 1], the success rate of the sampling policy; β > 0, ε ≥ 0.
    Shapes: broadcast. As printed: same; the whole policies agree, not just their success (E19).

    >>> effective_beta(0.5, 2.0, 0.0)
    1.0
    """
    return beta / Omega(p, eps)


def success_variance(L: Number) -> Number:
    r"""Variance of the binary reward from the log-odds, without ever forming 1 − p.

    .. math:: v = p(1-p) = σ(L)\,σ(-L)

    Domain: any L in nats. Shapes: elementwise.

    >>> success_variance(0.0)
    0.25
    """
    return sigmoid(L) * sigmoid(-L)


def force(L: Number, beta: Number, eps: Number, variant: Variant = GRPO) -> Number:
    r"""What one update adds to the anchor's log-odds.

    .. math:: Ω(p)/β, \qquad p = σ(L)

    Source: Theorems 2, 4, 8, 9 and Table 1, arXiv:2503.06639v4. Domain: L in nats, β > 0, ε > 0. Shapes: broadcast.
    As printed: Theorem 8 lacks the 1/β (E12), the display after Theorem 9 takes Ω at p_n (E14).

    >>> round(force(0.0, 2.0, 1e-5), 4)
    1.0
    """
    return variant.weighting.push(sigmoid(L), sigmoid(-L), eps) / beta


def force_slope(L: Number, beta: Number, eps: Number, variant: Variant = GRPO) -> Number:
    r"""Derivative of `force` along L; at a fixed point of GRPO it is the slope h'(p*) of Lemma 1.

    .. math:: \frac{1}{β}\frac{dΩ}{dL} = \frac{p(1-p)(2p-1)}{2β\,[p(1-p)+ε]^{3/2}}, \qquad p = σ(L)

    Source: Lemma 1, appendix, arXiv:2503.06639v4. Domain and shapes: as `force`.

    >>> force_slope(0.0, 1.0, 1e-5)
    0.0
    """
    return variant.weighting.slope(sigmoid(L), sigmoid(-L), eps) / beta


def anchor(L: Number, L_ref: Number, variant: Variant) -> Number:
    r"""Log-odds of the policy to which the KL penalty ties the update: the geometric mean of Lemmas 2 and 3.

    .. math:: α\,L_{ref} + (1-α)\,L_{n-1}

    Source: Lemma 3, appendix, arXiv:2503.06639v4, with its Rényi terms 0 along the iteration (E15).
    Domain: L, L_ref in nats, ±inf allowed; a reference of ±inf holds for any α > 0. Shapes: broadcast.

    >>> from grpo_paper.theory.variants import two_kl
    >>> anchor(2.0, 0.0, two_kl(0.25))
    1.5
    """
    alpha = variant.alpha
    if alpha == 1:  # not 0·L: at p = 0 and p = 1 the log-odds are infinite
        return L_ref
    if alpha == 0:
        return L
    return alpha * L_ref + (1 - alpha) * L


def log_odds_step(L: Number, L_ref: Number, beta: Number, eps: Number, variant: Variant = GRPO) -> Number:
    r"""One exact update of any variant of Table 1, in log-odds.

    .. math:: L_n = α\,L_{ref} + (1-α)\,L_{n-1} + \frac{Ω(L_{n-1})}{β}

    Source: Theorems 2 (α = 1), 4 (α = 0), 9 (0 < α < 1) and Section 5, arXiv:2503.06639v4.
    Domain: finite L, L_ref in nats, β > 0, ε > 0. Shapes: broadcast.
    As printed: Theorem 9 adds Δ_R, which is 0 along this iteration (E15).

    >>> round(log_odds_step(0.0, 0.0, 1.0, 1e-5), 4)
    2.0
    """
    return anchor(L, L_ref, variant) + force(L, beta, eps, variant)


def clip_limits(L: Number, clip: Number) -> tuple[Number, Number]:
    r"""Log-odds at which an update from L meets the clip: one kind of output first, the other later.

    .. math:: ℓ_1 = \operatorname{logit}(p + ϵ \min(p, 1-p)), \quad ℓ_2 = \operatorname{logit}(p + ϵ \max(p, 1-p))

    At them the ratio of successes is 1 + ϵ and that of failures 1 − ϵ; ℓ₂ is ∞ where its probability passes 1.
    Source: our own statement B7. Domain: floats, arrays and tensors; L in nats, ±inf allowed; 0 < ϵ < 1. Shapes:
    broadcast.

    >>> [round(sigmoid(limit), 2) for limit in clip_limits(logit(0.2), 0.2)]
    [0.24, 0.36]
    """
    successes_cut = logit(minimum((1 + clip) * sigmoid(L), 1))
    # Odds of (p/q + ϵ)/(1 − ϵ), by way of the larger of the two terms: q may have left the floats.
    failures_cut = maximum(L, log(clip)) - log(sigmoid(abs(L - log(clip)))) - log(1 - clip)
    return minimum(successes_cut, failures_cut), maximum(successes_cut, failures_cut)


def clipped_step(L: Number, L_ref: Number, beta: Number, clip: Number, eps: Number, variant: Variant = GRPO) -> Number:
    r"""One exact update of any variant when the ratio is clipped, in log-odds.

    .. math:: L_n = \max\left\{\min\left(a + \frac{Ω}{β},\; ℓ_1\right),\;
        \min\left(a + \frac{\min(ω^+, ω^-)}{β},\; ℓ_2\right),\; a\right\}

    The weights are those of advantages centred on p = σ(L), for a clip makes the baseline count; a is the `anchor`, and
    ℓ₁ ≤ ℓ₂ are the `clip_limits`: the kind with the larger weight gets there first.
    Source: our own statement B7. Domain: floats, arrays and tensors; 0 < ϵ < 1, Ω > 0, otherwise as `log_odds_step`;
    at L = ±∞ the limits. Shapes: broadcast.

    >>> round(clipped_step(0.0, 0.0, 1.0, 0.2, 1e-5), 4)  # without the clip 2.0
    0.4055
    """
    first, second = clip_limits(L, clip)
    tied, push = anchor(L, L_ref, variant), force(L, 1, eps, variant)
    both = minimum(tied + push / beta, first)
    # The division last: it may leave the floats where the smaller weight is 0.
    one = minimum(tied + minimum(sigmoid(L), sigmoid(-L)) * push / beta, second)
    return maximum(maximum(both, one), tied)


def next_log_odds(
    L: Number, L_ref: Number, beta: Number, eps: Number, variant: Variant = GRPO, clip: Number | None = None
) -> Number:
    """`log_odds_step`, or with a clip `clipped_step`, for arrays and tensors that may be infinite.

    Where the anchor is certain of success or failure it is kept. Domain and shapes: as there, L and L_ref in nats,
    ±inf allowed.

    >>> next_log_odds(np.array([-np.inf, 0.0]), np.array([-np.inf, 0.0]), 1.0, 1e-5).round(4)
    array([-inf,   2.])
    """
    tied = anchor(L, L_ref, variant)
    step = (
        log_odds_step(L, L_ref, beta, eps, variant)
        if clip is None
        else clipped_step(L, L_ref, beta, clip, eps, variant)
    )
    return where(abs(tied) == np.inf, tied, step)


@dataclass(frozen=True)
class LogOdds:
    """Success rates kept as log-odds in nats, so that a failure probability of 1e-300 is not lost."""

    logit: np.ndarray

    @property
    def p(self) -> np.ndarray:
        """Probability of success, same shape. Rounds to 1 above log-odds of 36.7: see `failure`."""
        return sigmoid(self.logit)

    @property
    def failure(self) -> np.ndarray:
        """Probability of failure 1 − p, same shape, accurate down to the smallest float."""
        return sigmoid(-self.logit)


@dataclass(frozen=True)
class Trajectory(LogOdds):
    """An orbit of the recursion: log-odds in nats, shape (..., steps + 1), the start first."""


def trajectory(
    p_ref: Any,
    beta: Any,
    eps: Any,
    steps: int,
    variant: Variant = GRPO,
    p_0: Any = None,
    clip: Any = None,
) -> Trajectory:
    r"""Orbit p_0, p_1, …, p_steps of the recursion, iterated in log-odds.

    .. math:: L_n = α\,L_{ref} + (1-α)\,L_{n-1} + Ω(L_{n-1})/β, \qquad L_0 = \operatorname{logit} p_0

    Source: Theorems 2, 4, 9 and Table 1; p_0 = p_ref unless given, as the theorems have it (Figure 5 does not: E7).
    With a clip, the orbit of `clipped_step`.
    Domain: p_ref, p_0 in [0, 1]; β, ε finite and > 0; steps ≥ 0; clip in (0, 1) or None. Shapes: the inputs
    broadcast; the result has a last axis of steps + 1. A log-odds beyond the floats is ±inf, the probability then
    exactly 0 or 1.
    Errors: ValueError naming the argument, the value and the domain.

    >>> trajectory(0.2, 5.0, 1e-5, steps=50).p[-1].round(4)
    np.float64(0.2807)
    """
    reference = logit(domain.probability("p_ref", p_ref))
    beta, eps = domain.positive("beta", beta), domain.positive("eps", eps)
    steps = domain.whole("steps", steps, 0)
    start = reference if p_0 is None else logit(domain.probability("p_0", p_0))
    given = {"p_ref": reference, "beta": beta, "eps": eps}
    if p_0 is not None:
        given["p_0"] = start
    if clip is not None:
        given["clip"] = clip = domain.fraction("clip", clip)
    shape = domain.together(**given)
    variant = numeric(variant)
    if clip is not None and not variant.weighting.positive:
        raise ValueError(
            f"variant = {variant.name} is outside its domain: with a clip Ω must be positive at every success rate"
        )
    reference, beta, eps, start = (np.broadcast_to(x, shape) for x in (reference, beta, eps, start))

    if np.any(np.isinf(reference) & (start == -reference)) and 0 < variant.alpha < 1:
        raise ValueError(
            "p_0 = 1 with p_ref = 0 (or 0 with 1) is outside the domain of a two-KL variant: "
            "no policy has a finite KL to both; it must have p_0 = p_ref there"
        )
    orbit = np.empty((*start.shape, steps + 1))
    orbit[..., 0] = start
    # Log-odds beyond 1.8e308 saturate to inf, as documented; ∞ − ∞ is replaced.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for n in range(steps):
            orbit[..., n + 1] = next_log_odds(orbit[..., n], reference, beta, eps, variant, clip)
    return Trajectory(orbit)
