"""Algorithm 1 on the bandit: the exact limit is the recursion, and sampling is sampling."""

import math
import re

import numpy as np
import pytest
import torch
from torch import Tensor

from grpo_paper import MEAN_ONLY, WHITENED, Variant, trajectory
from grpo_paper.theory.advantage import advantage
from grpo_paper.theory.divergence import kl, total_variation
from grpo_paper.theory.objective import PENALTIES
from grpo_paper.theory.policy import policy_step
from grpo_paper.theory.tokens import token_loss
from grpo_paper.theory.weighting import library_whitening
from grpo_paper.trainer import Bandit, TrainConfig, device, train
from grpo_paper.trainer.steps import Steps
from tests.histories import same

P_REF = [0.05, 0.3, 0.8]
EXACT = TrainConfig(
    eps=1e-3, clip=None, group_size=None, inner_steps=200, ascent="natural", iterations=20, learning_rate=0.2
)


def exact(**changes: object) -> TrainConfig:
    return TrainConfig(**(vars(EXACT) | changes))


def direction(
    config: TrainConfig, task: Bandit, theta: Tensor, log_pi_old: Tensor, weight: Tensor, A: Tensor
) -> Tensor:
    """The loss's gradient along one prompt's logits."""
    do = Steps(config, task, torch.device("cpu"), compiled=False)
    given = (x[None, None] for x in (log_pi_old, task.log_pi_ref[0], weight, A))
    return do.direction({"logits": theta[None, None]}, slice(None), *given)["logits"][0, 0]


@pytest.fixture(scope="module")
def task() -> Bandit:
    return Bandit.with_success(P_REF, outputs=8)


class TestExactLimit:
    @pytest.mark.parametrize("weighting", [WHITENED, MEAN_ONLY], ids=lambda n: n.name)
    def test_follows_the_recursion(self, weighting, task) -> None:
        """All of Table 1: three α in one batch of replicas. A step of 0.2 leaves (1 − 0.2β)^200 of the way: 1e-12."""
        alphas = [1.0, 0.4, 0.0]
        history = train(exact(weighting=weighting, alpha=alphas, beta=[0.7, 0.7, 0.7]), task)
        for replica, alpha in enumerate(alphas):
            theory = trajectory(np.array(P_REF), 0.7, 1e-3, 20, Variant(weighting, alpha)).p
            assert np.abs(history.success[:, replica].numpy() - theory.T).max() < 1e-6

    def test_follows_the_whole_policy(self, task) -> None:
        """The last policy is the closed form's, output by output."""
        history = train(exact(beta=1.0, iterations=5), task)
        log_pi = task.log_pi_ref
        for _ in range(5):
            log_pi = policy_step(log_pi, task.log_pi_ref, task.reward, 1.0, 1e-3)
        assert (history.log_pi[0].exp() - log_pi.exp()).abs().max() < 1e-9

    def test_few_steps_do_not(self, task) -> None:
        history = train(exact(beta=1.0, inner_steps=1, iterations=5), task)
        theory = trajectory(np.array(P_REF), 1.0, 1e-3, 5).p
        assert np.abs(history.success[:, 0].numpy() - theory.T).max() > 0.01

    def test_clipping_holds_back(self, task) -> None:
        """One clipped update cannot pay for moving a success's ratio past 1 + ϵ, so it moves less."""
        free, clipped = (train(exact(beta=0.3, clip=clip, iterations=1), task) for clip in (None, 0.2))
        assert torch.all(clipped.success[1] < free.success[1])
        assert torch.all(free.clipped == 0)
        assert torch.all(clipped.clipped > 0)


