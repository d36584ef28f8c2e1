"""A run on sampled groups, averaged over the samples exactly: a Markov chain in one number, the log-odds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import gammaln, xlogy

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import exp, logit, sigmoid
from grpo_paper.theory.groups import group_push
from grpo_paper.theory.success_map import anchor
from grpo_paper.theory.variants import GRPO, Variant, numeric

FARTHEST = 36.0
"""Log-odds from which on a group is silent but once in 10^15 / G."""


@dataclass(frozen=True)
class SampledRun:
    """Mean and standard deviation of the success rate after 0, 1, … updates, over all that the groups may draw."""

    mean: np.ndarray
    spread: np.ndarray


def sampled_run(
    p_ref: Any,
    beta: Any,
    eps: Any,
    group_size: int,
    steps: int,
    variant: Variant = GRPO,
    points: int = 2001,
) -> SampledRun:
    r"""What groups of G make of a prompt with one right and one wrong answer: no samples are drawn.

    .. math:: u_{n+1}(L) = \sum_{k=0}^{G} \mathrm{Bin}(k; G, p)\; u_n\!\big(a(L) + S_k(p)/β\big), \qquad p = σ(L)

    With u_0 = σ it is the mean of p_n for a run that stands at L, with u_0 = σ² that of p_n². S is the `group_push`, a
    the `anchor`; each update is the exact maximiser for its group, without a clip. u is held as a cubic spline
    on `points` log-odds up to 36.
    Source: our own statement B16. Domain: 0 < p_ref < 1, one number, as are β and ε, finite and > 0; G ≥ 2; steps ≥ 0;
    points ≥ 100. Shapes: mean and spread are of shape (steps + 1).
    Errors: ValueError naming the argument, the value and the domain.

    >>> sampled_run(0.05, 2.0, 0.01, 8, 20).mean[-1].round(4)
    np.float64(0.1833)
    """
    L_ref = float(logit(domain.one("p_ref", p_ref, domain.fraction)))
    beta, eps = domain.one("beta", beta, domain.positive), domain.one("eps", eps, domain.positive)
    size, steps = domain.whole("group_size", group_size, 2), domain.whole("steps", steps, 0)
    variant = numeric(variant)
    points = domain.whole("points", points, 100)

    L = np.linspace(min(L_ref, -1.0), FARTHEST, points)
    L[np.argmin(abs(L - L_ref))] = L_ref  # where every run begins, and comes back to after a silent group
    k = np.arange(size + 1)[:, None]
    chance = gammaln(size + 1) - gammaln(k + 1) - gammaln(size - k + 1)
    weight = exp(chance + xlogy(k, sigmoid(L)) + xlogy(size - k, sigmoid(-L)))
    with np.errstate(over="ignore"):
        push = group_push(k / size, sigmoid(L), eps, variant.normalization) / beta
        after = np.minimum(anchor(L, L_ref, variant) + push, FARTHEST)

    moments = np.array([sigmoid(L), sigmoid(L) ** 2])
    here = np.flatnonzero(L_ref == L)[0]
    found = [moments[:, here]]
    for _ in range(steps):
        moments = (weight * CubicSpline(L, moments, axis=1)(after)).sum(1)
        found.append(moments[:, here])
    mean, square = np.array(found).T
    return SampledRun(mean, np.sqrt(np.maximum(square - mean**2, 0)))
