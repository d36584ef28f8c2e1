"""A report on strange runs: every finding is made, says something, and shows no number that is none."""

import re

import numpy as np
import pytest

from grpo_paper.runs.figures import DRAWN
from grpo_paper.runs.report import report
from grpo_paper.runs.run import Run
from grpo_paper.runs.settings import Settings
from grpo_paper.theory.weighting import WHITENED
from grpo_paper.theory.zoo import PROMPT_DEVIATION, pass_at_k
from tests.runs.made import run_of, standing

STRANGE = {
    "one group": [(5, 0, 1, 4)],
    "one answer": [(0, 0, 1, 1)],
    "all right": [(step, prompt, 8, 8) for step in range(4) for prompt in range(40)],
    "all wrong": [(step, prompt, 0, 8) for step in range(4) for prompt in range(40)],
    "one epoch": [(step, 8 * step + i, (step + i) % 5, 4) for step in range(20) for i in range(8)],
    "sizes that change": [(step, i, (step * i) % (2 + step), 2 + step) for step in range(5) for i in range(35)],
    "groups of two": [(step, i, (step + i) % 3, 2) for step in range(5) for i in range(35)],
    "one right of many": [(step, i, int(step == i == 0), 8) for step in range(12) for i in range(35)],
}


@pytest.mark.parametrize(
    ("beta", "weighting"), [(None, None), (0.5, WHITENED), (0.0, pass_at_k(4)), (0.5, PROMPT_DEVIATION)], ids=str
)
@pytest.mark.parametrize("name", STRANGE)
def test_strange_runs(name, beta, weighting) -> None:
    findings = report(run_of(*STRANGE[name], beta=beta, weighting=weighting))
    assert len({finding.key for finding in findings}) == len(findings)
    for finding in findings:
        assert not re.search(r"\b(nan|inf)\b", finding.says + finding.holds)
        assert len({len(column) for column in finding.data.values()}) <= 1
        assert finding.says.endswith(".")
        assert bool(finding.data) == (finding.kind != "does not apply")


def test_every_drawing_is_of_a_finding_and_every_described_finding_is_drawn() -> None:
    """By a run with a penalty, whose scalars were logged, and one without."""
    groups = standing(np.linspace(0.1, 0.9, 50), 12, 8, seed=0).groups
    logged = {name: np.full(12, 0.1) for name in ("kl", "clipped", "length")} | {"step": np.arange(12)}
    found = [*report(Run(groups, Settings(beta=0.5), logged)), *report(Run(groups, Settings(beta=0.0)))]
    described = {finding.key for finding in found if finding.alt}
    assert set(DRAWN) == described


def test_the_same_log_gives_the_same_report() -> None:
    run = standing(np.linspace(0.1, 0.9, 50), 6, 8, seed=0, beta=0.0)
    assert [finding.says for finding in report(run)] == [finding.says for finding in report(run)]
