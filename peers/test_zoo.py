"""The advantages of every method that the libraries have, beside ours: `differences` says what each one does."""

import itertools

import pytest
import torch
from verl.trainer.ppo.core_algos import ADV_ESTIMATOR_REGISTRY

from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.weighting import WHITENED
from grpo_paper.theory.zoo import MAXRL
from peers import advantages as of
from peers.batch import LARGEST
from peers.comparison import (
    CLOSE,
    EXAMPLE,
    FLOAT32,
    Comparison,
    Groups,
    group_policy_gradient,
    leave_one_out,
    ours,
)
from peers.differences import COMPARISONS, TABLE, table

ALL = torch.tensor(list(itertools.product((0.0, 1.0), repeat=4)), dtype=torch.float64)
"""Every group of four."""


def batches() -> list[Groups]:
    """The example, and groups at random, of several sizes and success rates, some of them silent."""
    draw = torch.Generator().manual_seed(0)
    shapes = [(12, 8), (7, 3), (6, 2), (1, 5), (3, 16)]
    rates = (torch.rand(prompts, 1, generator=draw, dtype=torch.float64) for prompts, _ in shapes)
    drawn = [
        (torch.rand(shape, generator=draw, dtype=torch.float64) < rate).double()
        for shape, rate in zip(shapes, rates, strict=True)
    ]
    return [Groups(EXAMPLE), *map(Groups, drawn)]


