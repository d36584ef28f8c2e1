"""The one way a chapter draws: every figure has a stable id, its data, a caption, and files to cite."""

from grpo_paper.figure.publication import publish

__all__ = ["publish"]
