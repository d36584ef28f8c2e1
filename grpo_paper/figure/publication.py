"""Write a figure as SVG and PNG with its data as CSV, and show it with caption and alt text."""

import base64
import csv
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from grpo_paper.files import whole

MIME = "application/vnd.grpo-paper.figure+json"
"""What the book renders; Jupyter, which does not know it, shows the PNG."""
FOLDER_VARIABLE = "GRPO_FIGURES"
"""Environment variable that names the folder for the files; without it, ``figures`` in the working directory."""


def publish(id: str, figure: Figure, *, data: Mapping[str, Any], caption: str, alt: str) -> None:
    """Write ``<id>.svg``, ``<id>.png`` and ``<id>.csv`` beside each other and show the figure.

    id: ``fig-…``, stable, lower-case words and digits joined by hyphens: it is the anchor and the name to cite.
    data: the columns of the CSV; arrays broadcast together, so that a grid needs no flattening.
    caption: MyST text, the figure's point first. alt: what a reader who cannot see it needs, plain text.
    Errors: ValueError naming what is missing or malformed; nothing is written then.
    """
    if not re.fullmatch(r"fig(-[a-z0-9]+)+", id):
        raise ValueError(f"id = {id!r} is not a figure id: it must read like 'fig-success-map'")
    for name, text in (("caption", caption), ("alt", alt)):
        if not text.strip():
            raise ValueError(f"{name} of {id} is empty: every figure has a caption and an alt text")
    table = _csv(data)
    svg, png = _svg(figure, id), _png(figure, id)
    plt.close(figure)

    folder = Path(os.environ.get(FOLDER_VARIABLE, "figures"))
    for suffix, content in (("svg", svg), ("png", png), ("csv", table.encode())):
        with whole(folder / f"{id}.{suffix}") as partial:
            partial.write_bytes(content)
    bundle = {
        MIME: {"id": id, "caption": caption.strip(), "alt": " ".join(alt.split())},
        "image/png": base64.b64encode(png).decode(),
        "text/plain": " ".join(alt.split()),
    }
    display(bundle, raw=True)


def _csv(data: Mapping[str, Any]) -> str:
    columns = [column.ravel() for column in np.broadcast_arrays(*data.values())]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(data)
    writer.writerows(zip(*(column.tolist() for column in columns), strict=True))
    return out.getvalue()


def _svg(figure: Figure, title: str) -> bytes:
    out = io.BytesIO()
    with plt.rc_context({"svg.hashsalt": title}):  # the same ids, and so the same bytes, every time
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": title})
    return out.getvalue()


def _png(figure: Figure, title: str) -> bytes:
    """A picture of 256 colours: a third of the size, and no difference that an eye sees in a plot."""
    full, out = io.BytesIO(), io.BytesIO()
    figure.savefig(full, format="png")
    notes = PngInfo()
    notes.add_text("Title", title)
    Image.open(full).convert("RGB").quantize(256).save(out, "png", optimize=True, pnginfo=notes)
    return out.getvalue()
