"""The formulas of the explorer's page, as JavaScript: each is a function of this library, called with SymPy symbols.

Nothing is written a second time. What the page draws, it computes with these arrow functions alone; they take
log-odds, so that nothing overflows however far L is from 0. Those of the clip and of groups stand beside the others.
"""

import sympy
from sympy import Expr, Symbol, jscode

from grpo_paper.theory.clipping import least_maximiser
from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fixed_points import peak_logit
from grpo_paper.theory.groups import group_gains
from grpo_paper.theory.methods import METHODS
from grpo_paper.theory.success_map import anchor, clipped_step, force, force_slope, log_odds_step
from grpo_paper.theory.symbols import L, alpha, beta, p
from grpo_paper.theory.variants import Variant
from grpo_paper.theory.weighting import Weighting
from grpo_paper.theory.zoo import focal

WEIGHTINGS: dict[Weighting, str] = {}
"""Those of the zoo that see one prompt at a time, with the name and setting that `methods.weighting` knows each by."""
for _method in METHODS:
    if not _method.weighting.coupled:
        WEIGHTINGS.setdefault(_method.weighting, _method.key)
WEIGHTINGS[focal(1.0)] = "f-grpo:1.0"  # from here on no run of it oscillates beside a fixed point that attracts
GROUP_SIZES = (2, 4, 8, 16, 32, 64)
eps, clip = Symbol("eps", positive=True), Symbol("clip", positive=True)
L_ref = Symbol("L_ref", real=True)
"""`symbols` has names for LaTeX; these three are none in JavaScript."""
push, push_slope = Symbol("push", positive=True), Symbol("push_slope", real=True)


class _Any(Weighting):
    """A weighting of which nothing is said: its push and slope are letters."""

    def __post_init__(self) -> None:
        """There is nothing to look at."""

    def push(self, p: Expr, q: Expr, eps: Expr) -> Expr:
        return push

    def slope(self, p: Expr, q: Expr, eps: Expr) -> Expr:
        return push_slope


ANY = Variant(_Any("any", lambda *_: push, lambda *_: push_slope), alpha)


def arrow(formula: Expr, *arguments: Symbol) -> str:
    """An expression as a JavaScript function of the symbols named.

    >>> arrow(sigmoid(L), L)
    '(L) => 1/(1 + Math.exp(-L))'
    """
    if missing := formula.free_symbols - set(arguments):
        raise ValueError(f"formula = {formula} has {sorted(map(str, missing))}, which are not among its arguments")
    return f"({', '.join(map(str, arguments))}) => {jscode(formula)}"


def shared() -> dict[str, str]:
    r"""What holds for every weighting: conversions, an update with the push and its slope as arguments, and the clip.

    .. math:: \text{defect} = \frac{\text{step}(L) - L}{α} = L_{ref} - L + \frac{Ω(L)}{αβ}

    Its roots are the fixed points for α > 0 (E15). For α = 0 these are p = 0 and 1, where one step multiplies the
    distance by e^{Ω(0)/β} and e^{−Ω(1)/β} in the limit.

    >>> shared()["step"]
    '(L, L_ref, push, beta, alpha) => L*(1 - alpha) + L_ref*alpha + push/beta'
    """
    tied = anchor(L, L_ref, ANY)
    pushed, pushed_slope = force(L, beta, eps, ANY), force_slope(L, beta, eps, ANY)
    defect = sympy.cancel((tied - L) / alpha)
    return {
        "sigmoid": arrow(sigmoid(L), L),
        "logit": arrow(logit(p), p),
        "peak_logit": arrow(peak_logit(eps), eps),
        "step": arrow(log_odds_step(L, L_ref, beta, eps, ANY), L, L_ref, push, beta, alpha),
        "slope": arrow(sympy.diff(tied, L) + pushed_slope, push_slope, beta, alpha),
        "defect": arrow(defect + pushed / alpha, L, L_ref, push, beta, alpha),
        "defect_slope": arrow(sympy.diff(defect, L) + pushed_slope / alpha, push_slope, beta, alpha),
        "slope_at_0": arrow(sympy.exp(pushed), push, beta),
        "slope_at_1": arrow(sympy.exp(-pushed), push, beta),
        "clipped_step": arrow(clipped_step(L, L_ref, beta, clip, eps, ANY), L, L_ref, push, beta, alpha, clip),
        "least_maximiser": arrow(least_maximiser(p, clip, clip), p, clip),
    }


