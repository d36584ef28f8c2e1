"""What a run's rows say, a group a row: how many answers to one prompt at one step, and how many of them were right.

Rows come in batches and are counted as they come, so that what is held grows with the groups, not with the rows.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs.faults import NothingYetError
from grpo_paper.runs.labels import Labels

with needed("Reading a run"):
    import pyarrow as pa

VALUES = 1000
"""Different rewards that are told apart; all others count as one more."""
PENDING = 1 << 21
"""Partial counts that are held before they are put together."""
SHIFT = 31
"""A group's key is its step, shifted by so many bits, and its prompt's number."""


@dataclass(frozen=True)
class Groups:
    """Groups of answers, sorted by step and prompt. step, prompt, right, size: whole numbers of shape (groups).

    prompt: index into `prompts`, the beginnings of the prompts' texts. Of size answers right were right.

    >>> groups = Groups(np.array([0, 1]), np.array([0, 0]), np.array([1, 4]), np.array([4, 4]), ("2 + 2",))
    >>> groups.rate, groups.silent
    (array([0.25, 1.  ]), array([False,  True]))
    """

    step: np.ndarray
    prompt: np.ndarray
    right: np.ndarray
    size: np.ndarray
    prompts: tuple[str, ...]

    @property
    def rate(self) -> np.ndarray:
        """Share of right answers in each group."""
        return self.right / self.size

    def by_prompt(self, part: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Right answers, and all, of each prompt, in the groups of a part.

        >>> both = Groups(np.array([0, 1]), np.array([1, 1]), np.array([2, 3]), np.array([4, 4]), ("a", "b"))
        >>> both.by_prompt(), both.by_prompt(both.step == 1)
        ((array([0, 5]), array([0, 8])), (array([0, 3]), array([0, 4])))
        """
        right, size = (
            np.bincount(self.prompt[part], count[part], minlength=len(self.prompts)).astype(np.int64)
            for count in (self.right, self.size)
        )
        return right, size

    @property
    def silent(self) -> np.ndarray:
        """Whether all answers of a group are alike: its advantages are 0."""
        return (self.right == 0) | (self.right == self.size)


