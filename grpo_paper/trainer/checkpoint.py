"""A run on disk: everything the next iteration depends on, in one file that is whole or absent."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grpo_paper.files import alone, writable
from grpo_paper.trainer import packed, parallel
from grpo_paper.trainer.config import TrainConfig
from grpo_paper.trainer.device import out_of_memory
from grpo_paper.trainer.state import State
from grpo_paper.trainer.task import Task

FORMAT = "grpo-paper checkpoint 6"
PARTS = {"theta", "optimizer", "generator", "iteration", "looks", "batches"}


class CheckpointError(ValueError):
    """A file that is not the checkpoint of this run, with the reason as a sentence."""


def identity(config: TrainConfig, task: Task, **how: object) -> dict[str, str]:
    """What a run is, by field: a checkpoint of another run is refused. How far it goes is no part of it.

    >>> from grpo_paper.trainer import Bandit
    >>> identity(TrainConfig(beta=0.5), Bandit.with_success([0.2], outputs=4))["beta"]
    '0.5'
    """
    fields = asdict(config) | {"weighting": config.weighting.name} | how
    del fields["iterations"]
    digest = hashlib.sha256()
    for tensor in (task.reward, *task.parameters().values()):
        digest.update(f"{tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    prompts, outputs = task.reward.shape
    batch = f"{task.batch_size or 'all'} a batch, {task.held_out} held out, content {digest.hexdigest()[:12]}"
    about = f"{type(task).__name__} (prompts {prompts}, outputs {outputs}, {batch})"
    return {name: json.dumps(value) for name, value in fields.items()} | {"task": about}


class Checkpoint:
    """The file of a run, or none."""

    def __init__(self, path: Path | str | None, config: TrainConfig, task: Task, **how: object) -> None:
        self.path, self.last = None if path is None else Path(path), config.iterations
        self.run = {} if path is None else identity(config, task, **how)
        self.ours = False  # whether the file that is there is of this run

    @contextmanager
    def held(self) -> Iterator[None]:
        """Of several processes the first keeps others from the file while the run is in here.

        Errors: BlockingIOError if another run has it; OSError if no file can be written there.
        """
        if self.path is None or parallel.rank() > 0:
            yield
            return
        writable(self.path.parent)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with alone(self.path):
            yield

    def resume(self, state: State) -> bool:
        """Put the state where the file left it, if there is one.

        Errors: CheckpointError if it is not of this run, not the same for every process, or further than the run is to
        go; OSError if it cannot be opened.
        """
        if self.path is None:
            return False
        if self.path.exists():
            restore(state, self.path, self.run)
            self.ours = True
        if not parallel.agree(state.iteration, state.generator.device):
            raise CheckpointError(f"{self.path} is not the same for every process; name one in a folder that all share")
        if state.iteration > self.last:
            raise CheckpointError(
                f"iterations = {self.last} is less than the {state.iteration} that {self.path} has done; ask for as "
                "many or more, or name another file"
            )
        return self.ours

    def save(self, state: State, every: int) -> None:
        """Write the state if its turn has come; of several processes, the first writes.

        Errors: OSError, for a full disk, say; the former file is as it was.
        """
        due = state.iteration % every == 0 or state.iteration == self.last
        if self.path is None or not due or parallel.rank() > 0:
            return
        save(self.path, self.run, state, not self.ours)
        self.ours = True


def save(path: Path, run: dict[str, str], state: State, new: bool) -> None:
    """Write the state, atomically: a kill leaves the former file or the new one."""
    try:
        packed.write(path, {"format": FORMAT, "run": run, "state": state.dump()}, new)
    except FileExistsError:
        raise CheckpointError(f"{path} was written by another run since this one began; name another file") from None


def restore(state: State, path: Path, run: dict[str, str]) -> None:
    """Put a state where `save` was for this run.

    Errors: CheckpointError if the file is damaged, no checkpoint, or of another run; OSError if it cannot be opened.
    The file is left as it is.
    """
    file = path.read_bytes()
    with _reading(path):
        content = packed.unpack(file, state.generator.device)
    if not _complete(content):
        raise CheckpointError(f"{path} is not a checkpoint of this version; name another file or move it away")
    kept = content["run"]
    for name in sorted(run.keys() | kept.keys(), key=str):
        if run.get(name) != kept.get(name):
            raise CheckpointError(
                f"{path} belongs to another run: its {name} is {kept.get(name)}, here it is {run.get(name)}; use the "
                f"same {name}, or another file"
            )
    with _reading(path):
        state.restore(content["state"])


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """What a damaged, altered or hostile file raises depends on where it is damaged."""
    try:
        yield
    except Exception as error:
        if out_of_memory(error):
            raise
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({type(error).__name__}); move it away to start anew"
        ) from None


def _complete(content: Any) -> bool:
    """Whether it has the parts that `save` writes."""
    parts = {"format", "run", "state"}
    if not isinstance(content, dict) or content.keys() != parts or content["format"] != FORMAT:
        return False
    return isinstance(content["run"], dict) and isinstance(content["state"], dict) and content["state"].keys() == PARTS
