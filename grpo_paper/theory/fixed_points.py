"""All fixed points of the success recursion, their slopes and stability, and where they are born or lose it.

With ``F(L) = L − Ω(L)/β`` a fixed point of GRPO solves ``F(L) = logit p_ref``. Where β is below the largest B, F rises,
falls and rises again (above it, F only rises); it turns where the slope Ω'(L)/β is 1, that is at the two solutions of
B(p) = β with p > ½. Its curvature changes only at ±L_peak, where Ω' is steepest. So Newton's method, started on the
right side of each piece, approaches its one root from one side: none can be missed and no bracket is needed.
Other weightings of known shape are in `shapes`.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from grpo_paper.theory import domain, shapes
from grpo_paper.theory.elementary import Number, exp, log, logit, sigmoid, sqrt
from grpo_paper.theory.success_map import LogOdds, force, force_slope, success_variance
from grpo_paper.theory.variants import GRPO, Variant, numeric
from grpo_paper.theory.weighting import WHITENED, whitening, whitening_slope


def critical_beta(p: Number, eps: Number) -> Number:
    r"""The bound B of Lemma 1: at a fixed point p* the slope is ±B(p*)/β, so β > B(p*) means locally stable.

    .. math:: B(p) = \frac{p(1-p)\,|2p-1|}{2\,[p(1-p)+ε]^{3/2}}

    Source: Lemma 1, appendix, and Figure 4, Appendix C.2, arXiv:2503.06639v4. Domain: p in [0, 1], ε > 0.
    Shapes: broadcast. As printed: same; it reads as a bound on β alone, but p* moves with β (E11).

    >>> round(critical_beta(0.01, 1e-5), 2)
    4.92
    """
    return whitening_slope(p * (1 - p), abs(2 * p - 1), eps)


def peak_logit(eps: Number) -> Number:
    r"""Log-odds above 0 at which Ω' is steepest and B largest.

    .. math:: p(1-p) = \frac{2ε}{1+12ε} \iff L = \log \frac{(1 + m)^2}{1 - m^2}, \quad m = \sqrt{\frac{1+4ε}{1+12ε}}

    Source: our own statement, from d/dL log B = 0. Domain: ε > 0. Shapes: elementwise. Units: nats.

    >>> round(peak_logit(1e-5), 4)
    10.8199
    """
    # 1 − m² = 8ε/(1 + 12ε), written out so that nothing cancels for tiny ε.
    m = sqrt((1 + 4 * eps) / (1 + 12 * eps))
    return log((1 + m) * (1 + m) * (1 + 12 * eps) / 8) - log(eps)


def largest_critical_beta(eps: Number) -> Number:
    r"""Supremum of B over all p: a β above it is locally stable whatever the prompt (Remark 2 in closed form).

    .. math:: \sup_p B(p) = \frac{1}{3\sqrt{3}\,\sqrt{ε}\,(1+4ε)}

    Source: Remark 2, Appendix C.2, arXiv:2503.06639v4; the closed form is ours. Domain: ε > 0. Shapes: elementwise.
    As printed: Figure 4 stops at p = 0.01 and 0.99, where B is 4.9 at ε = 1e−5; the supremum is 60.9.

    >>> round(largest_critical_beta(1e-5), 2)
    60.86
    """
    return 1 / (3 * sqrt(0 * eps + 3) * sqrt(eps) * (1 + 4 * eps))


def bifurcation_curve(L: Number, eps: Number) -> tuple[Number, Number]:
    r"""The (β, logit p_ref) at which σ(L) is a fixed point of slope +1 (a fold, L > 0) or −1 (a flip, L < 0).

    .. math:: β = B(p), \quad \operatorname{logit} p_{ref} = \operatorname{logit} p - \frac{Ω(p)}{B(p)}, \quad p = σ(L)

    Source: our own statement B1. Domain: L ≠ 0 in nats, ε > 0. Shapes: broadcast.

    >>> beta, L_ref = bifurcation_curve(2.0, 1e-5)
    >>> round(float(force_slope(2.0, beta, 1e-5)), 12)
    1.0
    """
    beta = abs(force_slope(L, 1, eps))
    return beta, L - force(L, beta, eps)


@dataclass(frozen=True)
class Resting(LogOdds):
    """Places where a recursion rests, with its slope there."""

    slope: np.ndarray

    @property
    def stable(self) -> np.ndarray:
        """True where the slope lies within (−1, 1), the condition of Theorem 6; False on padding."""
        return np.abs(self.slope) < 1


@dataclass(frozen=True)
class FixedPoints(Resting):
    """All fixed points of each cell, ascending along a last axis of 3 or more, NaN where there are fewer.

    Two that meet are listed both.
    logit: log-odds in nats (±inf for p = 0 and 1). slope: derivative of the recursion there, in p for
    p = 0 and 1; elsewhere p and log-odds give the same.
    """

    @property
    def count(self) -> np.ndarray:
        """Number of fixed points in each cell, shape (...)."""
        return (~np.isnan(self.logit)).sum(-1)


def fixed_points(p_ref: Any, beta: Any, eps: Any, variant: Variant = GRPO) -> FixedPoints:
    r"""Every fixed point of the recursion, up to three a cell, in log-odds.

    .. math:: α\,(L^* - L_{ref}) = \frac{Ω(L^*)}{β}, \qquad \text{slope} = (1-α) + \frac{1}{β}\frac{dΩ}{dL}(L^*)

    Source: Theorems 3, 5, 6, Lemma 1 and Table 1, arXiv:2503.06639v4; that there are at most three is our B2.
    A two-KL variant (α, β) has, inside (0, 1), the fixed points of the reference-only one at strength αβ (E15, B4);
    p = 0 and p = 1 are fixed too, repel, and are not listed. A mirror variant (α = 0) has these two alone. For α > 0,
    p_ref = 0 or 1 is itself the only one listed, and is reached in one step; a weighting shaped as a bowl has p = 1
    in any case, and it attracts (B14). Those of a weighting without a shape are enclosed by balls, cell by cell.
    Domain: p_ref in [0, 1]; β, ε finite and > 0; the weighting is not coupled, and that of a mirror is positive.
    Shapes: the inputs broadcast; a last axis of 3 is added, longer where balls find more.
    Errors: ValueError naming the argument, the value and the domain.

    >>> found = fixed_points(0.0001, 5.0, 1e-5)
    >>> found.p.round(6), found.stable
    (array([0.003279, 0.999891, 1.      ]), array([False, False,  True]))
    """
    L_ref = logit(domain.probability("p_ref", p_ref))
    beta, eps = domain.positive("beta", beta), domain.positive("eps", eps)
    domain.together(p_ref=L_ref, beta=beta, eps=eps)
    if (weighting := numeric(variant).weighting).coupled:
        raise ValueError(
            f"variant = {variant.name} is outside its domain: its prompts are coupled, and none has fixed points of "
            "its own; batches.batch_fixed_points has those of a batch"
        )
    if variant.alpha == 0:
        if not weighting.positive:
            raise ValueError(
                f"variant = {variant.name} is outside its domain: a mirror's fixed points are those of a positive "
                "weighting; iterate it with trajectory"
            )
        return _mirror_ends(L_ref, beta, eps, variant)
    at_end = np.isinf(L_ref)
    strength = np.maximum(variant.alpha * beta, np.finfo(float).smallest_subnormal)
    solver = solve if weighting == WHITENED else partial(shapes.solve, weighting=weighting)
    roots = solver(L_ref, strength, eps)
    with np.errstate(over="ignore", divide="ignore"):  # Ω may have no bound at an end, or β be tiny
        slope = (1 - variant.alpha) + force_slope(roots, beta[..., None], eps[..., None], variant)
    # At p = 1 a bowl draws failures in by a power of e that beats every slope.
    flat = at_end[..., None] | (weighting.shape == "bowl")
    slope = np.where(np.isinf(roots) & flat, 0.0, slope)
    return FixedPoints(roots, slope)


def _mirror_ends(L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray, variant: Variant) -> FixedPoints:
    """p = 0 and p = 1, with the slopes e^{±Ω(0)/β} of the mirror map in p (E18)."""
    shape = np.broadcast_shapes(L_ref.shape, beta.shape, eps.shape)
    ends = np.broadcast_to([-np.inf, np.inf, np.nan], (*shape, 3)).copy()
    with np.errstate(over="ignore", divide="ignore"):  # the repelling slope may pass 1.8e308, as Ω may: it is then inf
        slope = exp(-np.sign(ends) * force(ends, beta[..., None], eps[..., None], variant))
    return FixedPoints(ends, slope)


def solve(L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """`fixed_points` of GRPO from the log-odds of the reference, which a probability near 1 does not hold; unchecked.

    Shapes: the inputs broadcast; a last axis of 3 is added. A reference of ±∞ is itself the one there is.

    >>> solve(np.array(50.0), np.array(2.0), np.array(0.01)).round(6)
    array([55.,  nan,  nan])
    """
    return shapes.between_ends(partial(shapes.by_chunks, _solve), L_ref, beta, eps)


def _turning_points(beta: np.ndarray, eps: np.ndarray, peak: np.ndarray) -> np.ndarray:
    """The two L > 0 with Ω'(L) = β, where F turns; both are L_peak where β exceeds the largest B.

    log Ω' is concave, with asymptotes sinh(L/2) and e^{−L} ε^{−3/2}/2 above it: Newton started where these
    reach β closes in from outside, so each estimate errs towards the outer piece and never skips a root.
    """
    places = np.stack([peak, peak])
    turning = beta < largest_critical_beta(eps)
    beta, eps, peak = beta[turning], eps[turning], peak[turning]
    rise = np.minimum(2 * np.arcsinh(beta), peak)
    fall = np.maximum(-np.log(2 * beta) - 1.5 * np.log(eps), peak)
    for _ in range(60):
        up, down = _log_slope_step(rise, beta, eps), _log_slope_step(fall, beta, eps)
        rise, fall = np.minimum(rise - up, peak), np.maximum(fall - down, peak)
        # F is flat where it turns: an error of 1e-9 here moves its value by a rounding.
        if np.all(np.maximum(abs(up) / rise, abs(down) / fall) <= 1e-9):
            break
    places[:, turning] = rise, fall
    return places


def _log_slope_step(L: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """One Newton step for log Ω'(L) = log β."""
    v, m = success_variance(L), sigmoid(L) - sigmoid(-L)
    # Curvature 0 on the peak, m = 0 once L is below 1e-16, and log 0 once v underflows, where the starting asymptotes
    # are already exact: stay there.
    curvature = 2 * v / m - m + 1.5 * m * v / (v + eps)
    step = np.log(force_slope(L, beta, eps)) / curvature
    return np.where(np.isfinite(step), step, 0.0)


