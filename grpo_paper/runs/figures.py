"""The figures of a report, each from a finding's data, as files with passports."""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs.finding import Finding

with needed("A report's figures"):
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    from grpo_paper.figure import carry
    from grpo_paper.figure.publication import STYLE, files
    from grpo_paper.figure.verification import OF_A_RUN


def _success(finding: Finding) -> Figure:
    """Every prompt's success with its interval, the hardest first."""
    right, size, low, high = (np.asarray(finding.data[name]) for name in ("right", "size", "low", "high"))
    order = np.argsort(right / size, kind="stable")
    figure, ax = plt.subplots(figsize=(7, 3))
    ax.fill_between(range(len(order)), low[order], high[order], step="mid", alpha=0.25, linewidth=0)
    ax.step(range(len(order)), (right / size)[order], where="mid")
    ax.set(xlabel="prompts, by success", ylabel="success rate", ylim=(-0.02, 1.02))
    return figure


DRAW: dict[str, Callable[[Finding], Figure]] = {"success-by-prompt": _success}


def pictures(
    name: str, findings: Sequence[Finding], kinds: Collection[str] = carry.KINDS
) -> dict[str, dict[str, bytes]]:
    """The files of each figure by its finding's key; name is the run's, for the passport."""
    made = {}
    with plt.style.context(STYLE):
        for finding in findings:
            if (draw := DRAW.get(finding.key)) and finding.data:
                made[finding.key] = files(
                    OF_A_RUN + finding.key,
                    draw(finding),
                    data=finding.data,
                    caption=finding.says,
                    alt=finding.alt,
                    parameters={"run": name[-80:]},
                    kinds=kinds,
                )
    return made
