"""The addition task: a verifier that adds, and a tree of answers that is the token-by-token policy."""

import random
import tempfile
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from grpo_paper.trainer import Addition, History, TrainConfig, reference, train
from grpo_paper.trainer.addition import VOCABULARY, verify


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GRPO_PAPER_CACHE", str(tmp_path))


def small(**changes: object) -> Addition:
    return Addition.with_success(**({"success": 0.2, "prompts": 12, "digits": 1, "hidden": 16} | changes))


def token_by_token(task: Addition, prompt: str, answer: str) -> float:
    """Log-probability of one answer, a digit at a time, each with a pass of its own over all that precedes it."""
    weights = {name: x[0].double() for name, x in task.weights.items()}
    total = 0.0
    for at, digit in enumerate(answer):
        text = prompt + answer[:at]
        x = torch.stack([weights["token"][VOCABULARY.index(letter)] for letter in text])
        x = x + weights["position"][: len(text)]
        for layer in range(2):
            flat = functional.layer_norm(x, x.shape[-1:]) @ weights[f"{layer}.query_key_value"]
            query, key, value = (part.unflatten(-1, (4, -1)).transpose(0, 1) for part in flat.chunk(3, -1))
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
            x = x + mixed.transpose(0, 1).flatten(1) @ weights[f"{layer}.mix"]
            hidden = functional.gelu(functional.layer_norm(x, x.shape[-1:]) @ weights[f"{layer}.up"])
            x = x + hidden @ weights[f"{layer}.down"]
        last = functional.layer_norm(x, x.shape[-1:])[-1] @ weights["head"]
        total += last.log_softmax(-1)[int(digit)].item()
    return total


class TestAnswers:
    @pytest.mark.parametrize("digits", [1, 2, 3])
    def test_the_tree_is_the_policy_token_by_token(self, digits) -> None:
        """Float32 against float64: twenty answers within 1e-4 nats."""
        task = small(digits=digits, prompts=3, success=0.0)
        log_pi = task.log_pi(task.weights, slice(None))
        choose = random.Random(0)
        for _ in range(20):
            prompt, answer = choose.randrange(3), choose.randrange(10**digits)
            slow = token_by_token(task, task.prompts[prompt], f"{answer:0{digits}d}")
            assert log_pi[0, prompt, answer].item() == pytest.approx(slow, abs=1e-4)

    def test_probabilities_sum_to_one(self) -> None:
        task = small(success=0.0, digits=2)
        assert task.log_pi(task.weights, slice(None)).exp().sum(-1).sub(1).abs().max() < 1e-5

    def test_the_verifier_adds(self) -> None:
        task = small(impossible=4)
        for row, prompt in enumerate(task.prompts):
            left, right = (int(number) for number in prompt[:-1].split("+"))
            right_answers = [answer for answer in range(10) if answer == left + right]
            assert task.reward[row].nonzero()[:, 0].tolist() == right_answers
        assert task.reward.sum(-1).tolist() == [1.0] * 8 + [0.0] * 4
        assert verify("09+01=", "10")
        assert not verify("09+01=", "11")

    def test_no_prompt_comes_twice(self) -> None:
        """So that a prompt that is held out is not trained on under another number."""
        assert len(set(small(success=0.0, digits=2, prompts=500, impossible=50).prompts)) == 500

    def test_some_prompts_only(self) -> None:
        task = small()
        every = task.log_pi(task.weights, slice(None))
        assert torch.allclose(task.log_pi(task.weights, torch.tensor([5, 2])), every[:, [5, 2]], atol=1e-5)


