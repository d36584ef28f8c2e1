"""What each library makes of groups of rewards: its own code behind functions of shape (prompts, G) to (prompts, G).

Outputs have one token unless lengths are given. Rewards stay in float64 for as long as the library's code lets them.
"""

import ast
import asyncio
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import torch
from accelerate import PartialState
from datasets import Dataset
from tensordict import TensorDict
from torch import Tensor
from torchrl.objectives.llm import MCAdvantage
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer
from trl.experimental.async_grpo.async_rollout_worker import RolloutGroup, TrainingSequence, _AsyncRolloutLoop
from trl.experimental.sdpo.sdpo_trainer import SDPOTrainer
from verl.protocol import DataProto
from verl.trainer.config import AlgoConfig
from verl.trainer.ppo import core_algos

from peers import llama

Estimator = Callable[[Tensor], Tensor]


@cache
def _folder() -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory()
    sizes = {"hidden_size": 4, "intermediate_size": 4, "num_attention_heads": 1}
    llama.save(Path(folder.name), "ab", **sizes)
    return folder


@cache
def _trainer(rloo: bool, group_size: int, settings: tuple[tuple[str, Any], ...]) -> GRPOTrainer | RLOOTrainer:
    folder = _folder().name
    kind, config = (RLOOTrainer, RLOOConfig) if rloo else (GRPOTrainer, GRPOConfig)
    return kind(
        AutoModelForCausalLM.from_pretrained(folder),
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        args=config(
            output_dir=f"{folder}/out",
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            report_to=[],
            num_generations=group_size,
            per_device_train_batch_size=group_size,
            max_completion_length=1,
            beta=0.0,
            **dict(settings),
        ),
        train_dataset=Dataset.from_dict({"prompt": ["a"] * group_size}),
        processing_class=PreTrainedTokenizerFast.from_pretrained(folder),
    )


def trl(rloo: bool = False, **settings: Any) -> Estimator:
    """The generation step of `GRPOTrainer` or `RLOOTrainer`; in place of their rewards, which are float32, ours."""

    def advantages(rewards: Tensor) -> Tensor:
        made = _trainer(rloo, rewards.shape[1], tuple(settings.items()))
        made._calculate_rewards = lambda *_: rewards.reshape(-1, 1)
        made.model.train()
        found = made._generate_and_score_completions([{"prompt": "a"}] * rewards.numel())["advantages"]
        return found.reshape(rewards.shape)

    return advantages


def trl_async(rewards: Tensor) -> Tensor:
    """The scores that `AsyncGRPOTrainer`'s rollouts are given, group by group."""
    PartialState(cpu=True)  # its logger asks for one
    row = TrainingSequence([0], [1], [0.0], 0)

    def group(values: list[float]) -> list[float]:
        nothing = [None] * len(values)
        made = RolloutGroup(
            nothing, {}, nothing, nothing, [[row]] * len(values), nothing, nothing, 0, 0, nothing, values
        )
        loop = MagicMock(reward_funcs=[], _env_reward_types=[], _provides_rollout_reward=True, reward_func_names=["r"])
        made.tool_call_counts = made.tool_failure_counts = [0] * len(values)
        return [sample.advantage for sample in asyncio.run(_AsyncRolloutLoop._score_group(loop, made))]

    return torch.tensor([group(values) for values in rewards.tolist()], dtype=torch.float64)


def trl_sdpo(scale_rewards: str) -> Estimator:
    """The advantages beside which `SDPOTrainer` distils; all of the trainer that they don't need is made of air."""

    def advantages(rewards: Tensor) -> Tensor:
        air = MagicMock(num_generations=rewards.shape[1], scale_rewards=scale_rewards, reward_weights=torch.ones(1))
        air.accelerator.device, air.accelerator.process_index = "cpu", 0
        air._calculate_rewards.return_value = rewards.reshape(-1, 1)
        air.sample_rollouts.return_value = batch = {
            key: torch.zeros(rewards.numel(), 1) for key in ("prompt_ids", "completion_ids", "completion_mask")
        }
        SDPOTrainer._prepare_training_batch(air, [{"prompt": "a"}] * rewards.numel())
        return batch["advantages"].reshape(rewards.shape)

    return advantages


def torchrl(**settings: Any) -> Estimator:
    """What `MCAdvantage` writes for trajectories of one step; NaN for a group that it drops."""

    def group(values: Tensor) -> Tensor:
        transform = MCAdvantage(grpo_size=len(values), **settings)
        for i, reward in enumerate(values):
            step = {"query": ["prompt"], "next": {"reward": reward.reshape(1, 1), "done": torch.ones(1, 1) > 0}}
            out = transform.inv(TensorDict(step, batch_size=1))
            assert out is None or i == len(values) - 1
        return values * torch.nan if out is None else out["advantage"].flatten()

    return lambda rewards: torch.stack([group(values) for values in rewards])


@cache
def _compute_advantage() -> Callable[..., DataProto]:
    """verl's own, which passes a configuration on to an estimator, cut from a file that imports engines of training."""
    path = Path(find_spec("verl.trainer.ppo.ray_trainer").origin)
    body = ast.parse(path.read_text()).body
    [found] = [part for part in body if isinstance(part, ast.FunctionDef) and part.name == "compute_advantage"]
    names = vars(core_algos) | {"core_algos": core_algos, "DataProto": DataProto}
    exec(compile(ast.Module([found], []), path, "exec"), names)
    return names["compute_advantage"]


def verl(adv_estimator: str, **settings: Any) -> Callable[..., Tensor]:
    """`compute_advantage` under this algorithm's configuration.

    lengths: tokens of every output. greedy: reward of each prompt's greedy output, for ReMax. energy: what the optimal
    token baseline weighs an output's first token by.
    """

    if adv_estimator == "gdpo":
        settings["gdpo_reward_keys"] = ["right"]

    def advantages(
        rewards: Tensor, lengths: Tensor | None = None, greedy: Tensor | None = None, energy: Tensor | None = None
    ) -> Tensor:
        config = AlgoConfig(adv_estimator=adv_estimator, **settings)
        last = (torch.ones(rewards.numel()) if lengths is None else lengths.flatten()).long() - 1
        mask = torch.arange(int(last.max()) + 1) <= last[:, None]
        scores = torch.zeros(mask.shape, dtype=rewards.dtype)
        scores[torch.arange(len(scores)), last] = rewards.flatten()
        tensors = {"token_level_rewards": scores, "response_mask": mask.long()}
        others = {"uid": torch.arange(len(rewards)).repeat_interleave(rewards.shape[1]).numpy()}
        if adv_estimator == "remax":
            tensors["reward_baselines"] = greedy.repeat_interleave(rewards.shape[1])
        if adv_estimator == "gdpo":
            others["right"] = rewards.flatten().numpy()
            prompts = torch.ones(len(scores), 1).long()
            tensors |= {"prompts": prompts, "attention_mask": torch.cat([prompts, tensors["response_mask"]], 1)}
        if adv_estimator.endswith("token_baseline"):
            # The energy of a token is 1 − 2π + Σπ², with π the chance that it had.
            tensors["old_log_probs"] = torch.full(mask.shape, 0.5, dtype=rewards.dtype).log()
            tensors["sum_pi_squared"] = energy.reshape(-1, 1).expand(mask.shape)
        data = DataProto.from_dict(tensors, others)
        scaled = config.norm_adv_by_std_in_grpo
        found = _compute_advantage()(data, adv_estimator, norm_adv_by_std_in_grpo=scaled, config=config)
        return found.batch["advantages"][:, 0].reshape(rewards.shape)

    return advantages
