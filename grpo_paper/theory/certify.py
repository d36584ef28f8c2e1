"""Proofs with Arb balls: enclosures of the fixed points, and three-valued verdicts on boxes of parameters.

The balls flow through the same formulas as everything else. A ball result contains the exact value, so a strict
sign is a proof; a ball that straddles the question is cut in two, and what is still open when the
budget of cuts is spent is Unknown, which never counts as passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from grpo_paper.extras import needed
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.success_map import force, force_slope, log_odds_step
from grpo_paper.theory.variants import GRPO, Variant
from grpo_paper.theory.weighting import Weighting

with needed("A proof by balls"):
    from flint import arb, ctx

PRECISION = 256
"""Working bits; about 77 decimal digits."""


class Verdict(Enum):
    """True, False or Unknown. Only TRUE is truthy.

    >>> bool(Verdict.TRUE), bool(Verdict.FALSE), bool(Verdict.UNKNOWN)
    (True, False, False)
    """

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"

    def __bool__(self) -> bool:
        return self is Verdict.TRUE


def less(x: arb, y: arb) -> Verdict:
    """Whether x < y for every value in the balls.

    >>> less(arb(1), arb(2)), less(arb("1 +/- 1"), arb(1))
    (<Verdict.TRUE: 'True'>, <Verdict.UNKNOWN: 'Unknown'>)
    """
    if x < y:
        return Verdict.TRUE
    return Verdict.FALSE if x >= y else Verdict.UNKNOWN


@dataclass(frozen=True)
class FixedPoint:
    """One certified fixed point: a ball of log-odds that holds exactly one, and the slope's ball."""

    logit: arb
    slope: arb

    @property
    def p(self) -> arb:
        """Ball of the probability of success."""
        return sigmoid(self.logit)

    @property
    def stable(self) -> Verdict:
        """Whether the slope lies within (−1, 1), the condition of Theorem 6."""
        return less(abs(self.slope), arb(1))


@dataclass(frozen=True)
class Enclosure:
    """The certified fixed points of one cell, ascending; `complete` says whether these are proved to be all."""

    points: tuple[FixedPoint, ...]
    complete: Verdict


def exact(name: str, value: str | int) -> arb:
    """The tightest ball around a decimal string; a float is refused because it is not the decimal it shows.

    >>> exact("eps", 1e-5)
    Traceback (most recent call last):
    ValueError: eps = 1e-05 is not a decimal string; write it as '1e-05' so that the ball holds that very number
    """
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f"{name} = {value!r} is not a decimal string; it must read like '0.2' or '1e-5'")
    if isinstance(value, float):
        raise ValueError(
            f"{name} = {value!r} is not a decimal string; write it as '{value}' so that the ball holds that very number"
        )
    try:
        ball = arb(value)
    except ValueError:
        ball = arb("nan")
    if not ball.is_finite():
        raise ValueError(f"{name} = {value!r} is not a finite decimal number; it must read like '0.2' or '1e-5'")
    return ball


def fixed_points(
    p_ref: str,
    beta: str,
    eps: str,
    variant: Variant = GRPO,
    *,
    precision: int = PRECISION,
    cuts: int = 20_000,
) -> Enclosure:
    r"""Every fixed point of the recursion, each enclosed by a ball that provably holds exactly one.

    .. math:: D(L) = α\,L_{ref} + (1-α)\,L + Ω(L)/β - L = 0

    The search box is where every root inside (0, 1) must lie, as D has one sign outside it. A piece is dropped when
    D has one sign on it; where D' has one sign it holds at most one root, and the signs at its ends decide.
    Source: Theorems 3 and 6, Lemma 1, arXiv:2503.06639v4. Domain: decimal strings, 0 < p_ref < 1, β > 0, ε > 0,
    0 < α ≤ 1, a float α for its exact binary value (``Variant(WHITENED, arb("0.3"))`` for the decimal).
    Errors: ValueError naming the argument, the value and the domain.

    >>> found = fixed_points("0.3", "2", "0.01")
    >>> [point.p.str(8, radius=False) for point in found.points], found.complete
    (['0.53380971'], <Verdict.TRUE: 'True'>)
    """
    with ctx.workprec(precision):
        p, b, e = exact("p_ref", p_ref), exact("beta", beta), exact("eps", eps)
        alpha = arb(variant.alpha)  # as a ball, so that 1 − α is not rounded to a float
        variant = Variant(variant.weighting, alpha)
        for name, text, domain, good in (
            ("p_ref", p_ref, "a probability strictly between 0 and 1", p > 0 and p < 1),
            ("beta", beta, "> 0", b > 0),
            ("eps", eps, "> 0", e > 0),
            ("alpha", alpha, "in (0, 1]: a mirror variant has no interior fixed point", alpha > 0),
        ):
            if not good:
                raise ValueError(f"{name} = {text!r} is outside its domain: it must be {domain}")
        return _enclose(logit(p), b, e, variant, cuts)


def log_odds(L_ref: float, beta: float, eps: float, weighting: Weighting) -> list[float]:
    """Every fixed point of a weighting that is tied to the reference alone, as floats; all numbers are taken exactly.

    Errors: ValueError where balls cannot show that these are all.

    >>> from grpo_paper.theory.weighting import library_whitening
    >>> [round(L, 6) for L in log_odds(-1.0, 2.0, 1e-5, library_whitening(16))]
    [-0.031819, 5.035656, 4999.0]
    """
    with ctx.workprec(PRECISION):
        found = _enclose(arb(L_ref), arb(beta), arb(eps), Variant(weighting, 1), 20_000)
    if not found.complete:
        raise ValueError(
            f"the fixed points of {weighting.name} at log-odds {L_ref!r} of the reference, beta = {beta!r} and "
            f"eps = {eps!r} could not all be enclosed; move a little away, or give the weighting its shape"
        )
    return [float(point.logit) for point in found.points]


