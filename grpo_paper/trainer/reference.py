"""The addition task's reference policy: a network taught sums until it succeeds as often as it should.

The result is kept in a folder of caches under a name that is the digest of all it depends on but the machine.
"""

import hashlib
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from grpo_paper.trainer import packed, transformer
from grpo_paper.trainer.gradient import gradient
from grpo_paper.trainer.task import Parameters, Prompts

LESSON = 64
"""Sums in a supervised step."""
RATE, LOOK_EVERY, PATIENCE = 1e-3, 5, 4000


def cache() -> Path:
    """Where references are kept: GRPO_PAPER_CACHE, or the user's folder for such things; without one, for a while."""
    if chosen := os.environ.get("GRPO_PAPER_CACHE"):
        return Path(chosen)
    try:
        user = Path.home() / ".cache"
    except RuntimeError:
        user = Path(tempfile.gettempdir())
    return Path(os.environ.get("XDG_CACHE_HOME") or user) / "grpo-paper"


def kept(depends_on: object, make: Callable[[], Parameters]) -> Parameters:
    """What `make` returned before for the same dependences, this file and this torch; else what it returns now.

    A damaged file is made anew; where none can be written, a warning says so.
    """
    sources = [Path(file).read_bytes() for file in (__file__, transformer.__file__)]
    digest = hashlib.sha256(repr((depends_on, sources, torch.__version__)).encode()).hexdigest()
    path = cache() / f"reference-{digest[:24]}.pt"
    try:
        return packed.unpack(path.read_bytes())
    except Exception:  # absent, or damaged in one of many ways: either way it can be made
        weights = make()
    try:
        packed.write(path, weights)
    except OSError as error:
        warnings.warn(f"the taught network is not kept: {error} by GRPO_PAPER_CACHE", RuntimeWarning, stacklevel=3)
    return weights


def teach(
    weights: Parameters,
    log_pi: Callable[[Parameters, Prompts], Tensor],
    reward: Tensor,
    examined: int,
    success: float,
    generator: torch.Generator,
    progress: bool = False,
) -> Parameters:
    """Raise the log-probability of right answers until the mean success on the first `examined` prompts is enough.

    Errors: RuntimeError if it never does.
    """
    weights = {name: x.clone() for name, x in weights.items()}
    optimizer = torch.optim.Adam(weights.values(), RATE, maximize=True)

    def score(weights: Parameters, prompts: Tensor, right: Tensor) -> Tensor:
        return (log_pi(weights, prompts) * right).sum()

    for step in tqdm(range(PATIENCE), "lessons at most", disable=not progress):
        if step % LOOK_EVERY == 0:
            found = (log_pi(weights, slice(examined)).exp() * reward[:examined]).sum(-1).mean()
            if found >= success:
                return weights
        prompts = torch.randint(len(reward), (LESSON,), generator=generator)
        for name, slope in gradient(score)(weights, prompts, reward[prompts]).items():
            weights[name].grad = slope
        optimizer.step()
    raise RuntimeError(
        f"success = {success} was not reached in {PATIENCE} supervised steps, which ended at {float(found):.3f}; "
        "ask for less, or for a larger network"
    )
