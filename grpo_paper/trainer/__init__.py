"""Algorithm 1 run for real: a toy trainer whose exact success, KL and total variation can be computed beside it."""

from grpo_paper.trainer.bandit import Bandit
from grpo_paper.trainer.config import TrainConfig
from grpo_paper.trainer.loop import History, train

__all__ = ["Bandit", "History", "TrainConfig", "train"]
