"""Weightings beyond the paper's two: what other methods make of right and wrong, each as data.

A formula takes (p, q, eps, *settings) and gives Ω; beside it stands its slope along the log-odds, which is p q times
the one along p. Constants in Ω fold into β: two methods compare at equal Ω(½), not at equal β.
Source: our own statement B14; `methods` says which method has which weighting, and how that was checked.
"""

from dataclasses import replace
from functools import reduce
from math import comb

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import Number, arctan, exp, log, mean, power, sigmoid, sqrt
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Shape, Weighting, whitening


def _leave_one_out(successes: int, group_size: int, eps: Number) -> tuple[Number, Number]:
    zero = 0 * eps
    return (group_size - successes + zero) / (group_size - 1), -(successes + zero) / (group_size - 1)


def _bare(successes: int, group_size: int, eps: Number) -> tuple[Number, Number]:
    return 1 + 0 * eps, 0 * eps


def _unbiased(p: Number, q: Number, group_size: int) -> Number:
    return 1 + 0 * p


RLOO = replace(MEAN_ONLY, name="RLOO", group=_leave_one_out, group_mean=_unbiased)
"""Centred on the mean of the other outputs: unbiased, where the group's own mean gives (G − 1)/G."""
REINFORCE = replace(MEAN_ONLY, name="REINFORCE", group=_bare, group_mean=_unbiased)
"""The reward itself, without a baseline: groups of successes alone push too."""


def _inverse(p: Number, q: Number, eps: Number) -> Number:
    return 1 / p


def _inverse_slope(p: Number, q: Number, eps: Number) -> Number:
    return -q / p


def _log_rate(p: Number, q: Number, eps: Number) -> Number:
    return log(p)


def _inverse_group(p: Number, q: Number, group_size: int) -> Number:
    return (1 - q ** (group_size - 1)) / p


MAXRL = Weighting(
    "MaxRL", _inverse, _inverse_slope, shape="falling", settles=True, potential=_log_rate, group_mean=_inverse_group
)
"""The centred reward over the success rate: maximum likelihood of a right answer."""


def _odds(p: Number, q: Number, eps: Number) -> Number:
    return 1 / (p * q)


def _odds_slope(p: Number, q: Number, eps: Number) -> Number:
    return (p - q) / (p * q)


def _log_odds(p: Number, q: Number, eps: Number) -> Number:
    return log(p) - log(q)


def _odds_group(p: Number, q: Number, group_size: int) -> Number:
    return (1 - p**group_size - q**group_size) / (p * q)


DISCO = Weighting(
    "DisCO", _odds, _odds_slope, shape="bowl", even=True, settles=True, potential=_log_odds, group_mean=_odds_group
)
"""The mean score of right answers less that of wrong ones: each kind over its own number."""


def _pass(p: Number, q: Number, eps: Number, k: int) -> Number:
    return k * q ** (k - 1)


def _pass_slope(p: Number, q: Number, eps: Number, k: int) -> Number:
    return -k * (k - 1) * p * q ** (k - 1)


def _pass_potential(p: Number, q: Number, eps: Number, k: int) -> Number:
    return 1 - q**k


def _enough(group_size: int, k: int) -> None:
    if group_size < k:
        raise ValueError(f"group_size = {group_size} is outside its domain: it must be k = {k} at least")


def _pass_group(successes: int, group_size: int, eps: Number, k: int) -> tuple[Number, Number]:
    _enough(group_size, k)
    alone = (comb(group_size - 1 - successes, k - 1) if successes < group_size else 0) + 0 * eps
    return k + 0 * eps, k - k * alone / comb(group_size - 1, k - 1)


def _pass_mean(p: Number, q: Number, group_size: int, k: int) -> Number:
    return _pass(p, q, 0, k)


