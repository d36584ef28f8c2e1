"""A tiny causal transformer in plain torch, and how it reads a tree of continuations as one sequence."""

import math

import torch
from torch import Tensor
from torch.nn import functional

HEADS = 4


def initial(
    vocabulary: int, positions: int, outputs: int, hidden: int, layers: int, generator: torch.Generator
) -> dict[str, Tensor]:
    """Random weights: a matrix's entries have variance one over the number of its rows.

    >>> weights = initial(12, 8, 10, hidden=16, layers=1, generator=torch.Generator().manual_seed(0))
    >>> weights["0.query_key_value"].shape
    torch.Size([16, 48])
    """
    shapes = {"token": (vocabulary, hidden), "position": (positions, hidden), "head": (hidden, outputs)}
    for layer in range(layers):
        shapes[f"{layer}.query_key_value"] = (hidden, 3 * hidden)
        shapes[f"{layer}.mix"] = (hidden, hidden)
        shapes[f"{layer}.up"] = (hidden, 4 * hidden)
        shapes[f"{layer}.down"] = (4 * hidden, hidden)
    return {name: torch.randn(shape, generator=generator) / math.sqrt(shape[0]) for name, shape in shapes.items()}


def log_probabilities(weights: dict[str, Tensor], tokens: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
    """Log-probabilities of what follows each token, of one network.

    Shapes: tokens (sequences, length), positions (length), mask (length, length), true where a row's token sees a
    column's; result (sequences, length, outputs).
    """
    x = _rows(weights["token"], tokens) + _rows(weights["position"], positions)
    for layer in range(sum(name.endswith(".mix") for name in weights)):
        query, key, value = _heads(_standardized(x) @ weights[f"{layer}.query_key_value"])
        scores = query @ key.mT / math.sqrt(query.shape[-1])
        seen = torch.where(mask, scores, -torch.inf).softmax(-1) @ value
        x = x + seen.transpose(-3, -2).flatten(-2) @ weights[f"{layer}.mix"]
        x = x + functional.gelu(_standardized(x) @ weights[f"{layer}.up"]) @ weights[f"{layer}.down"]
    return (_standardized(x) @ weights["head"]).float().log_softmax(-1)


def _rows(table: Tensor, which: Tensor) -> Tensor:
    """The chosen rows, by a product: what a GPU adds up in a lookup's gradient comes in no fixed order."""
    return (functional.one_hot(which, len(table)).to(table.dtype) @ table).to(table.dtype)


def _standardized(x: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:])


def _heads(x: Tensor) -> tuple[Tensor, ...]:
    """Query, key and value, each (sequences, heads, length, size)."""
    split = x.unflatten(-1, (3, HEADS, -1))
    return tuple(part.transpose(-3, -2) for part in split.unbind(-3))


def tree(prompt: int, branches: int, depth: int) -> tuple[Tensor, Tensor, Tensor]:
    """Layout of a prompt followed by every beginning of a continuation, each written once.

    A continuation has `depth` tokens out of `branches`. Its beginnings form a tree, which is read as one sequence:
    a token sees the prompt up to itself, and of the tree its ancestors. So all branches**depth continuations cost
    one pass over prompt + branches + … + branches**(depth − 1) tokens.

    Returns the branch that each node of the tree takes, and positions and mask of the whole sequence.

    >>> branch, positions, mask = tree(prompt=2, branches=3, depth=2)
    >>> branch, positions
    (tensor([0, 1, 2]), tensor([0, 1, 2, 2, 2]))
    >>> mask[3].long()
    tensor([1, 1, 0, 1, 0])
    """
    parents = list(range(-1, prompt - 1))  # the token before; −1 for the first
    positions, branch, level = list(range(prompt)), [], [prompt - 1]
    for deep in range(depth - 1):
        grown = []
        for node in level:
            for token in range(branches):
                grown.append(len(parents))
                parents.append(node)
                positions.append(prompt + deep)
                branch.append(token)
        level = grown
    mask = torch.eye(len(parents), dtype=torch.bool)
    for node, parent in enumerate(parents):
        if parent >= 0:
            mask[node] |= mask[parent]
    return torch.tensor(branch, dtype=torch.long), torch.tensor(positions), mask


def continuations(following: Tensor, branches: int, depth: int) -> Tensor:
    """Log-probabilities of all whole continuations, from those of one more token after each beginning.

    Shapes: (..., 1 + branches + … + branches**(depth − 1), branches), the empty beginning first, to
    (..., branches**depth).
    """
    whole, first = following[..., 0, :], 1
    for deep in range(1, depth):
        level = following[..., first : first + branches**deep, :]
        whole = (whole[..., None] + level).flatten(-2)
        first += branches**deep
    return whole
