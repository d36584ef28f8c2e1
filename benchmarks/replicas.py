"""Replicas of the bandit: steps per second beside a plain loop, and what a run costs in time and memory."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.record import keep
from grpo_paper.trainer import Bandit, TrainConfig, train

STEPS = 4


def bandit(prompts: int, outputs: int, dtype: torch.dtype) -> Bandit:
    """Prompts of one success rate."""
    task = Bandit.with_success([0.2] * prompts, outputs)
    return Bandit(task.log_pi_ref.to(dtype), task.reward.to(dtype))


def plain(
    task: Bandit, device: str, iterations: int, group_size: int = 16, beta: float = 0.1, clip: float = 0.2
) -> None:
    """Algorithm 1 as a first sketch has it: one run, autograd, nothing measured, nothing shared with the library."""
    task = task.to(torch.device(device))
    theta = task.log_pi_ref.clone().requires_grad_()
    reference = torch.log_softmax(task.log_pi_ref, -1)
    optimizer = torch.optim.SGD([theta], lr=0.1)
    rows = torch.arange(len(theta), device=device)[:, None]
    for _ in range(iterations):
        with torch.no_grad():
            old = torch.log_softmax(theta, -1)
            drawn = torch.multinomial(old.exp(), group_size, replacement=True)
            old = old[rows, drawn]
            reward = task.reward[rows, drawn]
            mean = reward.mean(-1, keepdim=True)
            advantage = (reward - mean) / (reward.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()
        for _ in range(STEPS):
            new = torch.log_softmax(theta, -1)
            ratio = (new[rows, drawn] - old).exp()
            gain = torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage).mean(-1)
            loss = (beta * (new.exp() * (new - reference)).sum(-1) - gain).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def steady(run: Callable[[int], Any], settle: int = 3, least: float = 3.0) -> float:
    """Seconds an iteration, once a run is going: a run long enough, less a short one that starts and compiles alike.

    Of both the fastest of three counts, as other work on the machine can only slow a run down.
    """
    wait = torch.cuda.synchronize if torch.cuda.is_available() else lambda: None

    def seconds(count: int) -> float:
        start = time.perf_counter()
        run(count)
        wait()
        return time.perf_counter() - start

    seconds(settle)
    short = min(seconds(settle) for _ in range(3))
    count = 16
    while (longer := seconds(settle + count)) - short < least:
        count *= 4
    return (min(longer, *(seconds(settle + count) for _ in range(2))) - short) / count


def batched(task: Bandit, replicas: int, device: str, group_size: int = 16) -> Callable[[int], Any]:
    """This trainer, every replica in one compiled program."""

    def run(iterations: int) -> None:
        config = TrainConfig([0.1] * replicas, iterations=iterations, inner_steps=STEPS, group_size=group_size)
        train(config, task, device, compiled=True)

    return run


def speed(device: str, replicas: int = 1000, prompts: int = 64, outputs: int = 32) -> None:
    """Replica steps per second of the batch over those of the plain loop."""
    rows: list[dict[str, Any]] = []
    for dtype in (torch.float64, torch.float32):
        task = bandit(prompts, outputs, dtype)
        alone = STEPS / steady(partial(plain, task, device))
        together = STEPS * replicas / steady(batched(task, replicas, device))
        rows.append(
            {
                "precision": str(dtype).removeprefix("torch."),
                "replicas": replicas,
                "plain loop, steps/s": alone,
                "batch, replica steps/s": together,
                "ratio": together / alone,
            }
        )
    keep("replicas", device, rows)
    if device == "cpu" and rows[-1]["ratio"] < 15:
        raise SystemExit(f"the batch is {rows[-1]['ratio']:.1f} times the plain loop; at least 15 is promised")


BASE = {"replicas": 400, "prompts": 64, "outputs": 32, "group_size": 16}
CHANGES: list[dict[str, int]] = [
    {},
    {"replicas": 800},
    {"replicas": 1600},
    {"replicas": 3200},
    {"prompts": 128},
    {"outputs": 64},
    {"group_size": 64},
]


def cost(device: str) -> None:
    """Time and memory of an iteration, each size changed in turn; a process each, so that the memory is its own."""
    rows = []
    for change in CHANGES:
        sizes = BASE | change
        measured = {"ms an iteration": _alone("--time", device, sizes), "MiB": _alone("--memory", device, sizes)}
        rows.append(sizes | measured)
    keep("cost", device, rows)
    few, some, many = (row["MiB"] for row in rows if row["replicas"] > BASE["replicas"])
    growth = (many - some) / (some - few) / 2  # 1 if another replica always takes the same
    if not 2 / 3 < growth < 3 / 2:
        raise SystemExit(f"from 1,600 replicas on another one takes {growth:.1f} times the memory as before")


def _alone(quantity: str, device: str, sizes: dict[str, int]) -> float:
    """A quantity, measured in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.replicas", "--device", device, quantity, *map(str, sizes.values())]
    # Memory that is freed goes back at once, so that the most that is held is the most that is used.
    setting = {"MALLOC_MMAP_THRESHOLD_": "65536"} if quantity == "--memory" else {}
    told = subprocess.run(words, env=os.environ | setting, capture_output=True, text=True, check=True)
    return float(told.stdout)


def milliseconds(run: Callable[[int], Any], device: str) -> float:
    """An iteration's."""
    return 1000 * steady(run)


def mebibytes(run: Callable[[int], Any], device: str) -> float:
    """The most memory that a run of four iterations adds, in MiB."""
    run(1)  # so that what the compiler needs at first is not counted
    torch.compiler.reset()  # the next run does so too, and lets go of what this one's graphs hold
    _forget(device)
    before = _most(device)
    run(4)
    return (_most(device) - before) / 2**20


QUANTITIES = {"--time": milliseconds, "--memory": mebibytes}


def _forget(device: str) -> None:
    """Set the record of the most memory used back to what is used now."""
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    else:
        Path("/proc/self/clear_refs").write_text("5")


def _most(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    status = Path("/proc/self/status").read_text()
    return 1024 * float(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    for quantity in QUANTITIES:
        parser.add_argument(quantity, nargs=4, type=int)
    given = parser.parse_args()
    torch.set_num_threads(1)
    for quantity, measured in QUANTITIES.items():
        if sizes := getattr(given, quantity.removeprefix("--")):
            replicas, prompts, outputs, group_size = sizes
            task = bandit(prompts, outputs, torch.float32)
            print(measured(batched(task, replicas, given.device, group_size), given.device))
            raise SystemExit
    speed(given.device)
    cost(given.device)
