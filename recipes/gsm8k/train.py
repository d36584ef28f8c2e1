"""GRPO on GSM8K with TRL: the settings of the paper's Appendix A, a smaller run for one GPU, and a tiny one for a CPU.

    accelerate launch --num_processes 7 --module recipes.gsm8k.train paper --out runs/gsm8k

The same command goes on from the last checkpoint of a run that was stopped.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from transformers.trainer_utils import get_last_checkpoint
from trl import GRPOConfig, GRPOTrainer

from grpo_paper.runs.callback import TheoryCallback
from grpo_paper.runs.folder import SETTINGS
from recipes.gsm8k import tiny
from recipes.gsm8k.questions import correct, load

MODEL, QUESTIONS = "Qwen/Qwen2.5-0.5B-Instruct", "openai/gsm8k"
PAPER: dict[str, Any] = {
    # Appendix A has these seven. 7 processes × 16 × 4 = 448 answers: its 28 prompts, 16 times each.
    "learning_rate": 5e-6,
    "epsilon": 0.2,
    "beta": 0.1,
    "num_iterations": 10,
    "num_generations": 16,
    "max_completion_length": 200,
    "temperature": 0.1,
    "per_device_train_batch_size": 16,
    "gradient_accumulation_steps": 4,
    "num_train_epochs": 1,
    # Appendix A is silent on the rest: the loss as in its equations, a KL that is not multiplied by the ratio, …
    "loss_type": "grpo",
    "scale_rewards": "group",
    "use_bias_correction_kl": False,
    "activation_checkpointing": True,
    "use_vllm": True,
    "vllm_mode": "colocate",
    "vllm_importance_sampling_correction": False,
    # … each batch of answers in one file, and checkpoints where Figure 3 has its points.
    "logging_steps": 10,
    "save_steps": 150,
}
SMALL: dict[str, Any] = PAPER | {
    # One process: 16 × 8 = 128 answers, 8 prompts. Answers are written by the model that is trained, without vLLM.
    "gradient_accumulation_steps": 8,
    "use_vllm": False,
    "save_total_limit": 2,
}
TINY: dict[str, Any] = SMALL | {
    "use_cpu": True,
    "bf16": False,
    "activation_checkpointing": False,
    "learning_rate": 5e-4,
    "lr_scheduler_type": "constant_with_warmup",
    "warmup_steps": 5,
    "beta": 1.0,
    "num_iterations": 2,
    "max_completion_length": 5,
    "temperature": 1.0,
    "per_device_train_batch_size": 256,
    "gradient_accumulation_steps": 1,
    "num_train_epochs": 20,
    "logging_steps": 2,
    "save_steps": 40,
}
SIZES = {"paper": (PAPER, None), "small": (SMALL, 1024), "tiny": (TINY, None)}
"""Settings under TRL's names, and how many questions are asked, if not all."""
ALWAYS: dict[str, Any] = {"log_completions": True, "num_completions_to_print": 0, "report_to": [], "seed": 0}


def train(size: str, out: Path, model: str, questions: str, page: bool = True, **changes: Any) -> GRPOTrainer:
    """Train, going on from the last checkpoint in `out` if there is one, and save the model in `out/final`.

    model, questions: a name of the Hub or a folder. changes: of settings, under TRL's names.
    Errors: ValueError where `out` has a run with other settings; it may go on for more epochs.
    """
    settings, at_most = SIZES[size]
    settings = settings | changes
    checkpoint = get_last_checkpoint(str(out)) if out.is_dir() else None
    if checkpoint:
        _same(settings, out / SETTINGS)
    trainer = GRPOTrainer(
        model,
        correct,
        args=GRPOConfig(output_dir=str(out), **ALWAYS, **settings),
        train_dataset=load(questions, "train", at_most),
        callbacks=[TheoryCallback(page)],
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    trainer.save_model(str(out / "final"))
    return trainer


def _same(settings: dict[str, Any], known: Path) -> None:
    before = json.loads(known.read_text()) if known.exists() else {}
    for name, value in settings.items():
        if name != "num_train_epochs" and before.get(name, value) != value:
            raise ValueError(
                f"{name} = {value}: the run in {known.parent} has {before[name]} and would go on with another; "
                "name another folder"
            )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--out", type=Path, required=True, help="the run's folder")
    parser.add_argument("--model", help="a folder or a name of the Hub")
    parser.add_argument("--questions", help="a folder with train.jsonl and test.jsonl, or a name of the Hub")
    parser.add_argument("--beta", type=float, help="strength of the KL penalty")
    parser.add_argument("--no-page", action="store_true", help="do not keep the page beside the training")
    given = parser.parse_args()
    start = given.out.parent / "start"
    if given.size == "tiny" and not (start / "train.jsonl").exists():
        tiny.make(start)
    model, questions = (str(start), str(start)) if given.size == "tiny" else (MODEL, QUESTIONS)
    changes = {} if given.beta is None else {"beta": given.beta}
    train(given.size, given.out, given.model or model, given.questions or questions, page=not given.no_page, **changes)


if __name__ == "__main__":
    main()
