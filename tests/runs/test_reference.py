"""With a penalty: fates, ways and KL efficiency, on recursions whose truth is known."""

import numpy as np
import pytest

from grpo_paper.runs import destiny, efficiency, scalars
from grpo_paper.runs.reference import ends
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.simulated import drawn, recursion
from grpo_paper.theory.elementary import sigmoid
from grpo_paper.theory.success_map import trajectory
from grpo_paper.theory.variants import DR_GRPO, GRPO
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED
from grpo_paper.theory.zoo import PROMPT_DEVIATION
from tests.runs.made import run_of

EPS = 1e-5


def logged(path: np.ndarray, p_ref: np.ndarray, times: float = 1.0) -> dict[str, np.ndarray]:
    """What the theory's policy pays, a token of answers of a hundred, by the sum over right and wrong."""
    p = sigmoid(path)
    paid = (p * np.log(p / p_ref) + (1 - p) * np.log((1 - p) / (1 - p_ref))).mean(1)
    return {"step": np.arange(len(path)), "kl": times * paid / 100, "length": np.full(len(path), 100.0)}


class TestEnds:
    def test_the_first_steps_end_where_a_prompt_comes_back(self) -> None:
        run = run_of(*((step, step % 7, 1, 4) for step in range(100)))
        found = ends(run.groups)
        assert found.prompt.tolist() == list(range(7))
        assert found.first[1].tolist() == [4] * 7  # not the 10 steps of a tenth
        assert found.last[1].sum() == 40

    def test_they_are_a_tenth_at_most(self) -> None:
        assert len(ends(run_of(*((step, step, 1, 4) for step in range(100))).groups).prompt) == 10


class TestFate:
    BETA = 2.0

    def run(self, size: int, p_ref: np.ndarray, variant=GRPO) -> Run:
        path = recursion(p_ref, self.BETA, EPS, 12, variant)
        return Run(drawn(path, size, np.random.default_rng(0)), Settings(beta=self.BETA, weighting=variant.weighting))

    def test_what_is_told_is_where_the_recursion_goes(self) -> None:
        """By 3,000 updates; with 4,000 answers a prompt, intervals of which one in forty misses: none of so few."""
        p_ref = np.array([2e-3, 0.05, 0.2, 0.5, 0.8])
        data = destiny.of_prompts(self.run(4000, p_ref)).data
        end = trajectory(p_ref, self.BETA, EPS, 3000).p[:, -1]
        told = data["verdict"] != destiny.UNTOLD
        assert told[1:].all()
        assert np.all((data["end low"] <= end)[told])
        assert np.all((end <= data["end high"])[told])
        assert set(data["verdict"][told]) <= {"only", "lowest", "top"}

    def test_of_few_answers_it_cannot_be_told(self) -> None:
        assert set(destiny.of_prompts(self.run(4, np.full(50, 0.01))).data["verdict"]) == {destiny.UNTOLD}

    def test_the_way_is_gone_in_one_step_by_mean_only(self) -> None:
        found = destiny.of_prompts(self.run(4000, np.linspace(0.2, 0.8, 40), DR_GRPO))
        low, high = (np.array(found.data[f"way {end}"]) for end in ("low", "high"))
        assert np.mean((low <= 1) & (high >= 1)) >= 0.95
        assert "How far it got can be told of" in found.says

    @pytest.mark.parametrize(
        ("beta", "says"), [(0.0, "At β = 0 there is no end point"), (None, "β is not known"), (1.0, "is not shown")]
    )
    def test_what_does_not_apply_is_said(self, beta, says) -> None:
        found = destiny.of_prompts(run_of((0, 0, 1, 4), (1, 0, 2, 4), beta=beta, weighting=PROMPT_DEVIATION))
        assert found.kind == "does not apply"
        assert says in found.says


