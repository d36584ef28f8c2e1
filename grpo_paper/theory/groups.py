"""A group of G samples: the push that it gives the log-odds, where the recursion has Ω at the exact success rate.

The success rate that a group shows is p̂ = k/G with k ~ Bin(G, p). A group without a failure or without a success
pushes nothing, and C(G, k) p̂(1 − p̂) = (1 − 1/G) C(G−2, k−1): in every mean below one success and one failure are
given, and only the other G − 2 outputs are left to chance.
"""

from collections.abc import Callable
from itertools import pairwise

from grpo_paper.theory import domain
from grpo_paper.theory.advantage import WHITENED, Normalization, Omega
from grpo_paper.theory.elementary import Number, logit, sigmoid


def silent_share(p: Number, group_size: int) -> Number:
    r"""Probability that all rewards of a group are alike: every advantage is 0, and only the penalty pulls.

    .. math:: p^G + (1-p)^G

    Source: E20; our own statement B6. Domain: p in [0, 1], G whole, ≥ 2. Shapes: elementwise.
    Errors: ValueError for another G.

    >>> silent_share(0.5, 4)
    0.125
    """
    group_size = domain.whole("group_size", group_size, 2)
    return p**group_size + (1 - p) ** group_size


def group_push(p_hat: Number, p: Number, eps: Number, normalization: Normalization = WHITENED) -> Number:
    r"""What a group adds to the log-odds, before division by β, where all successes move as one.

    .. math:: S = \frac{\hat p (1-\hat p)}{p(1-p)}\,Ω(\hat p)

    It is the slope of the group's surrogate, Σ A_i ρ_i / G, along p, so :math:`S\,∇p` is its gradient at
    :math:`π_{old}` on average over what the group could have drawn with this p̂, whatever the policy's parameters.
    Source: E20; our own statement B6. Domain: p̂ in [0, 1], 0 < p < 1, ε ≥ 0 (> 0 if p̂ is 0 or 1). Shapes: broadcast.

    >>> group_push(0.5, 0.5, 0.0), group_push(1.0, 0.5, 1e-5)
    (2.0, 0.0)
    """
    return p_hat * (1 - p_hat) * Omega(p_hat, eps, normalization) / (p * (1 - p))


def group_Omega(p: Number, eps: Number, group_size: int, normalization: Normalization = WHITENED) -> Number:
    r"""Mean of `group_push`: what stands in place of Ω(p) on average over the groups.

    .. math:: Ω_G(p) = \mathbb{E}\,S = \left(1 - \tfrac1G\right) \mathbb{E}\,Ω\!\left(\tfrac{J+1}{G}\right),
        \qquad J ∼ \mathrm{Bin}(G-2,\, p)

    Source: E20; our own statement B6. Domain: p in [0, 1] (at its ends the limit), ε ≥ 0, G whole, ≥ 2.
    Shapes: p and ε broadcast. Errors: ValueError for another G.

    >>> group_Omega(0.0, 0.0, 5)  # at the ends √(G − 1), where Ω itself has no bound
    2.0
    """
    return _mean(lambda x: Omega(x, eps, normalization), p, group_size)


def group_variance(p: Number, eps: Number, group_size: int, normalization: Normalization = WHITENED) -> Number:
    r"""Variance of `group_push` over the groups.

    .. math:: \mathbb{E}\,S^2 - Ω_G(p)^2, \qquad
        \mathbb{E}\,S^2 = \frac{1 - 1/G}{p(1-p)}\, \mathbb{E}\left[x(1-x)\,Ω(x)^2\right], \quad x = \tfrac{J+1}{G}

    Source: our own statement B6. Domain: 0 < p < 1, otherwise as `group_Omega`. Shapes and errors: as there.

    >>> group_variance(0.5, 0.0, 2)  # the push is 0 or 2, as likely
    1.0
    """
    square = _mean(lambda x: x * (1 - x) * Omega(x, eps, normalization) ** 2, p, group_size) / (p * (1 - p))
    return square - group_Omega(p, eps, group_size, normalization) ** 2


def group_h(p: Number, p_ref: Number, beta: Number, eps: Number, group_size: int) -> Number:
    r"""Success map of the mean push: `h` with Ω_G in place of Ω.

    .. math:: σ\!\left(\operatorname{logit} p_{ref} + \frac{Ω_G(p)}{β}\right)

    Source: our own statement B6. Domain: 0 < p_ref < 1, β > 0, otherwise as `group_Omega`. Shapes and errors: as there.

    >>> round(group_h(0.2, 0.2, 1.0, 1e-5, 16), 6)  # h is 0.752805
    0.723081
    """
    return sigmoid(logit(p_ref) + group_Omega(p, eps, group_size) / beta)


def _mean(value: Callable[[Number], Number], p: Number, group_size: int) -> Number:
    """(1 − 1/G) times the mean of value((J + 1)/G), J ~ Bin(G − 2, p).

    One output after the other is averaged over, de Casteljau's way: no binomial coefficient overflows.
    """
    size = domain.whole("group_size", group_size, 2)
    means = [value((k + 0 * p) / size) for k in range(1, size)]
    while len(means) > 1:
        means = [(1 - p) * failure + p * success for failure, success in pairwise(means)]
    return (size - 1) * means[0] / size
