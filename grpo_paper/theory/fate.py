"""Where a run of the recursion ends, and when: the fixed point that an orbit converges to, or that it has none.

In log-odds ``F(L) = L_ref + Ω(L)/β`` is even, falls up to L = 0 and rises after it. So whatever starts above the second
fixed point, or as far below 0, climbs to the highest in its first step; and whatever does not is shut in with the
lowest. There the Schwarzian derivative, negative everywhere, leaves no room for a cycle beside a lowest fixed point
of slope ≥ −1 (B8). For a run from p_ref this is the whole story, and one look at the fixed points tells its end (B9).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grpo_paper.theory import domain
from grpo_paper.theory.advantage import WHITENED
from grpo_paper.theory.elementary import Number, logit, sigmoid
from grpo_paper.theory.fixed_points import fixed_points
from grpo_paper.theory.success_map import LogOdds, force, next_log_odds, success_variance
from grpo_paper.theory.variants import GRPO, Variant, numeric

VERDICTS = ("only", "lowest", "top", "never", "open")
"""What can become of a run: see `Fate`."""
MOST = 1000
"""Updates after which a run that is not there yet is given up."""


def schwarzian(L: Number, eps: Number) -> Number:
    r"""Schwarzian derivative of the recursion in log-odds, negative for every L ≠ 0 and every β.

    .. math:: SF = \frac{F'''}{F'} - \frac32 \Big(\frac{F''}{F'}\Big)^2
        = -\frac{(3u^2-2u+3)\,ε\,(ε+2v) + (3-2u)\,v^2}{8u\,(v+ε)^2}, \qquad v = p(1-p), \; u = (2p-1)^2

    Source: our own statement B8. Domain: L ≠ 0 in nats, ε ≥ 0. Shapes: broadcast.

    >>> round(schwarzian(-2.0, 0), 4)  # −(3 − 2u)/(8u)
    -0.3965
    """
    v, m = success_variance(L), sigmoid(L) - sigmoid(-L)
    u = m * m
    return -((3 * u * u - 2 * u + 3) * eps * (eps + 2 * v) + (3 - 2 * u) * v * v) / (8 * u * (v + eps) * (v + eps))


def jump_beta(p_ref: Number, eps: Number) -> Number:
    r"""KL strength up to which the first update carries a run from p_ref < ½ to 1 − p_ref or above, to stay.

    .. math:: β_{jump}(p_{ref}) = \frac{Ω(p_{ref})}{2\,|\operatorname{logit} p_{ref}|}

    On this curve 1 − p_ref is itself a fixed point. Source: our own statement B9. Domain: 0 < p_ref < ½, ε ≥ 0.
    Shapes: broadcast.

    >>> round(jump_beta(0.001, 1e-5), 3), round(jump_beta(0.0001, 1e-5), 3)
    (2.279, 5.176)
    """
    L_ref = logit(p_ref)
    return force(L_ref, 1, eps) / (2 * abs(L_ref))


@dataclass(frozen=True)
class Fate(LogOdds):
    """The end of each run: the log-odds of the fixed point that it converges to, NaN where it converges to none.

    verdict: "only", the one fixed point there is; "lowest" or "top" of three; "never", it does not settle, unless it
    lands on a repelling fixed point exactly; "open", which only a start other than p_ref can be: it climbs to the top
    once an update lands below the mirror image of the middle fixed point, and no theorem says when, or whether.
    updates: the first n from which on all success rates are within delta of the end; inf where it has none; NaN where
    1,000 updates are not enough, as next to a fold or a flip, or for a slow mirror.
    """

    verdict: np.ndarray
    updates: np.ndarray


def fate(p_ref: Any, beta: Any, eps: Any, variant: Variant = GRPO, p_0: Any = None, delta: float = 1e-3) -> Fate:
    r"""Where the run from p_ref ends, decided by the fixed points alone, and after how many updates.

    .. math:: \text{top} \iff p_{ref} < 1 - p^*_2, \qquad \text{else lowest} \iff \text{slope at } p^*_1 \ge -1

    Source: our own statements B8 and B9; Theorem 5 for the mirror, Section 5 for mean-only.
    Domain: p_ref, p_0 in [0, 1]; β, ε finite and > 0; 0 < delta < 1, in probability; the variant is not a whitened
    two-KL one. Shapes: the inputs broadcast. On the border p_ref = 1 − p₂* itself the run lands on the middle fixed
    point, which rounding hides: there "lowest" or "never" is said.
    Errors: ValueError naming the argument, the value and the domain.

    >>> ends = fate([0.2, 0.0001, 0.001], [1.0, 5.0, 3.0], 1e-5)
    >>> ends.verdict.tolist(), ends.p.round(4), ends.updates
    (['lowest', 'top', 'never'], array([0.6813, 1.    ,    nan]), array([ 7.,  1., inf]))
    """
    delta = domain.one("delta", delta, domain.fraction)
    alpha = numeric(variant).alpha
    if variant.normalization == WHITENED and 0 < alpha < 1:
        raise ValueError(
            f"variant = {variant.name} is outside its domain: the end of a run is shown for GRPO, its mirror and the "
            "mean-only variants; iterate this one with trajectory"
        )
    found = fixed_points(p_ref, beta, eps, variant)
    L_ref, beta, eps = logit(domain.probability("p_ref", p_ref)), np.asarray(beta, float), np.asarray(eps, float)
    start = L_ref if p_0 is None else logit(domain.probability("p_0", p_0))
    shape = domain.together(p_ref=L_ref, beta=beta, eps=eps, p_0=start)
    cells = [np.broadcast_to(a, shape) for a in (start, L_ref, beta, eps)]
    lowest, middle, top = (np.broadcast_to(found.logit[..., i], shape) for i in range(3))
    if alpha == 0:  # 0 and 1 are all there is: a success rate of 0 stays, every other climbs
        climbs, attracts, top = start > lowest, start == lowest, middle
    else:
        climbs, attracts = abs(start) > middle, found.slope[..., 0] >= -1
    single = np.isnan(middle)
    # Without p_0 there is no such cell, as L_ref < F(0).
    escapes = L_ref + force(0.0, beta, eps, variant) < -middle
    conditions = (climbs, attracts & single, attracts, escapes)
    verdict = np.select([np.broadcast_to(c, shape) for c in conditions], ("top", "only", "lowest", "open"), "never")
    end = np.where(climbs, np.where(np.isnan(top), middle, top), np.where(attracts, lowest, np.nan))
    return Fate(end, verdict, _updates(end, cells, variant, delta))


def _updates(end: np.ndarray, cells: list[np.ndarray], variant: Variant, delta: float) -> np.ndarray:
    """The first of three updates in a row within delta of the end: from there on none leaves.

    Beside a lowest fixed point below ½ every other update approaches it from one side, beside any other every update.
    The first three may begin at the reference, outside the interval where that holds; the two others are in it.
    """
    updates = np.where(np.isnan(end), np.inf, np.nan)
    live = np.flatnonzero(~np.isnan(end))
    target, L, L_ref, beta, eps = (a.ravel()[live] for a in (sigmoid(end), *cells))
    row = np.zeros(live.size, int)
    for n in range(MOST + 3):
        if not live.size:
            break
        row = np.where(abs(sigmoid(L) - target) <= delta, row + 1, 0)
        away = row < 3
        updates.flat[live[~away]] = n - 2
        live, row, target, L, L_ref, beta, eps = (a[away] for a in (live, row, target, L, L_ref, beta, eps))
        L = next_log_odds(L, L_ref, beta, eps, variant)
    return updates
