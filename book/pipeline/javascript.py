"""The formulas of the explorer's page, as JavaScript: each is a function of this library, called with SymPy symbols.

Nothing is written a second time. What the page draws, it computes with these arrow functions alone; they take
log-odds, so that nothing overflows however far L is from 0, and they have no branches.
"""

import sympy
from sympy import Expr, Symbol, jscode, oo

from grpo_paper.theory.elementary import logit, sigmoid
from grpo_paper.theory.fixed_points import peak_logit
from grpo_paper.theory.success_map import anchor, force, force_slope, log_odds_step
from grpo_paper.theory.symbols import L, alpha, beta, p
from grpo_paper.theory.variants import Variant
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting
from grpo_paper.theory.zoo import DISCO, MAXRL, focal, pass_at_k, pass_at_k_training, risk_sensitive

WEIGHTINGS = (
    WHITENED,
    MEAN_ONLY,
    MAXRL,
    pass_at_k(4),
    pass_at_k_training(4),
    risk_sensitive(2.0),
    focal(1.0),
    DISCO,
)
eps = Symbol("eps", positive=True)
L_ref = Symbol("L_ref", real=True)
"""`symbols` has names for LaTeX; these two are none in JavaScript."""


def arrow(formula: Expr, *arguments: Symbol) -> str:
    """An expression as a JavaScript function of the symbols named.

    >>> arrow(sigmoid(L), L)
    '(L) => 1/(1 + Math.exp(-L))'
    """
    if missing := formula.free_symbols - set(arguments):
        raise ValueError(f"formula = {formula} has {sorted(map(str, missing))}, which are not among its arguments")
    return f"({', '.join(map(str, arguments))}) => {jscode(formula)}"


def shared() -> dict[str, str]:
    """What does not depend on the weighting: conversions, and where the slope is steepest."""
    return {
        "sigmoid": arrow(sigmoid(L), L),
        "logit": arrow(logit(p), p),
        "peak_logit": arrow(peak_logit(eps), eps),
    }


def recursion(weighting: Weighting) -> dict[str, str]:
    r"""A weighting for a symbolic α: the step, its slope, and the equation that a fixed point solves.

    .. math:: \text{defect} = \frac{\text{step}(L) - L}{α} = L_{ref} - L + \frac{Ω(L)}{αβ}

    Its roots are the fixed points for α > 0 (E15). For α = 0 these are p = 0 and 1, where one step multiplies the
    distance by e^{Ω(0)/β} and e^{−Ω(1)/β} in the limit.

    >>> recursion(MEAN_ONLY)["step"]
    '(L, L_ref, beta, eps, alpha) => L*(1 - alpha) + L_ref*alpha + 1/beta'
    >>> recursion(WHITENED)["slope_at_1"]
    '(beta, eps) => Math.exp(-1/(beta*Math.sqrt(eps)))'
    """
    variant = Variant(weighting, alpha)
    tied = anchor(L, L_ref, variant)
    push, push_slope = force(L, beta, eps, variant), force_slope(L, beta, eps, variant)
    defect = sympy.cancel((tied - L) / alpha)
    first, last = (sympy.limit(force(L, beta, eps, variant), L, end) for end in (-oo, oo))
    return {
        "step": arrow(log_odds_step(L, L_ref, beta, eps, variant), L, L_ref, beta, eps, alpha),
        "slope": arrow(sympy.diff(tied, L) + push_slope, L, beta, eps, alpha),
        "defect": arrow(defect + push / alpha, L, L_ref, beta, eps, alpha),
        "defect_slope": arrow(sympy.diff(defect, L) + push_slope / alpha, L, beta, eps, alpha),
        "slope_at_0": arrow(sympy.exp(first), beta, eps),
        "slope_at_1": arrow(sympy.exp(-last), beta, eps),
        "shape": f'"{weighting.shape}"',
        "settles": str(weighting.settles).lower(),
    }


def names(weighting: Weighting) -> dict[str, str]:
    """What the variants of a weighting are called: for α = 0, for α = 1, and between.

    >>> names(MEAN_ONLY)
    {'mirror': '"Mirror Dr. GRPO"', 'reference': '"Dr. GRPO"', 'both': '"Two-KL Dr. GRPO"'}
    """
    shares = {"mirror": 0, "reference": 1, "both": 0.5}
    return {key: '"' + Variant(weighting, share).name.partition(" (α")[0] + '"' for key, share in shares.items()}


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
