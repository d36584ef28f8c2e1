"""All fixed points of any weighting, by what is known of the shape of its Ω along the log-odds.

Inside (0, 1) a fixed point is a root of ``D(L) = L_ref + Ω(L)/β − L``. Where Ω never rises D falls, and has one root.
Where Ω is a bowl D is convex and has two, one where they meet, or none; Newton's method, started on the outer side of
a root, never passes it. Where nothing is known, balls search the whole line.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from grpo_paper.theory.elementary import sigmoid
from grpo_paper.theory.weighting import Weighting

Find = Callable[[Sequence[np.ndarray]], np.ndarray]
"""From cells of L_ref, β and ε to their roots, along a last axis; where L_ref is NaN the first alone may be one."""
CHUNK = 1 << 13
"""Cells solved at a time, so that the working arrays stay in the processor's cache."""
SAME, MOST = np.finfo(float).eps, np.finfo(float).max


def solve(L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray, weighting: Weighting) -> np.ndarray:
    """Log-odds of the fixed points that are tied to the reference alone, ascending; unchecked.

    A bowl has p = 1 as its last: the push grows faster there than any distance. Source: our own statement B14.
    Shapes: the inputs broadcast; a last axis of 3 is added, NaN where there are fewer, longer where balls find more.
    A reference of ±∞ is itself the one there is.

    >>> from grpo_paper.theory.weighting import MEAN_ONLY
    >>> solve(np.array([-2.0, np.inf]), np.array(0.5), np.array(0.0), MEAN_ONLY)[:, 0]
    array([ 0., inf])
    """
    solvers = {"constant": _falling, "falling": _falling, "bowl": _bowl}
    if weighting.shape in solvers:
        find = partial(by_chunks, partial(solvers[weighting.shape], weighting=weighting))
    else:
        find = partial(_enclosed, weighting=weighting)
    return between_ends(find, L_ref, beta, eps)


def between_ends(find: Find, L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """What is found for the references inside (0, 1); a reference of ±∞ is itself the one root there is."""
    at_end = np.isinf(L_ref)
    # Nothing is to be solved at the ends, and NaN never warns.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # Ω/β may leave the floats
        roots = find(np.broadcast_arrays(np.where(at_end, np.nan, L_ref), beta, eps))
    roots[..., 0] = np.where(at_end, L_ref, roots[..., 0])
    return roots


def by_chunks(solver: Callable[..., np.ndarray], cells: Sequence[np.ndarray]) -> np.ndarray:
    """The three roots of every cell that a solver finds in one-dimensional arrays of at most CHUNK cells."""
    roots = np.full((*cells[0].shape, 3), np.nan)
    flat = roots.reshape(-1, 3)
    for start in range(0, len(flat), CHUNK):
        part = slice(start, start + CHUNK)
        flat[part] = solver(*(cell.flat[part] for cell in cells))
    return roots


def _defect(L: np.ndarray, cells: Sequence[np.ndarray], weighting: Weighting) -> tuple[np.ndarray, np.ndarray]:
    """D and its slope."""
    L_ref, beta, eps = cells
    p, q = sigmoid(L), sigmoid(-L)
    return L_ref + weighting.push(p, q, eps) / beta - L, weighting.slope(p, q, eps) / beta - 1


def _falling(L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray, weighting: Weighting) -> np.ndarray:
    """The one root lies between the reference and its update: Newton's method, halving where it leaves or dawdles."""
    roots = np.full((len(L_ref), 3), np.nan)
    live = np.flatnonzero(~np.isnan(L_ref))
    L, *cells = (a[live] for a in (L_ref, L_ref, beta, eps))
    ahead = np.clip(L + _defect(L, cells, weighting)[0], -MOST, MOST)
    low, high, last = np.minimum(L, ahead), np.maximum(L, ahead), np.full(live.size, np.inf)
    while live.size:
        D, slope = _defect(L, cells, weighting)
        low, high = np.where(D > 0, L, low), np.where(D < 0, L, high)
        after = L - D / slope
        good = (after >= low) & (after <= high) & (abs(after - L) <= last / 2)
        after = np.where(good, after, low + (high - low) / 2)
        there = abs(D) <= SAME * (abs(L) + abs(cells[0]))  # the rest of D is rounding
        roots[live, 0], last = np.where(there, L, after), abs(after - L)
        moving = ~there & (last > SAME * abs(L))
        live, L, low, high, last, *cells = (a[moving] for a in (live, after, low, high, last, *cells))
    beyond = abs(roots) >= MOST * (1 - 4 * SAME)
    return np.where(beyond, np.copysign(np.inf, roots), roots)


def _bowl(L_ref: np.ndarray, beta: np.ndarray, eps: np.ndarray, weighting: Weighting) -> np.ndarray:
    """The two roots of the convex D, if it has any, and p = 1."""
    cells = [L_ref, beta, eps]
    low = _from_outside(L_ref, cells, weighting, rising=False)  # D > 0 up to the reference, as Ω > 0
    reach = np.ones_like(L_ref)
    while np.any(short := _defect(low + reach, cells, weighting)[0] <= 0):
        reach = np.where(short, 2 * reach, reach)
    high = _from_outside(low + reach, cells, weighting, rising=True)
    none = np.isnan(low)
    return np.stack([np.where(none, np.inf, low), high, np.where(none, np.nan, np.inf)], -1)


def _from_outside(start: np.ndarray, cells: Sequence[np.ndarray], weighting: Weighting, rising: bool) -> np.ndarray:
    """Newton's method on the convex D from where it is positive; NaN where it passes the bottom above 0."""
    roots = np.full(start.shape, np.nan)
    live = np.flatnonzero(~np.isnan(start))
    L, *cells = (a[live] for a in (start, *cells))
    while live.size:
        D, slope = _defect(L, cells, weighting)
        descends = slope > 0 if rising else slope < 0  # on the bottom neither
        step = np.where(np.isfinite(D / slope), D / slope, np.sign(slope))  # where both have left the floats
        small = (abs(step) <= SAME * abs(L)) | (SAME * (abs(L) + abs(cells[0])) >= D)
        there = (D <= 0) | (descends & small)
        roots[live[there]] = L[there]
        moving = ~there & descends
        live, L, *cells = (a[moving] for a in (live, L - step, *cells))
    return roots


def _enclosed(cells: Sequence[np.ndarray], weighting: Weighting) -> np.ndarray:
    """The roots by balls, cell by cell: some hundredths of a second each."""
    from grpo_paper.theory import certify

    found = []
    for L_ref, beta, eps in zip(*(cell.ravel().tolist() for cell in cells), strict=True):
        found.append([] if np.isnan(L_ref) else certify.log_odds(L_ref, beta, eps, weighting))
    most = max([3, *map(len, found)])
    return np.array([[*some, *[np.nan] * (most - len(some))] for some in found]).reshape(*cells[0].shape, most)
