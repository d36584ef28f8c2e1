"""torchrl: `GRPOLoss` on the distribution of a language model, and the advantages of `MCAdvantage`."""

import itertools
from typing import Any

import pytest
import torch
from tensordict import TensorDict
from torchrl.modules.distributions import LLMMaskedCategorical
from torchrl.objectives.llm import GRPOLoss

from grpo_paper.theory.tokens import token_loss
from grpo_paper.theory.weighting import WHITENED, library_whitening
from peers.advantages import torchrl
from peers.batch import BETA, CLIP, CLOSE, MASK, REWARDS, SLIPS, Batch, advantages, assert_equal, batch, deviation

MEANS = {"prompt_mean": "grpo", "token_mean": "bnpo"}
COEFFICIENTS = (None, BETA)
CHOICES = list(itertools.product(MEANS, COEFFICIENTS, COEFFICIENTS))


class Actor(torch.nn.Module):
    """The least that `GRPOLoss` asks of a policy: a distribution over words at every position."""

    def get_dist(self, tensordict: TensorDict, logits_key: str) -> LLMMaskedCategorical:
        """The distribution, from the logits as they are stored."""
        return LLMMaskedCategorical(tensordict[logits_key], tensordict["mask"])


def theirs(
    drawn: Batch, aggregation: str, to_ref: float | None, to_old: float | None, exact: bool = True
) -> torch.Tensor:
    """torchrl's loss: the surrogate and its two penalties. `exact` keeps the clip in float64."""
    loss = GRPOLoss(
        Actor(),
        clip_epsilon=CLIP if exact else 0.2,
        aggregation=aggregation,
        entropy_bonus=False,
        kl_to_ref_coeff=to_ref,
        kl_to_inference_coeff=to_old,
    )
    data = {
        "logits": drawn.logits,
        "mask": MASK,
        "tokens": {"full": drawn.words},
        "log_probs": {"full": drawn.log_pi_old},
        "next": {"ref_log_probs": {"full": drawn.log_pi_ref}},
        "advantage": drawn.A[:, None, None].expand(*MASK.shape, 1),
    }
    out = (loss.double() if exact else loss)(TensorDict(data, batch_size=len(MASK)))
    terms = (out.loss_objective, out.loss_kl_to_ref, out.loss_kl_to_inference)
    return sum(term.squeeze() for term in terms if term is not None)


def ours(drawn: Batch, aggregation: str, to_ref: float | None, to_old: float | None, **slip: Any) -> torch.Tensor:
    """Our loss, term by term: torchrl's penalties are means over every position, padding included."""
    values = drawn.for_us(beta=0.0)
    beta = slip.pop("beta", BETA)
    total = token_loss(**values | slip, mean=MEANS[aggregation])
    values |= {"A": torch.zeros_like(drawn.A), "beta": beta, "mean": "dr_grpo", "penalty": "k3"}
    if to_ref:
        total = total + token_loss(**values)
    if to_old:
        total = total + token_loss(**values | {"log_pi_ref": drawn.log_pi_old})
    return total


def name(x: object) -> str:
    """A stable id."""
    return x if isinstance(x, str) else f"{x[0]}-ref{x[1]}-old{x[2]}"


class TestLoss:
    """The same number and the same gradient, whatever is chosen."""

    @pytest.mark.parametrize("choice", CHOICES, ids=name)
    def test_is_ours(self, choice) -> None:
        drawn = batch()
        assert_equal("torchrl", ours(drawn, *choice), theirs(drawn, *choice), drawn.logits)

    @pytest.mark.parametrize(
        ("choice", "slip"), [(c, s) for c in CHOICES for s in SLIPS if s != "beta" or any(c[1:])], ids=name
    )
    def test_a_slip_would_be_seen(self, choice, slip) -> None:
        drawn = batch()
        assert deviation(ours(drawn, *choice, **SLIPS[slip]), theirs(drawn, *choice)) > 100 * CLOSE


class TestAdvantage:
    """The sample deviation alone: no constant is added, the deviation is only kept above 1e-6."""

    @pytest.mark.parametrize("group", range(4))
    def test_is_the_papers_without_smoothing_times_a_number(self, group) -> None:
        found = torchrl()(REWARDS[group : group + 1])[0]
        if group == 3:  # silent
            assert not found.any()
            return
        whole = advantages(WHITENED).reshape(REWARDS.shape)[group]
        assert deviation((3 / 4) ** 0.5 * whole, found) <= CLOSE
        for offset in (1e-4, 1e-6):
            shifted = advantages(library_whitening(4, offset)).reshape(REWARDS.shape)[group]
            assert offset < deviation(shifted, found) < 3 * offset


class TestDifferences:
    """What torchrl does and the definitions do not."""

    @pytest.mark.parametrize("aggregation", MEANS)
    def test_padding_thins_the_penalty(self, aggregation) -> None:
        drawn = batch()
        penalty = theirs(drawn, aggregation, BETA, None) - theirs(drawn, aggregation, None, None)
        values = drawn.for_us(A=torch.zeros_like(drawn.A), penalty="k3")
        per_token = token_loss(**values, mean="bnpo")
        # A mean over positions is a mean over tokens times the share of positions that hold one.
        assert (penalty / per_token).item() == pytest.approx(MASK.double().mean().item(), rel=1e-12)
        assert MASK.double().mean() < 0.6

    def test_the_clip_is_kept_in_float32(self) -> None:
        drawn = batch()
        found = theirs(drawn, "token_mean", None, None, exact=False)
        off = deviation(token_loss(**drawn.for_us(beta=0.0, clip=0.2), mean="bnpo"), found)
        assert CLOSE < off < 1e-7
