"""Numbers in sentences."""

from collections.abc import Iterable


def some(numbers: Iterable[int], most: int = 8) -> str:
    """A few of many.

    >>> some([3, 1, 2]), some(range(100), 3)
    ('1, 2, 3', '0, 1, 2, … 99')
    """
    ordered = sorted(numbers)
    if len(ordered) <= most:
        return ", ".join(map(str, ordered))
    return f"{', '.join(map(str, ordered[:most]))}, … {ordered[-1]}"


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names that others gave, in one line, whatever is in them.

    >>> listed(["step", "two\\nlines", "x" * 99], 2)
    'step, two lines, …'
    """
    found = [" ".join(str(name).split())[:40] for name in names]
    return ", ".join(found[:most] + ["…"] * (len(found) > most))


def share(part: int, whole: int) -> str:
    """A part of a whole, with its share.

    >>> share(3, 12)
    '3 of 12 (25 %)'
    """
    return f"{part:,} of {whole:,} ({100 * part / whole:.3g} %)"


def several(number: float, thing: str) -> str:
    """So many things.

    >>> several(1, "step"), several(1200, "step")
    ('1 step', '1,200 steps')
    """
    return f"{int(number):,} {thing}{'' if number == 1 else 's'}"
