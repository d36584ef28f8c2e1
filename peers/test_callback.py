"""The callback in TRL's own trainer: what it writes, that evaluations stay apart, that it never stops a training."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet
import pytest
import torch
import transformers
import trl
from datasets import Dataset
from transformers import PreTrainedTokenizerFast, PrinterCallback
from trl import GRPOConfig, GRPOTrainer

from grpo_paper.runs import beside, reading
from grpo_paper.runs.callback import TheoryCallback
from grpo_paper.runs.folder import COMPLETIONS, EVALUATION, SCALARS, SETTINGS
from grpo_paper.runs.settings import Settings
from peers import llama

TRAINED = [f"{x} {y}" for x in "ab" for y in "abcdefgh"]
TESTED = ["p o", "p n", "p m"]
QUIET: dict[str, Any] = {"report_to": [], "disable_tqdm": True, "num_completions_to_print": 0, "save_strategy": "no"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model")
    llama.save(path, "abcdefghijklmnop", hidden_size=16, intermediate_size=24, num_attention_heads=2)
    return path


@pytest.fixture
def trainer(model: Path, tmp_path: Path) -> Callable[..., GRPOTrainer]:
    """A trainer of four answers a step, with the callback."""

    def make(callback: TheoryCallback, **changes: Any) -> GRPOTrainer:
        settings: dict[str, Any] = {"log_completions": True, "max_steps": 4, "logging_steps": 1} | changes
        config = GRPOConfig(
            output_dir=str(tmp_path),
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            per_device_train_batch_size=4,
            per_device_eval_batch_size=2,
            num_generations=2,
            max_completion_length=3,
            **QUIET | settings,
        )
        made = GRPOTrainer(
            str(model),
            odd,
            args=config,
            train_dataset=Dataset.from_dict({"prompt": TRAINED}),
            eval_dataset=Dataset.from_dict({"prompt": TESTED}),
            processing_class=PreTrainedTokenizerFast.from_pretrained(model),
            callbacks=[callback],
        )
        made.remove_callback(PrinterCallback)
        return made

    return make


def odd(completions: list[str], **_: Any) -> list[float]:
    """A reward that chance decides."""
    return [float(len(set(words)) % 2) for words in completions]


def prompts(folder: Path) -> dict[int, set[str]]:
    """The prompts of each file."""
    return {
        int(file.stem[-5:]): set(pyarrow.parquet.read_table(file)["prompt"].to_pylist())
        for file in sorted(folder.glob("completions_*.parquet"))
    }


def steps(path: Path) -> list[int]:
    return [json.loads(line)["step"] for line in (path / SCALARS).read_text().splitlines()]


def test_what_it_writes(trainer, tmp_path) -> None:
    trainer(TheoryCallback(), beta=0.1, epsilon_high=0.28, num_iterations=2).train()
    settings = json.loads((tmp_path / SETTINGS).read_text())
    told = {"beta": 0.1, "epsilon": 0.2, "epsilon_high": 0.28, "num_generations": 2, "num_iterations": 2}
    assert settings.items() >= told.items()
    assert settings["scale_rewards"] == "group"
    assert settings["steps_per_generation"] == 1
    assert (settings["trl"], settings["torch"]) == (trl.__version__, torch.__version__)
    assert steps(tmp_path) == [1, 2, 3, 4, 4]
    logged = json.loads((tmp_path / SCALARS).read_text().splitlines()[0])
    assert {"kl", "clip_ratio/region_mean", "reward", "frac_reward_zero_std", "completions/mean_length"} <= set(logged)
    page = (tmp_path / beside.PAGE).read_text()
    assert "8 answers to 4 prompts" in page  # each batch once, though it was trained on twice
    run = reading.read(tmp_path, Settings())
    assert run.settings.beta == 0.1
    assert run.groups.size.tolist() == [2] * 4


@pytest.mark.parametrize("serves", [1, 3])
def test_evaluations_stay_apart(serves, trainer, tmp_path) -> None:
    changes = {"eval_strategy": "steps", "eval_steps": 2, "eval_on_start": True, "num_iterations": serves}
    made = trainer(TheoryCallback(page=False), **changes)
    made.train()
    made.evaluate()
    trained, tested = prompts(tmp_path / COMPLETIONS), prompts(tmp_path / EVALUATION)
    # With batches that serve three steps, the third is logged after an evaluation of which its file has the answers.
    assert trained.keys() == ({1, 2, 3, 4} if serves == 1 else {1, 2, 4})
    assert all(found <= set(TRAINED) for found in trained.values())
    assert all(set(TESTED) & tested[step] for step in (0, 2, 4))
    assert len([line for line in (tmp_path / SCALARS).read_text().splitlines() if "eval_reward" in line]) == 4


def test_without_it_trl_loses_answers_to_an_evaluation(trainer, tmp_path) -> None:
    made = trainer(TheoryCallback(page=False), eval_strategy="steps", eval_steps=2)
    made.pop_callback(TheoryCallback)
    made.train()
    assert not prompts(tmp_path / COMPLETIONS)[2] & set(TRAINED)


def test_a_run_goes_on(trainer, tmp_path) -> None:
    kept = {"save_strategy": "steps", "save_steps": 2}
    trainer(TheoryCallback(page=False), **kept).train()
    made = trainer(TheoryCallback(page=False), max_steps=3, **kept)
    made.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    assert prompts(tmp_path / COMPLETIONS).keys() == {1, 2, 3}
    assert steps(tmp_path) == [1, 2, 3, 3]
    assert json.loads((tmp_path / SETTINGS).read_text())["from_step"] == 2


def test_without_answers_it_refuses_before_the_training(trainer) -> None:
    with pytest.raises(ValueError, match="log_completions = False: TRL will write no answers"):
        trainer(TheoryCallback(), log_completions=False)


@pytest.mark.parametrize("fault", ["no process", "no command", "no room"])
def test_what_fails_is_said_once_and_stops_nothing(fault, trainer, tmp_path, monkeypatch, caplog) -> None:
    if fault == "no process":
        monkeypatch.setattr(beside.sys, "executable", "/nowhere/python")
    elif fault == "no command":
        monkeypatch.setattr(beside, "__name__", "grpo_paper.nothing")
    else:
        (tmp_path / SCALARS).mkdir()
    with caplog.at_level(logging.WARNING, logger="grpo_paper"):
        made = trainer(TheoryCallback())
        made.train()
    assert made.state.global_step == 4
    said = [record for record in caplog.records if record.name.startswith("grpo_paper")]
    assert len(said) == 1
    assert not (tmp_path / beside.PAGE).exists()


def test_other_processes_of_a_distributed_run_do_nothing(tmp_path) -> None:
    callback = TheoryCallback()
    args = SimpleNamespace(log_completions=True, output_dir=str(tmp_path))
    state = SimpleNamespace(is_world_process_zero=False, global_step=0, num_input_tokens_seen=0)
    callback.on_train_begin(args, state, None)
    callback.on_log(args, state, None, logs={"loss": 0.0})
    callback.on_train_end(args, state, None)
    assert not list(tmp_path.iterdir())


def test_transformers_still_has_these_events() -> None:
    """A callback whose method no event calls would do nothing, silently."""
    events = {"on_init_end", "on_train_begin", "on_log", "on_step_begin", "on_evaluate", "on_train_end"}
    assert events == {name for name in vars(TheoryCallback) if name.startswith("on_")}
    assert all(hasattr(transformers.TrainerCallback, name) for name in events)
