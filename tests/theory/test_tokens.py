"""The loss over tokens, against a loop that knows nothing of the library, and against the paper's own objective."""

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

from grpo_paper.theory.advantage import advantage
from grpo_paper.theory.objective import PENALTIES, clipped_objective
from grpo_paper.theory.tokens import MEANS, RATIOS, token_loss
from tests.extra import torch

LENGTHS = (1, 4, 6, 3, 6, 2)
CHOICES = list(itertools.product(RATIOS, MEANS, PENALTIES))
BETA, CLIP = 0.3, 0.2
# A few hundred roundings of 1.1e-16 in terms below 10, in sums that stay above 0.01.
ROUNDING = 1e-12


def batch(seed: int = 0) -> dict[str, Any]:
    """Log-probabilities of six outputs of unequal length, NaN beyond their ends."""
    rng = np.random.default_rng(seed)
    mask = np.arange(max(LENGTHS)) < np.array(LENGTHS)[:, None]
    old = rng.uniform(-3, -0.1, mask.shape)
    pi, ref = (old + rng.normal(0, 0.4, mask.shape) for _ in range(2))
    A = np.array([1.5, -0.5, 0.7, -1.2, -0.4, 2.0])
    values = {"log_pi": pi, "log_pi_old": old, "log_pi_ref": ref}
    return {name: np.where(mask, value, np.nan) for name, value in values.items()} | {"mask": mask, "A": A}


def loss_by_loop(log_pi, log_pi_old, log_pi_ref, mask, A, ratio, mean, penalty, length=None):
    """Token by token, in plain Python."""
    outputs = []
    for i in range(len(A)):
        tokens = [t for t in range(len(mask[i])) if mask[i][t]]
        triples = [(log_pi[i][t], log_pi_old[i][t], log_pi_ref[i][t]) for t in tokens]
        if ratio == "output":
            triples = [tuple(math.fsum(column) for column in zip(*triples, strict=True))]
        terms = []
        for new, old, ref in triples:
            rho = math.exp(new - old)
            if ratio == "sequence":
                rho = math.prod(math.exp(x - y) for x, y, _ in triples) ** (1 / len(triples))
            surrogate = A[i] * min(rho, 1 + CLIP) if A[i] > 0 else A[i] * max(rho, 1 - CLIP)
            estimate = new - ref if "k1" in penalty else math.exp(ref - new) - 1 + new - ref
            terms.append(BETA * estimate * (rho if "ratio" in penalty else 1) - surrogate)
        outputs.append(terms)
    if mean == "grpo":
        return sum(sum(terms) / len(terms) for terms in outputs) / len(outputs)
    total = sum(sum(terms) for terms in outputs)
    if mean == "bnpo":
        return total / sum(len(terms) for terms in outputs)
    return total / (len(outputs) * (length or (1 if ratio == "output" else len(mask[0]))))


def to_tensors(values: dict[str, Any]) -> dict[str, Any]:
    tensors = {name: torch.tensor(value) for name, value in values.items()}
    tensors["log_pi"].requires_grad_()
    return tensors


@pytest.mark.parametrize(("ratio", "mean", "penalty"), CHOICES)
class TestEveryChoice:
    def test_value_in_arrays_and_tensors(self, ratio, mean, penalty) -> None:
        values = batch()
        choices = {"ratio": ratio, "mean": mean, "penalty": penalty}
        expected = loss_by_loop(**values, **choices)
        assert token_loss(**values, beta=BETA, clip=CLIP, **choices) == pytest.approx(expected, rel=ROUNDING)
        found = token_loss(**to_tensors(values), beta=BETA, clip=CLIP, **choices).item()
        assert found == pytest.approx(expected, rel=ROUNDING)

    def test_gradient_by_differences(self, ratio, mean, penalty) -> None:
        values = batch()
        tensors = to_tensors(values)
        choices = {"ratio": ratio, "mean": mean, "penalty": penalty}
        token_loss(**tensors, beta=BETA, clip=CLIP, **choices).backward()
        for i, t in np.ndindex(values["mask"].shape):
            slope = 0.0
            if values["mask"][i, t]:
                step = np.zeros(values["mask"].shape)
                step[i, t] = 1e-6
                up, down = (loss_by_loop(**values | {"log_pi": values["log_pi"] + s}, **choices) for s in (step, -step))
                slope = (up - down) / 2e-6
            # Rounding of 1e-16/1e-6 and a curvature term of 1e-12.
            assert tensors["log_pi"].grad[i, t].item() == pytest.approx(slope, abs=1e-9)


class TestBatch:
    @pytest.mark.parametrize(("ratio", "mean", "penalty"), CHOICES)
    def test_a_single_token(self, ratio, mean, penalty) -> None:
        values = {"log_pi": [[-0.9]], "log_pi_old": [[-1.0]], "log_pi_ref": [[-1.2]], "mask": [[True]], "A": [1.5]}
        values = {name: np.array(value) for name, value in values.items()}
        choices = {"ratio": ratio, "mean": mean, "penalty": penalty}
        expected = loss_by_loop(**values, **choices)
        assert token_loss(**values, beta=BETA, clip=CLIP, **choices) == pytest.approx(expected, rel=ROUNDING)

    def test_the_clip_is_passed_on_both_sides_with_both_signs(self) -> None:
        values = batch()
        rho = np.exp(values["log_pi"] - values["log_pi_old"])
        for sign in (1, -1):
            assert np.any(rho[np.sign(values["A"]) == sign] > 1 + CLIP)
            assert np.any(rho[np.sign(values["A"]) == sign] < 1 - CLIP)

    def test_no_two_choices_agree(self) -> None:
        values = batch()
        losses = {
            choice: token_loss(**values, beta=BETA, clip=CLIP, ratio=choice[0], mean=choice[1], penalty=choice[2])
            for choice in CHOICES
        }
        same = {
            tuple(sorted((a, b)))
            for a, b in itertools.combinations(CHOICES, 2)
            if math.isclose(losses[a], losses[b], rel_tol=1e-6)
        }
        # Whole outputs have one token each, so that their three means are one; nothing else coincides.
        pairs = itertools.combinations([c for c in CHOICES if c[0] == "output"], 2)
        assert same == {tuple(sorted((a, b))) for a, b in pairs if a[2] == b[2]}


