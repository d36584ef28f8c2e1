"""What a method maximises: the function of the success rate that its push climbs, less the price of the reference."""

from grpo_paper.theory.elementary import Number, log, sigmoid
from grpo_paper.theory.weighting import WHITENED, Weighting


def climbed(L: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""What small steps climb without a penalty, up to a constant.

    .. math:: F(p), \qquad \frac{dF}{dp} = Ω(p), \qquad p = σ(L)

    Source: Davis and Recht, arXiv:2510.13651, for the logarithm and the arcsine; our own statement B18 for the rest.
    Domain: finite L in nats, ε ≥ 0. Shapes: broadcast.
    Errors: ValueError for a weighting whose F is not known in closed form.

    >>> from grpo_paper.theory.zoo import pass_at_k
    >>> climbed(0.0, 0.0), climbed(0.0, 0.0, pass_at_k(4))
    (0.0, 0.9375)
    """
    if weighting.potential is None:
        raise ValueError(
            f"weighting = {weighting.name} is outside its domain: what it climbs must be known in closed form, as its "
            "potential; integrate its push over the success rate"
        )
    return weighting.potential(sigmoid(L), sigmoid(-L), eps, *weighting.settings)


def coin_kl(L: Number, L_ref: Number) -> Number:
    r"""Kullback–Leibler divergence of two coins, in nats: the least penalty at which a success rate is to be had.

    .. math:: \mathrm{kl}(p\|p_{ref}) = p \log\frac{p}{p_{ref}} + (1-p) \log\frac{1-p}{1-p_{ref}}, \qquad
        \frac{d\,\mathrm{kl}}{dp} = L - L_{ref}

    It is the penalty of the reference reweighted by the reward alone, as every policy of the iteration is.
    Source: our own statement B18. Domain: log-odds in nats, in size below 740. Shapes: broadcast. Errors: some 1e-16,
    so that a smaller divergence is lost.

    >>> round(coin_kl(0.0, 2.0), 6)
    0.433781
    """
    p, q, p_ref, q_ref = sigmoid(L), sigmoid(-L), sigmoid(L_ref), sigmoid(-L_ref)
    return p * (log(p) - log(p_ref)) + q * (log(q) - log(q_ref))


def objective(L: Number, L_ref: Number, beta: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""What a method maximises when it is tied to a reference.

    .. math:: J(p) = F(p) - β\,\mathrm{kl}(p\|p_{ref}), \qquad \frac{dJ}{dp} = Ω(p) - β\,(L - L_{ref})

    Its stationary points are the fixed points of the recursion, its maxima those of a slope below 1, and an exact
    update adds dJ/dp over β to the log-odds. With αβ for β it is that of a two-KL variant.
    Source: our own statement B18. Domain: as `climbed` and `coin_kl`, β ≥ 0. Shapes: broadcast. Errors: as `climbed`.

    >>> from grpo_paper.theory.weighting import MEAN_ONLY
    >>> round(objective(0.0, 2.0, 1.0, 0.0, MEAN_ONLY), 6)
    0.066219
    """
    return climbed(L, eps, weighting) - beta * coin_kl(L, L_ref)
