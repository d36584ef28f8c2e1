"""A group of G samples: the push that it gives the log-odds, where the recursion has Ω at the exact success rate.

A group with k successes, k ~ Bin(G, p), gives each of them one advantage and each failure another. Both are weighed
by who is in the group: a success by what the other G − 1 outputs show beside it, and so is a failure. So every mean
below leaves G − 1 outputs to chance.
"""

from itertools import accumulate, pairwise

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import Number, logit, sigmoid
from grpo_paper.theory.weighting import WHITENED, Weighting


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


def group_push(successes: int, group_size: int, p: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""What a group adds to the log-odds, before division by β, where all successes move as one.

    .. math:: S = \frac{k}{G}\,\frac{A_1(k)}{p} - \frac{G-k}{G}\,\frac{A_0(k)}{1-p}; \quad\text{for GRPO}\quad
        S = \frac{\hat p (1-\hat p)}{p(1-p)}\,Ω(\hat p), \quad \hat p = \frac{k}{G}

    It is the slope of the group's surrogate, Σ A_i ρ_i / G, along p, so :math:`S\,∇p` is its gradient at
    :math:`π_{old}` on average over what the group could have drawn with these k successes, whatever the policy's
    parameters.
    Source: E20; our own statement B6. Domain: 0 ≤ successes ≤ G, 0 < p < 1, ε ≥ 0. Shapes: p and ε broadcast.

    >>> group_push(1, 2, 0.5, 0.0), group_push(2, 2, 0.5, 1e-5)
    (2.0, 0.0)
    """
    right, wrong = weighting.advantages(successes, group_size, eps + 0 * p)
    return _push(successes, group_size, p, right, wrong)


def group_gains(eps: Number, group_size: int, weighting: Weighting = WHITENED) -> list[Number]:
    r"""Advantage of a success less that of a failure where 0, …, G − 1 of the other outputs are right.

    .. math:: A_1(j+1) - A_0(j), \qquad j = 0, …, G-1

    They are the coefficients of Ω_G as a polynomial in Bernstein's form. Source: our own statement B6. Domain: ε ≥ 0,
    G whole, ≥ 2. Shapes: elementwise. Errors: ValueError for another G.

    >>> group_gains(0.0, 2)  # alone among failures, or alone among successes
    [1.0, 1.0]
    """
    return _gains(_advantages(eps, group_size, weighting))


def group_Omega(p: Number, eps: Number, group_size: int, weighting: Weighting = WHITENED) -> Number:
    r"""Mean of `group_push`: what stands in place of Ω(p) on average over the groups.

    .. math:: Ω_G(p) = \mathbb{E}\,S = \mathbb{E}\left[A_1(J+1) - A_0(J)\right], \qquad J ∼ \mathrm{Bin}(G-1,\, p)

    Source: E20; our own statement B6. Domain: p in [0, 1] (at its ends the limit), ε ≥ 0, G whole, ≥ 2.
    Shapes: p and ε broadcast. Errors: ValueError for another G.

    >>> group_Omega(0.0, 0.0, 5)  # at the ends √(G − 1), where Ω itself has no bound
    2.0
    """
    return _mean(group_gains(eps + 0 * p, group_size, weighting), p)


def group_potential(p: Number, eps: Number, group_size: int, weighting: Weighting = WHITENED) -> Number:
    r"""What small steps on groups climb: the mean of a score that a group gets for its number of successes.

    .. math:: F_G(p) = \mathbb{E}\,φ(K), \quad φ(k) = \frac1G \sum_{s<k} \left[A_1(s+1) - A_0(s)\right], \quad
        K ∼ \mathrm{Bin}(G,\, p); \qquad \frac{dF_G}{dp} = Ω_G(p)

    For RLOO the score is k/G, for PKPO the unbiased estimate of pass@k.
    Source: Davis and Recht, arXiv:2510.13651, as a polynomial; our own statement B18. Domain, shapes and errors: as
    `group_Omega`.

    >>> from grpo_paper.theory.zoo import RLOO
    >>> group_potential(0.25, 0.0, 4, RLOO)
    0.25
    """
    scores = accumulate(group_gains(eps + 0 * p, group_size, weighting), initial=0 * p)
    return _mean(list(scores), p) / group_size


def group_variance(p: Number, eps: Number, group_size: int, weighting: Weighting = WHITENED) -> Number:
    r"""Variance of `group_push` over the groups.

    .. math:: \mathbb{E}\,S^2 - Ω_G(p)^2, \qquad
        \mathbb{E}\,S^2 = \mathbb{E}\left[A_1(J+1)\,S(J+1) - A_0(J)\,S(J)\right], \quad J ∼ \mathrm{Bin}(G-1,\, p)

    Source: our own statement B6. Domain: 0 < p < 1, otherwise as `group_Omega`. Shapes and errors: as there.

    >>> group_variance(0.5, 0.0, 2)  # the push is 0 or 2, as likely
    1.0
    """
    A = _advantages(eps + 0 * p, group_size, weighting)
    S = [_push(k, group_size, p, right, wrong) for k, (right, wrong) in enumerate(A)]
    square = _mean(_gains([(right * push, wrong * push) for (right, wrong), push in zip(A, S, strict=True)]), p)
    return square - _mean(_gains(A), p) ** 2


def group_h(
    p: Number, p_ref: Number, beta: Number, eps: Number, group_size: int, weighting: Weighting = WHITENED
) -> Number:
    r"""Success map of the mean push: `h` with Ω_G in place of Ω.

    .. math:: σ\!\left(\operatorname{logit} p_{ref} + \frac{Ω_G(p)}{β}\right)

    Source: our own statement B6. Domain: 0 < p_ref < 1, β > 0, otherwise as `group_Omega`. Shapes and errors: as there.

    >>> round(group_h(0.2, 0.2, 1.0, 1e-5, 16), 6)  # h is 0.752805
    0.723081
    """
    return sigmoid(logit(p_ref) + group_Omega(p, eps, group_size, weighting) / beta)


def refilled_Omega(p: Number, eps: Number, group_size: int, weighting: Weighting = WHITENED) -> Number:
    r"""Mean of `group_push` over the groups that are not silent: for a batch of one prompt, dropped and drawn again.

    .. math:: \frac{Ω_G(p)}{1 - p^G - (1-p)^G}

    A batch of many prompts that is filled up with groups that are not silent multiplies each prompt's Ω_G by one
    factor, 1/(1 − mean silent share), the same for all: no prompt is favoured, all move faster.
    Source: our own statement B14. Domain: 0 < p < 1, otherwise as `group_Omega`. Shapes and errors: as there.

    >>> refilled_Omega(0.5, 0.0, 2)  # the push is 2 whenever there is one
    2.0
    """
    return group_Omega(p, eps, group_size, weighting) / (1 - silent_share(p, group_size))


def _advantages(eps: Number, group_size: int, weighting: Weighting) -> list[tuple[Number, Number]]:
    """Of a success and of a failure, in groups of 0, 1, …, G successes, in the number type of ε."""
    size = domain.whole("group_size", group_size, 2)
    return [weighting.advantages(k, size, eps) for k in range(size + 1)]


def _push(successes: int, group_size: int, p: Number, right: Number, wrong: Number) -> Number:
    return (successes * right / p - (group_size - successes) * wrong / (1 - p)) / group_size


def _gains(of_groups: list[tuple[Number, Number]]) -> list[Number]:
    """What a success has in a group with one more, less what a failure has in a group without."""
    return [more[0] - fewer[1] for fewer, more in pairwise(of_groups)]


def _mean(values: list[Number], p: Number) -> Number:
    """Mean over the number of successes among outputs of which there are one fewer than values.

    One output after the other is averaged over, de Casteljau's way: no binomial coefficient overflows.
    """
    while len(values) > 1:
        values = [(1 - p) * failure + p * success for failure, success in pairwise(values)]
    return values[0]
