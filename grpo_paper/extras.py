"""The extras of the package: which brings what, said in a sentence where one is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = {
    "proofs": ("flint", "sympy"),
    "trainer": ("torch", "tqdm"),
    "figures": ("IPython", "PIL", "matplotlib"),
    "runs": ("pyarrow", "yaml"),
}
"""What an extra is there to import; the rest of the library needs numpy, scipy and click alone."""


class MissingExtraError(ImportError):
    """A part of the library whose extra is not installed, with what to do as a sentence."""


@contextmanager
def needed(part: str) -> Iterator[None]:
    """Imports in here say which extra they lack.

    Errors: MissingExtraError.

    >>> with needed("The trainer"):
    ...     raise ModuleNotFoundError(name="torch")
    Traceback (most recent call last):
    grpo_paper.extras.MissingExtraError: The trainer needs torch, ...: pip install "grpo-paper[trainer]", or in a ...
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        for extra, packages in EXTRAS.items():
            if package in packages:
                raise MissingExtraError(
                    f'{part} needs {package}, which is not installed: pip install "grpo-paper[{extra}]", or in a clone '
                    f'pip install ".[{extra}]"',
                    name=error.name,
                ) from None
        raise
