"""A Sphinx extension: numbers in prose are written as in tables, and a per cent never begins a line."""

import re

from docutils import nodes
from sphinx.application import Sphinx

from grpo_paper.numerals import written

APART = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.math_block, nodes.raw, nodes.comment)
"""What is no prose."""
GLUED = "pasted-text"
"""The class of a result that a chapter's text quotes."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("doctree-resolved", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Write the numbers of a page."""
    before = ""
    for text in list(tree.findall(nodes.Text)):
        if not _within(text, APART):
            glued = GLUED in text.parent.get("classes", ())
            said = written(text) if glued else _kept_together(before, text)
            if said != text:
                text.parent.replace(text, nodes.Text(said))
        before = text


def _kept_together(before: str, text: str) -> str:
    """A text in which no number is parted from its per cent, nor one that ends what stands before it.

    >>> _kept_together("60", " %, or 5 %") == "\u00a0%, or 5\u00a0%"
    True
    """
    joined = re.sub(r"(?<=\d) %", "\u00a0%", before[-1:] + text)
    return joined[len(before[-1:]) :]


def _within(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node := node.parent:
        if isinstance(node, kinds):
            return True
    return False