def _enclose(L_ref: arb, beta: arb, eps: arb, variant: Variant, cuts: int) -> Enclosure:
    alpha = arb(variant.alpha)

    def defect(L: arb) -> arb:
        return log_odds_step(L, L_ref, beta, eps, variant) - L

    def defect_slope(L: arb) -> arb:
        return force_slope(L, beta, eps, variant) - alpha

    low, high, proved = _box(L_ref, alpha * beta, eps, variant.weighting)
    roots, complete = isolate(defect, defect_slope, low, high, cuts)
    points = tuple(FixedPoint(root, (1 - alpha) + force_slope(root, beta, eps, variant)) for root in roots)
    return Enclosure(points, complete if proved else Verdict.UNKNOWN)


def _box(L_ref: arb, strength: arb, eps: arb, weighting: Weighting) -> tuple[arb, arb, bool]:
    """Log-odds between which every fixed point inside (0, 1) lies, and whether that is proved."""
    tied = Variant(weighting, 1)
    if weighting.shape in ("constant", "falling"):  # the root is between the reference and its update
        step = force(L_ref, strength, eps, tied)
        return arb((L_ref + step.min(arb(0)) - 1).lower()), arb((L_ref + step.max(arb(0)) + 1).upper()), True

    def past_the_bowl(L: arb) -> bool:
        """Convex: once the defect is positive and rises it stays so."""
        rises = force_slope(L, strength, eps, tied) > 1
        return rises and L_ref + force(L, strength, eps, tied) > L and L_ref < L

    def past_both_ends(L: arb) -> bool:
        small = sigmoid(-L).union(arb(0))
        above, below = weighting.push(1 - small, small, eps), weighting.push(small, 1 - small, eps)
        return L_ref + above / strength < L and L_ref + below / strength > -L

    if weighting.shape == "bowl":  # Ω > 0: no root is below the reference
        return arb((L_ref - 1).lower()), *doubled(past_the_bowl)
    reach, proved = doubled(past_both_ends)
    return -reach, reach, proved


def doubled(holds: Callable[[arb], bool]) -> tuple[arb, bool]:
    """The first of 1, 2, 4, … that holds, of 2,000; and whether one does.

    >>> doubled(lambda reach: reach > 5)
    (8.00000000000000, True)
    """
    reach = arb(1)
    for _ in range(2000):
        if holds(reach):
            return reach, True
        reach *= 2
    return reach, False


def positive(
    expression: Callable[..., arb], *box: tuple[str, str], precision: int = PRECISION, cuts: int = 20_000
) -> Verdict:
    """Whether a function of several numbers is > 0 on a whole box of decimal intervals.

    TRUE: every piece of the box was proved positive. FALSE: some point of the box gives a value ≤ 0.
    UNKNOWN: pieces are left after the given number of cuts; the widest side is cut first.

    >>> positive(lambda x, y: x + y * y - x * x, ("0.1", "0.9"), ("0", "1"))
    <Verdict.TRUE: 'True'>
    >>> positive(lambda x: x - 1, ("0", "2"))
    <Verdict.FALSE: 'False'>
    """
    with ctx.workprec(precision):
        pieces = [[(exact("box", low), exact("box", high)) for low, high in box]]
        for _ in range(cuts):
            if not pieces:
                return Verdict.TRUE
            piece = pieces.pop()
            if expression(*(low.union(high) for low, high in piece)) > 0:
                continue
            middles = [(low + high) / 2 for low, high in piece]
            if expression(*middles) <= 0:
                return Verdict.FALSE
            side = max(range(len(piece)), key=lambda i: float((piece[i][1] - piece[i][0]).upper()))
            low, high = piece[side]
            for half in ((low, middles[side]), (middles[side], high)):
                pieces.append([*piece[:side], half, *piece[side + 1 :]])
    return Verdict.UNKNOWN if pieces else Verdict.TRUE


def isolate(
    f: Callable[[arb], arb], slope: Callable[[arb], arb], low: arb, high: arb, cuts: int
) -> tuple[list[arb], Verdict]:
    """Balls with exactly one root of f each, and whether the rest of [low, high] was proved to hold none."""
    roots: list[arb] = []
    complete = Verdict.TRUE
    pieces = [(low, high)]
    for _ in range(cuts):
        if not pieces:
            break
        a, b = pieces.pop()
        piece = a.union(b)
        if not f(piece).contains(0):
            continue
        if not slope(piece).contains(0):
            at_a, at_b = f(a), f(b)
            if at_a * at_b < 0:
                roots.append(_sharpen(f, slope, a, b))
                continue
            if at_a * at_b > 0:
                continue
        # Off the middle, so that a cut seldom falls on a root, where no sign could be proved.
        cut = (a + (b - a) * arb("0.4871")).mid()
        if not (a < cut < b):
            complete = Verdict.UNKNOWN
            continue
        pieces += [(cut, b), (a, cut)]
    return roots, complete if not pieces else Verdict.UNKNOWN


def _sharpen(f: Callable[[arb], arb], slope: Callable[[arb], arb], a: arb, b: arb) -> arb:
    """Interval Newton on a piece where f is monotone and changes sign, until it stops shrinking."""
    piece = a.union(b)
    while True:
        middle = piece.mid()
        narrower = (middle - f(middle) / slope(piece)).intersection(piece)
        if not narrower.rad() < piece.rad() * arb("0.9"):
            return narrower
        piece = narrower