class TestSampling:
    CONFIG = TrainConfig(beta=[0.5] * 400, group_size=4, iterations=1, inner_steps=1)

    def test_groups_are_binomial(self, task) -> None:
        """1,200 groups of 4: the mean within 5 standard errors, and the share of silent groups p^G + (1 − p)^G."""
        history = train(self.CONFIG, task)
        p = torch.tensor(P_REF, dtype=torch.float64)
        error = (p * (1 - p) / (4 * 400)).sqrt()
        assert torch.all((history.sampled_success[0].mean(0) - p).abs() < 5 * error)
        share = p**4 + (1 - p) ** 4
        silent = history.silent[0].double().mean(0)
        assert torch.all((silent - share).abs() < 5 * (share * (1 - share) / 400).sqrt())

    def test_a_silent_group_feels_the_penalty_only(self, task) -> None:
        history = train(self.CONFIG, task)
        moved = (history.success[1] - history.success[0]).abs()
        assert torch.all(moved[history.silent[0]] < 1e-15)  # at the start the penalty has no gradient
        assert torch.all(moved[~history.silent[0]] > 1e-6)

    def test_same_seed_same_bits(self, task) -> None:
        one, two, other = (train(TrainConfig(seed=seed, iterations=5), task) for seed in (3, 3, 4))
        assert same(one, two)
        assert not torch.equal(one.success, other.success)

    @pytest.mark.parametrize("penalty", PENALTIES)
    def test_the_gradient_is_that_of_the_tokens_loss(self, penalty) -> None:
        """Output by output as drawn, in place of counts: the loss that is compared with TRL, torchrl and verl."""
        task = Bandit.with_success([0.4], outputs=8)
        draw = torch.Generator().manual_seed(0)
        old, drift = (torch.randn(8, generator=draw, dtype=torch.float64) for _ in range(2))
        theta = (old + 0.2 * drift).requires_grad_()  # ratios on both sides of the clip
        log_pi_old, log_pi_ref, reward = old.log_softmax(-1), task.log_pi_ref[0], task.reward[0]
        drawn = torch.tensor([0, 0, 1, 3, 3, 3, 4, 7, 2, 6])
        A = advantage(reward, reward[drawn].mean(), 1e-5)
        tokens = (x[drawn, None] for x in (theta.log_softmax(-1), log_pi_old, log_pi_ref))
        token_loss(*tokens, torch.ones(10, 1), A[drawn], 0.7, 0.1, penalty=penalty).backward()
        weight = torch.bincount(drawn, minlength=8).double() / 10
        config = TrainConfig(0.7, clip=0.1, penalty=penalty)
        found = direction(config, task, theta.detach(), log_pi_old, weight, A)
        assert torch.allclose(found, theta.grad, rtol=0, atol=1e-14)

    @pytest.mark.parametrize("penalty", PENALTIES)
    def test_a_large_group_approaches_the_exact_expectation(self, penalty, task) -> None:
        """With 20,000 samples p̂ is within 0.004 of p, and after one step the success rate nearer than that."""
        config = TrainConfig(beta=0.5, group_size=20_000, iterations=1, inner_steps=2, penalty=penalty)
        sampled = train(config, task)
        expected = train(TrainConfig(**(vars(config) | {"group_size": None})), task)
        assert (sampled.success[1] - expected.success[1]).abs().max() < 2e-3

    def test_an_output_that_had_left_the_floats_comes_back(self) -> None:
        """Of probability e^{−1000} when the group was drawn: ratio ∞, weight 0; only the penalty pulls."""
        pair = Bandit(torch.tensor([[0.5, 0.5]], dtype=torch.float64).log(), torch.tensor([[1.0, 0.0]]).double())
        theta, log_pi_old, weight = torch.tensor([[0.3, -0.2], [0.0, -1000.0], [1.0, 0.0]], dtype=torch.float64)
        found = direction(TrainConfig(beta=0.7, clip=None), pair, theta, log_pi_old, weight, torch.zeros(1))
        # The slope of β KL along a logit is β π (log π/π_ref − KL), with π_ref at even odds.
        p = 1 / (1 + math.exp(-0.5))
        slope = 0.7 * p * (1 - p) * math.log(p / (1 - p))
        assert torch.allclose(found, torch.tensor([slope, -slope]).double(), atol=1e-15)

    @pytest.mark.parametrize("penalty", PENALTIES)
    def test_an_output_that_has_left_the_floats_and_the_group(self, penalty) -> None:
        """π_ref/π is e^{1000} and its weight 0. Of the two drawn outputs, each at its reference's odds, none pulls."""
        three = Bandit(torch.full((1, 3), 1 / 3).double().log(), torch.tensor([[1.0, 0.0, 0.0]]).double())
        theta, log_pi_old, weight = torch.tensor(
            [[0.0, 0.0, -1000.0], [-1.0, -1.0, -1000.0], [0.5, 0.5, 0.0]], dtype=torch.float64
        )
        config = TrainConfig(0.7, clip=None, penalty=penalty)
        found = direction(config, three, theta, log_pi_old, weight, torch.zeros(1))
        assert torch.allclose(found, torch.zeros(3).double(), atol=1e-15)


