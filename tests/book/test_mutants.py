"""The score of the tests: it says what was counted, of which code, and every survivor has its reason."""

import json
from collections import Counter

import pytest

from book.pipeline import mutants

KEPT = json.loads(mutants.SCORE.read_text())
COUNTS = ("mutants", "a test fails", "no end", "survive")


def test_the_table_says_what_was_counted() -> None:
    table = mutants.tables()["mutants"]
    sums: Counter[str] = Counter()
    for name, row in KEPT.items():
        died, endless, survive = row["killed"], row["out of time"], len(row["survivors"])
        counts = (died + endless + survive, died, endless, survive)
        assert f"| {name} | {' | '.join(map('{:,}'.format, counts))} |" in table
        assert f"| {row['commit']} | {row['date']}" in table
        sums.update(dict(zip(COUNTS, counts, strict=True)))
    assert f"| all | {' | '.join(f'{sums[name]:,}' for name in COUNTS)} |" in table


def test_every_module_that_is_kept_is_there() -> None:
    assert all(mutants.path(name).is_file() for name in KEPT)


def test_another_code_is_said_and_other_words_are_not(tmp_path, monkeypatch) -> None:
    code = 'def f(x):\n    """One."""\n    return x + 1\n'
    source = tmp_path / "one.py"
    source.write_text(code)
    monkeypatch.setattr(mutants, "path", lambda _: source)
    monkeypatch.setattr(mutants, "SCORE", tmp_path / "score.json")
    row = {
        "commit": "abc",
        "date": "today",
        "code": mutants.code("one"),
        "killed": 3,
        "out of time": 0,
        "survivors": {},
    }
    mutants.SCORE.write_text(json.dumps({"one": row}))
    for text, date in (
        (code, "today"),
        (code.replace("One", "Two").replace("+ 1", "+ 1  # one more"), "today"),
        (code.replace("+ 1", "+ 2"), "today; changed since"),
    ):
        source.write_text(text)
        assert mutants.score()["one"]["date"] == date


@pytest.mark.parametrize("name", KEPT)
def test_every_survivor_of_code_that_is_still_so_is_listed(name) -> None:
    listed = {(entry["function"], entry["before"], entry["after"]) for entry in mutants.listed()}
    if KEPT[name]["code"] == mutants.code(name):
        assert set(map(tuple, KEPT[name]["survivors"].values())) <= listed


def test_every_reason_is_a_sentence() -> None:
    assert all(entry["reason"].endswith(".") for entry in mutants.listed())
