"""`grpo_paper/ledger/names.csv`, which the book shows: every option and every metric is in the installed library."""

import csv
import inspect
from dataclasses import fields
from importlib.metadata import version
from importlib.resources import files

import pytest
import trl
import verl
import yaml

NAMES = list(csv.DictReader((files("grpo_paper.ledger") / "names.csv").read_text(encoding="utf-8").splitlines()))
RELEASES = {"TRL": version("trl"), "verl": version("verl")}
OPTIONS_OF_TRL = {field.name for field in fields(trl.GRPOConfig)} | set(inspect.signature(trl.GRPOTrainer).parameters)


def source(row: dict[str, str]) -> str:
    """The file of the library that the row names."""
    return (files({"TRL": trl, "verl": verl}[row["library"]]) / row["found in"]).read_text(encoding="utf-8")


def is_set(row: dict[str, str]) -> bool:
    """Whether TRL's configuration or trainer has the option; verl's, whether its default configuration does."""
    if row["library"] == "TRL":
        return row["name"] in OPTIONS_OF_TRL and f"{row['name']}:" in source(row)
    part = yaml.safe_load(source(row))
    for key in row["name"].split("."):
        if not isinstance(part, dict) or key not in part:
            return False
        part = part[key]
    return True


def is_logged(row: dict[str, str]) -> bool:
    """Whether the file writes the metric: by its whole name, or by the rest where verl puts "actor/" before it."""
    written = {row["name"]}
    if row["library"] == "verl" and 'rename_dict(output["metrics"], "actor/")' in source(
        row | {"found in": "trainer/ppo/v1/trainer_base.py"}
    ):
        written.add(row["name"].removeprefix("actor/"))
    return any(f'"{name}"' in source(row) for name in written)


IS = {"set": is_set, "watch": is_logged}


def name(row: dict[str, str]) -> str:
    return f"{row['library']}-{row['decision']}-{row['name']}"


def test_of_these_releases() -> None:
    assert RELEASES == {"TRL": "1.16.0", "verl": "0.9.1"}


@pytest.mark.parametrize("row", NAMES, ids=name)
def test_is_there(row) -> None:
    assert IS[row["kind"]](row)


@pytest.mark.parametrize("row", NAMES, ids=name)
def test_a_name_with_a_slip_is_not(row) -> None:
    assert not IS[row["kind"]](row | {"name": row["name"] + "s"})
    assert not IS[row["kind"]](row | {"name": row["name"][:-1]})
