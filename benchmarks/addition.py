"""Completions a second of this trainer and of TRL's GRPOTrainer on the same sums, in one run on one thread.

Both train a transformer of two layers and width 64 on the same prompts with the same verifier: groups of 16, four
steps an iteration, a penalty on the KL, Adam. Runs in the environment of ``make peers``.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import transformers
import trl
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback

from benchmarks.record import keep
from benchmarks.replicas import STEPS, steady
from grpo_paper.trainer import Addition, TrainConfig, train
from grpo_paper.trainer.addition import VOCABULARY, verify
from peers import llama

GROUP, BETA, CLIP, RATE = 16, 0.1, 0.2, 1e-3
SIZES = {"cpu": ((8, 40), (64, 10)), "cuda": ((8, 20), (64, 20), (1024, 10))}
"""Prompts a batch, and TRL's iterations, which its time is taken over."""
FLOORS = {"eager": 4.5, "compiled": 7.0}
"""Times TRL's completions a second, at least; below that the benchmark fails."""


class Clock(TrainerCallback):
    """The time at which each iteration, of a generation and its steps, ends."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step % STEPS == 0:
            self.ends.append(time.perf_counter())


def reward(prompts: list[str], completions: list[str], **_: Any) -> list[float]:
    """The verifier's word; TRL's completions are whatever tokens came."""
    digits = (completion.replace(" ", "") for completion in completions)
    return [float(answer.isdigit() and verify(prompt, answer)) for prompt, answer in zip(prompts, digits, strict=True)]


def of_trl(task: Addition, iterations: int, device: str, settle: int = 2) -> float:
    """Completions a second of TRL, after the first iterations."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokenizer = llama.save(folder, VOCABULARY, hidden_size=64, intermediate_size=256, num_attention_heads=4)
        assert len(tokenizer(task.prompts[0])["input_ids"]) == len(task.prompts[0])
        clock = Clock()
        config = trl.GRPOConfig(
            output_dir=str(folder / "out"),
            use_cpu=device == "cpu",
            bf16=False,
            activation_checkpointing=False,
            report_to=[],
            logging_strategy="no",
            save_strategy="no",
            disable_tqdm=True,
            per_device_train_batch_size=len(task.prompts) * GROUP,
            num_generations=GROUP,
            num_iterations=STEPS,
            max_completion_length=task.digits,
            max_steps=(settle + iterations) * STEPS,
            learning_rate=RATE,
            beta=BETA,
            epsilon=CLIP,
            temperature=1.0,
            loss_type="grpo",
        )
        data = Dataset.from_dict({"prompt": task.prompts * (settle + iterations)})
        trainer = trl.GRPOTrainer(
            str(folder), reward, args=config, train_dataset=data, processing_class=tokenizer, callbacks=[clock]
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    seconds = (clock.ends[-1] - clock.ends[settle - 1]) / iterations
    return len(task.prompts) * GROUP / seconds


def of_ours(task: Addition, device: str, compiled: bool, bfloat16: bool = False) -> float:
    """Completions a second of this trainer."""

    def run(count: int) -> None:
        config = TrainConfig(
            BETA, clip=CLIP, group_size=GROUP, inner_steps=STEPS, learning_rate=RATE, ascent="adam", iterations=count
        )
        train(config, task, device, compiled=compiled, bfloat16=bfloat16)

    return len(task.prompts) * GROUP / steady(run)


def main() -> None:
    """Every size; TRL before and after ours, so that a machine that slows down does not favour one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    device = parser.parse_args().device
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    ways = {"eager": {"compiled": False}, "compiled": {"compiled": True}}
    if device == "cuda":
        ways["compiled, bfloat16"] = {"compiled": True, "bfloat16": True}
    rows = []
    for prompts, iterations in SIZES[device]:
        task = Addition.with_success(0.21, prompts)
        before = of_trl(task, iterations, device)
        ours = {kind: of_ours(task, device, **way) for kind, way in ways.items()}
        theirs = max(before, of_trl(task, iterations, device))
        rows.append({"prompts": prompts, "TRL, completions/s": theirs})
        for kind, speed in ours.items():
            rows[-1] |= {f"{kind}, completions/s": speed, f"{kind}, ratio": speed / theirs}
    keep("addition", device, rows)
    print(f"TRL {trl.__version__}, transformers {transformers.__version__}, torch {torch.__version__}")
    for row in rows:
        for kind, floor in FLOORS.items():
            if row[f"{kind}, ratio"] < floor:
                raise SystemExit(f"{row['prompts']} prompts, {kind}: {row[f'{kind}, ratio']:.1f} is below {floor}")


if __name__ == "__main__":
    main()
