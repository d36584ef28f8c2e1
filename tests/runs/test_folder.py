"""The folder beside TRL: evaluations are kept apart, a run that goes on or begins anew loses nothing and mixes nothing.

TRL is played here by a few lines that write its files as `GRPOTrainer.log` does, with answers that tell what they are
of; `peers/test_callback.py` has the real one.
"""

import json
import math
from collections import deque
from itertools import product
from pathlib import Path

import pytest

from grpo_paper.runs.folder import COMPLETIONS, EARLIER, EVALUATION, SCALARS, SETTINGS, RunFolder

BATCH = 4


class Played:
    """TRL's order of events: answers of the last batch go to the step's file at each log, whoever asked for them."""

    def __init__(self, path: Path, serves: int, logging: int, evaluating: int, evaluated: int) -> None:
        self.folder, self.files = RunFolder(path), path / COMPLETIONS
        self.serves, self.logging, self.evaluating, self.evaluated = serves, logging, evaluating, evaluated
        self.answers: deque[str] = deque(maxlen=BATCH)
        self.tokens = 0
        self.files.mkdir(exist_ok=True)

    def log(self, step: int, **scalars: float) -> None:
        self.folder.log(scalars, step, self.tokens)
        (self.files / f"completions_{step:05d}.parquet").write_text("\n".join(self.answers))

    def evaluate(self, step: int) -> None:
        self.answers.extend(f"evaluation {step} {i}" for i in range(self.evaluated))
        self.log(step, eval_loss=0.0, eval_runtime=1.0)
        self.folder.settle()

    def train(self, steps: int, begin: int = 0) -> None:
        self.folder.begin({}, begin)
        if not begin:
            self.evaluate(0)
        for step in range(begin + 1, steps + 1):
            self.folder.settle()
            if (step - begin - 1) % self.serves == 0:
                self.tokens += BATCH
                self.answers.extend(f"training {step} {i}" for i in range(BATCH))
            if step % self.logging == 0:
                self.log(step, loss=0.0)
            if step % self.evaluating == 0:
                self.evaluate(step)
        self.log(steps, train_runtime=1.0)
        self.folder.settle()


def read(folder: Path) -> dict[int, list[str]]:
    return {int(file.stem[-5:]): file.read_text().split("\n") for file in sorted(folder.glob("completions_*.parquet"))}


@pytest.mark.parametrize(
    ("serves", "logging", "evaluating", "evaluated"), [*product((1, 2, 3), (1, 2), (1, 2, 3, 4), (2, 4, 7))]
)
def test_evaluations_are_kept_apart(serves, logging, evaluating, evaluated, tmp_path) -> None:
    steps = 7
    Played(tmp_path, serves, logging, evaluating, evaluated).train(steps)
    trained, tested = read(tmp_path / COMPLETIONS), read(tmp_path / EVALUATION)
    for step, answers in trained.items():
        generated = 1 + (step - 1) // serves * serves  # the last step up to this one at which training generated
        assert answers == [f"training {generated} {i}" for i in range(BATCH)]
    for step in range(0, steps + 1, evaluating):
        last = [f"evaluation {step} {i}" for i in range(evaluated)][-BATCH:]
        assert tested[step][-len(last) :] == last
    # What TRL logs before an evaluation can spoil it is all there.
    whole = {
        s
        for s in range(logging, steps + 1, logging)
        if not any(1 + (s - 1) // serves * serves <= e < s for e in range(evaluating, steps, evaluating))
    }
    assert whole <= trained.keys()


def test_without_evaluation_every_file_stays(tmp_path) -> None:
    Played(tmp_path, 2, 1, 99, 2).train(6)
    assert read(tmp_path / COMPLETIONS).keys() == {1, 2, 3, 4, 5, 6}


def test_each_set_of_questions_has_its_folder(tmp_path) -> None:
    played = Played(tmp_path, 1, 1, 99, 4)
    played.train(1)
    for name in ("easy", "hard"):
        played.answers.extend([name] * BATCH)
        played.log(1, **{f"eval_{name}_runtime": 1.0})
        played.folder.settle()
        assert set(read(tmp_path / f"evaluation_{name}")[1]) == {name}
    assert read(tmp_path / COMPLETIONS)[1][0] == "training 1 0"


def test_a_process_killed_while_an_evaluation_was_written(tmp_path) -> None:
    played = Played(tmp_path, 1, 1, 99, 4)
    played.train(3)
    played.answers.extend(["evaluation"] * BATCH)
    played.log(3, eval_runtime=1.0)  # and never settled
    RunFolder(tmp_path).begin({}, 3)
    assert read(tmp_path / COMPLETIONS)[3][0] == "training 3 0"
    assert read(tmp_path / EVALUATION)[3] == ["evaluation"] * BATCH
    assert len(list((tmp_path / COMPLETIONS).iterdir())) == 3


def test_a_run_that_goes_on_keeps_what_it_goes_on_from(tmp_path) -> None:
    Played(tmp_path, 1, 1, 99, 4).train(5)
    scalars = tmp_path / SCALARS
    before = scalars.read_text()
    scalars.write_text(before + '{"step": 6, "lo')  # a line that was being written
    assert RunFolder(tmp_path).begin({"beta": 0.1}, 3) == 2
    assert read(tmp_path / COMPLETIONS).keys() == {1, 2, 3}
    assert read(tmp_path / EARLIER / COMPLETIONS).keys() == {4, 5}
    assert [json.loads(line)["step"] for line in scalars.read_text().splitlines()] == [0, 1, 2, 3]
    assert (tmp_path / EARLIER / SCALARS).read_text().startswith(before)
    settings = json.loads((tmp_path / SETTINGS).read_text())
    assert (settings["beta"], settings["from_step"]) == (0.1, 3)


def test_a_new_run_in_an_old_folder_begins_empty(tmp_path) -> None:
    Played(tmp_path, 1, 1, 99, 4).train(2)
    assert RunFolder(tmp_path).begin({"beta": 0.1}, 0) == 3
    assert not read(tmp_path / COMPLETIONS)
    assert not read(tmp_path / EVALUATION)
    assert (tmp_path / SCALARS).read_text() == ""
    assert read(tmp_path / EARLIER / COMPLETIONS).keys() == {1, 2}
    assert read(tmp_path / EARLIER / EVALUATION).keys() == {0}
    assert "beta" not in json.loads((tmp_path / EARLIER / SETTINGS).read_text())


def test_scalars_are_json_whatever_they_are(tmp_path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin({}, 0)
    folder.log({"a": math.nan, "b": -math.inf, "c": "word", "d": 1, "e": None, "f": 0.1}, 2, 0)
    line = json.loads((tmp_path / SCALARS).read_text(), parse_constant=pytest.fail)
    assert line == {"step": 2, "a": None, "b": None, "c": "word", "d": 1, "e": None, "f": 0.1}
