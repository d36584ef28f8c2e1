"""How many updates the mirror needs: the time of its differential equation, and a bound on the steps beside it."""

from grpo_paper.theory.elementary import Number, arcsinh, log, maximum, sigmoid, sqrt
from grpo_paper.theory.success_map import force, success_variance
from grpo_paper.theory.weighting import whitening_potential


def clock(L: Number, eps: Number) -> Number:
    r"""Time that dL/dn = Ω/β takes from even odds to L, divided by β; negative below.

    .. math:: \int_0^L \frac{dL}{Ω} = \arctan\frac{m}{2\sqrt{v+ε}}
        + 2\sqrt{ε}\,\operatorname{arsinh}\frac{m\sqrt{ε}}{\sqrt{(1+4ε)\,v}}, \qquad v = p(1-p), \; m = 2p-1

    Source: our own statement B12; at ε = 0 it is gd(L/2), B5. Domain: L in nats, |L| < 740; ε ≥ 0. Shapes: broadcast.

    >>> round(clock(30.0, 0), 5), round(clock(30.0, 1e-5), 5)  # π/2, and more
    (1.5708, 1.62732)
    """
    v, m = success_variance(L), sigmoid(L) - sigmoid(-L)
    return whitening_potential(v, m, eps) + 2 * sqrt(eps) * arcsinh(m * sqrt(eps) / sqrt((1 + 4 * eps) * v))


def mirror_bound(L_ref: Number, L: Number, beta: Number, eps: Number, lag: int = 0) -> Number:
    r"""Updates after which the mirror, started at L_ref, is at L at least, on rollouts at most v updates old.

    .. math:: N \le β\,[τ(L) - τ(L_{ref})] + (v+1) \log\frac{Ω(L)}{Ω(\max(L_{ref}, 0))} + 1, \qquad τ = \text{clock}

    Source: our own statements B12 (v = 0) and B17. Domain: L_ref < L in nats, β > 0, ε ≥ 0, v ≥ 0.
    Shapes: broadcast.

    >>> round(mirror_bound(-2.0, 4.0, 10.0, 1e-5), 2)
    24.0
    """
    time = beta * (clock(L, eps) - clock(L_ref, eps))
    return time + (lag + 1) * log(force(L, 1, eps) / force(maximum(L_ref, 0 * L_ref), 1, eps)) + 1