class TestReference:
    @pytest.mark.parametrize("success", [0.1, 0.5])
    def test_has_the_success_that_was_asked_for(self, success) -> None:
        """It stops at the first look, every few steps, so it may be a little more."""
        task = small(success=success, digits=2, prompts=40, impossible=10)
        found = (task.log_pi(task.weights, slice(None)).exp() * task.reward).sum(-1)[0, :30].mean()
        assert success <= found < success + 0.15

    def test_is_taught_once(self, monkeypatch) -> None:
        first = small()
        monkeypatch.setattr(reference.torch.optim, "Adam", None)  # a second lesson would need it
        assert all(torch.equal(x, small().weights[name]) for name, x in first.weights.items())

    def test_a_damaged_file_is_made_anew(self, tmp_path) -> None:
        first = small()
        [file] = tmp_path.glob("*.pt")
        whole = file.read_bytes()
        middle = len(whole) // 2
        for damaged in (whole[:100], whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1 :]):
            file.write_bytes(damaged)
            assert all(torch.equal(x, small().weights[name]) for name, x in first.weights.items())
            assert file.read_bytes() == whole

    def test_where_none_can_be_kept(self, tmp_path, monkeypatch) -> None:
        """It is used all the same; without a home it is kept for a while."""
        (tmp_path / "file").touch()
        monkeypatch.setenv("GRPO_PAPER_CACHE", str(tmp_path / "file"))
        message = r"could not be written .* name another place by GRPO_PAPER_CACHE"
        with pytest.warns(RuntimeWarning, match=message) as told:
            taught = Addition.with_success(0.2, prompts=12, digits=1, hidden=16)
        assert told[0].filename == __file__
        assert (taught.log_pi(taught.weights, slice(None)).exp() * taught.reward).sum(-1).mean() > 0.1

        monkeypatch.setenv("GRPO_PAPER_CACHE", "")
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
        assert reference.cache() == Path(tempfile.gettempdir()) / "grpo-paper"

    def test_says_when_it_cannot_be_taught(self, monkeypatch) -> None:
        monkeypatch.setattr(reference, "PATIENCE", 10)
        with pytest.raises(RuntimeError, match=r"success = 0.99 was not reached in 10 supervised steps"):
            small(success=0.99)


class TestTraining:
    CONFIG = TrainConfig(iterations=15, inner_steps=4, learning_rate=1e-3, ascent="adam", beta=[0.1, 0.1, 1e6])

    def test_success_rises(self) -> None:
        """From 20 % to more than twice that, in each free replica; not where the penalty is a million."""
        history = train(self.CONFIG, small(digits=2, prompts=24, impossible=4, held_out=4, batch_size=10))
        mean = history.success[:, :, :20].mean(-1)
        assert torch.all(mean[-1, :2] > 2 * mean[0, :2])
        assert mean[-1, 2] < mean[0, 2] + 0.05
        assert torch.all(history.success[:, :, 20:] == 0)  # p_ref = 0 stays 0
        assert torch.all(history.prediction[:, :, 20:] == 0)
        assert not torch.equal(history.success[:, 0], history.success[:, 1])  # replicas draw for themselves
        assert history.prompts.shape == (15, 10)
        assert history.prompts.max() < 20  # held-out prompts are in no batch

    def test_replicas_with_references_of_their_own(self) -> None:
        """Stacked networks are the networks: each replica of an exact run equals its run alone, in float32."""
        weak, strong = small(), small(success=0.6)
        stacked = {name: torch.cat([x, strong.weights[name]]) for name, x in weak.weights.items()}
        config = TrainConfig(iterations=2, group_size=None, inner_steps=2, learning_rate=1e-3, ascent="adam")
        together = train(config, Addition(weak.pairs, stacked, digits=1))
        for replica, task in enumerate((weak, Addition(weak.pairs, strong.weights, digits=1))):
            alone = train(config, task)
            assert (together.success[:, replica] - alone.success[:, 0]).abs().max() < 1e-3

    def test_bfloat16_is_near(self) -> None:
        """Eight bits of mantissa: the success rates of the first look agree to 0.02, and nothing overflows."""
        task = small(digits=2)
        full, half = (train(self.CONFIG, task, bfloat16=kind) for kind in (False, True))
        assert 0 < (full.success[0] - half.success[0]).abs().max() < 0.02
        assert all(torch.isfinite(column).all() for column in vars(half).values())


