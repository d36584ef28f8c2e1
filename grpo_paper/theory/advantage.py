"""Whitened rewards and the two weights they put on a success and on a failure (Section 2, Figure 1).

With a binary reward of mean p the variance is p(1 − p), so a group's advantage takes two values only:
+ω⁺ on a success and −ω⁻ on a failure. Everything GRPO does with the group passes through them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import Number, sqrt


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


def no_scaling(variance: Number, eps: Number) -> Number:
    """Mean-only (Dr. GRPO) counterpart of `whitening`: the constant 1 (Section 5).

    >>> no_scaling(0.25, 1e-5)
    1.0
    """
    return 1 + 0 * variance


def no_slope(variance: Number, tilt: Number, eps: Number) -> Number:
    """Mean-only counterpart of `whitening_slope`: 0, because Ω is constant.

    >>> no_slope(0.25, 0.0, 1e-5)
    0.0
    """
    return 0 * variance


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
class _Fixed:
    """A formula whose group size and offset are settled; compared by value and pickled, as a closure is not."""

    formula: Callable[..., Number]
    group_size: int
    offset: float

    def __call__(self, *arguments: Number) -> Number:
        *statistics, _eps = arguments
        return self.formula(*statistics, self.group_size, self.offset)


@dataclass(frozen=True)
class Normalization:
    """How a centred reward is scaled: the column "normalisation" of Table 1."""

    name: str
    scale: Callable[[Number, Number], Number] = field(repr=False)
    scale_slope: Callable[[Number, Number, Number], Number] = field(repr=False)


WHITENED = Normalization("mean+variance", whitening, whitening_slope)
"""GRPO: centre, then divide by √(p(1 − p) + ε)."""
MEAN_ONLY = Normalization("mean-only", no_scaling, no_slope)
"""Dr. GRPO: centre only."""


def library_whitening(group_size: int, offset: float = 1e-4) -> Normalization:
    """The whitening that TRL trains with (verl: offset 1e-6), to use where `WHITENED` is used; ε is ignored.

    Source: not in the paper. Domain: group_size whole, ≥ 2; offset finite and > 0.
    Errors: ValueError naming the argument, the value and the domain.

    >>> library_whitening(16) == library_whitening(16, 1e-4)
    True
    >>> [round(advantage(r, 0.25, 0.0, library_whitening(4)), 4) for r in (1, 0, 0, 0)]
    [1.4997, -0.4999, -0.4999, -0.4999]
    """
    settled = domain.whole("group_size", group_size, 2), domain.one("offset", offset, domain.positive)
    name = f"mean+sample deviation (G={settled[0]}, offset={settled[1]:g})"
    return Normalization(name, _Fixed(sample_whitening, *settled), _Fixed(sample_whitening_slope, *settled))


def Omega(p: Number, eps: Number, normalization: Normalization = WHITENED) -> Number:
    r"""Sum of the two weights, Ω = ω⁺ + ω⁻: the force that one update puts on the log-odds, before dividing by β.

    .. math:: Ω(p) = \frac{1}{\sqrt{p(1-p) + ε}} \quad\text{(mean+variance)}, \qquad Ω = 1 \quad\text{(mean-only)}

    Source: Section 2 and Table 1, arXiv:2503.06639v4. Domain: p in [0, 1], ε ≥ 0 (ε > 0 at the ends).
    Shapes: broadcast. As printed: same.

    >>> Omega(0.5, 0.0)
    2.0
    """
    return normalization.scale(p * (1 - p), eps)


def omega_plus(p: Number, eps: Number, normalization: Normalization = WHITENED) -> Number:
    r"""Weight of a success.

    .. math:: ω^+(p) = \frac{1-p}{\sqrt{p(1-p)+ε}} \quad\text{(mean+variance)}, \qquad 1-p \quad\text{(mean-only)}

    Source: Section 2, arXiv:2503.06639v4; Figure 1 shows ε = 0, where it is √((1−p)/p).
    Domain: as `Omega`. Shapes: broadcast. As printed: same.

    >>> omega_plus(0.2, 0.0)
    2.0
    """
    return (1 - p) * Omega(p, eps, normalization)


def omega_minus(p: Number, eps: Number, normalization: Normalization = WHITENED) -> Number:
    r"""Weight of a failure (its advantage is −ω⁻).

    .. math:: ω^-(p) = \frac{p}{\sqrt{p(1-p)+ε}} \quad\text{(mean+variance)}, \qquad p \quad\text{(mean-only)}

    Source: Section 2, arXiv:2503.06639v4; Figure 1 shows ε = 0, where it is √(p/(1−p)).
    Domain: as `Omega`. Shapes: broadcast. As printed: same.

    >>> omega_minus(0.2, 0.0)
    0.5
    """
    return p * Omega(p, eps, normalization)


def advantage(reward: Number, p: Number, eps: Number, normalization: Normalization = WHITENED) -> Number:
    r"""Advantage of an output, given the group's (or population's) mean reward p.

    .. math:: A = \frac{r - p}{\sqrt{p(1-p)+ε}} = ω^+(p)\,1_{r=1} - ω^-(p)\,1_{r=0}

    Source: Section 2, arXiv:2503.06639v4. Domain: r in {0, 1}, p as `Omega`. Shapes: broadcast. As printed: same.

    >>> advantage(1, 0.2, 0.0), advantage(0, 0.2, 0.0)
    (2.0, -0.5)
    """
    return (reward - p) * Omega(p, eps, normalization)
