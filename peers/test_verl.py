"""verl: its whole `ppo_loss`, as its actor calls it, and the group statistics of `core_algos`."""

import itertools
from typing import Any

import pytest
import torch
from tensordict import TensorDict
from verl.trainer.ppo.core_algos import (
    agg_loss,
    compute_grpo_outcome_advantage,
    compute_grpo_vectorized_outcome_advantage,
    compute_policy_loss_vanilla,
    kl_penalty,
)
from verl.workers.config import ActorConfig, PolicyLossConfig
from verl.workers.utils.losses import ppo_loss

from grpo_paper.theory.objective import k3
from grpo_paper.theory.tokens import token_loss
from grpo_paper.theory.weighting import MEAN_ONLY, library_whitening
from peers.batch import BETA, CLIP, CLOSE, LENGTHS, MASK, REWARDS, SLIPS, advantages, assert_equal, batch, deviation

PROMPT = 3
RATIOS = {"vanilla": "token", "gspo": "sequence"}
MEANS: dict[str, dict[str, Any]] = {
    "seq-mean-token-mean": {"mean": "grpo"},
    "token-mean": {"mean": "bnpo"},
    "seq-mean-token-sum-norm": {"mean": "dr_grpo"},
    "seq-mean-token-sum": {"mean": "dr_grpo", "length": 1},
    "token-sum": {"mean": "dr_grpo", "length": 1 / len(MASK)},
}
NAMES = {"kl": "k1", "k1": "k1", "low_var_kl": "k3", "k3": "k3"}
PENALTIES = {"none": {"beta": 0.0}} | {theirs: {"penalty": ours} for theirs, ours in NAMES.items()}
CHOICES = list(itertools.product(RATIOS, MEANS, PENALTIES))
SEEN = [(choice, slip) for choice in CHOICES for slip in SLIPS if slip != "beta" or choice[2] != "none"]


def settings(loss_mode="vanilla", loss_agg_mode="token-mean", kl_loss_type="none", **changes: Any) -> ActorConfig:
    """verl's configuration of an actor; what concerns the training loop is left at its defaults."""
    return ActorConfig(
        strategy="fsdp",
        rollout_n=4,
        use_dynamic_bsz=True,
        clip_ratio=CLIP,
        clip_ratio_low=CLIP,
        clip_ratio_high=CLIP,
        policy_loss=PolicyLossConfig(loss_mode=loss_mode),
        loss_agg_mode=loss_agg_mode,
        use_kl_loss=kl_loss_type != "none",
        kl_loss_type=kl_loss_type,
        kl_loss_coef=BETA,
        **changes,
    )


def theirs(values: dict[str, Any], config: ActorConfig) -> torch.Tensor:
    """verl's loss of the batch. It takes log-probabilities of prompts and outputs end to end, without padding."""
    flat = []
    for row, length in zip(values["log_pi"], LENGTHS, strict=True):
        flat += [row.new_zeros(PROMPT - 1), row[:length], row.new_zeros(1)]
    prompts = torch.ones(len(MASK), PROMPT, dtype=torch.long)
    data = TensorDict(
        {
            "prompts": prompts,
            "responses": torch.zeros(MASK.shape, dtype=torch.long),
            "attention_mask": torch.cat([prompts, MASK.long()], 1),
            "response_mask": values["mask"].long(),
            "old_log_probs": values["log_pi_old"],
            "ref_log_prob": values["log_pi_ref"],
            "advantages": values["A"][:, None] * MASK,
        },
        batch_size=len(MASK),
    )
    for name, value in {"dp_size": 1, "batch_num_tokens": None, "global_batch_size": None}.items():
        data.set_non_tensor(name, value)
    return ppo_loss(config, {"log_probs": torch.cat(flat)}, data)[0]


def ours(values: dict[str, Any], loss_mode: str, loss_agg_mode: str, kl_loss_type: str, **slip: Any) -> torch.Tensor:
    """Our loss with the same choices."""
    return token_loss(**values | PENALTIES[kl_loss_type] | MEANS[loss_agg_mode] | slip, ratio=RATIOS[loss_mode])


