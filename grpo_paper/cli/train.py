"""``grpo-paper train``: Algorithm 1 on a toy task."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from grpo_paper.cli.types import Numbers, Optional

if TYPE_CHECKING:
    from grpo_paper.trainer import History, TrainConfig
    from grpo_paper.trainer.task import Task


@click.group()
def train() -> None:
    """Run Algorithm 1 on a toy task, beside what the theory predicts."""


SETTINGS = (
    click.option("--beta", type=Numbers(), default=0.1, help="KL strength; several, with commas, for replicas."),
    click.option(
        "--alpha", type=Numbers(), default=1.0, help="Share of the KL that ties to the reference; 0 for the mirror."
    ),
    click.option(
        "--weighting",
        default="GRPO",
        help="A method, with its setting after a colon: grpo, maxrl, pkpo:8; or library, GRPO as libraries do it.",
    ),
    click.option("--eps", type=float, default=1e-5, help="ε inside the root of GRPO's standard deviation."),
    click.option("--clip", type=Optional(float, "none"), default=0.2, help="ϵ of the clipping range."),
    click.option("--group-size", type=Optional(int, "exact"), default=16, help="Outputs sampled for each prompt."),
    click.option("--inner-steps", type=int, default=10, help="Steps of ascent an iteration."),
    click.option("--learning-rate", type=float, default=0.1, help="Of each of these steps."),
    click.option("--ascent", default="gradient", help="gradient, natural (for a table of logits) or adam."),
    click.option("--penalty", default="exact", help="The KL: exact, or on the samples k1, k3, k1*ratio or k3*ratio."),
    click.option(
        "--iterations", type=int, default=100, help="New samples are drawn in each; more prolong a run that has ended."
    ),
    click.option("--seed", type=int, default=0, help="Of the task and of the samples."),
    click.option("--device", default="cpu", help="cpu, cuda or cuda:1."),
    click.option(
        "--threads", type=int, default=1, help="Of the processor; more slow down so small a run on a busy machine."
    ),
    click.option("--compiled", is_flag=True, help="Let torch.compile fuse the work."),
    click.option("--bfloat16", is_flag=True, help="A network's matrix products in bfloat16."),
    click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder for checkpoint.pt, from which the same command goes on, and history.npz, for numpy.load.",
    ),
    click.option("--keep-every", type=int, default=10, help="Iterations from one checkpoint to the next."),
)


def settings(command: Callable) -> Callable:
    """Give a command the options of a run."""
    for option in reversed(SETTINGS):
        command = option(command)
    return command


@train.command()
@click.option("--p-ref", type=Numbers(), default=0.2, help="Success rates of the reference, one for each prompt.")
@click.option("--outputs", type=int, default=32, help="Outputs of each prompt.")
@settings
def bandit(p_ref: float | list[float], outputs: int, **given: Any) -> None:
    """Prompts with a finite set of outputs, and a table of logits.

    Example: grpo-paper train bandit --p-ref 0.05,0.2,0.8 --beta 2 --out runs/bandit
    """
    from grpo_paper.trainer import Bandit

    _run(lambda: Bandit.with_success(p_ref if isinstance(p_ref, list) else [p_ref], outputs, given["seed"]), **given)


@train.command(context_settings={"default_map": {"ascent": "adam", "learning_rate": 1e-3}})
@click.option("--success", type=float, default=0.21, help="Mean success rate to warm the reference up to.")
@click.option("--prompts", type=int, default=64, help="How many sums.")
@click.option("--digits", type=int, default=2, help="Of each number and of the answer.")
@click.option("--hidden", type=int, default=64, help="Width of the transformer.")
@click.option("--layers", type=int, default=2, help="Blocks of the transformer.")
@click.option("--batch-size", type=Optional(int, "all"), default="all", help="Prompts an iteration.")
@click.option("--held-out", type=int, default=0, help="Prompts that are never trained on.")
@click.option("--impossible", type=int, default=0, help="Prompts whose sum needs a digit more than the answer has.")
@settings
def addition(**given: Any) -> None:
    """Sums, and a tiny transformer.

    It is first taught to succeed as often as --success says, and kept for the next time in the folder that
    GRPO_PAPER_CACHE names.

    Example: grpo-paper train addition --iterations 20 --out runs/addition
    """
    from grpo_paper.trainer import Addition, parallel

    names = ("success", "prompts", "digits", "hidden", "layers", "batch_size", "held_out", "impossible")
    task = {name: given.pop(name) for name in names}
    _run(lambda: Addition.with_success(**task, seed=given["seed"], progress=parallel.rank() == 0), **given)


def _run(task: "Callable[[], Task]", out: Path | None, device: str, threads: int, **config: Any) -> None:
    """Train; under torchrun, as one of its processes. A run that was stopped goes on when it is started again."""
    import torch

    from grpo_paper.files import writable
    from grpo_paper.theory import domain
    from grpo_paper.theory.methods import weighting
    from grpo_paper.theory.weighting import library_whitening
    from grpo_paper.trainer import TrainConfig, parallel
    from grpo_paper.trainer import train as run

    keep = None if out is None else out / "checkpoint.pt"
    how = {name: config.pop(name) for name in ("compiled", "bfloat16", "keep_every")}
    try:
        kind = config["weighting"]
        if kind == "library" and config["group_size"] is None:
            raise ValueError("weighting = 'library' divides by a sample's deviation; give a group size")
        config["weighting"] = library_whitening(config["group_size"]) if kind == "library" else weighting(kind)
        where = parallel.join(device)
        if keep is not None and keep.exists() and parallel.rank() == 0:
            click.echo(f"Reading {keep}.", err=True)
        settled = TrainConfig(**config)
        torch.set_num_threads(domain.whole("threads", threads, 1, bits=10))
        if out is not None:
            writable(out)
        with warnings.catch_warnings(record=True) as told:
            history = run(settled, task(), where, keep=keep, progress=True, **how)
        if parallel.rank() == 0:
            for warning in told:
                click.echo(f"Warning: {warning.message}", err=True)
            if out is not None:
                history.save(out / "history.npz")
        first = parallel.rank() == 0
    except KeyboardInterrupt:
        if keep is None:
            raise click.ClickException("stopped; nothing is kept without --out") from None
        if not keep.exists():
            raise click.ClickException("stopped before the first checkpoint was written") from None
        raise click.ClickException("stopped; the same command goes on from its last checkpoint") from None
    except (ValueError, MemoryError, RuntimeError, OSError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        parallel.leave()
    if first:
        _tell(settled, history)
        if out is not None:
            click.echo(f"history in {out / 'history.npz'}")


def _tell(config: "TrainConfig", history: "History") -> None:
    """Where each replica began and ended, as means over the prompts."""
    success, prediction = history.success.mean(2), history.prediction.mean(2)
    replicas, prompts = history.success.shape[1:]
    strengths, shares = (np.broadcast_to(x, replicas) for x in (config.beta, config.alpha))
    click.echo(f"success, mean of {prompts} prompts, after {config.iterations} iterations")
    for r, (beta, alpha) in enumerate(zip(strengths, shares, strict=True)):
        click.echo(
            f"  beta {beta:g}, alpha {alpha:g}: {success[0, r]:.4f} at the start, {success[-1, r]:.4f} at the end; "
            f"by the recursion of exact, unclipped updates {prediction[-1, r]:.4f}"
        )
