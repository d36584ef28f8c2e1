"""The command ``grpo-paper``. Heavy imports are inside the commands, so that help answers at once."""

import os
import sys
from typing import Any

import click

from grpo_paper import __version__
from grpo_paper.cli.figures import cite, figures, reproduce, verify
from grpo_paper.cli.read import read
from grpo_paper.cli.theory import predict, statements
from grpo_paper.cli.train import train
from grpo_paper.extras import MissingExtraError

STOPPED = 130
"""Exit status after Ctrl-C, as a shell has it."""


class Unable(click.ClickException):
    """A command could not do its work here: status 2, since 1 is the word of `verify` for a file that differs."""

    exit_code = 2


class Anywhere(click.Group):
    """A group of commands that end in a sentence where a letter, an extra or room for the output is missing."""

    def main(self, *arguments: Any, **more: Any) -> Any:
        """Run, with what a stream cannot write replaced."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().main(*arguments, **more)
        except OSError as error:
            if error.filename is not None:  # some file's, which is the command's own to tell
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python tries once more as it ends
            full = Unable(f"standard output could not be written ({error.strerror}); make room, or send it elsewhere")
            full.show()
            sys.exit(full.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and tell what none of them expects."""
        try:
            return super().invoke(ctx)
        except MissingExtraError as error:
            raise Unable(str(error)) from None
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            ctx.exit(STOPPED)


@click.group(cls=Anywhere, context_settings={"show_default": True})
@click.version_option(__version__, prog_name="grpo-paper")
def main() -> None:
    """Companion to "Reinforcement Learning with Verifiable Rewards" (ICML 2026, arXiv:2503.06639v4).

    \b
    For completion of commands, options and ids, put into ~/.bashrc (zsh and fish: zsh_source, fish_source):
      eval "$(_GRPO_PAPER_COMPLETE=bash_source grpo-paper)"
    """


main.add_command(cite)
main.add_command(figures)
main.add_command(predict)
main.add_command(read)
main.add_command(reproduce)
main.add_command(statements)
main.add_command(train)
main.add_command(verify)
