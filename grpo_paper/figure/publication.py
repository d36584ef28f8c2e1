"""Write a figure as SVG, PDF and PNG with its data as CSV and its passport, and show it with caption and alt text."""

import base64
import io
import json
import os
import platform
import re
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from grpo_paper import __version__
from grpo_paper.figure import carry
from grpo_paper.figure.data import rounded, table
from grpo_paper.figure.passport import FIGURE_ID, UNKNOWN, Passport, digest, parse
from grpo_paper.figure.rerun import FOLDER_VARIABLE
from grpo_paper.figure.source import FigureError, figures
from grpo_paper.files import whole

MIME = "application/vnd.grpo-paper.figure+json"
"""What the book renders; Jupyter, which does not know it, shows the PNG."""
PARAMETERS_VARIABLE = "GRPO_PARAMETERS"
"""Environment variable in which `chapter.begin` leaves the parameters, as JSON; a process runs one chapter."""
STYLE = Path(__file__).with_name("style.mplstyle")
PAGE, LETTERS = 672, 11
"""Pixels: how wide the book shows a figure, and how large its text is there at least."""
COMPUTE_WITH = ("matplotlib", "numpy", "python-flint", "scipy", "sympy", "torch")


def publish(id: str, figure: Figure, *, data: Mapping[str, Any], caption: str, alt: str) -> None:
    """Write ``<id>.svg``, ``.pdf``, ``.png``, ``.csv`` and ``.json`` beside each other and show the figure.

    They go to the folder that GRPO_FIGURES names, or to ``figures`` in the working directory.

    id: ``fig-…``, stable, lower-case words and digits joined by hyphens: it is the anchor and the name to cite.
    data: the columns of the CSV; arrays broadcast together, so that a grid needs no flattening.
    caption: MyST text, the figure's point first: its first sentence is the title in the passport.
    alt: what a reader who cannot see it needs, plain text.
    Errors: ValueError naming what is missing or malformed; nothing is written then.
    """
    parameters = json.loads(os.environ.get(PARAMETERS_VARIABLE, "{}"))
    made = files(id, figure, data=data, caption=caption, alt=alt, parameters=parameters)
    folder = Path(os.environ.get(FOLDER_VARIABLE, "figures"))
    for suffix, content in made.items():
        with whole(folder / f"{id}.{suffix}") as partial:
            partial.write_bytes(content)
    bundle = {
        MIME: {"id": id, "caption": caption.strip(), "alt": " ".join(alt.split())},
        "image/png": base64.b64encode(made["png"]).decode(),
        "text/plain": " ".join(alt.split()),
    }
    display(bundle, raw=True)


def files(
    id: str,
    figure: Figure,
    *,
    data: Mapping[str, Any],
    caption: str,
    alt: str,
    parameters: Mapping[str, Any],
    kinds: Collection[str] = carry.KINDS,
) -> dict[str, bytes]:
    """The figure as files of these kinds, each with its passport, and the passport itself as JSON; it is closed then.

    parameters: what its data were made with, for the passport; the rest as `publish` has it.
    """
    if not FIGURE_ID.fullmatch(id):
        raise ValueError(f"id = {id!r} is not a figure id: it must read like 'fig-success-map'")
    for name, text in (("caption", caption), ("alt", alt)):
        if not text.strip():
            raise ValueError(f"{name} of {id} is empty: every figure has a caption and an alt text")
    columns, dtype = table(data)
    passport = _passport(id, caption, columns, dtype, parameters)
    _enlarge_small_text(figure)
    if layout := figure.get_layout_engine():  # once, where each of the formats would do it anew
        layout.execute(figure)
        figure.set_layout_engine("none")
    made = {kind: columns.encode() if kind == "csv" else DRAWN[kind](figure, id) for kind in kinds}
    plt.close(figure)
    return {kind: carry.put(kind, bare, passport) for kind, bare in made.items()} | {"json": f"{passport}\n".encode()}


def _enlarge_small_text(figure: Figure) -> None:
    least = LETTERS / PAGE * 72 * figure.get_figwidth()  # in points of the figure, of which the page shows fewer pixels
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            sizes = [text.get_fontsize() for text in axis.get_ticklabels()]
            axis.set_tick_params(labelsize=max([least, *sizes]))
    for text in figure.findobj(Text):
        text.set_fontsize(max(least, text.get_fontsize()))


def _passport(id: str, caption: str, columns: str, dtype: str, parameters: Mapping[str, Any]) -> str:
    """The passport's text, as far as it is known here; `rerun.stamp` adds the statements and the commit."""
    torch = sys.modules.get("torch")
    try:
        chapter = figures().get(id, "")
    except FigureError:
        chapter = ""
    return parse(
        Passport(
            id=id,
            title=re.split(r"(?<=[.!?])\s", " ".join(caption.split()))[0],
            statements=(),
            chapter=chapter,
            parameters=parameters,
            dtype=dtype,
            device="cuda" if torch and torch.cuda.is_initialized() else "cpu",
            versions={"python": platform.python_version(), "grpo-paper": __version__} | _versions(),
            commit=UNKNOWN,
            sha256=digest(columns),
            rounded_sha256=digest(rounded(columns)),
        ).text()
    ).text()


def _versions() -> dict[str, str]:
    """Of what figures are computed with, as far as it is installed."""
    found = {}
    for name in COMPUTE_WITH:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _svg(figure: Figure, title: str) -> bytes:
    """Coordinates to a thousandth of a point, as no eye and no printer has more, and no indentation."""
    out = io.BytesIO()
    with plt.rc_context({"svg.hashsalt": title}):  # the same ids, and so the same bytes, every time
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": title})
    places = re.compile(rb' (?:d|x|y)="[^"]*"')
    short = places.sub(lambda place: re.sub(rb"(\.\d{3})\d+", rb"\1", place[0]), out.getvalue())
    return re.sub(rb"\n +", b"\n", short)


def _pdf(figure: Figure, title: str) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="pdf", metadata={"CreationDate": None, "Title": title})
    return out.getvalue()


def _png(figure: Figure, title: str) -> bytes:
    """A picture of 256 colours: a third of the size, and no difference that an eye sees in a plot."""
    full, out = io.BytesIO(), io.BytesIO()
    figure.savefig(full, format="png")
    notes = PngInfo()
    notes.add_text("Title", title)
    Image.open(full).convert("RGB").quantize(256).save(out, "png", optimize=True, pnginfo=notes)
    return out.getvalue()


DRAWN = {"svg": _svg, "pdf": _pdf, "png": _png}
