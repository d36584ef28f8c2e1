"""The one way a chapter draws: every figure has a stable id, its data, a caption, and files that carry a passport."""

from typing import TYPE_CHECKING, Any

from grpo_paper.extras import needed

if TYPE_CHECKING:
    from grpo_paper.figure.publication import publish

__all__ = ["publish"]


def __getattr__(name: str) -> Any:
    """`publish` when it is asked for: it brings matplotlib, which passports do without."""
    if name != "publish":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needed("A figure"):
        from grpo_paper.figure.publication import publish

    return publish