def recursion(weighting: Weighting) -> dict[str, str]:
    """A weighting: its push, the slope of it along the log-odds, and the limits of the push at p = 0 and 1.

    >>> from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED
    >>> recursion(MEAN_ONLY)["push"]
    '(L, eps) => 1'
    >>> recursion(WHITENED)["push_at_1"]
    '(eps) => Math.pow(eps, -1/2)'
    """
    variant = Variant(weighting, 1)
    ends = [sympy.limit(weighting.push(p, 1 - p, eps), p, end, side) for end, side in ((0, "+"), (1, "-"))]
    first, last = ("() => Infinity" if end == sympy.oo else arrow(end, eps) for end in ends)
    return {
        "push": arrow(sympy.sympify(force(L, 1, eps, variant)), L, eps),
        "push_slope": arrow(sympy.sympify(force_slope(L, 1, eps, variant)), L, eps),
        "push_at_0": first,
        "push_at_1": last,
        "shape": f'"{weighting.shape}"',
        "settles": str(weighting.settles).lower(),
        "python": f'"{WEIGHTINGS[weighting]}"',
    }


def names(weighting: Weighting) -> dict[str, str]:
    """What the variants of a weighting are called: for α = 0, for α = 1, and between.

    >>> from grpo_paper.theory.weighting import MEAN_ONLY
    >>> names(MEAN_ONLY)
    {'mirror': '"Mirror Dr. GRPO"', 'reference': '"Dr. GRPO"', 'both': '"Two-KL Dr. GRPO"'}
    """
    shares = {"mirror": 0, "reference": 1, "both": 0.5}
    return {key: '"' + Variant(weighting, share).name.partition(" (α")[0] + '"' for key, share in shares.items()}


def gains(weighting: Weighting) -> dict[int, str]:
    """For each size of a group that the weighting allows, what an output is worth there: Ω_G in Bernstein's form.

    >>> from grpo_paper.theory.weighting import MEAN_ONLY
    >>> gains(MEAN_ONLY)[2]
    '(eps) => [0.5, 0.5]'
    """
    found = {}
    for size in GROUP_SIZES:
        try:
            values = group_gains(eps, size, weighting)
        except ValueError:  # a method that needs larger groups
            continue
        found[size] = f"(eps) => [{', '.join(_short(sympy.sympify(value)) for value in values)}]"
    return found


def _short(value: Expr) -> str:
    """The float that a number is, where a tower of roots and fractions would be printed."""
    return jscode(value) if value.free_symbols else repr(float(value.evalf(30)))


def javascript() -> str:
    """The whole file ``formulas.js``: one object, ``FORMULAS``, a classic script that works from ``file://``.

    >>> print(javascript().splitlines()[1])
    const FORMULAS = {
    """
    lines = ["// Generated from the library's formulas by book.pipeline.javascript.", "const FORMULAS = {"]
    lines += [f"  {name}: {code}," for name, code in shared().items()]
    lines.append("  weightings: {")
    for weighting in WEIGHTINGS:
        lines.append(f'    "{weighting.name}": {{')
        lines += [f"      {name}: {code}," for name, code in (names(weighting) | recursion(weighting)).items()]
        lines.append("    },")
    return "\n".join([*lines, "  },", "};", ""])


def group_javascript() -> str:
    """The whole file ``gains.js``: one object, ``GAINS``, by weighting and size of the group."""
    lines = ["// Generated from the library's formulas by book.pipeline.javascript.", "const GAINS = {"]
    for weighting in WEIGHTINGS:
        lines.append(f'  "{weighting.name}": {{')
        lines += [f"    {size}: {code}," for size, code in gains(weighting).items()]
        lines.append("  },")
    return "\n".join([*lines, "};", ""])
