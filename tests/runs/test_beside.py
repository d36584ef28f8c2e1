"""The process beside a training: it ends with it, in whatever way, and says why when it cannot go on."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grpo_paper.runs.beside import PAGE, Beside
from grpo_paper.runs.folder import COMPLETIONS
from tests.runs import logs
from tests.runs.logs import some_rows


def ended(process: int) -> bool:
    """Whether what a descriptor of a process stands for is at its end."""
    return bool(select.select([process], [], [], 0)[0])


@pytest.fixture
def run(tmp_path) -> Path:
    (tmp_path / COMPLETIONS).mkdir()
    return tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="waits for a process that is not its own child")
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
    process = os.pidfd_open(beside)
    assert not ended(process)
    training.kill()
    training.wait()
    training.stdin.close()
    training.stdout.close()
    select.select([process], [], [])  # until it has ended, however long that takes here
    assert ended(process)
    os.close(process)


def test_it_waits_for_the_first_answers(run) -> None:
    beside = Beside(run)
    time.sleep(1.0)
    assert beside.failed() is None
    assert (why := beside.end())  # there was nothing to read, which is said
    assert "Traceback" not in beside.said.read_text()
    assert str(run) in why
    assert not (run / PAGE).exists()


def test_its_log_has_a_line_each_time_that_the_page_is_written(run) -> None:
    """And no report, which the page has: a long run writes its page some thousand times."""
    rows = some_rows()
    logs.trl(run, rows)
    beside = Beside(run)
    assert beside.end() is None
    assert (run / PAGE).exists()
    said = set(beside.said.read_text().splitlines())
    assert len(said) == 1
    assert said.pop().startswith(f"{len(rows)} answers to 5 prompts in 3 steps")