def thirds(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Which groups lie in the first and in the last third of the steps that there are; none where there is one step.

    >>> [part.tolist() for part in thirds(Groups(np.array([3, 4, 9]), *np.ones((3, 3), int), ("a", "b")))]
    [[True, False, False], [False, False, True]]
    """
    steps, which = np.unique(groups.step, return_inverse=True)
    part = len(steps) // 3 if len(steps) > 2 else len(steps) - 1
    return which < part, which >= len(steps) - part


@dataclass
class Count:
    """Counts rows, batch by batch, into groups.

    right_above: what a reward must exceed for its answer to be right; without it rewards must be of two values. least,
    most: of the rewards as they were given.

    >>> count = Count()
    >>> count.add(pa.record_batch({"step": [1, 1, 2], "prompt": ["a", "a", "b"], "reward": [-1.0, 1.0, 1.0]}))
    >>> groups = count.groups()
    >>> groups.right.tolist(), groups.size.tolist(), groups.prompts
    ([1, 1], [2, 1], ('a', 'b'))
    """

    right_above: float | None = None
    rows: int = 0
    without_reward: int = 0
    least: float = math.inf
    most: float = -math.inf
    rewards: Counter[float] = field(default_factory=Counter)
    others: int = 0
    _first: float | None = None
    _prompts: dict[bytes, int] = field(default_factory=dict)
    _labels: Labels = field(default_factory=Labels)
    _parts: list[tuple[np.ndarray, ...]] = field(default_factory=list)
    _pending: int = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Count rows as `rows.normal` makes them.

        Errors: ValueError where a reward is infinite, and is not told right from wrong by `right_above`.
        """
        self.rows += batch.num_rows
        reward = batch.column("reward").to_numpy(zero_copy_only=False).astype(np.float64)
        given = ~np.isnan(reward)
        self.without_reward += int((~given).sum())
        reward = reward[given]
        self.least, self.most = float(reward.min(initial=self.least)), float(reward.max(initial=self.most))
        if self.right_above is not None:
            reward = (reward > self.right_above).astype(np.float64)
        if np.isinf(reward).any():
            raise ValueError(
                f"{np.isinf(reward).sum()} rewards are infinite; say above which an answer is right: --right-above 0.5"
            )
        self._tally(reward)
        step = batch.column("step").to_numpy(zero_copy_only=False).astype(np.int64)
        key = ((step << SHIFT) | self._numbers(batch.column("prompt")))[given]
        other = (reward != self._first).astype(np.int64)
        self._parts.append(_summed(key, np.ones(len(key), dtype=np.int64), other))
        self._pending += len(self._parts[-1][0])
        if self._pending > PENDING:
            self._put_together()

    def groups(self) -> Groups:
        """The groups of what was added so far.

        Errors: ValueError where rewards are not of two values, NothingYetError where that cannot be told so far.
        """
        key, size, other = self._put_together()
        low, _ = two_values(self.rewards, self.others)
        right = other if self._first == low else size - other
        seen, prompt = np.unique(key & ((1 << SHIFT) - 1), return_inverse=True)
        return Groups(key >> SHIFT, prompt, right, size, self._labels.texts(seen))

    def _tally(self, reward: np.ndarray) -> None:
        values, counts = np.unique(reward, return_counts=True)
        for value, number in zip(values.tolist(), counts.tolist(), strict=True):
            if value in self.rewards or len(self.rewards) < VALUES:
                self.rewards[value] += number
            else:
                self.others += number
        if self._first is None and len(values):
            self._first = values[0]

    def _numbers(self, texts: pa.Array) -> np.ndarray:
        """The number of each row's prompt."""
        codes = texts.dictionary_encode()
        return np.array([self._number(text) for text in codes.dictionary.to_pylist()], dtype=np.int64)[
            codes.indices.to_numpy(zero_copy_only=False)
        ]

    def _number(self, text: str) -> int:
        digest = blake2b(text.encode(), digest_size=16).digest()
        number = self._prompts.get(digest)
        if number is None:
            number = self._prompts[digest] = len(self._prompts)
            self._labels.add(text)
        return number

    def _put_together(self) -> tuple[np.ndarray, ...]:
        nothing = (np.empty(0, dtype=np.int64),) * 3
        together = _summed(*map(np.concatenate, zip(nothing, *self._parts, strict=True)))
        self._parts, self._pending = [together], 0
        return together


def two_values(rewards: Counter[float], others: int = 0) -> tuple[float, float]:
    """The lower and the higher of two rewards; 0 and 1 where one of these stands alone.

    others: rewards of further values. Errors: NothingYetError where there are none, or another stands alone; ValueError
    where there are more, with the share of the rows whose reward is none of the two that are most frequent.

    >>> two_values(Counter({-1.0: 3, 1.0: 5})), two_values(Counter({0.0: 7}))
    ((-1.0, 1.0), (0.0, 1.0))
    >>> two_values(Counter({0.0: 6, 1.0: 3, 0.5: 1}))
    Traceback (most recent call last):
    ValueError: rewards are not binary: 10 % of them are neither 0 nor 1; ...
    """
    if not rewards:
        raise NothingYetError("no row has a reward; name the column that holds it")
    if rewards.keys() <= {0.0, 1.0}:
        return 0.0, 1.0
    if len(rewards) == 1:
        raise NothingYetError(
            f"every reward is {next(iter(rewards)):g}: it cannot be told whether that is right or wrong; "
            "say above which reward an answer is right: --right-above 0.5"
        )
    low, high = sorted(value for value, _ in rewards.most_common(2))
    total = rewards.total() + others
    if neither := total - rewards[low] - rewards[high]:
        raise ValueError(
            f"rewards are not binary: {100 * neither / total:.3g} % of them are neither {low:g} nor {high:g}; the "
            "theory is of rewards that are 0 or 1. Say above which reward an answer is right, --right-above 0.5, or "
            "name a column that is binary, --column reward=NAME"
        )
    return low, high


def _summed(key: np.ndarray, *columns: np.ndarray) -> tuple[np.ndarray, ...]:
    """Sums of the columns over the rows of each key, sorted by key."""
    if not len(key):
        return key, *columns
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    return key[starts], *(np.add.reduceat(column[order], starts) for column in columns)