class TestMeans:
    def test_length_of_dr_grpo(self) -> None:
        values = batch()
        choices = {"ratio": "token", "mean": "dr_grpo", "penalty": "k3"}
        found = token_loss(**values, beta=BETA, clip=CLIP, length=16, **choices)
        assert found == pytest.approx(loss_by_loop(**values, length=16, **choices), rel=ROUNDING)

    def test_outputs_of_one_length_make_them_one(self) -> None:
        values = {name: value[[2, 4]] for name, value in batch().items()}
        losses = [token_loss(**values, beta=BETA, clip=CLIP, mean=mean) for mean in MEANS]
        assert losses[1:] == pytest.approx(losses[:2], rel=ROUNDING)

    @pytest.mark.parametrize("ratio", RATIOS)
    def test_an_output_without_tokens_adds_nothing_and_is_counted(self, ratio) -> None:
        values = batch()
        empty = values | {"mask": values["mask"] & (np.arange(6) != 3)[:, None]}
        without = {name: np.delete(value, 3, axis=0) for name, value in values.items()}
        found = token_loss(**empty, beta=BETA, clip=CLIP, ratio=ratio)
        assert found == pytest.approx(token_loss(**without, beta=BETA, clip=CLIP, ratio=ratio) * 5 / 6, rel=ROUNDING)


class TestThePaper:
    """With the ratio of whole outputs, counts for probabilities and k1 times the ratio it is Section 2's objective."""

    COUNTS = (1, 2, 1, 3, 1)
    REWARD = np.array([1, 0, 0, 1, 0])

    def sampled(self, ratio: str, penalty: str) -> tuple[float, float]:
        rng = np.random.default_rng(3)
        old = np.log(np.array(self.COUNTS) / sum(self.COUNTS))
        pi, ref = (np.log(rng.dirichlet(np.ones(5))) for _ in range(2))
        share = rng.dirichlet(np.ones(3), size=(3, 5))  # how each log-probability falls on three tokens
        drawn = np.repeat(np.arange(5), self.COUNTS)
        tokens = [(share[i] * x[:, None])[drawn] for i, x in enumerate((pi, old, ref))]
        p = self.REWARD @ np.exp(old)
        A = advantage(self.REWARD, p, 1e-3)[drawn]
        loss = token_loss(*tokens, np.ones((8, 3)), A, BETA, CLIP, ratio=ratio, penalty=penalty)
        return -loss, clipped_objective(pi, old, ref, self.REWARD, BETA, CLIP, 1e-3)

    @pytest.mark.parametrize("penalty", ["k1*ratio", "k3*ratio"])
    def test_it_is_the_papers_objective(self, penalty) -> None:
        found, objective = self.sampled("output", penalty)
        assert found == pytest.approx(objective, rel=ROUNDING)

    @pytest.mark.parametrize(
        ("ratio", "penalty"), [("output", "k1"), ("output", "k3"), ("token", "k3*ratio"), ("sequence", "k3*ratio")]
    )
    def test_no_other_choice_is(self, ratio, penalty) -> None:
        found, objective = self.sampled(ratio, penalty)
        assert abs(found - objective) > 0.01


class TestBadInput:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (
                {"ratio": "word"},
                "ratio = 'word' is outside its domain: it must be one of 'token', 'sequence', 'output'",
            ),
            ({"mean": "dapo"}, "mean = 'dapo' is outside its domain: it must be one of 'grpo', 'bnpo', 'dr_grpo'"),
            (
                {"penalty": "k2"},
                "penalty = 'k2' is outside its domain: it must be one of 'k1', 'k3', 'k1*ratio', 'k3*ratio'",
            ),
            ({"length": 0}, "length = 0.0 is outside its domain: it must be finite and > 0"),
            ({"length": [1, 2]}, "length = [1, 2] is an array; it must be one number"),
            (
                {name: np.ones((2, 3)) for name in ("log_pi", "log_pi_old", "log_pi_ref", "mask")} | {"A": np.ones(3)},
                "A has shape (3,); it must hold one number for each of 2 outputs",
            ),
            ({"A": np.ones((6, 6))}, "A has shape (6, 6); it must hold one number for each of 6 outputs"),
            (
                {"mask": np.ones((6, 5))},
                "the shapes must be one and the same (outputs, tokens), but they are: "
                "log_pi (6, 6), log_pi_old (6, 6), log_pi_ref (6, 6), mask (6, 5)",
            ),
        ],
        ids=["ratio", "mean", "penalty", "length", "lengths", "long A", "A", "mask"],
    )
    def test_stops_with_the_reason(self, change, message) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            token_loss(**batch() | {"beta": BETA, "clip": CLIP} | change)

    def test_one_output_without_its_axis(self) -> None:
        one = np.zeros(3)
        with pytest.raises(
            ValueError, match=re.escape("one and the same (outputs, tokens), but they are: log_pi (3,)")
        ):
            token_loss(one, one, one, one, one, BETA, CLIP)
