"""``grpo-paper figures``, ``cite``, ``reproduce`` and ``verify``: every figure of the book by its id."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from grpo_paper.cli.types import one_of
from grpo_paper.files import whole, writable

Given = tuple[tuple[str, Any], ...]


class Assignment(click.ParamType):
    """A parameter of a chapter and its value."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name, and the value as a number where it reads like one."""
        name, equals, text = value.partition("=")
        if not equals or not name.isidentifier():
            self.fail(f"{value!r} does not read like name=value", param, ctx)
        try:
            number = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            number = text
        return name, number if isinstance(number, bool | int | float) else text


def _ids() -> list[str]:
    """Every figure's id, for a shell to complete."""
    from grpo_paper.figure.register import register

    return list(register())


@click.command()
def figures() -> None:
    """List the figures of the book.

    Each with its id, its chapter and what it shows.

    Example: grpo-paper figures
    """
    from grpo_paper.figure.register import register
    from grpo_paper.ledger.plain import plain

    known = register().values()
    widths = max(len(figure.id) for figure in known), max(len(figure.chapter) for figure in known)
    for figure in known:
        click.echo(f"{figure.id.ljust(widths[0])}  {figure.chapter.ljust(widths[1])}  {plain(figure.title)}")


@click.command()
@click.argument("id", shell_complete=one_of(_ids))
@click.option("--format", type=click.Choice(["bibtex", "apa", "csl-json"]), default="bibtex")
def cite(id: str, format: str) -> None:
    """Print how to cite a figure.

    The entry names the companion, the paper, the figure, its version and the digest of its data.

    \b
    Examples:
      grpo-paper cite fig-success-map
      grpo-paper cite fig-success-map --format csl-json > figure.json
    """
    from grpo_paper.figure.citation import FORMATS
    from grpo_paper.figure.register import FigureError, find, register

    try:
        click.echo(FORMATS[format](find(id, register())))
    except FigureError as error:
        raise click.ClickException(str(error)) from None


@click.command()
@click.argument("id", shell_complete=one_of(_ids))
@click.option(
    "-p", "--parameter", "given", type=Assignment(), multiple=True, help="As the chapter's first cell has it."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reproduced"),
    help="Folder for the files.",
)
def reproduce(id: str, given: Given, out: Path) -> None:
    """Make a figure again.

    Its chapter is run up to the cell that publishes it, with the chapter's own parameters or those given.

    \b
    Examples:
      grpo-paper reproduce fig-success-map
      grpo-paper reproduce fig-success-map -p profile=full --out fine
    """
    from grpo_paper.figure.source import FigureError, chapter_of

    try:
        chapter_of(id)
        writable(out)
        made = _rerun(id, dict(given))
        for suffix, content in made.items():
            with whole(out / f"{id}.{suffix}") as partial:
                partial.write_bytes(content)
    except (FigureError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(str(out / f"{id}.{suffix}") for suffix in made))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def verify(context: click.Context, file: Path) -> None:
    """Tell if a file is the figure it says it is.

    Reads the passport in a lone SVG, PDF, PNG or CSV, makes the figure again, and compares. Cells of the data
    may differ by 1e-9 relatively or 1e-12, coordinates of a drawing by 0.01 points, colours of a picture by 16
    of 255. A CSV with data that were altered after it was made is found by their own digest, to the last digit, and
    without the project's files, which all else needs.

    The status is 0 for "same", 1 for "differs", 2 for "cannot tell" and 130 after Ctrl-C.

    \b
    Examples:
      grpo-paper verify fig-success-map.csv
      grpo-paper verify ~/Downloads/fig-success-map.svg && echo genuine
    """
    from grpo_paper.figure.verification import verify as compare

    verdict = compare(file, _rerun)
    click.echo("\n".join([f"{verdict.word}: {verdict.why}", *(f"  ({note})" for note in verdict.notes)]))
    context.exit(verdict.code)


def _rerun(id: str, parameters: Mapping[str, Any]) -> dict[str, bytes]:
    """Make a figure again, and say so while it takes its time."""
    from grpo_paper.figure.rerun import rerun
    from grpo_paper.figure.source import chapter_of

    with_these = "".join(f", {name} = {value!r}" for name, value in parameters.items())
    click.echo(f"Executing {chapter_of(id)} up to {id}{with_these}.", err=True)
    return rerun(id, parameters)
