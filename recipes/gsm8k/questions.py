"""Questions with one number as their answer, as GSM8K has them: how they are loaded, asked and verified."""

import json
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from datasets import Dataset, load_dataset

SYSTEM = "Please reason step by step, and put your final answer within \\boxed{}."
MARK = re.compile(r"####|\\boxed\s*\{")
NUMBER = re.compile(r"[-+]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:\s*/\s*\d+)?")
SPELLED = (
    (re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\1/\2"),  # \frac{1}{2}
    (re.compile(r"\\text\s*\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\[,;:! ]|\\?\$|[€£]"), ""),  # thin spaces, currencies
    (re.compile(r"\{,\}"), ","),  # 1{,}000
    (re.compile("[−–]"), "-"),
)


def number(text: str) -> Fraction | None:
    """The number that a text gives as its answer: after its last ``####``, to the end of the line, or in its last box.

    Commas between thousands, currencies and units are passed over. None where nothing is marked, and where not exactly
    one number is: who lists several has not answered.

    >>> number("6 * 7 = 42, so #### $1,042.50 dollars"), number("\\boxed{-\\frac{1}{2}}"), number("It is 42.")
    (Fraction(2085, 2), Fraction(-1, 2), None)
    """
    marks = list(MARK.finditer(text))
    if not marks:
        return None
    given = text[marks[-1].end() :]
    given = given.lstrip().split("\n")[0] if marks[-1][0] == "####" else _boxed(given)
    for spelling, plain in SPELLED:
        given = spelling.sub(plain, given)
    found = [match for match in NUMBER.findall(given) if any(map(str.isdigit, match))]
    if len(found) != 1:
        return None
    over, _, under = found[0].replace(",", "").replace(" ", "").partition("/")
    divisor = int(under or 1)
    return Fraction(over) / divisor if divisor else None


def _boxed(text: str) -> str:
    """What stands before the brace that closes."""
    depth = 1
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if not depth:
            return text[:place]
    return ""


def right(completion: str, answer: str) -> bool:
    """Whether a completion gives the number that an answer of the question file gives.

    >>> right("that makes \\boxed{1,000}.", "500 * 2 = 1000\\n#### 1000")
    True
    """
    return (given := number(completion)) is not None and given == number(answer)


def correct(completions: Sequence[list[dict[str, str]]], answer: Sequence[str], **_: Any) -> list[float]:
    """The reward, as TRL calls it: 1 for the right number, else 0. Its name is that of TRL's column."""
    return [float(right(words[-1]["content"], key)) for words, key in zip(completions, answer, strict=True)]


def ask(question: str) -> list[dict[str, str]]:
    """A question as a conversation."""
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]


def load(source: str, split: str, at_most: int | None = None) -> Dataset:
    """The questions of a split, as conversations with their answers: columns prompt and answer.

    source: a data set of the Hub with GSM8K's columns and configuration, or a folder with `{split}.jsonl`, a line a
    question. at_most: the first so many.
    Errors: ValueError where an answer has no number.
    """
    file = Path(source) / f"{split}.jsonl"
    if file.exists():
        rows = Dataset.from_list([json.loads(line) for line in file.read_text().splitlines()])
    else:
        rows = load_dataset(source, "main", split=split)
    if at_most is not None:
        rows = rows.select(range(min(at_most, len(rows))))
    for key in rows["answer"]:
        if number(key) is None:
            raise ValueError(f"{source}, {split}: the answer {key[-80:]!r} gives no number after ####")
    return rows.map(lambda row: {"prompt": ask(row["question"]), "answer": row["answer"]}, remove_columns=["question"])
