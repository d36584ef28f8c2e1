"""``python -m grpo_paper``: the command, where torchrun needs a module."""

from grpo_paper.cli import main

if __name__ == "__main__":
    main(prog_name="grpo-paper")
