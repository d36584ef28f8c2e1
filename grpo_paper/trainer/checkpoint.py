"""A run on disk: everything the next iteration depends on, in one file that is whole or absent."""

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from grpo_paper.files import whole
from grpo_paper.trainer import parallel
from grpo_paper.trainer.config import TrainConfig
from grpo_paper.trainer.device import out_of_memory
from grpo_paper.trainer.state import State
from grpo_paper.trainer.task import Task

FORMAT = "grpo-paper checkpoint 3"
PARTS = {"theta", "optimizer", "generator", "iteration", "looks", "batches"}


class CheckpointError(ValueError):
    """A file that is not the checkpoint of this run, with the reason as a sentence."""


def identity(config: TrainConfig, task: Task, **how: object) -> dict[str, str]:
    """What a run is, by field: a checkpoint of another run is refused.

    >>> from grpo_paper.trainer import Bandit
    >>> identity(TrainConfig(beta=0.5), Bandit.with_success([0.2], outputs=4))["beta"]
    '0.5'
    """
    fields = asdict(config) | {"normalization": config.normalization.name} | how
    digest = hashlib.sha256(f"{type(task).__name__} {task.batch_size} {task.held_out}".encode())
    for tensor in (task.reward, *task.parameters().values()):
        digest.update(f"{tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return {name: json.dumps(value) for name, value in fields.items()} | {"task": digest.hexdigest()}


class Checkpoint:
    """The file of a run, or none."""

    def __init__(self, path: Path | str | None, config: TrainConfig, task: Task, **how: object) -> None:
        self.path, self.last = None if path is None else Path(path), config.iterations
        self.run = {} if path is None else identity(config, task, **how)
        self.ours = False  # whether the file that is there is of this run

    def resume(self, state: State) -> bool:
        """Put the state where the file left it, if there is one."""
        if self.path is None or not self.path.exists():
            return False
        state.restore(load(self.path, self.run, state.generator.device))
        self.ours = True
        return True

    def save(self, state: State, every: int) -> None:
        """Write the state if its turn has come; of several processes, the first writes."""
        due = state.iteration % every == 0 or state.iteration == self.last
        if self.path is None or not due or parallel.rank() > 0:
            return
        if not self.ours and self.path.exists():
            raise CheckpointError(f"{self.path} was written by another run since this one began; name another file")
        save(self.path, self.run, state.dump())
        self.ours = True


def save(path: Path, run: dict[str, str], state: dict[str, Any]) -> None:
    """Write the state, atomically: a kill leaves the former file or the new one.

    Errors: OSError, for a full disk, say.
    """
    content = io.BytesIO()  # written to a file, torch's own errors do not say what is wrong with the disk
    torch.save({"format": FORMAT, "run": run, "state": state}, content)
    try:
        with whole(path) as partial:
            partial.write_bytes(content.getbuffer())
    except OSError as error:
        raise OSError(
            f"{path} could not be written ({error.strerror}); a former one is as it was. Make room, or name another "
            "file, and run this again"
        ) from error


def load(path: Path, run: dict[str, str], device: torch.device) -> dict[str, Any]:
    """The state that `save` wrote for this run.

    Errors: CheckpointError if the file is damaged, no checkpoint, or of another run; OSError if it cannot be opened.
    The file is left as it is.
    """
    file = path.read_bytes()
    try:
        if damaged := zipfile.ZipFile(io.BytesIO(file)).testzip():  # torch does not look at the sums that it writes
            raise zipfile.BadZipFile(damaged)
        content = torch.load(io.BytesIO(file), map_location=device, weights_only=True)
    except Exception as error:  # what a damaged or hostile file raises depends on where it is damaged
        if out_of_memory(error):
            raise
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({type(error).__name__}); move it away to start anew"
        ) from None
    if not _complete(content):
        raise CheckpointError(f"{path} is not a checkpoint of this version; name another file or move it away")
    kept = content["run"]
    for name in sorted(run.keys() | kept.keys()):
        if run.get(name) != kept.get(name):
            raise CheckpointError(
                f"{path} belongs to another run: its {name} is {_short(kept.get(name))}, here it is "
                f"{_short(run.get(name))}; use the same {name}, or another file"
            )
    return content["state"]


def _complete(content: Any) -> bool:
    """Whether it has the parts that `save` writes."""
    parts = {"format", "run", "state"}
    if not isinstance(content, dict) or content.keys() != parts or content["format"] != FORMAT:
        return False
    return isinstance(content["run"], dict) and isinstance(content["state"], dict) and content["state"].keys() == PARTS


def _short(value: str | None) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:18]}…{text[-12:]}"
