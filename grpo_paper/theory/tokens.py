"""GRPO's loss spread over the tokens of an output, as libraries train it; an output is one whole in the paper."""

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import Number, exp, maximum, where
from grpo_paper.theory.objective import clipped_surrogate, estimated_kl

RATIOS = ("token", "sequence", "output")
MEANS = ("grpo", "bnpo", "dr_grpo")


def token_loss(
    log_pi: Number,
    log_pi_old: Number,
    log_pi_ref: Number,
    mask: Number,
    A: Number,
    beta: Number,
    clip: Number,
    *,
    ratio: str = "token",
    mean: str = "grpo",
    penalty: str = "k3*ratio",
    length: float | None = None,
) -> Number:
    r"""Loss of a batch of sampled outputs, to be minimised: a mean over their tokens t of penalty less surrogate.

    .. math:: \operatorname{mean}_{o,t}\left[β\,\hat k(o, t) - f(ρ(o, t), A(o))\right]

    ``ratio``, what ρ compares:

    - "token": the token's own probability, π(t)/π_old(t). Each token is clipped by itself.
    - "sequence": the geometric mean of the ratios of an output's tokens (GSPO), the same for all of them.
    - "output": the output's probability, the product of the ratios of its tokens. This is the paper's ρ. The output
      then counts as one token, in the penalty and in the mean as well.

    ``mean``, by TRL's names; outputs of one length make them equal up to a constant:

    - "grpo": over the tokens of each output, then over outputs. Every output weighs the same.
    - "bnpo": over all tokens at once ("dapo" where TRL splits no batch). Every token weighs the same, so long outputs
      weigh more.
    - "dr_grpo": the sum over all tokens, divided by the number of outputs times ``length``, a constant (the width
      of the batch unless given; with 1 it is the mean over outputs of sums over tokens).

    ``penalty``: `estimated_kl` of the token.

    Source: `clipped_surrogate`, `k1` and `k3` token by token; TRL 1.16, torchrl 0.14.1 and verl 0.9.1 train it.
    Domain: log-probabilities of the sampled tokens; mask true (or 1) on an output's own tokens, beyond which anything
    may stand; β ≥ 0, 0 ≤ ϵ ≤ 1. An output without tokens adds 0 and is counted.
    Shapes: arrays or tensors (outputs, tokens), A (outputs,), to one number.
    Errors: ValueError for another word, a length that is not positive, shapes that do not fit.

    >>> import numpy as np
    >>> old, A = np.log([[0.5, 0.5], [0.5, 1.0]]), np.array([1.0, -1.0])
    >>> pi, mask = np.log([[0.75, 0.5], [0.25, 1.0]]), np.array([[1, 1], [1, 0]])
    >>> round(float(token_loss(pi, old, old, mask, A, 0.0, 0.2)), 12)  # (−(1.2 + 1)/2 + 0.8)/2
    -0.15
    """
    domain.choice("ratio", ratio, RATIOS)
    domain.choice("mean", mean, MEANS)
    if length is not None:
        domain.one("length", length, domain.positive)
    _check_shapes(log_pi=log_pi, log_pi_old=log_pi_old, log_pi_ref=log_pi_ref, mask=mask)
    if tuple(A.shape) != tuple(mask.shape[:1]):
        raise ValueError(f"A has shape {tuple(A.shape)}; it must hold one number for each of {mask.shape[0]} outputs")

    mask = mask > 0
    to_old = where(mask, log_pi - log_pi_old, 0.0)
    to_ref = where(mask, log_pi_ref - log_pi, 0.0)
    if ratio == "output":
        to_old, to_ref, mask = to_old.sum(-1)[:, None], to_ref.sum(-1)[:, None], mask.any(-1)[:, None]
    lengths = maximum(mask.sum(-1), 1)
    rho = exp((to_old.sum(-1) / lengths)[:, None] if ratio == "sequence" else to_old)

    loss = where(mask, beta * estimated_kl(penalty, to_ref, rho) - clipped_surrogate(rho, A[:, None], clip), 0.0)

    if mean == "grpo":
        return (loss.sum(-1) / lengths).mean()
    if mean == "bnpo":
        return loss.sum() / maximum(mask.sum(), 1)
    return loss.sum() / (mask.shape[0] * (max(mask.shape[1], 1) if length is None else length))


def _check_shapes(**arrays: Number) -> None:
    shapes = {name: tuple(array.shape) for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or len(shapes["mask"]) != 2:
        found = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"the shapes must be one and the same (outputs, tokens), but they are: {found}")