def pass_at_k(k: int) -> Weighting:
    """The chance that one of k answers is right, by its unbiased gradient from a group of G ≥ k (PKPO).

    Domain: k whole, ≥ 1. Errors: ValueError for another k, and later for a group of fewer than k.

    >>> pass_at_k(4).push(0.5, 0.5, 0.0)
    0.5
    """
    k = domain.whole("k", k, 1)
    return Weighting(
        f"PKPO (k={k})",
        _pass,
        _pass_slope,
        (k,),
        "falling" if k > 1 else "constant",
        settles=True,
        potential=_pass_potential,
        group=_pass_group,
        group_mean=_pass_mean,
    )


def _passed(p: Number, q: Number, eps: Number, k: int) -> Number:
    return sqrt(q ** (k - 2)) / sqrt(p * _geometric(q, k))


def _passed_slope(p: Number, q: Number, eps: Number, k: int) -> Number:
    return _passed(p, q, eps, k) * ((2 - k) * p - k * q**k / _geometric(q, k)) / 2


def _geometric(q: Number, k: int) -> Number:
    """(1 − q^k)/p, summed so that nothing cancels for small p: 1 + q(1 + q(1 + …))."""
    return reduce(lambda inner, _: 1 + q * inner, range(1, k), 1 + 0 * q)


def _passed_potential(p: Number, q: Number, eps: Number, k: int) -> Number:
    return 2 * arctan(sqrt(p * _geometric(q, k) / q**k)) / k


def _passed_group(successes: int, group_size: int, eps: Number, k: int) -> tuple[Number, Number]:
    _enough(group_size, k)
    failures, zero = group_size - successes, 0 * eps
    if failures < k or successes == 0:  # every choice of k shows a success, or none does
        return zero, zero
    lost = (comb(failures, k) + zero) / comb(group_size, k)
    deviation = sqrt(lost * (1 - lost))
    return lost / deviation, (lost - (comb(failures - 1, k - 1) + zero) / comb(group_size - 1, k - 1)) / deviation


def pass_at_k_training(k: int) -> Weighting:
    """Groups of k whose reward is the best of them, whitened; over all choices of k of the G outputs.

    For k from 3 to 7 a run can oscillate for ever beside a fixed point that attracts: the Schwarzian derivative is
    positive somewhere. Domain: k whole, ≥ 2 (k = 1 is GRPO with ε = 0). Errors: ValueError for another k, and later for
    a smaller group.

    >>> round(pass_at_k_training(2).push(0.5, 0.5, 0.0), 6)
    1.154701
    """
    k = domain.whole("k", k, 2)
    return Weighting(
        f"Pass@k Training (k={k})",
        _passed,
        _passed_slope,
        (k,),
        "falling",
        settles=k == 2 or k >= 8,
        potential=_passed_potential,
        group=_passed_group,
    )


def _risk(p: Number, q: Number, eps: Number, b: float) -> Number:
    loss = exp(0 * p - b)
    return (1 - loss) / (b * (p + q * loss))


def _risk_slope(p: Number, q: Number, eps: Number, b: float) -> Number:
    return -b * p * q * _risk(p, q, eps, b) ** 2


def _risk_potential(p: Number, q: Number, eps: Number, b: float) -> Number:
    return 1 + log(p + q * exp(0 * p - b)) / b


def risk_sensitive(b: float) -> Weighting:
    """The exponential utility log E e^{b r} / b: b > 0 seeks risk (RS-GRPO).

    Domain: b finite and > 0. Errors: ValueError for another b.

    >>> round(risk_sensitive(2.0).push(0.5, 0.5, 0.0), 6)
    0.761594
    """
    b = domain.one("b", b, domain.positive)
    return Weighting(f"RS-GRPO (b={b:g})", _risk, _risk_slope, (b,), "falling", settles=True, potential=_risk_potential)


def _focal(p: Number, q: Number, eps: Number, gamma: float) -> Number:
    return power(q, gamma) * whitening(p * q, eps)


