"""A batch whose weighting couples its prompts: one number, the common push, decides for all of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.theory import domain
from grpo_paper.theory.certify import PRECISION, doubled, isolate
from grpo_paper.theory.elementary import Number, logit, sigmoid
from grpo_paper.theory.fixed_points import Resting
from grpo_paper.theory.weighting import Weighting

with needed("A proof by balls"):
    from flint import arb, ctx


@dataclass(frozen=True)
class BatchPoints(Resting):
    """The fixed points of a batch, ascending: log-odds of shape (points, prompts), and of each the common push.

    slope: of the push after an update along the push before it; it attracts where that lies within (−1, 1).
    """

    push: np.ndarray


def batch_fixed_points(p_ref: Any, beta: float, eps: float, weighting: Weighting) -> BatchPoints:
    r"""Every fixed point of a batch whose prompts are tied to the reference and share one push, enclosed by balls.

    .. math:: s^* = Ω\big(σ(L_{ref,1} + s^*/β), σ(L_{ref,2} + s^*/β), \dots\big), \qquad
        \text{slope} = \frac{1}{β} \sum_i \frac{∂Ω}{∂L_i}

    An update adds s/β to the reference's log-odds of each prompt, so a state is its push: the map is one-dimensional.
    Source: our own statement B14. Domain: p_ref in (0, 1), shape (prompts); β, ε finite and > 0; the weighting is
    coupled and positive. Errors: ValueError naming the argument, the value and the domain, or where balls cannot show
    that these are all.

    >>> from grpo_paper.theory.zoo import BATCH_DEVIATION
    >>> found = batch_fixed_points([0.05, 0.5], 4.0, 1e-5, BATCH_DEVIATION)
    >>> found.push.round(4), found.p[0].round(4)
    (array([  2.0902,  38.4592, 316.2278]), array([0.0815, 0.6277]))
    """
    if not (weighting.coupled and weighting.positive):
        raise ValueError(
            f"weighting = {weighting.name} is outside its domain: it must be coupled and positive; fixed_points takes "
            "those of which every prompt is alone"
        )
    reference = np.atleast_1d(domain.fraction("p_ref", p_ref))
    beta, eps = domain.one("beta", beta, domain.positive), domain.one("eps", eps, domain.positive)
    if reference.ndim != 1:
        raise ValueError(f"p_ref of shape {reference.shape} is no batch; it must have one axis, of prompts")
    with ctx.workprec(PRECISION):
        L_ref, one_eps = [logit(arb(x)) for x in reference.tolist()], arb(eps)

        def rates(push: arb) -> tuple[np.ndarray, np.ndarray]:
            after = [L + push / beta for L in L_ref]
            return np.array([sigmoid(L) for L in after]), np.array([sigmoid(-L) for L in after])

        def defect(push: arb) -> arb:
            return weighting.push(*rates(push), one_eps)[0] - push

        def slope(push: arb) -> Number:
            return sum(weighting.slope(*rates(push), one_eps)) / beta

        def bounds(reach: arb) -> bool:
            """Whether the push is below it wherever all rates are as near to 1 as it brings them, or nearer."""
            small = np.array([q.union(arb(0)) for q in rates(reach)[1]])
            return weighting.push(1 - small, small, one_eps)[0] < reach

        reach, bounded = doubled(bounds)
        roots, complete = isolate(defect, lambda push: slope(push) - 1, arb(0), reach, 20_000)
        slopes = np.array([float(slope(root)) for root in roots])
    if not (complete and bounded):
        raise ValueError(f"the fixed points of {weighting.name} could not all be enclosed; move a little away")
    pushes = np.array([float(root) for root in roots])
    return BatchPoints(logit(reference) + pushes[:, None] / beta, slopes, pushes)
