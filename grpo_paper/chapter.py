"""What every chapter does beside mathematics: check its parameters, print formulas and tables, state its checks."""

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.numerals import placed, written
from grpo_paper.theory import domain

with needed("A chapter"):
    import matplotlib.pyplot as plt
    import sympy
    from IPython.display import Markdown, Math, display

    from grpo_paper.figure.publication import PARAMETERS_VARIABLE, STYLE

RECORD = "application/papermill.record/"
"""What myst_nb puts before the kind of an output that is not to be seen."""
CHECK = "application/vnd.grpo-paper.check+json"
"""Kind of output of a check that held: its sentence, and the error and tolerance of one that was measured."""


def begin(profile: str, seed: int) -> np.random.Generator:
    """Check a chapter's parameters, note them for its figures, set their style and return its random generator.

    Errors: ValueError naming the parameter, the value and the domain.

    >>> begin("quick", -1)
    Traceback (most recent call last):
    ValueError: seed = -1 is outside its domain: it must be a whole number from 0 on
    """
    domain.choice("profile", profile, domain.PROFILES)
    generator = np.random.default_rng(domain.seed(seed))
    os.environ[PARAMETERS_VARIABLE] = json.dumps({"profile": profile, "seed": int(seed)})
    plt.style.use(STYLE)
    return generator


def formula(left: str, *right: Any) -> None:
    """Print ``left = right = …``: LaTeX on the left, expressions computed by the library on the right."""
    display(Math(" = ".join([left, *(sympy.latex(sympy.sympify(side)) for side in right)])))


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; cells may hold Markdown and $math$."""
    lines = [header, ["---"] * len(header), *rows]
    display(Markdown("\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)))


def _cell(value: object) -> str:
    """As a reader has it: yes and no, numbers as they are written, powers raised.

    >>> [_cell(value) for value in (True, -0.5, "1.2e-05", "p^G")]
    ['yes', '−0.5', '1.2·10⁻⁵', 'p<sup>G</sup>']
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return placed(written(str(value)))


def glue(name: str, number: float) -> None:
    """Keep a result under a name, for the text to quote.

    The output is that of myst_nb's own function, which imports half of Sphinx and takes seconds in each kernel.
    """
    record = {"name": name, "mime_prefix": RECORD}
    display({f"{RECORD}text/plain": str(number)}, raw=True, metadata={"scrapbook": record})


def check(claim: str, error: Any, tolerance: float, because: str = "") -> None:
    """State a claim with the largest error measured, and stop the chapter if it exceeds the tolerance.

    because: where the tolerance comes from, as a sentence.

    >>> check("an error beyond its bound", [0.1, 0.3], 0.2)
    Traceback (most recent call last):
    AssertionError: an error beyond its bound: largest error 0.3, allowed 0.2
    """
    largest = float(np.max(np.abs(np.asarray(error))))
    if not largest <= tolerance:  # so that NaN fails too
        raise AssertionError(f"{claim}: largest error {largest:.2g}, allowed {tolerance:g}")
    reason = f" {because}" if because else ""
    _held(f"{claim}: largest error {largest:.1e}, allowed {tolerance:.2g}.{reason}", largest, tolerance)


def confirm(claim: str, holds: Any) -> None:
    """State a claim that is either so or not (anything truthy holds), and stop the chapter if it is not.

    >>> confirm("two is less than one", 2 < 1)
    Traceback (most recent call last):
    AssertionError: two is less than one: does not hold
    """
    if not np.all(bool(holds) if np.ndim(holds) == 0 else holds):
        raise AssertionError(f"{claim}: does not hold")
    _held(f"{claim}.")


def _held(sentence: str, *measured: float) -> None:
    """Show a check that held; the book gathers those of a cell in one line."""
    sentence = written(sentence)
    display({CHECK: {"sentence": sentence, "measured": measured}, "text/markdown": f"✓ {sentence}"}, raw=True)
