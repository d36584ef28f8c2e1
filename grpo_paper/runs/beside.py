"""A process beside the training, of low priority, that keeps the page of the run and ends when the training does.

Its standard input is a pipe from the training process, which closes in whatever way that process ends, killed as
well. Then the page is written a last time.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PAGE, SAID = "grpo-paper.html", "grpo-paper.log"
AT_MOST = 60.0
"""Seconds that a training which is over waits for the page."""
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Beside:
    """The process, as the training sees it.

    Errors: OSError where it cannot be started.
    """

    def __init__(self, run: Path) -> None:
        self.said = run / SAID
        with self.said.open("w") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(run)],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=os.environ | THREADS,
                start_new_session=True,  # Ctrl-C stops the training alone
            )

    def failed(self) -> str | None:
        """What it said last, if it has ended before the training."""
        return None if self._process.poll() is None else self._last()

    def end(self) -> str | None:
        """Let it write the page a last time. Returns what it said last, if it could not."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            return self._last() if self._process.wait(AT_MOST) else None
        except subprocess.TimeoutExpired:
            return f"it takes more than {AT_MOST:g} seconds and goes on"

    def _last(self) -> str:
        lines = self.said.read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")


def keep(run: Path) -> int:
    """Write the page of a run as it grows, until standard input closes. Returns an exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the command listens
    threading.Thread(target=_stop_with_input, daemon=True).start()
    return _command("read", str(run), "--follow", "--html", str(run / PAGE))


def _stop_with_input() -> None:
    """Once standard input is at its end, do as Ctrl-C does, until the command has heard it and ends this process."""
    while os.read(sys.stdin.fileno(), 1):  # and not through sys.stdin, whose lock bars this process from ending
        pass
    while True:
        if sys.platform == "win32":
            signal.raise_signal(signal.SIGINT)
        else:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(0.2)


def _command(*words: str) -> int:
    """Run ``grpo-paper`` in this process, without importing what stands above. Returns its exit status."""
    sys.argv = ["grpo-paper", *words]
    try:
        runpy.run_module("grpo_paper", run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(19)
    sys.exit(keep(Path(sys.argv[1])))
