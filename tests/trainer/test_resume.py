"""A run that is stopped anywhere goes on as if it had not been, and a wrong file is refused."""

import errno
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch

from grpo_paper import MEAN_ONLY
from grpo_paper.files import alone
from grpo_paper.trainer import Addition, Bandit, CheckpointError, TrainConfig, checkpoint, train
from grpo_paper.trainer.state import start
from tests.histories import Stopped, same, stopping_after

BANDIT = Bandit.with_success([0.1, 0.4], outputs=8)
CONFIG = TrainConfig(beta=[0.5, 1.0], iterations=6, inner_steps=2, group_size=4)


@pytest.fixture(scope="module")
def addition(own_references) -> Addition:
    return Addition.with_success(0.2, prompts=10, digits=1, hidden=16, batch_size=4)


@contextmanager
def interrupted_write(number: int, error: BaseException) -> Iterator[None]:
    """Of the checkpoints written in here one is cut off, by an error."""
    written, write = count(1), Path.write_bytes

    def cut(path: Path, content: memoryview) -> None:
        if next(written) == number:
            write(path, content[:1000])
            raise error
        write(path, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "write_bytes", cut)
        yield


def test_a_full_disk(tmp_path) -> None:
    """Said in a sentence; the last checkpoint is there, and the run goes on from it."""
    keep = tmp_path / "run.pt"
    full = OSError(errno.ENOSPC, "No space left on device")
    with interrupted_write(3, full), pytest.raises(OSError, match=r"run\.pt could not be written \(No space left on"):
        train(CONFIG, BANDIT, keep=keep, keep_every=1)
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]
    assert torch.load(keep, weights_only=True)["state"]["iteration"] == 2
    assert same(train(CONFIG, BANDIT, keep=str(keep)), train(CONFIG, BANDIT))


@pytest.mark.parametrize(("keep_every", "stop"), [(1, n) for n in range(1, 7)] + [(2, n) for n in range(1, 4)])
@pytest.mark.parametrize("ascent", ["gradient", "natural", "adam"])
def test_stopped_after_any_write(ascent, keep_every, stop, tmp_path) -> None:
    config = replace(CONFIG, ascent=ascent)
    keep = tmp_path / "run.pt"
    with pytest.raises(Stopped), stopping_after(stop):
        train(config, BANDIT, keep=keep, keep_every=keep_every)
    assert same(train(config, BANDIT, keep=keep, keep_every=keep_every), train(config, BANDIT))
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize("ascent", ["gradient", "adam"])
def test_one_that_has_ended_can_be_prolonged(ascent, addition, tmp_path) -> None:
    """Three iterations and then six are six in one go; fewer than are done are refused, and the file stays."""
    config, keep = replace(CONFIG, ascent=ascent), tmp_path / "run.pt"
    for task in (BANDIT, addition):
        three, six = (train(replace(config, iterations=n), task, keep=keep) for n in (3, 6))
        assert same(three, train(replace(config, iterations=3), task))
        assert same(six, train(config, task))
        before = keep.read_bytes()
        with pytest.raises(CheckpointError, match=r"iterations = 5 is less than the 6 that .*run\.pt has done"):
            train(replace(config, iterations=5), task, keep=keep)
        assert keep.read_bytes() == before
        keep.unlink()


def test_two_at_once(tmp_path) -> None:
    """Of the same run: the second is refused, while another file in the same folder is free."""
    keep = tmp_path / "run.pt"
    with alone(keep), pytest.raises(BlockingIOError, match=r"a run that writes .*run\.pt is already running; wait"):
        train(CONFIG, BANDIT, keep=keep)
    assert not list(tmp_path.iterdir())
    with alone(tmp_path / "other.pt"):
        assert same(train(CONFIG, BANDIT, keep=keep), train(CONFIG, BANDIT))


def test_a_network_too(addition, tmp_path) -> None:
    """With Adam's moments, random batches, and a write that is interrupted half-way."""
    config = replace(CONFIG, ascent="adam", learning_rate=1e-3)
    keep = tmp_path / "run.pt"
    with interrupted_write(3, Stopped()), pytest.raises(Stopped):
        train(config, addition, keep=keep, keep_every=1)
    assert torch.load(keep, weights_only=True)["state"]["iteration"] == 2
    assert same(train(config, addition, keep=keep), train(config, addition))


KILLED = """
from pathlib import Path
from grpo_paper.trainer import Bandit, TrainConfig, train
config = TrainConfig(beta=[0.5, 1.0], iterations=100_000, inner_steps=2, group_size=4)
train(config, Bandit.with_success([0.1, 0.4], outputs=8), keep=Path({path!r}), keep_every=1)
"""


def test_killed(tmp_path) -> None:
    """SIGKILL at whatever moment it comes; the checkpoint is whole, and the run can be ended."""
    keep = tmp_path / "run.pt"
    process = subprocess.Popen([sys.executable, "-c", KILLED.format(path=str(keep))])
    while not keep.exists():
        assert process.poll() is None, "the run ended before it was killed"
        time.sleep(0.01)
    with pytest.raises(BlockingIOError, match="is already running"):
        train(CONFIG, BANDIT, keep=keep)
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = torch.load(keep, weights_only=True)["state"]["iteration"]
    config = replace(CONFIG, iterations=done + 5)
    assert same(train(config, BANDIT, keep=keep), train(config, BANDIT))


