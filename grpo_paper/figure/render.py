"""How the book shows a published figure: a numbered, cross-referenced MyST figure with its files. Loaded by myst-nb."""

from typing import Any, ClassVar

from docutils import nodes

from grpo_paper.figure.publication import MIME

FIGURE = """\
:::{{figure}} /_extra/figures/{id}.svg
:name: {id}
:alt: {alt}

{caption}
:::

<p class="figure-files"><a href="../figures.html#cite-{id}">cite</a> · <a href="../figures/{id}.csv">data</a> ·
<a href="../figures/{id}.svg">SVG</a> · <a href="../figures/{id}.pdf">PDF</a> ·
<a href="../figures/{id}.py">code</a> · <a href="../figures.html#rerun-{id}">re-run</a></p>
"""


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
            renderer.renderer.nested_render_text(FIGURE.format(**data.content), data.line or 0)
        return holder.children
