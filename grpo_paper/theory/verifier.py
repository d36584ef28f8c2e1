"""A verifier that errs: what it rewards, how hard it pushes the true log-odds, and what a fixed mistake costs."""

from grpo_paper.theory.elementary import Number, sigmoid
from grpo_paper.theory.success_map import success_variance
from grpo_paper.theory.weighting import whitening


def observed(L: Number, tpr: Number, fpr: Number) -> tuple[Number, Number]:
    r"""Share of outputs that the verifier accepts and share that it rejects, for true log-odds of success L.

    .. math:: \tilde p = \mathrm{FPR} + J p, \qquad 1 - \tilde p, \qquad J = \mathrm{TPR} - \mathrm{FPR}

    Source: our own statement B15. Domain: L in nats; tpr, fpr in [0, 1], the chances that a right and a
    wrong output is accepted. Shapes: broadcast.

    >>> observed(0.0, 0.9, 0.1)
    (0.5, 0.5)
    """
    right, wrong = sigmoid(L), sigmoid(-L)
    return tpr * right + fpr * wrong, (1 - tpr) * right + (1 - fpr) * wrong


def verifier_push(L: Number, eps: Number, tpr: Number, fpr: Number) -> Number:
    r"""Push on the true log-odds, before division by β, where each verdict errs by a coin of its own.

    .. math:: Ω_J = \frac{J}{\sqrt{\tilde p (1-\tilde p) + ε}}

    Source: our own statement B15; Ω for a verifier that never errs. Domain: as `observed`, ε > 0. Shapes: broadcast.

    >>> round(verifier_push(0.0, 0, 0.9, 0.1), 6), round(verifier_push(0.0, 0, 0.3, 0.7), 6)
    (1.6, -0.8)
    """
    accepted, rejected = observed(L, tpr, fpr)
    return (tpr - fpr) * whitening(accepted * rejected, eps)


def verifier_slope(L: Number, eps: Number, tpr: Number, fpr: Number) -> Number:
    r"""Derivative of `verifier_push` along L.

    .. math:: \frac{J^2 \, p(1-p) \, (2\tilde p - 1)}{2\,[\tilde p(1-\tilde p) + ε]^{3/2}}

    At its root p̃ = ½ the push is least in size. Source: our own statement B15. Domain and shapes: as `verifier_push`.

    >>> verifier_slope(0.0, 1e-5, 0.9, 0.1)
    0.0
    """
    accepted, rejected = observed(L, tpr, fpr)
    scale = whitening(accepted * rejected, eps)
    # p(1 − p) first, as in `whitening_slope`; no division by p̃(1 − p̃), which is 0 where the verifier never doubts.
    return success_variance(L) * scale * scale * scale * (tpr - fpr) ** 2 * (accepted - rejected) / 2


def true_success(p: Number, p_ref: Number, tpr: Number, fpr: Number) -> Number:
    r"""True success rate of a policy that the verifier accepts at rate p, where it always errs on the same outputs.

    .. math:: a\,p + b\,(1-p), \qquad a = \frac{\mathrm{TPR}\,p_{ref}}{\tilde p_{ref}}, \quad
        b = \frac{(1-\mathrm{TPR})\,p_{ref}}{1 - \tilde p_{ref}}

    a is the verifier's precision on the reference: no training raises the true rate above it where a > b, which is
    where TPR > FPR.
    Source: our own statement B15. Domain: p in [0, 1], 0 < p_ref < 1 the reference's true rate, 0 < p̃_ref < 1; tpr and
    fpr its shares of right and of wrong outputs that are accepted. Shapes: broadcast.

    >>> round(true_success(1.0, 0.2, 0.9, 0.1), 4)
    0.6923
    """
    accepted = fpr + (tpr - fpr) * p_ref
    return tpr * p_ref / accepted * p + (1 - tpr) * p_ref / (1 - accepted) * (1 - p)