class TestEfficiency:
    def run(self, p_ref: np.ndarray, times: float, size: int = 16, seed: int = 0) -> Run:
        path = recursion(p_ref, 0.5, EPS, 20, DR_GRPO)
        return Run(drawn(path, size, np.random.default_rng(seed)), Settings(beta=0.5), logged(path, p_ref, times))

    @pytest.mark.parametrize("times", [1.0, 2.0])
    def test_the_theory_s_policy_has_1_and_one_that_pays_twice_a_half(self, times) -> None:
        """Prompts of one rate, so that taking them together loses nothing; 16,000 answers leave 10 % of the kl."""
        data = efficiency.overall(self.run(np.full(1000, 0.3), times)).data
        paid = logged(recursion([0.3], 0.5, EPS, 20, DR_GRPO), np.array([0.3]), times)["kl"][-1] * 100
        assert data["weight"] @ data["kl"] / paid == pytest.approx(1 / times, rel=0.1)
        assert data["weight"] @ data["least"] / paid <= 1 / times

    def test_on_hard_prompts_it_is_1_on_average(self) -> None:
        """Of 40 logs of 2,000 prompts, within four standard errors; each log's halves have a luck of their own."""
        p_ref = np.full(2000, 0.02)
        paid = logged(recursion(p_ref[:1], 0.5, EPS, 20, DR_GRPO), p_ref[:1])["kl"][-1] * 100
        found = [efficiency.overall(self.run(p_ref, 1.0, 8, seed)).data for seed in range(40)]
        value = [data["weight"] @ data["kl"] / paid for data in found]
        assert abs(np.mean(value) - 1) < 4 * np.std(value, ddof=1) / np.sqrt(40)

    def test_prompts_of_many_rates_are_bounded_from_below(self) -> None:
        data = efficiency.overall(self.run(np.linspace(0.05, 0.95, 1000), 1.0)).data
        truth = logged(recursion(np.linspace(0.05, 0.95, 1000), 0.5, EPS, 20, DR_GRPO), np.linspace(0.05, 0.95, 1000))
        assert 0.5 < data["weight"] @ data["least"] / (100 * truth["kl"][-1]) < 1

    def test_more_than_1_is_doubted(self) -> None:
        assert "More than 1 cannot be" in efficiency.overall(self.run(np.full(1000, 0.3), 0.2)).says

    def test_without_a_log_it_does_not_apply(self) -> None:
        found = efficiency.overall(run_of((0, 0, 1, 4), (1, 0, 2, 4), beta=0.0))
        assert (found.kind, found.says) == ("does not apply", "At β = 0 TRL keeps no reference and logs no KL to it.")


class TestScalars:
    ROWS = ((0, 0, 1, 4), (1, 0, 2, 4))

    def run(self, weighting=WHITENED, **columns: list[float]) -> Run:
        told = {"step": np.array([1, 2]), **{name: np.array(column) for name, column in columns.items()}}
        base = run_of(*self.ROWS, beta=0.1, updates=1, weighting=weighting)
        return Run(base.groups, base.settings, told)

    def test_a_kl_a_token_is_one_an_answer_by_the_length(self) -> None:
        found = scalars.penalty(self.run(kl=[0.001, 0.002], length=[np.nan, 300.0]))
        assert "0.002 nats a token" in found.says
        assert "about 0.6 nats an answer" in found.says

    def test_steps_are_whole_numbers(self) -> None:
        run = self.run(kl=[0.001, 0.002])
        whole = {"step": np.array([1.0, 2.0]), "kl": run.scalars["kl"]}
        assert "At step 2 the KL" in scalars.penalty(Run(run.groups, run.settings, whole)).says

    def test_without_lengths_it_is_none(self) -> None:
        assert "cannot be told" in scalars.penalty(self.run(kl=[0.001, np.nan])).says

    def test_one_step_a_batch_clips_nothing(self) -> None:
        assert "the ratio is 1 and nothing is clipped, as is seen" in scalars.clip(self.run(clipped=[0.0, 0.0])).says
        assert "different probabilities" in scalars.clip(self.run(MEAN_ONLY, clipped=[0.0, 0.01])).says
        assert "nothing can be clipped" in scalars.clip(self.run()).says
