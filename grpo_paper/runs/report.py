"""All that can be said of a run, in the order in which it is read."""

from grpo_paper.runs import success
from grpo_paper.runs.finding import Finding
from grpo_paper.runs.run import Run

FINDINGS = (success.by_prompt,)


def report(run: Run) -> list[Finding]:
    """Everything that is said of a run."""
    return [finding(run) for finding in FINDINGS]
