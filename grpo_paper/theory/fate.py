"""Where a run of the recursion ends, and when: the fixed point that it converges to, or that there is none.

In log-odds ``F(L) = L_ref + Ω(L)/β`` is even, falls up to L = 0 and rises after it. So whatever starts above the second
fixed point, or as far below 0, climbs to the highest in its first step; and whatever does not is shut in with the
lowest. There the Schwarzian derivative, negative everywhere, leaves no room for a cycle beside a lowest fixed point
of slope ≥ −1 (B8). For a run from p_ref this is the whole story, and one look at the fixed points tells its end (B9).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import Number, logit, sigmoid
from grpo_paper.theory.fixed_points import fixed_points
from grpo_paper.theory.success_map import LogOdds, force, next_log_odds, success_variance
from grpo_paper.theory.variants import GRPO, Variant, numeric

VERDICTS = ("only", "lowest", "top", "never", "open")
"""What can become of a run: see `Fate`."""
MOST = 1000
"""Updates after which a run is given up that is not there yet."""


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
    lands on a repelling fixed point exactly; "open", no theorem decides and 1,000 updates do not: for GRPO only a start
    other than p_ref, which would climb to the top from an update below the mirror image of the middle fixed point; for
    a falling weighting a run next to the border of what settles.
    updates: the first n from which on all success rates are within delta of the end; inf where it has none; NaN where
    1,000 updates are not enough, as next to a fold or a flip, or for a slow mirror.
    """

    verdict: np.ndarray
    updates: np.ndarray


def known(variant: Variant) -> bool:
    """Whether `fate` tells the end of its runs.

    >>> from grpo_paper.theory.variants import two_kl
    >>> known(GRPO), known(two_kl(0.5))
    (True, False)
    """
    weighting = variant.weighting
    if weighting.coupled:
        return False
    if variant.alpha == 0:
        return weighting.positive
    if variant.alpha < 1:
        return weighting.shape == "constant"
    return weighting.shape in ("constant", "falling") or (weighting.settles and weighting.even)


def fate(p_ref: Any, beta: Any, eps: Any, variant: Variant = GRPO, p_0: Any = None, delta: float = 1e-3) -> Fate:
    r"""Where the run from p_ref ends, decided by the fixed points alone, and after how many updates.

    .. math:: \text{top} \iff p_{ref} < 1 - p^*_2, \qquad \text{else lowest} \iff \text{slope at } p^*_1 \ge -1

    Source: our own statements B8 and B9, B14 for other weightings; Theorem 5 for the mirror, Section 5 for mean-only.
    Domain: p_ref, p_0 in [0, 1]; β, ε finite and > 0; 0 < delta < 1, in probability; the variant is `known`.
    Shapes: the inputs broadcast. On the border p_ref = 1 − p₂* itself the run lands on the middle
    fixed point, which rounding hides: there "lowest" or "never" is said.
    Errors: ValueError naming the argument, the value and the domain.

    >>> ends = fate([0.2, 0.0001, 0.001], [1.0, 5.0, 3.0], 1e-5)
    >>> ends.verdict.tolist(), ends.p.round(4), ends.updates
    (['lowest', 'top', 'never'], array([0.6813, 1.    ,    nan]), array([ 7.,  1., inf]))
    """
    delta = domain.one("delta", delta, domain.fraction)
    if not known(numeric(variant)):
        raise ValueError(
            f"variant = {variant.name} is outside its domain: the end of a run is shown for positive mirrors, for "
            "weightings of known shape tied to the reference alone, and for constant ones; iterate this one with "
            "trajectory"
        )
    alpha = variant.alpha
    found = fixed_points(p_ref, beta, eps, variant)
    L_ref, beta, eps = logit(domain.probability("p_ref", p_ref)), np.asarray(beta, float), np.asarray(eps, float)
    start = L_ref if p_0 is None else logit(domain.probability("p_0", p_0))
    shape = domain.together(p_ref=L_ref, beta=beta, eps=eps, p_0=start)
    cells = [np.broadcast_to(a, shape) for a in (start, L_ref, beta, eps)]
    lowest, middle, top = (np.broadcast_to(found.logit[..., i], shape) for i in range(3))
    if alpha == 0:  # 0 and 1 are all there is: a success rate of 0 stays, every other climbs
        middle, top = lowest, middle
        climbs, attracts = start > lowest, start == lowest
    else:
        climbs, attracts = abs(start) > middle, found.slope[..., 0] >= -1
    single = np.isnan(middle)
    climbs, attracts = (np.broadcast_to(c, shape) for c in (climbs, attracts))
    # Without p_0 there is no such cell: the reference lies below every update, and does not jump.
    left = ~(climbs | attracts) & (L_ref + force(0.0, beta, eps, variant) < -middle)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # Ω may leave the floats near 0 and 1
        climbs = climbs | _climbs_later(left, middle, cells, variant)
        if not (alpha == 0 or variant.weighting.settles):
            closes, cycles = _closes(lowest, attracts, cells, variant)
            attracts, left = closes, attracts & ~(closes | cycles)
        verdict = np.select([climbs, attracts & single, attracts, left], ("top", "only", "lowest", "open"), "never")
        end = np.where(climbs, top, np.where(attracts, lowest, np.nan))
        barrier = np.where(climbs, middle, -np.inf)
        return Fate(end, verdict, _updates(end, barrier, cells, variant, delta))