@pytest.fixture(scope="module")
def followed(own_references) -> tuple[Addition, History]:
    """Appendix A's settings: 24 sums to train on, 12 held out, of which the last four are impossible."""
    task = small(digits=2, prompts=36, held_out=12, impossible=4, batch_size=8)
    config = TrainConfig(beta=[0.1, 0.1], ascent="adam", learning_rate=1e-3, iterations=10)
    return task, train(config, task)


class TestFigure3:
    def test_its_settings_are_the_defaults(self) -> None:
        config = TrainConfig()
        assert (config.group_size, config.inner_steps, config.clip, config.beta) == (16, 10, 0.2, 0.1)

    def test_impossible_prompts_stay_at_zero_exactly_and_no_others(self, followed) -> None:
        task, history = followed
        assert (task.reward.sum(-1) == 0).nonzero()[:, 0].tolist() == [32, 33, 34, 35]
        assert torch.all(history.success[..., 32:] == 0)
        assert torch.all(history.success[..., :32] > 0)

    def test_held_out_prompts_are_in_no_batch_and_move(self, followed) -> None:
        """Ten updates of other prompts change each one's log-odds by 0.1 nats somewhere, if weights are shared."""
        _, history = followed
        assert history.prompts.max() < 24
        assert history.prompts.unique().numel() > 8  # and batches differ
        odds = history.success[..., 24:32].logit()
        assert torch.all((odds - odds[0]).abs().amax(0) > 0.1)

    def test_the_recursion_is_done_after_one_update_and_training_is_not(self, followed) -> None:
        """Ω ≥ 2 less 2e-5, so that one update at β = 0.1 adds 19.9 nats and more to every solvable prompt."""
        _, history = followed
        start = history.success[0, :, :32].double().logit()
        assert torch.all(1 - history.prediction[1, :, :32].double() <= torch.sigmoid(-start - 19.9) + 1e-7)  # float32
        assert torch.all(history.success[1, :, :32].mean(-1) < 0.9)

    def test_a_prompt_can_fall_although_its_own_force_points_up(self, followed) -> None:
        _, history = followed
        assert torch.all(history.prediction[1:, :, :32] > history.success[0, :, :32])
        assert torch.any(history.success[-1, :, 24:32] < history.success[0, :, 24:32])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"success": 1.5}, "success = 1.5 is outside its domain"),
        ({"prompts": 0}, "prompts = 0 is outside its domain"),
        ({"prompts": 46}, "prompts = 46 is more than the 45 sums of 1 digits"),
        ({"digits": 4}, "digits = 4 has too many answers"),
        ({"hidden": 10}, "hidden = 10 must be a multiple of 4"),
        ({"impossible": 12}, "impossible = 12 leaves none of the 12 prompts to learn"),
        ({"held_out": 12}, "held_out = 12 leaves none of the 12 prompts to train on"),
        ({"batch_size": 11, "held_out": 2}, "batch_size = 11 is more than the 10 prompts"),
    ],
    ids=str,
)
def test_refused(change, message, monkeypatch) -> None:
    """Before the first lesson, which would raise another error here."""
    monkeypatch.setattr(reference, "PATIENCE", 0)
    with pytest.raises(ValueError, match=message):
        small(**change)


def test_pairs_are_refused() -> None:
    weights = small().weights
    for pairs, message in (
        (torch.tensor([[1, 12]]), "pairs has numbers outside 0 to 9"),
        (torch.tensor([1, 2]), "pairs of shape"),
        (torch.empty((0, 2), dtype=torch.long), "pairs is empty"),
    ):
        with pytest.raises(ValueError, match=message):
            Addition(pairs, weights, digits=1)


def test_a_network_has_no_natural_gradient() -> None:
    with pytest.raises(ValueError, match="ascent = 'natural' is for a table of logits"):
        train(TrainConfig(ascent="natural", iterations=1), small())
