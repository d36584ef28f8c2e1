"""The process beside a training: it ends with it, in whatever way, and says why when it cannot go on."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grpo_paper.runs.beside import PAGE, Beside
from grpo_paper.runs.folder import COMPLETIONS

PATIENCE = 60.0
"""Seconds after which a process that has not done what it must is taken for stuck, on a machine that is busy."""


def until(holds) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never was so"
        time.sleep(0.05)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def run(tmp_path) -> Path:
    (tmp_path / COMPLETIONS).mkdir()
    return tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_ends_when_the_training_is_killed(run) -> None:
    code = f"""
from pathlib import Path
from grpo_paper.runs.beside import Beside
print(Beside(Path({str(run)!r}))._process.pid, flush=True)
input()
"""
    training = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert training.stdin
    assert training.stdout
    beside = int(training.stdout.readline())
    assert os.getpriority(os.PRIO_PROCESS, beside) >= os.getpriority(os.PRIO_PROCESS, 0)
    assert alive(beside)
    training.kill()
    training.wait()
    training.stdin.close()
    training.stdout.close()
    until(lambda: not alive(beside))


def test_it_waits_for_the_first_answers(run) -> None:
    beside = Beside(run)
    time.sleep(1.0)
    assert beside.failed() is None
    assert (why := beside.end())  # there was nothing to read, which is said
    assert "Traceback" not in beside.said.read_text()
    assert str(run) in why
    assert not (run / PAGE).exists()
