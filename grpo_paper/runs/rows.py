"""Rows of any table as what groups are counted from: whole steps, prompts as text, rewards as numbers."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from grpo_paper.extras import needed
from grpo_paper.runs.wording import listed

with needed("Reading a run"):
    import pyarrow as pa
    import pyarrow.compute as pc

STEPS = 1 << 32
"""Steps are below this."""
NAMES = {"step": "step", "prompt": "prompt", "reward": "reward"}
"""What is counted, and the column that holds it, where nothing else is told."""


def required(there: list[str], names: Mapping[str, str], where: Path) -> None:
    """Whether the columns that are named are there.

    Errors: ValueError with those that are.

    >>> required(["step", "question"], {"prompt": "prompt"}, Path("answers.csv"))
    Traceback (most recent call last):
    ValueError: answers.csv has no column prompt; it has step, question. Say which one holds the ...: ...
    """
    for what, name in names.items():
        if len(both := [one for one in names if names[one] == name]) > 1:
            raise ValueError(
                f"column {name} of {where} cannot hold both the {' and the '.join(both)}; say which one holds the "
                f"{both[-1]}: --column {both[-1]}=NAME"
            )
        if there.count(name) != 1:
            found = "no" if name not in there else "more than one"
            raise ValueError(
                f"{where} has {found} column {name}; it has {listed(there)}. Say which one holds the "
                f"{what}: --column {what}=NAME"
            )


def normal(batch: pa.RecordBatch, names: Mapping[str, str], where: Path) -> pa.RecordBatch:
    """Columns step (int64), prompt (text, or a dictionary of it) and reward (float64, NaN or null for none).

    names: which column is which. Numbers may be of any type, steps also text, rewards also booleans, and a prompt also
    a conversation.
    Errors: ValueError that names the file, the column and what it holds instead.

    >>> batch = pa.record_batch({"n": [1.0], "prompt": [[{"role": "user", "content": "2 + 2"}]], "ok": [True]})
    >>> normal(batch, {"step": "n", "prompt": "prompt", "reward": "ok"}, Path("x")).to_pylist()
    [{'step': 1, 'prompt': 'user: 2 + 2', 'reward': 1.0}]
    """
    required(batch.schema.names, names, where)
    columns = {what: batch.column(name) for what, name in names.items()}
    made = {
        "step": _steps(columns["step"], f"{where}: {names['step']}"),
        "prompt": texts(columns["prompt"], f"{where}: {names['prompt']}"),
        "reward": _rewards(columns["reward"], f"{where}: {names['reward']}"),
    }
    return pa.record_batch(made)


def texts(column: pa.Array, name: str) -> pa.Array:
    """Prompts as text, of which none is missing: a conversation as its lines, each after who says it."""
    if column.null_count:
        raise ValueError(f"{name} is missing in {column.null_count} rows; each answer needs the prompt that it is to")
    kind = column.type
    if pa.types.is_dictionary(kind):
        if not column.dictionary.null_count and pa.types.is_string(kind.value_type):
            return column
        return texts(column.dictionary_decode(), name)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _conversations(column)
    if pa.types.is_floating(kind) or pa.types.is_nested(kind) or pa.types.is_boolean(kind):
        raise ValueError(f"{name} is {kind}, not text; name the column that holds the prompts")
    return column if pa.types.is_string(kind) else pc.cast(column, pa.string())


def _conversations(column: pa.Array) -> pa.Array:
    kind = column.type.value_type
    plain = pa.types.is_struct(kind) and all(
        kind.get_field_index(name) >= 0 and pa.types.is_string(kind.field(name).type) for name in ("role", "content")
    )
    if not plain:  # pictures among the words, say
        return pa.array([json.dumps(value, default=str) for value in column.to_pylist()], pa.string())
    messages = column.flatten()
    lines = pc.binary_join_element_wise(
        pc.struct_field(messages, "role"),
        pc.struct_field(messages, "content"),
        ": ",
        null_handling="replace",
        null_replacement="",
    )
    ends = np.cumsum(pc.list_value_length(column).to_numpy(zero_copy_only=False))
    return pc.binary_join(pa.ListArray.from_arrays(np.append(0, ends).astype(np.int32), lines), "\n")


def _steps(column: pa.Array, name: str) -> pa.Array:
    if column.null_count:
        raise ValueError(f"{name} is missing in {column.null_count} rows; each answer needs the step it was given at")
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):  # so in what older TRL sent to wandb
        with suppress(pa.ArrowInvalid):  # told below
            column = pc.cast(column, pa.float64())
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise ValueError(f"{name} holds {_sample(column)}, which is not a number; steps are whole numbers")
    values = column.to_numpy(zero_copy_only=False)
    if pa.types.is_floating(kind):
        values = values.astype(np.float64)
    with np.errstate(invalid="ignore"):
        good = (values >= 0) & (values < STEPS) & (values == np.floor(values))
    if not good.all():
        raise ValueError(f"{name} = {values[~good][0]} is outside its domain: it must be a whole number in [0, 2**32)")
    return pa.array(values.astype(np.int64))


def _rewards(column: pa.Array, name: str) -> pa.Array:
    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.uint8())
    elif not (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    ):
        raise ValueError(f"{name} holds {_sample(column)}, which is not a number; name the column that holds rewards")
    return column.cast(pa.float64(), safe=False)


def _sample(column: pa.Array) -> str:
    """A value that is not a number."""
    value = next((repr(value) for value in column.to_pylist() if not _is_number(value)), str(column.type))
    return value if len(value) < 60 else value[:60] + "…"


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
