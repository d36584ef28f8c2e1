"""Kinds of values that options take, beside click's own, and how a shell completes them."""

import shutil
from collections.abc import Callable, Iterable
from typing import Any

import click

Completion = Callable[[click.Context, click.Parameter, str], list[str]]


def one_of(known: Callable[[], Iterable[str]]) -> Completion:
    """What a shell offers for an argument whose values are known."""

    def begin_so(context: click.Context, parameter: click.Parameter, start: str) -> list[str]:
        return [word for word in known() if word.startswith(start)]

    return begin_so


def methods() -> list[str]:
    """Every method of the zoo, for a shell to complete."""
    from grpo_paper.theory.methods import METHODS

    return [method.key for method in METHODS]


def width() -> int:
    """Columns of the terminal, as far as an eye follows."""
    return min(shutil.get_terminal_size().columns, 100)


class Numbers(click.ParamType):
    """A number, or several with commas between."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or a list of them."""
        if not isinstance(value, str):
            return value
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError:
            self.fail(f"{value!r} is not a number, or several with commas between", param, ctx)
        return numbers if len(numbers) > 1 else numbers[0]


class Optional(click.ParamType):
    """A number, or a word that stands for none."""

    def __init__(self, kind: type, word: str) -> None:
        self.kind, self.word, self.name = kind, word, f"{kind.__name__} or '{word}'"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or None."""
        if value is None or value == self.word:
            return None
        try:
            return self.kind(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor '{self.word}'", param, ctx)
