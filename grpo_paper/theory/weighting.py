"""A weighting of right and wrong: with binary rewards, all that an exact update knows of a method is one function Ω(p).

The update with any advantage A(r; p) adds Ω(p)/β to the log-odds of the policy that it is tied to, with
Ω(p) = A(1; p) − A(0; p): every baseline cancels (Theorem 8). Here are the paper's two weightings, and the one that
libraries train with; other methods are in `zoo`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import Number, arctan, sigmoid, sqrt

Shape = Literal["constant", "falling", "dip", "bowl"]
"""Of Ω along the log-odds, where it is known well enough that no fixed point can be missed: see `Weighting`."""
LOOKS = np.linspace(-30, 30, 121)
"""Log-odds at which a new weighting is looked at."""


def whitening(variance: Number, eps: Number) -> Number:
    r"""Factor by which mean + variance normalisation scales a centred reward.

    .. math:: (v + ε)^{-1/2}, \qquad v = p(1-p)

    Source: Section 2, stabilised advantage, arXiv:2503.06639v4.
    Domain: 0 ≤ v ≤ ¼, ε ≥ 0, v + ε > 0. Shapes: broadcast. As printed: same.

    The variance, not p, is the argument, so that log-odds code can pass σ(L)σ(−L) and lose nothing near p = 1.

    >>> whitening(0.25, 0.0)
    2.0
    """
    return 1 / sqrt(variance + eps)


def whitening_slope(variance: Number, tilt: Number, eps: Number) -> Number:
    r"""Derivative of `whitening` along the log-odds L, since dv/dL = −v(2p − 1).

    .. math:: \frac{dΩ}{dL} = \frac{v\,(2p-1)}{2\,(v+ε)^{3/2}}, \qquad v = p(1-p)

    Source: the numerator and root of Lemma 1, appendix. Domain: as `whitening`, with ``tilt`` = 2p − 1 in [−1, 1].
    Shapes: broadcast. Units: per nat.

    >>> whitening_slope(0.25, 0.0, 0.0)
    0.0
    """
    scale = whitening(variance, eps)
    # v multiplies first: scale³ alone leaves the floats once ε < 1e-205.
    return variance * scale * scale * scale * tilt / 2


def whitening_potential(variance: Number, tilt: Number, eps: Number) -> Number:
    r"""What GRPO climbs: a function of p whose derivative is `whitening`; at ε = 0 the angle 2 arcsin √p − π/2.

    .. math:: \arctan \frac{2p-1}{2\sqrt{v + ε}}, \qquad v = p(1-p)

    Source: Davis and Recht, arXiv:2510.13651, for ε = 0. Domain: as `whitening`, with ``tilt`` = 2p − 1 in [−1, 1].
    Shapes: broadcast.

    >>> whitening_potential(0.25, 0.0, 0.0)
    0.0
    """
    return arctan(tilt * whitening(variance, eps) / 2)


def sample_whitening(variance: Number, group_size: Number, offset: Number) -> Number:
    r"""Factor by which training libraries scale a centred reward: sample deviation, constant outside the root.

    .. math:: \frac{1}{s + δ}, \qquad s = \sqrt{\frac{G}{G-1}\,v}, \quad v = p(1-p)

    Source: not in the paper; TRL 1.16 (δ = 1e-4) and verl 0.9.1 (δ = 1e-6).
    Domain: 0 ≤ v ≤ ¼, G ≥ 2, δ > 0. Shapes: broadcast.

    >>> sample_whitening(0.1875, 4, 0.5)
    1.0
    """
    return 1 / (_sample_deviation(variance, group_size) + offset)


def sample_whitening_slope(variance: Number, tilt: Number, group_size: Number, offset: Number) -> Number:
    r"""Derivative of `sample_whitening` along the log-odds, 0 where the group is silent (v = 0).

    .. math:: \frac{s\,(2p-1)}{2\,(s + δ)^2}, \qquad s = \sqrt{\frac{G}{G-1}\,v}, \quad v = p(1-p)

    Source: dv/dL = −v(2p − 1). Domain: as `sample_whitening`, with ``tilt`` = 2p − 1 in [−1, 1].
    Shapes: broadcast. Units: per nat.

    >>> sample_whitening_slope(0.1875, 0.5, 4, 0.5)
    0.125
    """
    deviation = _sample_deviation(variance, group_size)
    scale = sample_whitening(variance, group_size, offset)
    return deviation * scale * scale * tilt / 2


def _sample_deviation(variance: Number, group_size: Number) -> Number:
    return sqrt(variance * group_size / (group_size - 1))


@dataclass(frozen=True)
class Weighting:
    r"""How a method weighs right and wrong, as data; two are equal where the formulas and their settings are.

    formula: Ω, of (p, q, eps, \*settings) with q = 1 − p, so that nothing is lost near p = 1; finite inside (0, 1).
    formula_slope: its derivative along the log-odds L, which is p q times the one along p.
    shape: "constant"; "falling", Ω never rises; "dip", that of GRPO; "bowl", strictly convex along L and growing
    as fast as e^{|L|/c} at both ends. None: fixed points are then enclosed by balls.
    even: Ω(p) = Ω(q). positive: Ω > 0 inside, as amplification needs (B14).
    settles: the Schwarzian derivative of Ω along L is shown to be negative, as the fate of a run needs (B8).
    coupled: Ω depends on the whole batch; p and q then have its prompts along their last axis.
    potential: F with dF/dp = Ω, what exact small steps climb, of the arguments of formula.
    group: the advantages of a success and of a failure, of (successes, group_size, eps, \*settings); unless given,
    Ω and the baseline at the group's own rate.
    group_mean: Ω_G in closed form, of (p, q, group_size, \*settings).
    Errors: ValueError if at some success rate Ω is not finite or is not what is said of it.

    >>> WHITENED.push(0.5, 0.5, 0.0), MEAN_ONLY.name
    (2.0, 'Dr. GRPO')
    """

    name: str
    formula: Callable[..., Number] = field(repr=False)
    formula_slope: Callable[..., Number] = field(repr=False)
    settings: tuple[float, ...] = field(default=(), repr=False)
    shape: Shape | None = field(default=None, repr=False)
    even: bool = field(default=False, repr=False)
    positive: bool = field(default=True, repr=False)
    settles: bool = field(default=False, repr=False)
    coupled: bool = field(default=False, repr=False)
    potential: Callable[..., Number] | None = field(default=None, repr=False)
    group: Callable[..., tuple[Number, Number]] | None = field(default=None, repr=False)
    group_mean: Callable[..., Number] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        p, q = sigmoid(LOOKS), sigmoid(-LOOKS)
        eps = 1e-5
        with np.errstate(all="ignore"):  # what is no number is refused in a sentence
            push, slope = (np.broadcast_to(f(p, q, eps), p.shape) for f in (self.push, self.slope))
        for what, bad in (
            ("Ω or its slope is not finite", ~(np.isfinite(push) & np.isfinite(slope))),
            # Where it falls by a high power it leaves the floats: 0 is no fault, unless it is all there is.
            ("it is said to be positive", self.positive & ((push < 0) | ~push.any())),
            ("it is said to be even", self.even & (push != push[::-1])),
            ("it is said to be constant", (self.shape == "constant") & (slope != 0)),
            ("it is said to be falling", (self.shape == "falling") & (slope > 0)),
        ):
            if bad.any():
                at = int(np.argmax(bad))
                raise ValueError(
                    f"the weighting {self.name}: {what}, but at p = {p[at]:.6g} Ω is {push[at]:.6g} with a slope of "
                    f"{slope[at]:.6g}; it must be a finite function inside (0, 1) and what is said of it"
                )

    def push(self, p: Number, q: Number, eps: Number) -> Number:
        """Ω, from the success rate and the failure rate.

        >>> MEAN_ONLY.push(0.25, 0.75, 1e-5)
        1.0
        """
        return self.formula(p, q, eps, *self.settings)

    def slope(self, p: Number, q: Number, eps: Number) -> Number:
        """Derivative of Ω along the log-odds.

        >>> WHITENED.slope(0.5, 0.5, 1e-5)
        0.0
        """
        return self.formula_slope(p, q, eps, *self.settings)

    def advantages(self, successes: int, group_size: int, eps: Number) -> tuple[Number, Number]:
        """Advantage of a success and of a failure in a group with so many successes.

        A group whose rewards are alike is silent, unless the method's own rule says otherwise.

        >>> MEAN_ONLY.advantages(1, 4, 0.0), WHITENED.advantages(4, 4, 0.0)
        ((0.75, -0.25), (0.0, 0.0))
        """
        if self.group is not None:
            return self.group(successes, group_size, eps, *self.settings)
        zero = 0 * eps
        if successes in (0, group_size):
            return zero, zero
        p, q = (successes + zero) / group_size, (group_size - successes + zero) / group_size
        push = self.push(p, q, eps)
        return q * push, -p * push


def _whitened(p: Number, q: Number, eps: Number) -> Number:
    return whitening(p * q, eps)


def _whitened_slope(p: Number, q: Number, eps: Number) -> Number:
    return whitening_slope(p * q, p - q, eps)


def _one(p: Number, q: Number, eps: Number) -> Number:
    return 1 + 0 * p


def _zero(p: Number, q: Number, eps: Number) -> Number:
    return 0 * p


def _library(p: Number, q: Number, eps: Number, group_size: Number, offset: Number) -> Number:
    return sample_whitening(p * q, group_size, offset)


def _library_slope(p: Number, q: Number, eps: Number, group_size: Number, offset: Number) -> Number:
    return sample_whitening_slope(p * q, p - q, group_size, offset)


def _arc(p: Number, q: Number, eps: Number) -> Number:
    return whitening_potential(p * q, p - q, eps)


def _rate(p: Number, q: Number, eps: Number) -> Number:
    return p


WHITENED = Weighting("GRPO", _whitened, _whitened_slope, shape="dip", even=True, settles=True, potential=_arc)
"""GRPO: centre, then divide by √(p(1 − p) + ε). Table 1 calls it mean+variance."""
MEAN_ONLY = Weighting("Dr. GRPO", _one, _zero, shape="constant", even=True, settles=True, potential=_rate)
"""Dr. GRPO: centre only. Table 1 calls it mean-only."""


def library_whitening(group_size: int, offset: float = 1e-4) -> Weighting:
    """The whitening that TRL trains with (verl: offset 1e-6), to use where `WHITENED` is used; ε is ignored.

    Source: not in the paper. Domain: group_size whole, ≥ 2; offset finite and > 0.
    Errors: ValueError naming the argument, the value and the domain.

    >>> library_whitening(16) == library_whitening(16, 1e-4)
    True
    >>> [round(A, 4) for A in library_whitening(4).advantages(1, 4, 0.0)]
    [1.4997, -0.4999]
    """
    settled = domain.whole("group_size", group_size, 2), domain.one("offset", offset, domain.positive)
    name = f"GRPO with sample deviation (G={settled[0]}, offset={settled[1]:g})"
    return Weighting(name, _library, _library_slope, settled, even=True)
