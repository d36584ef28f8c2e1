"""Training in stages: each stage keeps its own reference, and the next one starts from where it ended."""

from typing import Any

import numpy as np

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import logit
from grpo_paper.theory.fixed_points import solve
from grpo_paper.theory.success_map import Trajectory, next_log_odds


def staged(p_ref: Any, beta: Any, eps: Any, stages: int, updates: int | None = None) -> Trajectory:
    r"""Success rates after 0, 1, …, `stages` stages of reference-only GRPO, each anchored where the last one ended.

    .. math:: L_{k+1} = F_k^{\,m}(L_k), \quad F_k(L) = L_k + Ω(L)/β; \qquad
        m \to \infty: \; L_{k+1} = L_k + Ω(L_{k+1})/β

    updates: m, the exact updates of a stage. None: a stage ends on its lowest fixed point, an implicit Euler step for
    dL/dn = Ω/β, whether or not that fixed point attracts; with m = 1 it is the mirror, the explicit one.
    Source: our own statement B11. Domain: p_ref in [0, 1]; β, ε finite and > 0; stages ≥ 0; updates ≥ 1.
    Shapes: the inputs broadcast; the result has a last axis of stages + 1.
    Errors: ValueError naming the argument, the value and the domain.

    >>> staged(0.2, 100.0, 1e-5, 3, updates=1).p.round(4)
    array([0.2   , 0.204 , 0.2081, 0.2122])
    """
    L_ref = logit(domain.probability("p_ref", p_ref))
    beta, eps = domain.positive("beta", beta), domain.positive("eps", eps)
    stages = domain.whole("stages", stages, 0)
    if updates is not None:
        updates = domain.whole("updates", updates, 1)
    shape = domain.together(p_ref=L_ref, beta=beta, eps=eps)
    orbit = np.empty((*shape, stages + 1))
    orbit[..., 0] = L_ref
    for k in range(stages):
        L = anchor = orbit[..., k]
        for _ in range(updates or 0):
            L = next_log_odds(L, anchor, beta, eps)
        orbit[..., k + 1] = solve(anchor, beta, eps)[..., 0] if updates is None else L
    return Trajectory(orbit)
