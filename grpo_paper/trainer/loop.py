"""Algorithm 1 (Appendix B), for a batch of replicas at once.

All outputs of a prompt are listed, so a sampled group is a vector of counts. The exact expectation and the sampled
one are then the same sum over outputs, with the weights π_old(o) or count(o)/G.
"""

from pathlib import Path

import torch
from tqdm import tqdm

from grpo_paper.theory import domain
from grpo_paper.theory.elementary import sigmoid
from grpo_paper.trainer import parallel
from grpo_paper.trainer.checkpoint import Checkpoint
from grpo_paper.trainer.config import TrainConfig
from grpo_paper.trainer.device import available, computing, numbers
from grpo_paper.trainer.history import History, predict
from grpo_paper.trainer.state import replicas, start
from grpo_paper.trainer.steps import Steps
from grpo_paper.trainer.task import Task


def train(
    config: TrainConfig,
    task: Task,
    device: str = "cpu",
    *,
    compiled: bool = False,
    bfloat16: bool = False,
    keep: Path | str | None = None,
    keep_every: int = 10,
    progress: bool = False,
) -> History:
    """Run Algorithm 1 on a task. Same seed, same device: the same history, bit for bit, on as many threads.

    compiled: let torch.compile fuse the work, after a reset of the compiler.
    bfloat16: a network's matrix products in bfloat16, all else as it is.
    keep: a checkpoint file, written every keep_every iterations; a run that was killed, or is to have more iterations,
    goes on from there. One process at a time writes it.
    Errors: ValueError naming the argument; CheckpointError for a file of another run; MemoryError; OSError.

    >>> from grpo_paper.trainer import Bandit
    >>> task = Bandit.with_success([0.2], outputs=8)
    >>> history = train(TrainConfig(iterations=3, group_size=None, clip=None), task)
    >>> history.success.shape, bool(history.success[-1] > 0.2)
    (torch.Size([4, 1, 1]), True)
    """
    if not isinstance(config, TrainConfig):
        raise ValueError(f"config = {config!r} is not a TrainConfig; make one, such as TrainConfig(beta=0.5)")
    where = available(device)
    domain.whole("keep_every", keep_every, 1)
    quiet = not progress or parallel.rank() > 0
    file = Checkpoint(keep, config, task, device=where.type, compiled=compiled, bfloat16=bfloat16)
    copies, shape = replicas(config, task), tuple(task.reward.shape)
    size = f"{copies} replicas of {shape} outputs, {config.iterations} iterations"
    needed = numbers(copies * shape[0], shape[1], config.iterations, config.group_size or 0)
    with computing(where, bfloat16, size, needed), file.held():
        task = task.to(where)
        do, state = Steps(config, task, where, compiled), start(config, task, where)
        log_pi = log_pi_ref = do.policy(state.theta)
        rewards, indices = task.reward.to(log_pi), torch.arange(len(task.reward), device=where)
        predicted = predict(config, log_pi_ref, rewards)
        gain = (predicted - predicted[0]).nan_to_num(0.0)  # log-odds of ±∞ stay as they are
        if file.resume(state):
            log_pi = do.policy(state.theta)
        else:
            state.looks.append(do.measure(log_pi, log_pi_ref, rewards, gain[0]))

        done, last = state.iteration, config.iterations
        for n in tqdm(range(done, last), "iterations", last, initial=done, disable=quiet):
            # Freeze the policy, and draw the prompts of this iteration.
            prompts = do.prompts(state.generator)
            log_pi_old, reward = log_pi[:, prompts], rewards[prompts]

            # Sample a group of outputs for each; weigh right and wrong.
            weight = do.group(log_pi_old, state.generator)
            p_hat, silent, A = do.weight(weight, reward)

            # Take μ steps down the loss: the penalty less the clipped surrogate.
            given = prompts, log_pi_old, log_pi_ref[:, prompts], weight, A
            for _ in range(config.inner_steps):
                state.descend(do.direction(state.theta, *given))

            # See what has become of the policy.
            log_pi = do.policy(state.theta)
            clipped = do.clipped(log_pi[:, prompts], log_pi_old, weight, A)
            state.batches.append((p_hat, silent, clipped, indices[prompts]))
            state.looks.append(do.measure(log_pi, log_pi_ref, rewards, gain[n + 1]))
            state.iteration = n + 1
            file.save(state, every=keep_every)
        return History.of(state.looks, state.batches, sigmoid(predicted), log_pi)
