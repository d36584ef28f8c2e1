"""All that can be said of a run, in the order in which it is read."""

from grpo_paper.runs import change, destiny, efficiency, push, scalars, silence, straight, success
from grpo_paper.runs.finding import Finding
from grpo_paper.runs.run import Run

FINDINGS = (
    success.by_prompt,
    success.over_steps,
    change.by_difficulty,
    silence.observed,
    silence.expected,
    silence.smaller,
    push.by_difficulty,
    push.other_weightings,
    scalars.clip,
    scalars.penalty,
    destiny.of_prompts,
    efficiency.overall,
)


def report(run: Run) -> list[Finding]:
    """Everything that is said of a run."""
    return [*(finding(run) for finding in FINDINGS), *straight.findings(run)]
