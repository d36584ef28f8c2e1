"""The command ``grpo-paper``. Heavy imports are inside the commands, so that help answers at once."""

import sys
from typing import Any

import click

from grpo_paper import __version__
from grpo_paper.cli.figures import cite, figures, reproduce, verify
from grpo_paper.cli.theory import predict, statements
from grpo_paper.cli.train import train


class Anywhere(click.Group):
    """A group of commands whose output loses a Greek letter, not all, where the terminal has none."""

    def main(self, *arguments: Any, **more: Any) -> Any:
        """Run, with what a stream cannot write replaced."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        return super().main(*arguments, **more)


@click.group(cls=Anywhere, context_settings={"show_default": True})
@click.version_option(__version__, prog_name="grpo-paper")
def main() -> None:
    """Companion to "Reinforcement Learning with Verifiable Rewards" (arXiv:2503.06639v4).

    \b
    For completion of commands, options and ids, put into ~/.bashrc (zsh and fish: zsh_source, fish_source):
      eval "$(_GRPO_PAPER_COMPLETE=bash_source grpo-paper)"
    """


main.add_command(cite)
main.add_command(figures)
main.add_command(predict)
main.add_command(reproduce)
main.add_command(statements)
main.add_command(train)
main.add_command(verify)
