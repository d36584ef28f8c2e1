"""TRL: `GRPOTrainer._compute_loss` on a small language model, made here, and the advantages of its generation step."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from trl import GRPOConfig, GRPOTrainer

from grpo_paper.theory.tokens import token_loss
from grpo_paper.theory.weighting import MEAN_ONLY, library_whitening
from peers import llama
from peers.batch import (
    BETA,
    CLIP,
    CLOSE,
    LENGTHS,
    MASK,
    REWARDS,
    SLIPS,
    WORDS,
    advantages,
    assert_equal,
    batch,
    deviation,
    drift,
    gradient,
)

LONGEST = 9  # longer than any output: the constant of dr_grpo
MEANS: dict[str, dict[str, Any]] = {
    "grpo": {"mean": "grpo"},
    "bnpo": {"mean": "bnpo"},
    "dapo": {"mean": "bnpo"},
    "dr_grpo": {"mean": "dr_grpo", "length": LONGEST},
    "luspo": {"mean": "dr_grpo", "length": 1},
}
LEVELS = ("token", "sequence")
PENALTIES: dict[str, dict[str, Any]] = {"none": {"beta": 0.0}, "k3": {"penalty": "k3"}, "k3*ratio": {}}
CHOICES = list(itertools.product(MEANS, LEVELS, PENALTIES))
SEEN = [(choice, slip) for choice in CHOICES for slip in SLIPS if slip != "beta" or choice[2] != "none"]
PROMPTS = ["a b"] * 4 + ["c d e"] * 4 + ["f"] * 4 + ["a"] * 4


def name(x: Any) -> str:
    """A stable id."""
    return x if isinstance(x, str) else "-".join(x)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and a tokenizer."""
    path = tmp_path_factory.mktemp("model")
    sizes = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2}
    # Weights ten times the usual size: otherwise all words are about equally probable.
    tokenizer = llama.save(path, "abcdefghi", torch.float64, initializer_range=0.2, **sizes)
    assert len(tokenizer) == WORDS
    return path


def trainer(folder: Path, loss_type="grpo", level="token", penalty="k3*ratio", **changes: Any) -> GRPOTrainer:
    """A trainer as a user makes it, in float64 and at its first step."""
    settings = {"per_device_train_batch_size": len(MASK), "scale_rewards": "group"} | changes
    config = GRPOConfig(
        output_dir=str(folder / "out"),
        use_cpu=True,
        bf16=False,
        activation_checkpointing=False,
        report_to=[],
        num_generations=4,
        max_completion_length=LONGEST,
        loss_type=loss_type,
        importance_sampling_level=level,
        epsilon=CLIP,
        beta=0.0 if penalty == "none" else BETA,
        use_bias_correction_kl=penalty.endswith("*ratio"),
        **settings,
    )
    made = GRPOTrainer(
        AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64),
        reward_funcs=lambda completions, reward, **_: reward,
        args=config,
        train_dataset=Dataset.from_dict({"prompt": PROMPTS}),
        processing_class=PreTrainedTokenizerFast.from_pretrained(folder),
    )
    made.current_gradient_accumulation_steps = config.gradient_accumulation_steps  # as `train` sets it
    made.model.train()
    return made


def log_probabilities(made: GRPOTrainer, ids: torch.Tensor, mask: torch.Tensor, last: int) -> torch.Tensor:
    """Log-probabilities of the last words, from the model's own logits."""
    logits = made.model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    return logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0][:, -last:]


def in_float64(made: GRPOTrainer) -> Callable[..., Any]:
    """Stands in for TRL's kernel, which computes log-probabilities in float32 whatever the model's type is."""

    def log_probabilities_and_entropies(model, input_ids, attention_mask, logits_to_keep, **_: Any) -> tuple:
        return log_probabilities(made, input_ids, attention_mask, logits_to_keep), MASK.double(), None

    return log_probabilities_and_entropies


def inputs(made: GRPOTrainer) -> dict[str, torch.Tensor]:
    """A generation batch as `_compute_loss` takes it: prompts padded on the left, outputs on the right."""
    prompts = made.processing_class(PROMPTS, return_tensors="pt", padding=True, padding_side="left")
    found = {
        "prompt_ids": prompts["input_ids"],
        "prompt_mask": prompts["attention_mask"],
        "completion_ids": batch().words * MASK,
        "completion_mask": MASK.long(),
        "advantages": advantages(library_whitening(4)),
        "num_items_in_batch": LENGTHS.sum(),
    }
    log_pi = ours_of(made, found).detach()
    return found | {"old_per_token_logps": log_pi - drift(6), "ref_per_token_logps": log_pi + drift(2)}


