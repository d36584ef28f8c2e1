"""What the callback takes from a training step, on the recipe's tiny model with every step logged.

The page is kept by another process; here it is what the callback itself does in the training's process. Runs in the
environment of ``make peers``. On a larger model a step takes longer and the callback does not.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.record import keep
from grpo_paper.runs.callback import TheoryCallback
from recipes.gsm8k import tiny, train

MOST = 0.01
"""Of a step's time, at most; beyond that the benchmark fails."""


class Timed(TheoryCallback):
    """The callback, and the seconds that each of its events took."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, list[float]] = {}

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self._timed(name, found) if name.startswith("on_") else found

    def _timed(self, name: str, event: Callable[..., None]) -> Callable[..., None]:
        def timed(*words: Any, **more: Any) -> None:
            start = time.perf_counter()
            event(*words, **more)
            self.seconds.setdefault(name, []).append(time.perf_counter() - start)

        return timed


def main() -> None:
    """One run, with the page."""
    torch.set_num_threads(1)
    timed = Timed()
    train.TheoryCallback = lambda page: timed  # type: ignore[assignment, misc]
    with tempfile.TemporaryDirectory() as name:
        start = Path(name) / "start"
        tiny.make(start, lessons=60)
        made = train.train(
            "tiny", Path(name) / "run", str(start), str(start), logging_steps=1, save_strategy="no", disable_tqdm=True
        )
        logged = [entry["step_time"] for entry in made.state.log_history if "step_time" in entry]
    own = sum(timed.seconds["on_log"]) + sum(timed.seconds["on_step_begin"])
    share = own / sum(logged)
    row = {
        "steps": len(logged),
        "ms a step": 1000 * sum(logged) / len(logged),
        "callback, µs a step": 1e6 * own / len(logged),
        "share, ‰": 1000 * share,
        "begin, ms once": 1000 * sum(timed.seconds["on_train_begin"]),
        "last page, s once": sum(timed.seconds["on_train_end"]),
    }
    keep("callback", "cpu", [row])
    if share > MOST:
        raise SystemExit(f"{share:.2%} of a step is more than {MOST:.0%}")


if __name__ == "__main__":
    main()
