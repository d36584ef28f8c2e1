"""What a clip leaves of an update where nothing else holds it: no KL penalty, β = 0."""

from grpo_paper.theory.elementary import Number, maximum, minimum


def least_maximiser(p: Number, clip: Number, clip_high: Number) -> Number:
    r"""The least success rate of a policy that maximises the clipped objective without a penalty.

    .. math:: \min\{1,\; \max[(1+ϵ_{high})\,p,\; p + ϵ\,(1-p)]\}

    Every rate from it up to 1 is that of a maximiser too: each success as much likelier as the clip counts, each
    failure as much rarer. Source: our own statement B10. Domain: 0 < p ≤ 1; 0 < ϵ < 1, the range below ratio 1;
    ϵ_high > 0, that above it, the same in the paper. Shapes: broadcast. p = 0 stays: no output of success can gain.

    >>> round(least_maximiser(0.001, 0.2, 0.2), 4)
    0.2008
    """
    return minimum(maximum((1 + clip_high) * p, p + clip * (1 - p)), 1)
