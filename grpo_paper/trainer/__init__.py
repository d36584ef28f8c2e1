"""Algorithm 1 run for real: a toy trainer whose exact success, KL and total variation can be computed beside it."""

from grpo_paper.extras import needed

with needed("The trainer"):
    from grpo_paper.trainer.addition import Addition
    from grpo_paper.trainer.bandit import Bandit
    from grpo_paper.trainer.checkpoint import CheckpointError
    from grpo_paper.trainer.config import TrainConfig
    from grpo_paper.trainer.history import History
    from grpo_paper.trainer.loop import train

__all__ = ["Addition", "Bandit", "CheckpointError", "History", "TrainConfig", "train"]