class TestRefused:
    def refusal(self, path: Path, config: TrainConfig = CONFIG, task: Bandit = BANDIT) -> str:
        before = path.read_bytes()
        with pytest.raises(CheckpointError) as refused:
            train(config, task, keep=path)
        assert path.read_bytes() == before
        return str(refused.value)

    @pytest.fixture
    def kept(self, tmp_path) -> Path:
        train(CONFIG, BANDIT, keep=tmp_path / "run.pt")
        return tmp_path / "run.pt"

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
    def test_truncated(self, kept, share) -> None:
        kept.write_bytes(kept.read_bytes()[: int(share * kept.stat().st_size)])
        assert "cannot be read as a checkpoint" in self.refusal(kept)

    def test_a_single_bit(self, kept) -> None:
        """Most of the file is a history, where torch itself would see nothing wrong."""
        good = kept.read_bytes()
        history = train(CONFIG, BANDIT)
        refused = 0
        for place in range(0, len(good), len(good) // 60):
            kept.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
            try:
                assert same(train(CONFIG, BANDIT, keep=kept), history)
            except CheckpointError:
                refused += 1
        assert refused > 30

    @pytest.mark.parametrize(
        ("owner", "reader", "error", "kind"),
        [
            (Path, "read_bytes", OSError(errno.EIO, "Input/output error"), OSError),
            (torch, "load", torch.OutOfMemoryError("CUDA"), MemoryError),
        ],
        ids=["disk", "memory"],
    )
    def test_a_good_one_that_cannot_be_read_now(self, kept, owner, reader, error, kind, monkeypatch) -> None:
        """Nobody is told to move it away."""

        def fails(*given: object, **more: object) -> None:
            raise error

        monkeypatch.setattr(owner, reader, fails)
        with pytest.raises(kind) as raised:
            train(CONFIG, BANDIT, keep=kept)
        assert "move it away" not in str(raised.value)

    def test_one_that_appeared_meanwhile(self, tmp_path) -> None:
        """Two runs were started with one name: the second to write is refused, and the first file stays."""
        keep = tmp_path / "run.pt"
        file = checkpoint.Checkpoint(keep, CONFIG, BANDIT)
        state = start(CONFIG, BANDIT, torch.device("cpu"))
        assert not file.resume(state)
        train(replace(CONFIG, seed=5), BANDIT, keep=keep)
        before = keep.read_bytes()
        with pytest.raises(CheckpointError, match="was written by another run since this one began"):
            file.save(state, every=1)
        assert keep.read_bytes() == before

    def test_foreign(self, kept) -> None:
        kept.write_text("a poem")
        assert "cannot be read as a checkpoint" in self.refusal(kept)
        torch.save({"weights": torch.ones(3)}, kept)
        assert "is not a checkpoint of this version" in self.refusal(kept)

    def test_incomplete(self, kept) -> None:
        content = torch.load(kept, weights_only=True)
        del content["state"]["theta"]
        torch.save(content, kept)
        assert "is not a checkpoint of this version" in self.refusal(kept)

    @pytest.mark.parametrize(
        "change",
        [
            {"theta": None},
            {"theta": {}},
            {"theta": {"logits": torch.zeros(1, 1, 1)}},
            {"optimizer": {}},
            {"generator": None},
            {"iteration": -5},
            {"iteration": "6"},
            {"looks": []},
        ],
        ids=str,
    )
    def test_altered(self, kept, change) -> None:
        content = torch.load(kept, weights_only=True)
        content["state"] |= change
        torch.save(content, kept)
        assert "cannot be read as a checkpoint" in self.refusal(kept)

    def test_hostile(self, kept) -> None:
        """weights_only=True: a pickle that would run something is not opened."""

        class Hostile:
            def __reduce__(self) -> tuple:
                return (Path.touch, (kept.with_name("touched"),))

        kept.write_bytes(pickle.dumps(Hostile()))
        self.refusal(kept)
        torch.save({"format": checkpoint.FORMAT, "run": Hostile()}, kept)
        self.refusal(kept)
        assert not kept.with_name("touched").exists()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"beta": [0.5, 2.0]}, r"its beta is [0.5, 1.0], here it is [0.5, 2.0]"),
            ({"seed": 1}, "its seed is 0, here it is 1"),
            ({"weighting": MEAN_ONLY}, "its weighting is"),
        ],
        ids=["beta", "seed", "weighting"],
    )
    def test_another_run(self, kept, change, message) -> None:
        assert message in self.refusal(kept, replace(CONFIG, **change))

    def test_another_task(self, kept) -> None:
        said = self.refusal(kept, task=Bandit.with_success([0.1, 0.4, 0.5], outputs=8))
        assert "its task is Bandit (prompts 2, outputs 8," in said
        assert "here it is Bandit (prompts 3, outputs 8," in said
        assert "its task is" in self.refusal(kept, task=Bandit.with_success([0.1, 0.5], outputs=8))
