"""``grpo-paper predict`` and ``grpo-paper statements``: what the theory says, without a notebook."""

import csv
import difflib
import io
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grpo_paper.cli.types import methods, one_of, width
from grpo_paper.extras import needed

if TYPE_CHECKING:
    from grpo_paper import Fate, FixedPoints, Trajectory, Variant

VARIANTS = ("grpo", "dr-grpo", "mirror-grpo", "mirror-dr-grpo", "two-kl", "two-kl-dr")
BARS = "▁▂▃▄▅▆▇█"
PICTURES = (".svg", ".pdf", ".png")
Rows = list[dict[str, Any]]


@click.command()
@click.option("--p-ref", type=float, required=True, help="Success rate of the reference.")
@click.option("--beta", type=float, required=True, help="Strength of the KL penalty.")
@click.option("--eps", type=float, default=1e-5, help="ε inside the root of GRPO's standard deviation.")
@click.option("--variant", type=click.Choice(VARIANTS), default="grpo", help="Row of the paper's Table 1.")
@click.option(
    "--weighting",
    shell_complete=one_of(methods),
    help="Another method in place of GRPO, with its setting after a colon: maxrl, pkpo:8. It takes any --alpha.",
)
@click.option("--alpha", type=float, help="Share of the penalty that goes to the reference, for the two-kl variants.")
@click.option("--clip", type=float, help="Clipping range of the ratio in the trajectory; no clipping unless given.")
@click.option("--p-0", type=float, help="Start of the trajectory; the reference unless given.")
@click.option("--steps", type=int, default=20, help="Updates to follow.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="FILE.json, .csv, .svg, .pdf or .png.",
)
def predict(
    p_ref: float,
    beta: float,
    eps: float,
    variant: str,
    weighting: str | None,
    alpha: float | None,
    clip: float | None,
    p_0: float | None,
    steps: int,
    save: tuple[Path, ...],
) -> None:
    """Fixed points with their stability, where the run ends, and the way there.

    \b
    Examples:
      grpo-paper predict --p-ref 0.2 --beta 1
      grpo-paper predict --p-ref 0.2 --beta 1 --weighting maxrl
      grpo-paper predict --p-ref 0.2 --beta 1 --variant two-kl --alpha 0.5 --save orbit.csv --save orbit.svg
    """
    from grpo_paper import fixed_points, trajectory
    from grpo_paper.theory.fate import fate, known

    for path in save:
        if path.suffix not in (".json", ".csv", *PICTURES):
            raise click.ClickException(f"--save {path} has no known ending; use .json, .csv, .svg, .pdf or .png")
        if path.suffix in PICTURES:
            with needed("A picture"):
                import matplotlib

            matplotlib.use("agg")
    try:
        which = _variant(variant, weighting, alpha)
        found = fixed_points(p_ref, beta, eps, which)
        orbit = trajectory(p_ref, beta, eps, steps, which, p_0, clip)
        told = fate(p_ref, beta, eps, which, p_0) if clip is None and known(which) else None
    except ValueError as error:
        raise click.ClickException(f"{error}{_WITHOUT_PENALTY if beta == 0 else ''}") from None
    except MemoryError:
        raise click.ClickException(f"--steps {steps} are more than the memory holds; follow fewer") from None
    given = {"variant": which.name, "p_ref": p_ref, "beta": beta, "eps": eps}
    if clip is not None:
        given["clip"] = clip
    points, path_rows = _points(found), _orbit(orbit)
    click.echo(", ".join(f"{name} {value}" for name, value in given.items()))
    click.echo("\nfixed points" if points else "\nno fixed point")
    for row in points:
        pull = "attracts" if row["stable"] else "repels" if abs(row["slope"]) > 1 else "has slope 1"
        click.echo(f"  p {_success(row['p'])}  failure {row['failure']:.4g}  slope {row['slope']:.4g}  {pull}")
    click.echo(f"\n{_end(told, p_ref if p_0 is None else p_0)}" if told is not None else f"\n{_UNTOLD}")
    click.echo(f"\nupdates 0 to {steps}: {''.join(BARS[min(int(8 * row['p']), 7)] for row in path_rows)}")
    for row in path_rows:
        click.echo(f"  {row['n']:>3}  p {_success(row['p'])}  failure {row['failure']:.4g}")
    for path in save:
        try:
            _save(path, given, points, path_rows)
        except OSError as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"saved {path}")


def _variant(name: str, weighting: str | None, alpha: float | None) -> "Variant":
    import grpo_paper as library
    from grpo_paper.theory import methods as zoo

    if weighting is not None:
        if name != "grpo":
            raise ValueError(f"--weighting {weighting} takes the place of --variant {name}; give one of them")
        return library.Variant(zoo.weighting(weighting), 1.0 if alpha is None else alpha)
    if name.startswith("two-kl"):
        if alpha is None:
            raise ValueError(f"--variant {name} needs --alpha, the share of the penalty that goes to the reference")
        return library.two_kl(alpha) if name == "two-kl" else library.two_kl_dr(alpha)
    if alpha is not None:
        raise ValueError(f"--alpha is for --variant two-kl and two-kl-dr; {name} has its own")
    return getattr(library, name.upper().replace("-", "_"))