def _defect(L: np.ndarray, L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> np.ndarray:
    return L - force(L, beta, eps) - L_ref


def _solve(L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """Roots of one chunk of GRPO cells, shape (cells, 3); none where L_ref is NaN."""
    peak = peak_logit(np.minimum(eps, 1e300))  # beyond it stays where it is, but 12 ε leaves the floats
    rise, fall = _turning_points(beta, eps, peak)
    floor = L_ref + force(0.0, beta, eps)  # Ω is least at p = ½ …
    ceiling = L_ref + force(np.inf, beta, eps)  # … and largest at the ends, so every root lies between
    inside = np.isfinite(ceiling)

    at_rise, at_fall = (np.where(inside, _defect(x, L_ref, beta, eps), np.nan) for x in (rise, fall))
    low = at_rise >= 0
    high = np.where(rise < fall, at_fall <= 0, at_rise < 0)

    starts = (
        # On (−∞, −peak] F is convex: come from the right. On [−peak, rise] it is concave: come from the left.
        (low, np.clip(-peak, floor, ceiling)),
        (low & high, peak),
        (high, np.maximum(ceiling, fall)),
    )
    roots = np.full((len(L_ref), 3), np.nan)
    for column, (exists, start) in enumerate(starts):
        cell = np.flatnonzero(exists)
        roots[cell, column] = _newton(start[cell], L_ref[cell], beta[cell], eps[cell])
    roots[np.isinf(ceiling), 0] = np.inf
    return np.sort(roots)  # NaN last


def _newton(root: np.ndarray, L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """Newton's method for F(L) = L_ref where it is monotone: stops a cell when its steps turn back or vanish."""
    root = root.copy()
    live = np.arange(root.size)
    last: Any = 0.0
    L = root
    while live.size:
        p, q = sigmoid(L), sigmoid(-L)
        rate = 1 - whitening_slope(p * q, p - q, eps) / beta
        step = (L - whitening(p * q, eps) / beta - L_ref) / np.where(rate == 0, np.inf, rate)
        moving = (step * last >= 0) & (np.abs(step) > np.finfo(float).eps * np.abs(L))
        live, L, L_ref, beta, eps, last = (a[moving] for a in (live, L - step, L_ref, beta, eps, step))
        root[live] = L
    return root