class TestReplicas:
    def test_references_of_their_own(self) -> None:
        """A list of success rates for each replica is as many tasks with one verifier."""
        rates = [[0.1, 0.7], [0.4, 0.2], [0.9, 0.3]]
        together = train(exact(iterations=2), Bandit.with_success(rates, outputs=8))
        for replica, p_ref in enumerate(rates):
            alone = train(exact(iterations=2), Bandit.with_success(p_ref, outputs=8))
            assert (together.success[:, replica] - alone.success[:, 0]).abs().max() < 1e-12

    def test_a_replica_is_a_run_of_its_own(self, task) -> None:
        """The exact limit draws nothing, so each replica of a batch equals the run alone; sums may round otherwise."""
        together = train(exact(beta=[0.5, 2.0], alpha=[1.0, 0.3], iterations=3), task)
        for replica, (beta, alpha) in enumerate(((0.5, 1.0), (2.0, 0.3))):
            alone = train(exact(beta=beta, alpha=alpha, iterations=3), task)
            assert (together.success[:, replica] - alone.success[:, 0]).abs().max() < 1e-12


class TestBadInput:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"beta": 0}, "beta = 0.0 is outside its domain"),
            ({"beta": [1, -1]}, "beta has 1 bad of 2 entries, the first at index 1"),
            ({"alpha": 1.5}, "alpha = 1.5 is outside its domain"),
            ({"eps": 0}, "eps = 0.0 is outside its domain"),
            ({"clip": -0.1}, "clip = -0.1 is outside its domain"),
            ({"group_size": 1}, "group_size = 1 is outside its domain"),
            ({"inner_steps": 0}, "inner_steps = 0 is outside its domain"),
            ({"iterations": 0}, "iterations = 0 is outside its domain"),
            ({"seed": -1}, "seed = -1 is outside its domain"),
            ({"ascent": "downhill"}, "ascent = 'downhill' is outside its domain"),
            ({"beta": [1, 2], "alpha": [0, 1, 0]}, r"beta of shape \(2,\) and alpha of shape \(3,\) do not broadcast"),
            ({"weighting": "whitened"}, "weighting = 'whitened' is outside its domain"),
            ({"penalty": "k2"}, "penalty = 'k2' is outside its domain"),
            ({"eps": [1e-3]}, r"eps = \[0.001\] is an array; it must be one number"),
            ({"clip": torch.full((8,), 0.2)}, "is an array; it must be one number"),
            ({"learning_rate": []}, r"learning_rate = \[\] is an array"),
            ({"beta": {"beta": 1.0}}, "beta = {'beta': 1.0} is not a number or an array of numbers"),
            ({"beta": []}, r"replicas of shape \(0,\)"),
            ({"alpha": [[0.5, 1.0]]}, r"replicas of shape \(1, 2\)"),
            ({"seed": 2**32}, "it must be below 2"),
            ({"group_size": 2**63}, "it must be below 2"),
        ],
        ids=str,
    )
    def test_refused(self, change, message) -> None:
        with pytest.raises(ValueError, match=message):
            TrainConfig(**change)

    @pytest.mark.parametrize(
        ("p_ref", "outputs", "message"),
        [
            ([0.5], 1, "outputs = 1 is outside its domain"),
            ([], 4, "no prompts"),
            (0.5, 4, r"p_ref of shape \(\) must be a list"),
            ([[0.5], [1.0]], 4, "p_ref has 1 bad of 2 entries"),
            ([[0.5, 0.5], [0.5]], 4, "is not a number or an array of numbers"),
            ([[[0.5]]], 4, r"p_ref of shape \(1, 1, 1\)"),
        ],
        ids=str,
    )
    def test_success_rates(self, p_ref, outputs, message) -> None:
        with pytest.raises(ValueError, match=message):
            Bandit.with_success(p_ref, outputs)

    @pytest.mark.parametrize("device", ["meta", None, "abacus", "cuda:99"])
    def test_devices(self, device, task) -> None:
        with pytest.raises(ValueError, match=f"device = {device!r} is not"):
            train(TrainConfig(iterations=1), task, device)

    def test_plain_numbers_whatever_was_given(self) -> None:
        given = TrainConfig(np.float32([0.5, 2]), np.float64(0.5), eps=torch.tensor(0.25), seed=np.int64(3))
        assert vars(given) == vars(TrainConfig([0.5, 2.0], 0.5, eps=0.25, seed=3))
        assert all(type(x) in (float, int, list) for x in (given.beta, given.alpha, given.eps, given.seed))

    def test_shapes_and_values(self) -> None:
        good = torch.full((2, 4), 0.25).log()
        reward = torch.tensor([[1.0, 0, 0, 0]] * 2)
        for log_pi_ref, verdict, message in (
            (good[:1], reward, "do not match"),
            (good[:, :0], reward[:, :0], "has no replicas, no prompts or a prompt without outputs"),
            (good[None][:0], reward, "has no replicas"),
            (good - torch.inf, reward, "not finite"),
            (good, 2 * reward, "neither 0 nor 1"),
            (good.numpy(), reward, "log_pi_ref must be a torch tensor"),
            (good, reward.int(), "reward must be a torch tensor of floating-point numbers"),
        ):
            with pytest.raises(ValueError, match=message):
                Bandit(log_pi_ref, verdict)

    def test_out_of_memory(self, task, monkeypatch) -> None:
        """A quadrillion replicas: torch's own refusal, in our words."""
        wide = Bandit(task.log_pi_ref, task.reward)
        monkeypatch.setattr(Bandit, "replicas", 10**15)
        with pytest.raises(MemoryError, match="out of memory with 1000000000000000 replicas of"):
            train(TrainConfig(iterations=1), wide)

    @pytest.mark.parametrize(
        ("config", "p_ref", "outputs"),
        [
            (TrainConfig(iterations=1), [0.2] * 500, 1000),
            (TrainConfig(iterations=10_000), [0.2] * 500, 2),
            (TrainConfig(iterations=1, group_size=10**6), [0.2], 2),
        ],
        ids=["outputs", "iterations", "samples"],
    )
    def test_more_than_is_free_is_refused_before_the_work(self, config, p_ref, outputs, monkeypatch) -> None:
        """Linux would grant it, and kill the process once it is used."""
        task = Bandit.with_success(p_ref, outputs)
        monkeypatch.setattr(device, "free", lambda: 80_000_000)
        monkeypatch.setattr(Bandit, "log_pi", None)
        with pytest.raises(
            MemoryError, match=r"\(\d+, \d+\) outputs, .* bytes are needed and 80,000,000 are free\); run"
        ):
            train(config, task)

    def test_a_task_larger_than_what_is_free(self, monkeypatch) -> None:
        with pytest.raises(MemoryError, match="out of memory with 1 lists of 2000000000 outputs"):
            Bandit.with_success([0.2], 2_000_000_000)

    @pytest.mark.parametrize("config", [{"beta": 1.0}, None, "quick"], ids=str)
    def test_no_config(self, config, task) -> None:
        with pytest.raises(ValueError, match=re.escape(f"config = {config!r} is not a TrainConfig; make one")):
            train(config, task)

    def test_other_faults_stay_what_they_are(self, task, monkeypatch) -> None:
        def broken(*given: object) -> None:
            raise RuntimeError("shapes")

        monkeypatch.setattr(Bandit, "log_pi", broken)
        with pytest.raises(RuntimeError, match=r"^shapes$"):
            train(TrainConfig(iterations=1), task)


