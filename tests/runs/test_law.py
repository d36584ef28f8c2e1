"""The fitted law: against integrals and loops, on runs whose law is known, and on runs that show none."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, logit, logsumexp

from grpo_paper.runs import straight
from grpo_paper.runs.law import RIDGE, Coordinate, Counts, _Model, clock_error, fit
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.runs.simulated import drawn, rates, small_steps
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED
from grpo_paper.theory.zoo import DISCO, MAXRL
from tests.runs.made import run_of, standing

EPS = 1e-5
SIZE = 8


def moved_run(law, nats: float, prompts: int, steps: int, seed: int, **settings: object) -> Run:
    """A run under a law that moves a prompt at even odds by so many nats, from starts at all rates."""
    rng = np.random.default_rng(seed)
    rate = nats / steps / group_Omega(0.5, EPS, SIZE, law)
    path = small_steps(rng.uniform(0.01, 0.99, prompts), rate, SIZE, steps, law)
    return Run(drawn(path, SIZE, rng), Settings(**settings))


@pytest.mark.parametrize("law", [WHITENED, MEAN_ONLY, MAXRL, DISCO], ids=lambda law: law.name)
def test_a_coordinate_grows_alike_from_every_start(law) -> None:
    """By an integral of 1/Ω_G; the table's steps of 0.025 nats leave 1e-4 of it."""
    coordinate = Coordinate.of(law, SIZE, EPS)
    for start in (-4.0, -1.0, 0.0, 2.0):
        end = float(coordinate.moved(np.array(start), 0.7))
        clock, _ = quad(lambda L: 1 / group_Omega(expit(L), EPS, SIZE, law), start, end)
        assert clock == pytest.approx(0.7, rel=1e-4)


def test_in_large_groups_grpo_s_is_the_arcsine() -> None:
    """Groups of 128 leave 1/(8 · 128 p q) of the push, 2 % at p = 0.05."""
    L = logit(np.array([0.05, 0.3, 0.7, 0.95]))
    arc = 2 * np.arcsin(np.sqrt(expit(L)))
    coordinate = Coordinate.of(WHITENED, 128, 0.0)
    assert np.diff(np.interp(L, coordinate.L, coordinate.value)) == pytest.approx(np.diff(arc), rel=0.02)


class TestLikelihood:
    COUNTS = Counts(
        np.array([[0, 2, 3], [0, 0, 0], [4, 0, 4], [1, 3, 0]]), np.array([[4, 4, 4], [4, 4, 0], [4, 0, 4], [4, 4, 0]])
    )

    def model(self) -> tuple[_Model, np.ndarray]:
        model = _Model(self.COUNTS, Coordinate.of(WHITENED, 4, EPS))
        return model, np.random.default_rng(0).normal(size=model.free) / 2

    def test_it_is_a_sum_over_starts(self) -> None:
        """Answer by answer; a thousand operations of 2⁻⁵³, on logarithms below 100."""
        model, at = self.model()
        clock, shape = np.append(0.0, at[:2]), model.basis @ at[2:]
        starts = [*model.starts, -np.inf, np.inf]
        for prompt in range(4):
            terms = []
            for start, chance in zip(starts, shape - logsumexp(shape), strict=True):
                total = chance
                for part in range(3):
                    rate = expit(model.coordinate.moved(np.array(start), clock[part]) if np.isfinite(start) else start)
                    right = self.COUNTS.right[prompt, part]
                    with np.errstate(divide="ignore"):
                        for answer in [True] * right + [False] * (self.COUNTS.size[prompt, part] - right):
                            total += np.log(rate if answer else 1 - rate)
                terms.append(total)
            assert model.look(at).likelihood[prompt] == pytest.approx(logsumexp(terms), abs=1e-9)

    def test_its_slope_is_that_of_differences(self) -> None:
        """Central ones over 1e-5; what they are off by is the kinks of the table, 1e-4 of slopes below 10."""
        model, at = self.model()
        found = model.look(at)
        slope = [
            (model.look(at + along).cost - model.look(at - along).cost) / 2e-5 for along in 1e-5 * np.eye(model.free)
        ]
        assert found.slope == pytest.approx(slope, abs=2e-3)


