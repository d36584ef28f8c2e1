"""A Sphinx extension: on the one page of the PDF every node is written as on the site.

Sphinx looks for how to write a node under the builder's own name and, only where no extension has used that name, under
HTML. sphinx_exercise does use it, so that the nodes of all other extensions were found no more.
"""

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", share)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def share(app: Sphinx) -> None:
    """Let the one page have what the site has, its own first."""
    known = app.registry.translation_handlers
    known["singlehtml"] = known["html"] | known.get("singlehtml", {})