class TestHistory:
    def test_theory_in_the_exact_limit(self, task) -> None:
        """The policy is the closed form at every iteration: TV and KL to it vanish, in all of Table 1's columns."""
        history = train(exact(beta=0.7, alpha=[1.0, 0.4, 0.0], iterations=6), task)
        assert (history.success - history.prediction).abs().max() < 1e-9
        assert history.tv.max() < 1e-9
        assert history.kl_theory.abs().max() < 1e-9

    def test_a_run_that_diverges_is_said(self) -> None:
        """k₃ pushes the outputs that a group has not seen nowhere, and the natural gradient magnifies the others."""
        config = TrainConfig(
            [2.0, 2.0], clip=None, penalty="k3", ascent="natural", learning_rate=50.0, iterations=20, inner_steps=20
        )
        with pytest.warns(RuntimeWarning, match=r"^\d of 2 replicas diverged, the first at iteration \d+, and are NaN"):
            history = train(config, Bandit.with_success([0.2], outputs=32))
        assert torch.isnan(history.success[-1]).any()

    def test_distances_are_those_of_the_policies(self, task) -> None:
        """After few steps they are those between the last policy and the iterated closed form, and the reference."""
        history = train(exact(beta=0.7, inner_steps=3, iterations=4), task)
        closed = task.log_pi_ref
        for _ in range(4):
            closed = policy_step(closed, task.log_pi_ref, task.reward, 0.7, 1e-3)
        last = history.log_pi[0]
        assert torch.allclose(history.tv[-1, 0], total_variation(last, closed), atol=1e-12)
        assert torch.allclose(history.kl_theory[-1, 0], kl(last, closed), atol=1e-12)
        assert torch.allclose(history.kl[-1, 0], kl(last, task.log_pi_ref), atol=1e-12)
        assert history.tv[-1].max() > 0.01

    @pytest.mark.parametrize("weighting", [WHITENED, MEAN_ONLY, library_whitening(16)], ids=lambda n: n.name)
    @pytest.mark.parametrize("p_ref", [0.0, 1.0])
    def test_certain_prompts_stay(self, p_ref, weighting) -> None:
        sure = Bandit.with_success([p_ref, 0.5], outputs=6)
        history = train(TrainConfig(iterations=3, weighting=weighting, group_size=10), sure)
        assert torch.all(history.success[:, 0, 0] == p_ref)
        assert torch.all(history.prediction[:, 0, 0] == p_ref)
        assert all(torch.isfinite(column).all() for column in vars(history).values())
        assert history.silent[:, 0, 0].all()

    def test_library_whitening_is_a_penalty_a_little_stronger(self, task) -> None:
        """std with ddof 1 in place of ddof 0, and nearly no ε: as if β were √(G/(G−1)) times itself."""
        one = exact(beta=0.7, weighting=library_whitening(16, 1e-12), iterations=3)
        two = exact(beta=0.7 * (16 / 15) ** 0.5, eps=1e-24, iterations=3)
        assert (train(one, task).success - train(two, task).success).abs().max() < 1e-9


class TestCompiled:
    def test_is_the_same_run(self, task) -> None:
        """Fused code may round otherwise, and a sample flips only where a random number lies within that."""
        config = TrainConfig(beta=[0.5, 1.0], iterations=3, inner_steps=2)
        plain, fused = train(config, task), train(config, task, compiled=True)
        for name, column in vars(plain).items():
            assert torch.allclose(column.double(), getattr(fused, name).double(), rtol=0, atol=1e-12), name