class TestLoss:
    """The same number and the same gradient, whatever is chosen."""

    @pytest.mark.parametrize("choice", CHOICES, ids="-".join)
    def test_is_ours(self, choice) -> None:
        drawn = batch()
        values = drawn.for_us()
        assert_equal("verl", ours(values, *choice), theirs(values, settings(*choice)), drawn.logits)

    @pytest.mark.parametrize(("choice", "slip"), SEEN, ids=lambda x: x if isinstance(x, str) else "-".join(x))
    def test_a_slip_would_be_seen(self, choice, slip) -> None:
        values = batch().for_us()
        expected = theirs(values, settings(*choice))
        assert deviation(ours(values, *choice, **SLIPS[slip]), expected) > 100 * CLOSE


class TestAdvantage:
    """`library_whitening(G, 1e-6)`, group by group."""

    @pytest.mark.parametrize(
        "compute", [compute_grpo_outcome_advantage, compute_grpo_vectorized_outcome_advantage], ids=["loop", "vector"]
    )
    @pytest.mark.parametrize("scaled", [True, False], ids=["scaled", "centred"])
    def test_is_ours(self, compute, scaled) -> None:
        rewards = torch.zeros(MASK.shape, dtype=torch.float64)
        rewards[torch.arange(len(MASK)), LENGTHS - 1] = REWARDS.flatten()
        index = torch.arange(len(REWARDS)).repeat_interleave(REWARDS.shape[1]).numpy()
        found, _ = compute(rewards, MASK, index, norm_adv_by_std_in_grpo=scaled)
        expected = advantages(library_whitening(4, 1e-6) if scaled else MEAN_ONLY)
        # The vectorised one computes mean and deviation in float32, whatever it is given.
        close = 1e-7 if compute is compute_grpo_vectorized_outcome_advantage else CLOSE
        assert deviation(expected[:, None] * MASK, found) <= close
        assert deviation(advantages(library_whitening(4, 1e-4))[:, None] * MASK, found) > 1e-5


class TestDifferences:
    """What verl does and the definitions do not."""

    def test_a_failure_that_grew_threefold_is_not_pushed_further_down(self) -> None:
        log_pi = torch.tensor([0.5, 2.9, 3.1], dtype=torch.float64).log()[:, None].requires_grad_()
        old, mask = torch.zeros(3, 1, dtype=torch.float64), torch.ones(3, 1)
        loss, _ = compute_policy_loss_vanilla(old, log_pi, -torch.ones(3, 1), mask, "token-mean", settings())
        mine = token_loss(log_pi, old, old, mask, -torch.ones(3, dtype=torch.float64), 0.0, CLIP)
        # Our loss of a failure is its ratio, however large; verl's stops at clip_ratio_c = 3.
        assert (mine - loss).item() == pytest.approx((3.1 - 3.0) / 3, abs=1e-12)
        assert torch.autograd.grad(loss, log_pi)[0][2].item() == 0
        assert torch.autograd.grad(mine, log_pi)[0][2].item() == pytest.approx(3.1 / 3, abs=1e-12)

    def test_an_output_without_tokens_is_not_counted(self) -> None:
        loss, mask = torch.ones(2, 3, dtype=torch.float64), torch.tensor([[1, 1, 0], [0, 0, 0]]) > 0
        assert agg_loss(loss, mask, "seq-mean-token-mean").item() == 1
        zero, A = torch.zeros_like(loss), torch.tensor([-1.0, 0.0], dtype=torch.float64)
        assert token_loss(zero, zero, zero, mask, A, 0.0, CLIP).item() == 0.5

    def test_k3_ends_at_ten(self) -> None:
        for log_ratio in (2.0, 3.0):
            log_pi, ref = torch.tensor([0.0], dtype=torch.float64), torch.tensor([log_ratio], dtype=torch.float64)
            found = kl_penalty(log_pi, ref, "low_var_kl").item()
            assert found == pytest.approx(min(10, k3(log_ratio)), rel=1e-15)
