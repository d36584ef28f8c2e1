"""Tables of what was measured: the pages show all that is kept, and the score of the tests belongs to the list."""

import json
import re
import tomllib
from pathlib import Path

from book.pipeline.cost import tables

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
COUNTS = ("mutants", "a test fails", "a test does not end", "survive")


def test_a_table_for_each_device(tmp_path) -> None:
    for device, speed in (("cpu", 12345.6), ("cuda", 7.5)):
        machine = {"device": device, "python": "3", "torch": "2", "commit": "abc", "date": "today"}
        result = {"machine": machine, "rows": [{"prompts": 8, "speed": speed, "code": "a | b"}]}
        (tmp_path / f"{device}.json").write_text(json.dumps({"sums": result}))
    text = tables(tmp_path)["sums"]
    assert "| 8 | 12,346 | a \\| b |\n\n*cpu; Python 3, torch 2, commit abc, today.*" in text
    assert "| 8 | 7.5 | a \\| b |\n\n*cuda;" in text


def test_the_pages_show_what_is_kept() -> None:
    pages = "".join(path.read_text() for path in (ROOT / "book").glob("*.md"))
    assert set(re.findall(r"_cost/(\w+).md", pages)) == set(tables(RESULTS))


class TestMutants:
    kept = json.loads((RESULTS / "mutation.json").read_text())
    listed = tomllib.loads((ROOT / "tests" / "mutation" / "survivors.toml").read_text())["survivor"]

    def test_the_table_says_what_was_counted(self) -> None:
        *modules, total = self.kept["mutants"]["rows"]
        text = tables(RESULTS)["mutants"]
        for row in (*modules, total):
            assert f"| {row['module']} | {' | '.join(str(row[name]) for name in COUNTS)} |" in text
            assert row["mutants"] == row["a test fails"] + row["a test does not end"] + row["survive"]
        assert all(total[name] == sum(row[name] for row in modules) for name in COUNTS)
        assert {self.kept["mutants"]["machine"][name] in text for name in ("commit", "date")} == {True}

    def test_every_survivor_has_its_reason(self) -> None:
        """Of those counted last, and of those listed, which may be ahead of the count."""
        counted = self.kept["survivors"]["rows"]
        assert len(counted) == self.kept["mutants"]["rows"][-1]["survive"]
        reasons = [row["why none can see it"] for row in counted] + [entry["reason"] for entry in self.listed]
        assert all(reason.endswith(".") for reason in reasons)