_WITHOUT_PENALTY = (
    ". Without a penalty there is no fixed point and no end but 1; small steps have a speed instead, which the chapter "
    "Unit speed tells"
)
_UNTOLD = "where such a run ends is not told here; this is what it does at first"


def _end(told: "Fate", start: float) -> str:
    """Where a run ends and when, in a sentence."""
    from grpo_paper.theory.fate import MOST

    if told.verdict == "never":
        return f"from {start} it never settles: the lowest fixed point repels"
    if told.verdict == "open":
        return (
            f"from {start} it has not settled after {MOST:,} updates; no theorem says that it never climbs to the top"
        )
    which = {"only": "its one fixed point", "lowest": "the lowest fixed point", "top": "the top"}[str(told.verdict)]
    near = f"after more than {MOST:,} updates" if math.isnan(told.updates) else f"from update {int(told.updates)} on"
    return f"from {start} it ends at {which}, p {_success(float(told.p))}: within 0.001 of it {near}"


def _success(p: float) -> str:
    """Six places, or what is left of a rate that has none there."""
    return f"{p:.6f}" if p == 0 or p >= 1e-4 else f"{p:.2e}"


def _points(found: "FixedPoints") -> Rows:
    columns = {name: getattr(found, name).tolist() for name in ("p", "failure", "logit", "slope", "stable")}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)][
        : int(found.count)
    ]


def _orbit(orbit: "Trajectory") -> Rows:
    columns = zip(orbit.p.tolist(), orbit.failure.tolist(), orbit.logit.tolist(), strict=True)
    return [{"n": n, "p": p, "failure": failure, "logit": L} for n, (p, failure, L) in enumerate(columns)]


def _save(path: Path, given: dict[str, Any], points: Rows, orbit: Rows) -> None:
    from grpo_paper.files import whole

    with whole(path) as partial:
        if path.suffix == ".json":
            content = given | {"fixed_points": _numbers(points), "trajectory": _numbers(orbit)}
            partial.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")
        elif path.suffix == ".csv":
            out = io.StringIO()
            writer = csv.DictWriter(out, ["kind", "n", "p", "failure", "logit", "slope", "stable"], lineterminator="\n")
            writer.writeheader()
            writer.writerows({"kind": "fixed point"} | row for row in points)
            writer.writerows({"kind": "trajectory"} | row for row in orbit)
            partial.write_text(out.getvalue())
        else:
            _draw(partial, path.suffix[1:], given, points, orbit)


def _numbers(rows: Rows) -> Rows:
    """Without the log-odds of ±∞ that a certain prompt has, for which JSON has no number."""
    return [{name: None if abs(value) == float("inf") else value for name, value in row.items()} for row in rows]


def _draw(path: Path, kind: str, given: dict[str, Any], points: Rows, orbit: Rows) -> None:
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
    for row in points:
        ax.axhline(row["p"], color="0.6", linestyle="-" if row["stable"] else ":", linewidth=1)
    ax.plot([row["n"] for row in orbit], [row["p"] for row in orbit], "o-", markersize=3)
    title = ", ".join(f"{name} {value}" for name, value in given.items())
    ax.set(xlabel="update", ylabel="success rate", ylim=(-0.02, 1.02), title=title)
    figure.savefig(path, format=kind)
    plt.close(figure)


def _items() -> list[str]:
    """Every item of the ledger, for a shell to complete."""
    from grpo_paper.ledger import RECORDS

    return list(RECORDS)


@click.command()
@click.argument("item", nargs=-1, shell_complete=one_of(_items))
def statements(item: tuple[str, ...]) -> None:
    """The ledger: every item of the paper, or one of them.

    \b
    Examples:
      grpo-paper statements
      grpo-paper statements theorem 3
      grpo-paper statements E3
    """
    from grpo_paper.ledger import RECORDS
    from grpo_paper.ledger.pages import record, text

    if not item:
        click.echo(text())
        return
    asked = "-".join(item).lower().replace(" ", "-")
    id = {known.replace("-", ""): known for known in RECORDS}.get(asked.replace("-", ""))
    if id is None:
        near = difflib.get_close_matches(asked, RECORDS, 3, cutoff=0.3)
        hint = f"did you mean {' or '.join(near)}?" if near else "see grpo-paper statements"
        raise click.ClickException(f"{' '.join(item)} is no item of the ledger; {hint}")
    click.echo(record(RECORDS[id], width()))
