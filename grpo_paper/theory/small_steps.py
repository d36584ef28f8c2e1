"""Small steps without a penalty: how fast the log-odds rise along the natural and along the plain gradient."""

from grpo_paper.theory.elementary import Number, exp, logsumexp, sigmoid, sqrt
from grpo_paper.theory.policy import conditional, success_logit
from grpo_paper.theory.success_map import success_variance
from grpo_paper.theory.weighting import WHITENED, Weighting


def arc_speed(L: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""Speed of 2 arcsin √p along the natural gradient of a table of logits, for steps of size going to 0.

    .. math:: \frac{d}{dt}\, 2\arcsin\sqrt{p} = \sqrt{v}\; Ω(p), \qquad \frac{dL}{dt} = Ω(p), \qquad v = p(1-p)

    It is √(v/(v + ε)) for mean + variance: 1 without smoothing, whatever the prompt. 2 arcsin √p is the arc length of
    the Fisher–Rao metric of a coin.
    Source: our own statement B13. Domain: L in nats, ε ≥ 0. Shapes: broadcast.

    >>> arc_speed(0.0, 0), arc_speed(-3.0, 0)
    (1.0, 1.0)
    """

    return sqrt(success_variance(L)) * weighting.push(sigmoid(L), sigmoid(-L), eps)


def concentration(log_pi: Number, event: Number) -> Number:
    r"""How concentrated a policy is on its answers of one kind: the chance that two of them agree.

    .. math:: c_S = \sum_{o \in S} π(o \mid S)^2

    Source: our own statement B13. Domain: normalised log-probabilities; `event` true for the outputs of the kind, at
    least one of them of positive probability. Shapes: (..., outputs) to (...).

    >>> import numpy as np
    >>> round(float(concentration(np.log([0.1, 0.1, 0.8]), np.array([True, True, False]))), 12)
    0.5
    """
    return exp(logsumexp(2 * conditional(log_pi, event)))


def plain_speed(log_pi: Number, reward: Number, eps: Number, weighting: Weighting = WHITENED) -> Number:
    r"""Speed of the log-odds of success along the plain gradient of a table of logits.

    .. math:: \frac{dL}{dt} = p(1-p)\,Ω(p)\,(c_S + c_F)

    Source: our own statement B13, with `concentration` on successes and on failures. Domain: both kinds have positive
    probability; ε ≥ 0. Shapes: (..., outputs) to (...).

    >>> import numpy as np
    >>> round(float(plain_speed(np.log([0.5, 0.5]), np.array([1, 0]), 0)), 12)  # ¼ · 2 · (1 + 1)
    1.0
    """
    L = success_logit(log_pi, reward)
    concentrations = concentration(log_pi, reward == 1) + concentration(log_pi, reward == 0)
    return success_variance(L) * weighting.push(sigmoid(L), sigmoid(-L), eps) * concentrations