def _climbs_later(left: np.ndarray, middle: np.ndarray, cells: list[np.ndarray], variant: Variant) -> np.ndarray:
    """Which of the cells that are left an update of the first 1,000 carries beyond ±(the middle fixed point)."""
    climbs = np.zeros(left.shape, bool)
    live = np.flatnonzero(left)
    middle, L, L_ref, beta, eps = (a.ravel()[live] for a in (middle, *cells))
    for _ in range(MOST):
        if not live.size:
            break
        L = next_log_odds(L, L_ref, beta, eps, variant)
        inside = abs(L) <= middle
        climbs.flat[live[~inside]] = True
        live, middle, L, L_ref, beta, eps = (a[inside] for a in (live, middle, L, L_ref, beta, eps))
    return climbs


def _closes(
    end: np.ndarray, live: np.ndarray, cells: list[np.ndarray], variant: Variant
) -> tuple[np.ndarray, np.ndarray]:
    """Which runs of a falling weighting come within 1e-9 of their end in 1,000 updates, and which never will.

    Of such a map two updates in a row rise with where they start: every second state goes one way, the fixed point
    stays between, and a place that two updates take back from it is one that no state before it ever passes.
    """
    closes, cycles = np.zeros(live.shape, bool), np.zeros(live.shape, bool)
    live = np.flatnonzero(live)
    end, L, L_ref, beta, eps = (a.ravel()[live] for a in (end, *cells))
    for _ in range(MOST):
        if not live.size:
            break
        after = next_log_odds(L, L_ref, beta, eps, variant)
        near = abs(after - L) <= 1e-9 * (1 + abs(L))
        closes.flat[live[near]] = True
        live, end, L, L_ref, beta, eps = (a[~near] for a in (live, end, after, L_ref, beta, eps))
    place = L + (end - L) / 100
    twice = next_log_odds(next_log_odds(place, L_ref, beta, eps, variant), L_ref, beta, eps, variant)
    cycles.flat[live] = abs(twice - end) > abs(place - end)
    return closes, cycles


def _updates(
    end: np.ndarray, barrier: np.ndarray, cells: list[np.ndarray], variant: Variant, delta: float
) -> np.ndarray:
    """One more than the last update that is farther than delta from the end.

    It is the last as soon as two in a row are within delta where the approach is monotone: beyond the barrier, if the
    run climbs; else above even odds, if the end is; else below, where every second update approaches from its side.
    """
    updates = np.where(np.isnan(end), np.inf, np.nan)
    live = np.flatnonzero(~np.isnan(end))
    end, barrier, L, L_ref, beta, eps = (a.ravel()[live] for a in (end, barrier, *cells))
    target, far, calm = sigmoid(end), np.full(live.size, -1), np.zeros(live.size, bool)
    for n in range(MOST + 2):
        if not live.size:
            break
        away = abs(sigmoid(L) - target) > delta
        far, before = np.where(away, n, far), calm
        calm = ~away & (abs(L) > barrier) & ((L <= 0) | (end >= 0))
        done = before & calm
        updates.flat[live[done]] = far[done] + 1
        live, end, barrier, L, L_ref, beta, eps, target, far, calm = (
            a[~done] for a in (live, end, barrier, L, L_ref, beta, eps, target, far, calm)
        )
        L = next_log_odds(L, L_ref, beta, eps, variant)
    return updates
