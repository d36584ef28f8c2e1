"""Argument checks of the public entry points: every error names the argument, the value and the domain."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

PROFILES = ("quick", "full")
"""How finely a chapter is run: coarse grids in seconds, or the finest."""
Check = Callable[[np.ndarray], np.ndarray]


def _array(name: str, value: Any, domain: str, good: Check) -> np.ndarray:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # ragged lists; tensors that require grad or live on a GPU
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} = {value!r} is not a number or an array of numbers; it must be {domain}")
    array = array.astype(float)
    bad = ~good(array)
    if not bad.any():
        return array
    if array.ndim == 0:
        raise ValueError(f"{name} = {float(array)!r} is outside its domain: it must be {domain}")
    first = tuple(int(i) for i in np.argwhere(bad)[0])
    raise ValueError(
        f"{name} has {int(bad.sum())} bad of {array.size} entries, the first at index "
        f"{first if len(first) > 1 else first[0]}: {float(array[first])!r}; each must be {domain}"
    )


def probability(name: str, value: Any) -> np.ndarray:
    """A probability, 0 and 1 included.

    >>> probability("p_ref", 0.2)
    array(0.2)
    >>> probability("p_ref", [0.2, 1.5])
    Traceback (most recent call last):
    ValueError: p_ref has 1 bad of 2 entries, the first at index 1: 1.5; each must be a probability in [0, 1]
    """
    return _array(name, value, "a probability in [0, 1]", lambda x: (x >= 0) & (x <= 1))


def fraction(name: str, value: Any) -> np.ndarray:
    """A number between 0 and 1, neither included.

    >>> fraction("clip", 0)
    Traceback (most recent call last):
    ValueError: clip = 0.0 is outside its domain: it must be in (0, 1)
    """
    return _array(name, value, "in (0, 1)", lambda x: (x > 0) & (x < 1))


def positive(name: str, value: Any) -> np.ndarray:
    """A finite number above zero.

    >>> positive("beta", 0)
    Traceback (most recent call last):
    ValueError: beta = 0.0 is outside its domain: it must be finite and > 0
    """
    return _array(name, value, "finite and > 0", lambda x: np.isfinite(x) & (x > 0))


def one(name: str, value: Any, check: Callable[[str, Any], np.ndarray]) -> float:
    """One number that passes a check, where an array of them would make no sense.

    >>> one("eps", 1e-5, positive)
    1e-05
    >>> one("eps", [1e-5, 1e-3], positive)
    Traceback (most recent call last):
    ValueError: eps = [1e-05, 0.001] is an array; it must be one number
    """
    array = check(name, value)
    if array.ndim:
        raise ValueError(f"{name} = {value!r} is an array; it must be one number")
    return float(array)


def together(**arrays: np.ndarray) -> tuple[int, ...]:
    """The common shape of arguments that broadcast together.

    >>> together(p_ref=np.zeros((2, 1)), beta=np.zeros(3))
    (2, 3)
    >>> together(p_ref=np.zeros(2), beta=np.zeros(3))
    Traceback (most recent call last):
    ValueError: p_ref of shape (2,) and beta of shape (3,) do not broadcast together; add an axis to one of them
    """
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = " and ".join(f"{name} of shape {array.shape}" for name, array in arrays.items() if array.ndim)
        raise ValueError(f"{shapes} do not broadcast together; add an axis to one of them") from None


def whole(name: str, value: Any, least: int, bits: int = 31) -> int:
    """A whole number from `least` on, of at most so many bits.

    >>> whole("steps", 3, 0)
    3
    >>> whole("steps", -1, 0)
    Traceback (most recent call last):
    ValueError: steps = -1 is outside its domain: it must be a whole number from 0 on
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least:
        raise ValueError(f"{name} = {value!r} is outside its domain: it must be a whole number from {least} on")
    if number >= 2**bits:
        raise ValueError(f"{name} = {value!r} is outside its domain: it must be below 2**{bits}")
    return number


def seed(value: Any) -> int:
    """A seed: a whole number, below 2**32 because torch's generator on a CPU looks at no more bits.

    >>> seed(2**32)
    Traceback (most recent call last):
    ValueError: seed = 4294967296 is outside its domain: it must be below 2**32
    """
    return whole("seed", value, 0, bits=32)


def choice(name: str, value: Any, options: tuple[str, ...]) -> str:
    """One of a few words.

    >>> choice("profile", "quick", ("quick", "full"))
    'quick'
    >>> choice("profile", "fast", ("quick", "full"))
    Traceback (most recent call last):
    ValueError: profile = 'fast' is outside its domain: it must be one of 'quick', 'full'
    """
    if value not in options:
        raise ValueError(f"{name} = {value!r} is outside its domain: it must be one of {', '.join(map(repr, options))}")
    return value
