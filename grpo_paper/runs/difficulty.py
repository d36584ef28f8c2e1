"""Prompts by difficulty, without regression to the mean: one half of the answers says how hard, the other is measured.

A prompt that is chosen because few of its answers were right has had bad luck, and looks better the next time whatever
was trained. The halves of a group are independent once the prompt's success rate is given, so the second half shows no
such thing. Which answers make the first half is drawn at random; of them only the number right is needed.
"""

from zlib import crc32

import numpy as np

CLASSES = ("none right", "few right", "half right", "most right", "all right")
"""By the first half of the answers: 0; up to 1/3; between; from 2/3 on; 1."""


def halves(right: np.ndarray, size: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """How many are right, and how many there are, in a random half of the answers and in the other.

    The counts themselves are the seed: the same log gives the same report, and no two logs share their luck.
    Domain: 0 ≤ right ≤ size < 10⁹. The first half of an odd number is the smaller.

    >>> halves(np.array([0, 5]), np.array([4, 5]))
    ((array([0, 2]), array([2, 2])), (array([0, 3]), array([2, 3])))
    """
    first = size // 2
    rng = np.random.default_rng(crc32(np.stack([right, size]).astype(np.int64).tobytes()))
    drawn = rng.hypergeometric(right, size - right, first)
    return (drawn, first), (right - drawn, size - first)


def classes(right: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The number in `CLASSES` of what so many right answers of so many show.

    >>> classes(np.array([0, 1, 2, 3, 4]), np.full(5, 4))
    array([0, 1, 2, 3, 4])
    """
    return np.select([right == 0, right == size, 3 * right <= size, 3 * right < 2 * size], [0, 4, 1, 2], 3)