@pytest.mark.parametrize("law", straight.LAWS, ids=lambda law: law.name)
def test_a_fit_ends_where_no_step_is_better(law) -> None:
    """On hard prompts moved by GRPO, under its law and others: half an error along each parameter, either way."""
    rng = np.random.default_rng(0)
    path = small_steps(rates("hard", rng, 400), 0.1, SIZE, 12, WHITENED)
    counts, _ = straight.by_parts(Run(drawn(path, SIZE, rng), Settings()))
    found = fit(counts, Coordinate.of(law, SIZE, EPS))
    model = _Model(counts, found.coordinate)
    here = model.look(found.parameters)
    error = 1 / np.sqrt((here.scores**2).sum(0) + 2 * RIDGE)
    for along in np.diag(error / 2):
        assert model.look(found.parameters + along).cost > here.cost
        assert model.look(found.parameters - along).cost > here.cost


def test_the_law_of_a_run_is_named() -> None:
    """One run, far enough to tell, as below for other laws; 200 of each are what benchmarks.estimates is for."""
    said, step = straight.findings(moved_run(WHITENED, 3.0, 600, 12, seed=0, beta=0.0))
    assert said.says.startswith("The law of GRPO fits best: 2 arcsin √p is straightest")
    assert said.kind == step.kind == "fitted"


def test_a_clock_that_bends_changes_no_law() -> None:
    """Half the steps at a third of the speed, and the clock tells it."""
    rng = np.random.default_rng(5)
    p = rng.uniform(0.01, 0.99, 600)
    first = small_steps(p, 0.4, SIZE, 6, MEAN_ONLY)
    path = np.vstack([first, small_steps(expit(first[-1]), 0.13, SIZE, 6, MEAN_ONLY)])
    said, step = straight.findings(Run(drawn(path, SIZE, rng), Settings(beta=0.0)))
    assert said.says.startswith("The law of Dr. GRPO")
    clock = step.data["clock"]
    assert clock[4] / step.data["step"][4] > 1.5 * (clock[-1] - clock[-5]) / (
        step.data["step"][-1] - step.data["step"][-5]
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_stands_names_none(seed) -> None:
    p = np.random.default_rng(seed).uniform(0.01, 0.99, 200)
    said, _ = straight.findings(standing(p, 10, SIZE, seed, beta=0.0))
    assert said.says.startswith("Which law it is cannot be told")


def test_a_step_is_measured_by_the_law_that_is_known() -> None:
    """By the run's own, by the one that the log names, and by GRPO's where there is neither, not the best by luck."""
    p = np.random.default_rng(0).uniform(0.01, 0.99, 200)
    for run, told in (
        (standing(p, 10, SIZE, 0, beta=0.0, weighting=MEAN_ONLY), "Dr. GRPO, which it was trained with"),
        (moved_run(MAXRL, 3.0, 600, 12, 2, beta=0.0), "MaxRL, which fits best"),
        (standing(p, 10, SIZE, 0, beta=0.0), "GRPO, taken since neither the log nor a setting tells another"),
    ):
        assert straight.findings(run)[1].says.startswith(f"Under the law of {told}, a step moves")


def test_the_clock_s_errors_are_those_of_runs() -> None:
    """Of 24 runs, beside the spread of their clocks, which is itself known to 1 in √48: three times that is allowed."""
    coordinate = Coordinate.of(MEAN_ONLY, SIZE, EPS)
    clocks, errors = [], []
    for seed in range(24):
        counts, _ = straight.by_parts(moved_run(MEAN_ONLY, 1.0, 60, 4, seed))
        found = fit(counts, coordinate)
        clocks.append(found.clock[-1])
        errors.append(clock_error(counts, found)[-1])
    assert np.mean(errors) == pytest.approx(np.std(clocks, ddof=1), rel=3 / np.sqrt(48))
    truth = 0.75 / (1 - 1 / SIZE)
    assert abs(np.mean(clocks) - truth) < 3 * np.std(clocks) / np.sqrt(24)


class TestDoesNotApply:
    def test_one_epoch(self) -> None:
        found = straight.findings(run_of(*((step, step, 3, 8) for step in range(50)), beta=0.0))
        assert [finding.kind for finding in found] == ["does not apply"] * 2
        assert found[0].says.startswith("0 prompts were met in two parts")

    def test_a_penalty(self) -> None:
        found = straight.findings(moved_run(MEAN_ONLY, 1.0, 50, 4, 0, beta=0.1))
        assert found[0].says.startswith("With a penalty (β = 0.1)")

    def test_a_law_that_is_not_the_run_s_own_is_said(self) -> None:
        said, step = straight.findings(moved_run(MAXRL, 3.0, 600, 12, 2, beta=0.0, weighting=WHITENED))
        assert said.says.startswith("The law of MaxRL fits best")
        assert "The run was trained with GRPO" in said.says
        assert "Under the law of GRPO, which it was trained with" in step.says
