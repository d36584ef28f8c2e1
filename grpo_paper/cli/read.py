"""``grpo-paper read``: what the log of a training run shows, beside what the theory says."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grpo_paper.cli.types import methods, one_of, width

if TYPE_CHECKING:
    from grpo_paper.runs.run import Run


def _pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE, several times, as a mapping."""
    for text in given:
        if not all(text.partition("=")):
            raise click.BadParameter(f"{text!r} must read like NAME=VALUE")
    return {name: value for name, _, value in (text.partition("=") for text in given)}


File = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--beta", help="Strength of the KL penalty.")
@click.option("--group-size", help="Answers to a prompt at a step.")
@click.option("--clip", help="Clipping range of the ratio.")
@click.option("--weighting", shell_complete=one_of(methods), help="The method: grpo, dr-grpo, maxrl, pkpo:8, …")
@click.option("--set", "told", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="By TRL's or verl's names.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="NAME=COLUMN",
    help="Which column holds the step, prompt or reward.",
)
@click.option("--right-above", type=float, help="Reward above which an answer is right, where rewards are not binary.")
@click.option("--evaluation", is_flag=True, help="Read the answers of evaluations, not of training.")
@click.option("--html", type=File, help="Write the report as one page.")
@click.option("--json", "data", type=File, help="Write it as data.")
@click.option("--figures", type=click.Path(path_type=Path, file_okay=False), help="Write its figures, with passports.")
@click.option("--follow", is_flag=True, help="Go on while the run does, and write the files anew.")
def read(
    run: Path,
    told: dict[str, str],
    columns: dict[str, str],
    right_above: float | None,
    evaluation: bool,
    html: Path | None,
    data: Path | None,
    figures: Path | None,
    follow: bool,
    **settings: str | None,
) -> None:
    """What the log of a run shows, beside what the theory says of it.

    RUN is the folder that TRL or verl wrote to, or a table with columns step, prompt and reward.

    \b
    Examples:
      grpo-paper read out/ --html report.html
      grpo-paper read rollouts/ --set actor_rollout_ref.rollout.n=16 --beta 0.001
      grpo-paper read answers.csv --column prompt=question --weighting dr-grpo
    """
    from grpo_paper.runs import follow as following
    from grpo_paper.runs import reading
    from grpo_paper.runs.settings import known

    try:
        given = known(told | {name: value for name, value in settings.items() if value is not None}, strict=True)
        if not follow:
            _tell(reading.read(run, given, right_above, columns, evaluation), str(run), html, data, figures)
            return
        with _until_interrupted() as over:
            for state in following.follow(run, given, over, right_above, columns, evaluation):
                click.clear()
                _tell(state, str(run), html, data, figures, brief=not sys.stdout.isatty())
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def _until_interrupted() -> Iterator[Callable[[float], bool]]:
    """Waits so many seconds, and says whether Ctrl-C or a request to end came: then the report is written once more."""
    ended = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in signals}
    try:
        yield ended.wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(
    run: "Run", name: str, html: Path | None, data: Path | None, figures: Path | None, brief: bool = False
) -> None:
    """Write what was asked for, each file whole, and print the report, or a line of it where it would pile up."""
    from grpo_paper.figure.carry import KINDS
    from grpo_paper.figure.verification import OF_A_RUN
    from grpo_paper.files import whole
    from grpo_paper.runs import text
    from grpo_paper.runs.figures import pictures
    from grpo_paper.runs.page import IN_A_PAGE, page
    from grpo_paper.runs.report import report

    findings = report(run)
    click.echo(run.summary if brief else text.text(run, findings, width()))
    files: dict[Path, bytes] = {}
    if figures is not None or html is not None:
        drawn = pictures(name, findings, IN_A_PAGE if figures is None else KINDS)
    if figures is not None:
        for key, made in drawn.items():
            files |= {figures / f"{OF_A_RUN}{key}.{kind}": content for kind, content in made.items()}
    if html is not None:
        files[html] = page(name, run, findings, drawn).encode()
    if data is not None:
        files[data] = text.data(run, findings).encode()
    for path, content in files.items():
        with whole(path) as partial:
            partial.write_bytes(content)
    for saved in (html, data, figures):
        if saved is not None and not brief:
            click.echo(f"saved {saved}", err=True)
