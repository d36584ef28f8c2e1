"""Tables of what was measured: the pages show all that is kept."""

import json
import re
from pathlib import Path

from book.pipeline import mutants
from book.pipeline.cost import tables

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


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
    assert set(re.findall(r"_cost/(\w+).md", pages)) == set(tables(RESULTS) | mutants.tables())
