"""The figures of a report, each from a finding's data, as files with passports."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs.finding import Finding

with needed("A report's figures"):
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

    from grpo_paper.figure import carry
    from grpo_paper.figure.publication import STYLE, files
    from grpo_paper.figure.verification import OF_A_RUN

SIZE = (7, 3.2)
TITLE = 300
"""Characters of a title that a passport has room for."""
Columns = dict[str, np.ndarray]


def pictures(
    name: str, findings: Sequence[Finding], kinds: Collection[str] = carry.KINDS
) -> dict[str, dict[str, bytes]]:
    """The figure of each finding that has one, by the finding's key; name is the run's, for the passport."""
    made = {}
    with plt.style.context(STYLE):
        for finding in findings:
            if finding.key in DRAWN and finding.alt and finding.data:
                figure, ax = plt.subplots(figsize=SIZE)
                DRAWN[finding.key](ax, {name: np.asarray(column) for name, column in finding.data.items()})
                made[finding.key] = files(
                    OF_A_RUN + finding.key,
                    figure,
                    data=finding.data,
                    caption=f"{finding.title}: {finding.says}"[:TITLE],
                    alt=finding.alt,
                    parameters={"run": name[-80:]},
                    kinds=kinds,
                )
    return made


def _by_prompt(ax: Axes, data: Columns) -> None:
    rate = data["right"] / data["size"]
    order = np.argsort(rate, kind="stable")
    place = np.arange(1, len(order) + 1)
    ax.fill_between(place, data["low"][order], data["high"][order], step="mid", alpha=0.25, linewidth=0)
    ax.step(place, rate[order], where="mid")
    ax.set(xlabel="prompts, by success", ylabel="success rate", ylim=(-0.02, 1.02))


def _over_steps(ax: Axes, data: Columns) -> None:
    _band(ax, data["step"], data["right"] / data["size"], data["low"], data["high"])
    ax.set(xlabel="step", ylabel="success rate", ylim=(-0.02, 1.02))


def _change(ax: Axes, data: Columns) -> None:
    ax.axhline(0, color="0.4", linewidth=0.8)
    _bars(ax, data["difficulty"], data["change"], data["low"], data["high"])
    ax.set(xlabel="early answers in one half", ylabel="change of success in the other")


def _smaller(ax: Axes, data: Columns) -> None:
    _band(ax, data["size"], data["silent"], data["low"], data["high"])
    ax.set(xlabel="group size $G$", ylabel="silent share", ylim=(0, None))
    ax.set_xticks(data["size"], [f"{size:g}" for size in data["size"]])


def _push(ax: Axes, data: Columns) -> None:
    place = np.arange(len(data["difficulty"]))
    ax.bar(place, data["groups"] / data["groups"].sum(), 0.75, color="0.8", label="of the groups")
    _bars(ax, data["difficulty"], data["weight"], data["weight low"], data["weight high"], "of the weight")
    ax.set(xlabel="one half of a group", ylabel="share")
    ax.legend()


def _others(ax: Axes, data: Columns) -> None:
    names, start = data["weighting"], np.zeros(len(data["weighting"]))
    for color, part in zip(("C1", "0.75", "C0"), [name for name in data if name != "weighting"], strict=False):
        ax.barh(names, data[part], left=start, color=color, height=0.7, label=part)
        start = start + data[part]
    ax.invert_yaxis()
    ax.set(xlabel="share of the gradient's weight", xlim=(0, 1))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)


def _kl(ax: Axes, data: Columns) -> None:
    whole = "an answer" if np.isfinite(data.get("an answer", np.array(np.nan))).any() else "a token"
    ax.plot(data["step"], data[whole])
    ax.set(xlabel="step", ylabel=f"KL to the reference (nats {whole})", ylim=(0, None))


def _clip(ax: Axes, data: Columns) -> None:
    ax.plot(data["step"], data["clipped"])
    ax.set(xlabel="step", ylabel="share of clipped tokens", ylim=(0, None))


def _fate(ax: Axes, data: Columns) -> None:
    told = np.isfinite(data["end low"])
    start, end = (
        np.array([data[f"{name} low"][told], data[f"{name} high"][told]]).astype(float) for name in ("p_ref", "end")
    )
    ax.plot([0, 1], [0, 1], color="0.5", linewidth=0.8, linestyle="--")
    ax.hlines(end.mean(0), *start, color="C0", alpha=0.3, linewidth=0.8)
    ax.vlines(start.mean(0), *end, color="C0", alpha=0.3, linewidth=0.8)
    ax.plot(start.mean(0), end.mean(0), ".", color="C0", markersize=4)
    ax.set(xlabel=r"success of the reference, $p_{ref}$", ylabel="success at the end", xlim=(0, 1), ylim=(0, 1.02))


def _law(ax: Axes, data: Columns) -> None:
    ax.barh(data["law"], data["behind"], height=0.6)
    ax.invert_yaxis()
    ax.set(xlabel="behind the best, in nats of log-likelihood")


def _clock(ax: Axes, data: Columns) -> None:
    _band(ax, data["step"], data["clock"], data["low"], data["high"])
    ax.set(xlabel="step", ylabel="clock of the run")


def _band(ax: Axes, x: Any, middle: Any, low: Any, high: Any) -> None:
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    ax.fill_between(x, low, high, alpha=0.25, linewidth=0)
    ax.plot(x, middle, ".-", markersize=4)


def _bars(ax: Axes, names: Any, middle: Any, low: Any, high: Any, label: str | None = None) -> None:
    ax.errorbar(
        np.arange(len(names)), middle, [middle - low, high - middle], fmt="o", markersize=5, capsize=3, label=label
    )
    ax.set_xticks(np.arange(len(names)), names)


DRAWN: dict[str, Callable[[Axes, Columns], None]] = {
    "success-by-prompt": _by_prompt,
    "success-over-the-run": _over_steps,
    "change-by-difficulty": _change,
    "silent-groups-had-they-been-smaller": _smaller,
    "push-by-difficulty": _push,
    "what-another-weighting-would-do": _others,
    "the-clip-in-this-run": _clip,
    "the-kl-to-the-reference": _kl,
    "the-fate-of-each-prompt": _fate,
    "the-law-of-small-steps": _law,
    "the-effective-step": _clock,
}
"""How each finding is drawn."""