def _focal_slope(p: Number, q: Number, eps: Number, gamma: float) -> Number:
    return power(q, gamma) * (WHITENED.slope(p, q, eps) - gamma * p * whitening(p * q, eps))


def focal(gamma: float) -> Weighting:
    """GRPO's weighting times (1 − p)^γ: prompts that are mostly solved count for less (F-GRPO).

    From γ = ½ on it falls; from γ = 1 on no run oscillates beside a fixed point that attracts. Domain: γ finite and
    > 0. Errors: ValueError for another γ.

    >>> focal(1.0).push(0.5, 0.5, 0.0)
    1.0
    """
    gamma = domain.one("gamma", gamma, domain.positive)
    name = f"F-GRPO (γ={gamma:g})"
    shape: Shape | None = "falling" if gamma >= 0.5 else None
    return Weighting(name, _focal, _focal_slope, (gamma,), shape, settles=gamma >= 1)


def lead_factor(x: Number) -> Number:
    """What GRPO-LEAD multiplies a success's advantage by at success rate x, and a failure's at failure rate x.

    >>> round(lead_factor(0.75), 6)
    0.95
    """
    return 0.4 + 1.1 * sigmoid(7.5 - 10 * x)


def _lead(p: Number, q: Number, eps: Number) -> Number:
    return (q * lead_factor(p) + p * lead_factor(q)) * whitening(p * q, eps)


def _lead_slope(p: Number, q: Number, eps: Number) -> Number:
    right, wrong = (sigmoid(7.5 - 10 * x) for x in (p, q))
    # Not 11: as floats 1.1 and 11 are no multiples of each other, and balls see that.
    along_p = 1.1 * (wrong - right - 10 * (q * right * (1 - right) - p * wrong * (1 - wrong)))
    factor = q * lead_factor(p) + p * lead_factor(q)
    return p * q * along_p * whitening(p * q, eps) + factor * WHITENED.slope(p, q, eps)


def _lead_group(successes: int, group_size: int, eps: Number) -> tuple[Number, Number]:
    right, wrong = WHITENED.advantages(successes, group_size, eps)
    p_hat = (successes + 0 * eps) / group_size
    return right * lead_factor(p_hat), wrong * lead_factor(1 - p_hat)


LEAD = Weighting("GRPO-LEAD", _lead, _lead_slope, even=True, group=_lead_group)
"""GRPO whose successes count for more on hard prompts, and its failures on easy ones; answers of one length."""


def _pooled(p: Number, q: Number, eps: Number) -> Number:
    return whitening(mean(p * q), eps) + 0 * p


def _pooled_slope(p: Number, q: Number, eps: Number) -> Number:
    return p * q * (p - q) * whitening(mean(p * q), eps) ** 3 / (2 * _size(p))


def _size(p: Number) -> int:
    return p.shape[-1]


PROMPT_DEVIATION = Weighting("REINFORCE++ with baseline", _pooled, _pooled_slope, coupled=True)
"""Centred in each group, then divided by the deviation over the batch, √(mean of p_i q_i + ε)."""


def _batch(p: Number, q: Number, eps: Number) -> Number:
    return whitening(mean(p) * mean(q), eps) + 0 * p


def _batch_slope(p: Number, q: Number, eps: Number) -> Number:
    return p * q * (mean(p) - mean(q)) * whitening(mean(p) * mean(q), eps) ** 3 / (2 * _size(p))


BATCH_DEVIATION = Weighting("batch scaling", _batch, _batch_slope, coupled=True)
"""Centred in each group, then divided by the deviation of all rewards of the batch, √(p̄ q̄ + ε)."""


def _rate(p: Number, q: Number, eps: Number) -> Number:
    return 1 / mean(p) + 0 * p


def _rate_slope(p: Number, q: Number, eps: Number) -> Number:
    return -p * q / (mean(p) ** 2 * _size(p))


BATCH_RATE = Weighting("GPG in verl", _rate, _rate_slope, coupled=True)
"""Centred in each group, then divided by the success rate of the batch."""
