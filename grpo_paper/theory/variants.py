"""Table 1 as data: six variants of GRPO, two weightings × where the KL penalty is anchored; and any other like them."""

from dataclasses import dataclass

from grpo_paper.theory.elementary import Number
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting


@dataclass(frozen=True)
class Variant:
    """One row of Table 1, or one like it: a weighting and the share α of the KL that goes to π_ref.

    α = 1 anchors at the reference only, α = 0 at the previous iterate only (mirror), and 0 < α < 1 uses
    both penalties. Errors: ValueError when alpha is outside [0, 1] or the weighting is none.

    >>> Variant(WHITENED, 0.25).alpha
    0.25
    """

    weighting: Weighting
    alpha: Number

    def __post_init__(self) -> None:
        if not isinstance(self.weighting, Weighting):
            raise ValueError(
                f"weighting = {self.weighting!r} is outside its domain: it must be a "
                "Weighting such as WHITENED, MEAN_ONLY or zoo.MAXRL"
            )
        if self.symbolic:
            return
        try:
            inside = not getattr(self.alpha, "shape", ()) and bool(0 <= self.alpha <= 1)
        except (TypeError, ValueError):
            inside = False
        if not inside:
            raise ValueError(
                f"alpha = {self.alpha!r} is outside its domain: it must be a number in [0, 1] "
                "(1: the reference only, 0: the mirror)"
            )

    @property
    def symbolic(self) -> bool:
        """Whether α is a SymPy symbol, for derivations, and not a number.

        >>> GRPO.symbolic
        False
        """
        return bool(getattr(self.alpha, "free_symbols", ()))

    @property
    def name(self) -> str:
        """The weighting's, and before it where the update is tied; in Table 1 the paper's own.

        >>> two_kl_dr(0.5).name
        'Two-KL Dr. GRPO (α=0.5)'
        """
        base = self.weighting.name
        if self.alpha == 1:
            return base
        return f"Mirror {base}" if self.alpha == 0 else f"Two-KL {base} (α={self.alpha})"


def numeric(variant: object) -> Variant:
    """The variant, if it is one with a number for α.

    >>> numeric("GRPO")
    Traceback (most recent call last):
    ValueError: variant = 'GRPO' is outside its domain: it must be a Variant such as GRPO, DR_GRPO or two_kl(0.5)
    """
    if isinstance(variant, Variant) and not variant.symbolic:
        return variant
    raise ValueError(
        f"variant = {variant!r} is outside its domain: it must be a Variant such as GRPO, DR_GRPO or two_kl(0.5)"
    )


GRPO = Variant(WHITENED, 1)
DR_GRPO = Variant(MEAN_ONLY, 1)
MIRROR_GRPO = Variant(WHITENED, 0)
MIRROR_DR_GRPO = Variant(MEAN_ONLY, 0)


def two_kl(alpha: Number) -> Variant:
    """GRPO with both KL penalties, share alpha to π_ref (Theorem 9).

    >>> two_kl(0.5).name
    'Two-KL GRPO (α=0.5)'
    """
    return Variant(WHITENED, alpha)


def two_kl_dr(alpha: Number) -> Variant:
    """Dr. GRPO (mean-only) with both KL penalties, share alpha to π_ref (Table 1).

    >>> two_kl_dr(1) == DR_GRPO
    True
    """
    return Variant(MEAN_ONLY, alpha)
