"""Rollouts of an older policy: the delayed recursion, the damping a lag leaves, and what a mixture of ages does."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import Number, logit, logsumexp, where
from grpo_paper.theory.success_map import Trajectory, anchor, force, success_variance
from grpo_paper.theory.variants import GRPO, Variant, numeric

Lag = int | Sequence[float]
"""How old the rollouts are, in updates: v, or the shares of a group whose lags are 0, 1, 2, …"""


def _shares(lag: Lag) -> np.ndarray:
    """The shares of lags 0, 1, …"""
    if np.ndim(lag) == 0:
        return np.eye(domain.whole("lag", lag, 0) + 1)[-1]
    shares = np.atleast_1d(domain.probability("lag", lag))
    if shares.ndim != 1 or round(float(shares.sum()), 9) != 1:
        raise ValueError(f"lag = {lag!r} is outside its domain: it must be a whole number or shares that add up to 1")
    return shares


def mixture(L: Number, shares: Number) -> Number:
    r"""Log-odds of success of a mixture of policies whose log-odds are L, along the last axis.

    .. math:: \operatorname{logit} \sum_j w_j\, σ(L_j)

    Source: our own statement B17. Domain: arrays; L in nats, ±inf allowed; shares w > 0 that add up to 1. Shapes: the
    last axis of L is that of the shares, and goes.

    >>> round(float(mixture(np.array([0.0, 2.0]), np.array([0.5, 0.5]))), 6), round(logit((0.5 + 0.880797) / 2), 6)
    (0.801983, 0.801983)
    """
    success, failure = -np.logaddexp(0, -L), -np.logaddexp(0, L)  # of log p and log(1 − p) neither rounds to 0
    return logsumexp(np.log(shares) + success) - logsumexp(np.log(shares) + failure)


def delayed(p_ref: Any, beta: Any, eps: Any, steps: int, lag: Lag, variant: Variant = GRPO) -> Trajectory:
    r"""Orbit from the reference of exact updates whose rollouts come from older policies.

    .. math:: L_n = α\,L_{ref} + (1-α)\,L_{n-1} + \frac{Ω(p_ν)}{β}, \qquad p_ν = p_{n-1-v}
        \;\text{ or }\; \sum_j w_j\, p_{n-1-j}

    The weights are those of the policy that sampled, the ratio is the one to it, and what is older than the reference
    is the reference. Lag 0 is `trajectory`.
    Source: our own statement B17; Theorem 8, arXiv:2503.06639v4, with that policy as ν. Domain: p_ref in [0, 1]; β, ε
    finite and > 0; steps ≥ 0; lag a whole number ≥ 0, or shares of the lags 0, 1, … that add up to 1.
    Shapes: p_ref, beta and eps broadcast; the result has a last axis of steps + 1.
    Errors: ValueError naming the argument, the value and the domain.

    >>> delayed(0.2, 5.0, 1e-5, 4, lag=1).p.round(4)  # each later value of `trajectory` twice
    array([0.2   , 0.2919, 0.2919, 0.2796, 0.2796])
    """
    L_ref = logit(domain.probability("p_ref", p_ref))
    beta, eps = domain.positive("beta", beta), domain.positive("eps", eps)
    steps, shares, variant = domain.whole("steps", steps, 0), _shares(lag), numeric(variant)
    [lags] = np.nonzero(shares)
    orbit = np.empty((*domain.together(p_ref=L_ref, beta=beta, eps=eps), steps + 1))
    orbit[..., 0] = L_ref
    with np.errstate(over="ignore"):  # log-odds beyond the floats are infinite, and an anchor that is is kept
        for n in range(1, steps + 1):
            past = orbit[..., np.maximum(n - 1 - lags, 0)]
            sampled = past[..., 0] if len(lags) == 1 else mixture(past, shares[lags])
            tied = anchor(orbit[..., n - 1], L_ref, variant)
            orbit[..., n] = where(abs(tied) == np.inf, tied, tied + force(sampled, beta, eps, variant))
    return Trajectory(orbit)


def refreshed_alpha(alpha: Number, updates: int) -> Number:
    r"""Share of the reference in the two-KL update that so many updates on rollouts of one policy amount to.

    .. math:: 1 - (1-α)^m

    From one refreshing of the sampler to the next the run is that of two-KL at this share and at the β that keeps αβ.
    Source: our own statement B17. Domain: α in [0, 1], m ≥ 1 whole. Shapes: elementwise.

    >>> refreshed_alpha(0.25, 2)
    0.4375
    """
    return 1 - (1 - alpha) ** updates


def lag_border(angle: Any, lag: int) -> tuple[Any, Any]:
    r"""Border of stability at a lag of v ≥ 1: the share α and the slope s at which a pair of roots is e^{±iθ}.

    .. math:: s = \frac{\cos(θ/2)}{\cos((v+\frac12)\,θ)}, \qquad α = \frac{\sin θ}{-s \sin(vθ)}

    Source: our own statement B17; Levin and May (1976) and Kuruklis (1994) for such equations in general.
    Domain: floats and arrays; π/(2v+1) < θ ≤ π/(v+1), where α rises from 0 to 1 and s from −∞ to −1. Shapes: broadcast.

    >>> [float(x.round(6)) for x in lag_border(np.pi / 3, 2)]
    [1.0, -1.0]
    """
    slope = np.cos(angle / 2) / np.cos((lag + 0.5) * angle)
    return _share(angle, lag, slope), slope


def _share(angle: Any, lag: int, slope: Any) -> Any:
    return np.sin(angle) / (-slope * np.sin(lag * angle))


def largest_alpha(slope: Any, lag: int) -> np.ndarray:
    r"""Share of the reference below which a fixed point attracts at a lag of v.

    .. math:: \frac{2}{1-s} \;\; (v = 0), \qquad \frac{\sin θ}{-s \sin(vθ)}, \quad
        \cos\frac{θ}{2} = s \cos\left(v+\tfrac12\right)θ \;\; (v \ge 1)

    1 where −1 ≤ s < 1, whatever the lag, and 0 where s ≥ 1.
    Source: our own statement B17. Domain: finite s = Ω'(L*)/(αβ), the slope of GRPO at strength αβ. Shapes: that of s.
    Errors: ValueError naming the argument, the value and the domain.

    >>> largest_alpha([-3.0, -3.0, 0.5], 0), largest_alpha([-3.0, -0.5], 4).round(4)
    (array([0.5, 0.5, 1. ]), array([0.1378, 1.    ]))
    """
    lag, s = domain.whole("lag", lag, 0), np.asarray(slope, float)
    steep = np.minimum(s, -1)
    if lag == 0:
        found = 2 / (1 - steep)
    else:
        low, high = np.zeros_like(steep), np.full_like(steep, np.pi / (lag + 1))
        for _ in range(60):  # s·cos((v + ½)θ) − cos(θ/2) rises in θ
            middle = (low + high) / 2
            below = steep * np.cos((lag + 0.5) * middle) < np.cos(middle / 2)
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        found = _share(high, lag, steep)  # of the slope given: where it is steep the angle's own cosine is all rounding
    return np.where(s < 1, np.where(s < -1, found, 1.0), 0.0)


def rate(slope: float, lag: Lag, alpha: float = 1) -> float:
    r"""Factor by which an update shrinks a small distance to a fixed point, at last: the largest root in size.

    .. math:: z^{m} = (1-α)\,z^{m-1} + α s \sum_{j=0}^{m-1} w_j\, z^{m-1-j}

    Below 1 the fixed point attracts. Source: our own statement B17. Domain: s = Ω'(L*)/(αβ), the slope of GRPO at
    strength αβ; α in [0, 1]; lag as in `delayed`, m one more than the oldest.
    Errors: ValueError naming the argument, the value and the domain.

    >>> round(rate(-0.5, 0), 6), round(rate(-0.5, 3), 6), round(rate(-1.5, [0.5, 0.5]), 6)
    (0.5, 0.840896, 0.866025)
    """
    shares = _shares(lag)
    coefficients = np.append(1.0, -alpha * slope * shares)
    coefficients[1] -= 1 - alpha
    return float(abs(np.roots(coefficients)).max())


def steadiest_shares(slope: float, ages: int) -> np.ndarray:
    r"""Shares of m ages that hold the reference-only update at a slope s, where any can.

    .. math:: w_j = \binom{m}{j+1} \frac{r^{\,j+1}}{-s}, \qquad r = (1-s)^{1/m} - 1, \qquad j = 0, …, m-1

    All roots are −r. Source: our own statement B17. Domain: −(2^m − 1) < s < 0; m ≥ 1 whole.
    Errors: ValueError naming the argument, the value and the domain.

    >>> steadiest_shares(-2.0, 2).round(4)
    array([0.7321, 0.2679])
    """
    ages = domain.whole("ages", ages, 1)
    if not 1 - 2.0**ages < slope < 0:
        raise ValueError(f"slope = {slope!r} is outside its domain: it must be between −(2^{ages} − 1) and 0")
    root = (1 - slope) ** (1 / ages) - 1
    shares = np.array([math.comb(ages, j + 1) * root**j for j in range(ages)])
    return shares / shares.sum()


def uncorrected_push(L: Number, sampled: Number, eps: Number) -> Number:
    r"""Push at log-odds L on rollouts of another policy, where the ratio is taken as if they were its own.

    .. math:: Ω(p_ν)\, \frac{p_ν (1-p_ν)}{p\,(1-p)}

    Source: our own statement B17. Domain: L, sampled in nats, ε > 0. Shapes: broadcast.

    >>> round(uncorrected_push(2.0, 0.0, 1e-5), 4), round(uncorrected_push(0.0, 0.0, 1e-5), 4)
    (4.7621, 2.0)
    """
    return force(sampled, 1, eps) * success_variance(sampled) / success_variance(L)
