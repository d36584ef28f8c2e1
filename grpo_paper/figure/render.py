"""How the book shows a published figure: a numbered, cross-referenced MyST figure with its files. Loaded by myst-nb."""

from html import escape
from typing import Any, ClassVar

from docutils import nodes

from grpo_paper.figure.points import POINTS
from grpo_paper.figure.publication import MIME

FIGURE = """\
:::{{figure}} /_extra/figures/{id}.svg
:name: {id}
:alt: {alt}

{caption}
:::

<p class="figure-files">{trial}<a href="../figures.html#cite-{id}">cite</a> · <a href="../figures/{id}.csv">data</a> ·
<a href="../figures/{id}.svg">SVG</a> · <a href="../figures/{id}.pdf">PDF</a> ·
<a href="../figures/{id}.py">code</a> · <a href="../figures.html#rerun-{id}">re-run</a></p>
"""


def shown(id: str, caption: str, alt: str) -> str:
    """A figure as MyST, with the line of its files."""
    return FIGURE.format(id=id, caption=caption, alt=alt, trial=trial(id))


def trial(id: str) -> str:
    """A link to the explorer where it shows the same.

    >>> trial("fig-fates")
    '<a href="../explorer.html#p_ref=0.2&amp;beta=1&amp;eps=1e-5">try it</a> · '
    >>> trial("fig-weights")
    ''
    """
    return f'<a href="../explorer.html#{escape(POINTS[id])}">try it</a> · ' if id in POINTS else ""


class FigureRenderer:
    """Renders the output of `grpo_paper.figure.publish`."""

    mime_priority_overrides: ClassVar = [("*", MIME, 1)]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[Any] | None:
        """Docutils nodes for a published figure, None for any other output."""
        if inline or data.mime_type != MIME:
            return None
        holder = nodes.Element()
        with renderer.renderer.current_node_context(holder):
            renderer.renderer.nested_render_text(shown(**data.content), data.line or 0)
        return holder.children