def apart(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Largest difference over the largest value, where there is one; NaN stands for a group that is dropped."""
    assert ours.shape == theirs.shape
    assert torch.equal(ours.isnan(), theirs.isnan())
    ours, theirs = ours.nan_to_num(), theirs.nan_to_num()
    return ((ours - theirs).abs().max() / theirs.abs().max().clamp(min=0.1)).item()


def found(library: str, configuration: str) -> Comparison:
    """The row of this configuration."""
    [row] = [each for each in COMPARISONS if (each.library, each.configuration) == (library, configuration)]
    return row


def name(each: Comparison) -> str:
    """A stable id."""
    return f"{each.library}: {each.configuration}"


class TestAdvantages:
    """Theirs are ours times the factor, plus the baseline."""

    def test_the_batches_have_all_kinds_of_groups(self) -> None:
        shares = [(groups.variance == 0).double().mean().item() for groups in batches()]
        assert min(shares) == 0
        assert max(shares) > 0.3
        assert all(groups.variance.max() > 0 for groups in batches())

    @pytest.mark.parametrize("row", COMPARISONS, ids=name)
    def test_are_ours(self, row) -> None:
        largest = max(apart(row.expected(groups), row.theirs(groups)) for groups in batches())
        if row.close == CLOSE:
            LARGEST.setdefault(f"{row.library}, advantages", []).append(largest)
        assert largest <= row.close

    @pytest.mark.parametrize("row", [row for row in COMPARISONS if row.difference != "none"], ids=name)
    def test_without_what_differs_they_are_not(self, row) -> None:
        groups = Groups(EXAMPLE)
        dropped = torch.where(row.theirs(groups).isnan(), torch.nan, 0.0)
        # The least is AsyncGRPO's 1e-8 beside a deviation.
        assert apart(row.ours(groups) + dropped, row.theirs(groups)) > 1e-8

    @pytest.mark.parametrize("row", [row for row in COMPARISONS if row.difference == "none"], ids=name)
    def test_or_nothing_does(self, row) -> None:
        assert all(apart(row.ours(groups), row.theirs(groups)) <= CLOSE for groups in batches())

    @pytest.mark.parametrize("row", [row for row in COMPARISONS if row.close == CLOSE], ids=name)
    def test_nothing_is_computed_in_float32_unsaid(self, row) -> None:
        assert row.theirs(Groups(EXAMPLE)).dtype == torch.float64

    def test_every_estimator_of_verl_is_here(self) -> None:
        compared = {row.configuration.split(",")[0].split("=")[1] for row in COMPARISONS if row.library == "verl"}
        assert set(map(str, ADV_ESTIMATOR_REGISTRY)) - compared == {"gae"}  # its baseline is a network


def mean_push(A: torch.Tensor, p: float) -> float:
    """Ω_G: the mean of A (r − p)/(p q) over outputs and groups, of the advantages of every group of four."""
    weight = (p**ALL * (1 - p) ** (1 - ALL)).prod(1)
    return (weight @ (A * (ALL - p) / (p * (1 - p))).mean(1)).item()


class TestMeanPush:
    """What Ω is on average over the groups, from the library's own numbers."""

    @pytest.mark.parametrize("p", [0.05, 0.3, 0.8])
    @pytest.mark.parametrize(
        ("library", "configuration", "push"),
        [
            ("TRL", "RLOOTrainer, beta=0", lambda p: 1.0),
            ("verl", "adv_estimator=rloo", lambda p: 1.0),
            ("TRL", 'scale_rewards="none"', lambda p: 3 / 4),
            ("verl", "adv_estimator=grpo, norm_adv_by_std_in_grpo=False", lambda p: 3 / 4),
            ("verl", "adv_estimator=grpo_passk, norm_adv_by_std_in_grpo=False", lambda p: (1 - p) ** 3),
            ("torchrl", "MCAdvantage", lambda p: (3 / 4) ** 0.5 * group_Omega(p, 0.0, 4, WHITENED)),
        ],
    )
    def test_is_in_closed_form(self, library, configuration, push, p) -> None:
        found_push = mean_push(found(library, configuration).theirs(Groups(ALL)), p)
        # Sixteen groups with a weight each; a few roundings of numbers at most 1/p.
        assert found_push == pytest.approx(push(p), abs=1e-13)

    @pytest.mark.parametrize("greedy", [0.0, 1.0])
    def test_remax_is_unbiased_whatever_its_baseline(self, greedy) -> None:
        A = of.verl("remax")(ALL, greedy=torch.full((16,), greedy, dtype=torch.float64))
        assert mean_push(A, 0.3) == pytest.approx(1, abs=1e-13)

    def test_a_baseline_that_knows_the_outputs_own_reward_is_not(self) -> None:
        """Dropped: independence. OPO's, with lengths that have nothing to do with the rewards."""
        lengths = torch.tensor([[1, 2, 3, 4]]).expand(ALL.shape)
        biased = mean_push(of.verl("opo")(ALL, lengths=lengths), 0.3)
        # Each output's own share of the words, 1/10 to 4/10, is a quarter on average.
        assert biased == pytest.approx(3 / 4, abs=1e-13)


class TestTraps:
    """Names that promise another method, and values that explode."""

    @pytest.mark.parametrize("loss_type", ["bnpo", "dr_grpo", "dapo", "cispo", "sapo", "vespo", "luspo"])
    def test_no_loss_type_of_trl_touches_the_advantages(self, loss_type) -> None:
        level = {"importance_sampling_level": "sequence"} if loss_type == "luspo" else {}
        assert torch.equal(of.trl(loss_type=loss_type, **level)(EXAMPLE), of.trl(loss_type="grpo")(EXAMPLE))

    def test_verls_gpg_of_one_prompt_is_maxrl(self) -> None:
        theirs = of.verl("gpg")
        for groups in EXAMPLE.split(1):
            if groups.mean() < 1:
                assert apart(ours(MAXRL, Groups(groups)), theirs(groups)) < FLOAT32

    def test_and_not_gpg(self) -> None:
        rewards = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]], dtype=torch.float64)
        # Ten of twelve outputs are right; one group of three is heard.
        assert of.verl("gpg")(rewards)[0, 0].item() == pytest.approx(0.5 * 12 / 10, rel=1e-7)
        assert group_policy_gradient(rewards.tolist())[0] == pytest.approx(0.5 * 3, rel=1e-4)

    def test_silent_groups_are_heard_where_the_baseline_is_not_theirs(self) -> None:
        rewards = torch.tensor([[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]], dtype=torch.float64)
        alike = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
        for estimator, heard, beside in (
            ("reinforce_plus_plus", True, {}),
            ("remax", True, {"greedy": 1 - alike}),
            ("remax", False, {"greedy": alike}),
            ("grpo", False, {}),
            ("rloo", False, {}),
        ):
            assert of.verl(estimator)(rewards, **beside)[:2].bool().all().item() == heard

    def test_a_group_of_one_has_no_baseline_in_verl(self) -> None:
        rewards = torch.tensor([[1.0], [0.0]], dtype=torch.float64)
        for estimator in ("grpo", "rloo", "opo"):
            assert of.verl(estimator)(rewards).flatten().tolist() == pytest.approx([1, 0], rel=2e-6)
        assert not of.verl("rloo_vectorized")(rewards).any()

    def test_statistics_over_words_weigh_long_outputs_more(self) -> None:
        groups = Groups(EXAMPLE)
        words, r = groups.lengths.double(), groups.rewards
        centre = (words * r).sum() / words.sum()
        variance = (words * (r - centre) ** 2).sum() / (words.sum() - 1)
        theirs = of.verl("reinforce_plus_plus")(r, lengths=groups.lengths)
        assert apart((r - centre) / (variance + 1e-8).sqrt(), theirs) < FLOAT32
        assert apart(of.verl("reinforce_plus_plus")(r), theirs) > 0.01
        # What is said of one group stays in it: a group's own mean has no words.
        assert torch.equal(of.verl("grpo")(r), of.verl("grpo")(r, lengths=groups.lengths))

    def test_silent_groups_raise_the_others_where_the_batch_is_whitened_again(self) -> None:
        for library, configuration in (
            ("TRL", 'multi_objective_aggregation="normalize_then_sum"'),
            ("verl", "adv_estimator=gdpo"),
        ):
            row = found(library, configuration)
            more = torch.cat([EXAMPLE, torch.zeros(24, 8, dtype=torch.float64)])
            raised = row.theirs(Groups(more))[0, 0] / row.theirs(Groups(EXAMPLE))[0, 0]
            # Six groups of eight are heard, then six of thirty-two; N/(N − 1) moves it by less than 1 %.
            assert raised.item() == pytest.approx(2, rel=0.01)

    def test_a_penalty_in_the_reward_is_whitened_with_it(self) -> None:
        """verl's use_kl_in_reward: what a silent group makes of it does not depend on its coefficient."""
        kl = torch.tensor([[0.1, 0.4, 0.2, 0.9]], dtype=torch.float64)
        weak, strong = (of.verl("grpo")(1 - beta * kl) for beta in (0.01, 1.0))
        assert weak.abs().max() > 1
        # verl adds 1e-6 to a deviation of 0.0036.
        assert apart(weak, strong) < 1e-3

    @pytest.mark.parametrize("size", [4, 8, 16])
    def test_a_deviation_of_the_others_explodes(self, size) -> None:
        """NeMo-RL's issue 1518, by its formula."""
        rewards = [1.0] + [0.0] * (size - 1)
        right, *wrong = leave_one_out(rewards, guarded=False)
        assert right == pytest.approx(1e6, rel=1e-12)
        assert wrong == pytest.approx([-((size - 1) ** -0.5)] * (size - 1), rel=1e-5)
        assert leave_one_out([1 - r for r in rewards], guarded=False)[0] == pytest.approx(-1e6, rel=1e-12)
        assert leave_one_out(rewards, guarded=True) == [1.0, *wrong]
        assert leave_one_out([1.0] * size, guarded=True) == leave_one_out([0.0] * size, guarded=False) == [0.0] * size


class TestTable:
    """`grpo_paper/ledger/peers.csv`, which the book shows."""

    def test_is_up_to_date(self) -> None:
        assert TABLE.read_text(encoding="utf-8") == table(), "write it anew with peers.differences"
