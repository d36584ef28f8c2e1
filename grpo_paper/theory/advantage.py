"""Whitened rewards and the two weights they put on a success and on a failure (Section 2, Figure 1).

With a binary reward of mean p the variance is p(1 − p), so a group's advantage takes two values only:
+ω⁺ on a success and −ω⁻ on a failure. Everything GRPO does with the group passes through them.
"""

from grpo_paper.theory.elementary import Number
from grpo_paper.theory.weighting import WHITENED, Weighting


def Omega(p: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""Sum of the two weights, Ω = ω⁺ + ω⁻: the force that one update puts on the log-odds, before dividing by β.

    .. math:: Ω(p) = \frac{1}{\sqrt{p(1-p) + ε}} \quad\text{(mean+variance)}, \qquad Ω = 1 \quad\text{(mean-only)}

    Source: Section 2 and Table 1, arXiv:2503.06639v4. Domain: p in [0, 1], ε ≥ 0 (ε > 0 at the ends).
    Shapes: broadcast. As printed: same.

    >>> Omega(0.5, 0.0)
    2.0
    """
    return weighting.push(p, 1 - p, eps)


def omega_plus(p: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""Weight of a success.

    .. math:: ω^+(p) = \frac{1-p}{\sqrt{p(1-p)+ε}} \quad\text{(mean+variance)}, \qquad 1-p \quad\text{(mean-only)}

    Source: Section 2, arXiv:2503.06639v4; Figure 1 shows ε = 0, where it is √((1−p)/p).
    Domain: as `Omega`. Shapes: broadcast. As printed: same.

    >>> omega_plus(0.2, 0.0)
    2.0
    """
    return (1 - p) * Omega(p, eps, weighting)


def omega_minus(p: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""Weight of a failure (its advantage is −ω⁻).

    .. math:: ω^-(p) = \frac{p}{\sqrt{p(1-p)+ε}} \quad\text{(mean+variance)}, \qquad p \quad\text{(mean-only)}

    Source: Section 2, arXiv:2503.06639v4; Figure 1 shows ε = 0, where it is √(p/(1−p)).
    Domain: as `Omega`. Shapes: broadcast. As printed: same.

    >>> omega_minus(0.2, 0.0)
    0.5
    """
    return p * Omega(p, eps, weighting)


def advantage(reward: Number, p: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""Advantage of an output, given the group's (or population's) mean reward p.

    .. math:: A = \frac{r - p}{\sqrt{p(1-p)+ε}} = ω^+(p)\,1_{r=1} - ω^-(p)\,1_{r=0}

    Source: Section 2, arXiv:2503.06639v4. Domain: r in {0, 1}, p as `Omega`. Shapes: broadcast. As printed: same.

    >>> advantage(1, 0.2, 0.0), advantage(0, 0.2, 0.0)
    (2.0, -0.5)
    """
    return (reward - p) * Omega(p, eps, weighting)
