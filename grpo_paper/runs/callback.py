"""A callback for TRL's `GRPOTrainer`: what the run was trained with, its scalars, and its page while it trains.

``GRPOTrainer(…, args=GRPOConfig(log_completions=True, …), callbacks=[TheoryCallback()])``. This module alone needs
transformers, which TRL brings.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from grpo_paper.runs.beside import PAGE, Beside
from grpo_paper.runs.folder import EARLIER, RunFolder

CONFIGURED = [
    "num_generations",
    "num_generations_eval",
    "generation_batch_size",
    "steps_per_generation",
    "num_iterations",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "world_size",
    "beta",
    "epsilon",
    "epsilon_high",
    "delta",
    "loss_type",
    "importance_sampling_level",
    "scale_rewards",
    "reward_weights",
    "multi_objective_aggregation",
    "use_bias_correction_kl",
    "mask_truncated_completions",
    "top_entropy_quantile",
    "sync_ref_model",
    "ref_model_mixup_alpha",
    "ref_model_sync_steps",
    "learning_rate",
    "lr_scheduler_type",
    "max_steps",
    "num_train_epochs",
    "logging_steps",
    "temperature",
    "top_p",
    "top_k",
    "max_completion_length",
    "seed",
]
"""Of TRL's configuration, what a reader may want to know."""
PACKAGES = ("trl", "transformers", "torch")

say = logging.getLogger(__name__).warning


class TheoryCallback(TrainerCallback):
    """Keeps `grpo-paper.json`, `.jsonl` and `.html` in the run's folder, and evaluations apart from training.

    page: whether a process beside the training keeps the page. What fails in here is said once and stops nothing.
    Errors: ValueError before the training where `log_completions` is off.
    """

    def __init__(self, page: bool = True) -> None:
        self._with_page = page
        self._folder: RunFolder | None = None
        self._beside: Beside | None = None

    def on_init_end(self, args: Any, *_: Any, **__: Any) -> None:
        """Refuse a configuration that logs no answers."""
        if not getattr(args, "log_completions", False):
            raise ValueError(
                "log_completions = False: TRL will write no answers, and there would be nothing to read; "
                "set log_completions=True in GRPOConfig, or leave this callback out"
            )

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """Write the settings, start the process beside."""
        self.on_init_end(args)
        if not state.is_world_process_zero:
            return
        with self._harmless():
            path = Path(args.output_dir)
            folder = RunFolder(path)
            if moved := folder.begin(_settings(args, model), state.global_step):
                say(f"{moved} files of an earlier run, after step {state.global_step}, are now in {path / EARLIER}")
            self._folder = folder
            if self._with_page:
                self._beside = Beside(path)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Note the scalars; TRL writes the answers after this."""
        with self._harmless():
            if self._folder:
                self._folder.log(logs or {}, state.global_step, state.num_input_tokens_seen)
            if self._beside and (why := self._beside.failed()) is not None:
                self._beside = None
                say(f"The page of this run is no longer kept ({why}); the training goes on. {_afterwards(args)}")

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """TRL has written the answers of the last log."""
        with self._harmless():
            if self._folder:
                self._folder.settle()

    on_evaluate = on_step_begin

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Let the page be written a last time."""
        self.on_step_begin()
        with self._harmless():
            if self._beside and (why := self._beside.end()) is not None:
                say(f"The last page of this run was not written ({why}). {_afterwards(args)}")
            self._beside = None

    @contextmanager
    def _harmless(self) -> Iterator[None]:
        """Nothing that goes wrong in here may stop a training: it is said, and nothing more is done."""
        try:
            yield
        except Exception as error:
            say(f"This run is no longer followed ({error}); the training goes on")
            self._folder = self._beside = None


def _settings(args: Any, model: Any) -> dict[str, Any]:
    """The run's settings under TRL's names."""
    found: dict[str, Any] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    found["model"] = getattr(getattr(model, "config", None), "_name_or_path", None)
    for name in CONFIGURED:
        if hasattr(args, name):
            value = getattr(args, name)
            found[name] = value if isinstance(value, int | float | str | list | None) else str(value)
    return found


def _afterwards(args: Any) -> str:
    return f"Afterwards: grpo-paper read {args.output_dir} --html {Path(args.output_dir) / PAGE}"