def ours_of(made: GRPOTrainer, given: dict[str, torch.Tensor]) -> torch.Tensor:
    """Log-probabilities of the outputs' tokens with their gradient to the model."""
    ids, mask = (torch.cat([given[f"prompt_{kind}"], given[f"completion_{kind}"]], 1) for kind in ("ids", "mask"))
    return log_probabilities(made, ids, mask, MASK.shape[1])


def ours(made: GRPOTrainer, given: dict[str, torch.Tensor], choice: tuple[str, str, str], **slip: Any) -> torch.Tensor:
    """Our loss of the same batch with the same choices."""
    loss_type, level, penalty = choice
    values: dict[str, Any] = {
        "log_pi": ours_of(made, given),
        "log_pi_old": given["old_per_token_logps"],
        "log_pi_ref": given["ref_per_token_logps"],
        "mask": MASK,
        "A": given["advantages"],
        "beta": BETA,
        "clip": CLIP,
    }
    return token_loss(**values | MEANS[loss_type] | PENALTIES[penalty] | slip, ratio=level)


class TestLoss:
    """The same number and the same gradient to every parameter of the model, whatever is chosen."""

    @pytest.mark.parametrize("choice", CHOICES, ids=name)
    def test_is_ours(self, choice, folder, monkeypatch) -> None:
        made = trainer(folder, *choice)
        given = inputs(made)
        monkeypatch.setattr(made, "_get_per_token_logps_and_entropies", in_float64(made))
        assert_equal("TRL", ours(made, given, choice), made._compute_loss(made.model, given), *made.model.parameters())

    @pytest.mark.parametrize(("choice", "slip"), SEEN, ids=name)
    def test_a_slip_would_be_seen(self, choice, slip, folder, monkeypatch) -> None:
        made = trainer(folder, *choice)
        given = inputs(made)
        monkeypatch.setattr(made, "_get_per_token_logps_and_entropies", in_float64(made))
        assert deviation(ours(made, given, choice, **SLIPS[slip]), made._compute_loss(made.model, given)) > 100 * CLOSE

    @pytest.mark.parametrize("choice", CHOICES, ids=name)
    def test_with_its_own_kernel_it_is_ours_to_float32(self, choice, folder) -> None:
        made = trainer(folder, *choice)
        given = inputs(made)
        mine, loss = ours(made, given, choice), made._compute_loss(made.model, given)
        # Float32 is good to 6e-8 of terms of size 1; a gradient passes some dozens of roundings.
        assert abs(mine - loss).item() < 1e-6
        parameters = list(made.model.parameters())
        for one, other in zip(gradient(mine, *parameters), gradient(loss, *parameters), strict=True):
            assert deviation(one, other) < 1e-5


class TestAdvantage:
    """The advantages that TRL gives to outputs that it has sampled and scored itself."""

    @pytest.mark.parametrize(
        ("scale_rewards", "weighting"),
        [("group", library_whitening(4)), ("none", MEAN_ONLY)],
        ids=["group", "none"],
    )
    def test_is_ours(self, scale_rewards, weighting, folder) -> None:
        made = trainer(folder, scale_rewards=scale_rewards)
        rows = [{"prompt": p, "reward": r} for p, r in zip(PROMPTS, REWARDS.flatten().tolist(), strict=True)]
        found = made._generate_and_score_completions(rows)["advantages"]
        assert found.dtype == torch.float32
        assert deviation(advantages(weighting), found) < 5e-7  # some roundings of 6e-8
        assert deviation(advantages(library_whitening(4, 1e-6)), found) > 5e-5


class TestDifferences:
    """What TRL does and the definitions do not."""

    @pytest.mark.parametrize("loss_type", ["dapo", "bnpo"])
    def test_in_slices_only_dapo_is_the_mean_over_all_tokens(self, loss_type, folder, monkeypatch) -> None:
        half = len(MASK) // 2
        made = trainer(folder, loss_type, per_device_train_batch_size=half, gradient_accumulation_steps=2)
        given = inputs(made)
        whole = ours(made, given, ("bnpo", "token", "k3*ratio"))
        total = torch.zeros((), dtype=torch.float64)
        for part in (slice(0, half), slice(half, None)):
            cut = {key: value[part] if value.ndim else value for key, value in given.items()}
            found = ours_of(made, cut)
            monkeypatch.setattr(
                made,
                "_get_per_token_logps_and_entropies",
                lambda *_, found=found, part=part, **__: (found, MASK[part].double(), None),
            )
            total = total + made._compute_loss(made.model, cut)
        if loss_type == "dapo":
            assert_equal("TRL", whole, total, *made.model.parameters())
        else:
            assert deviation(whole, total) > 1e-4
