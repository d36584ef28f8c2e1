"""The picture of the house is true: its rooms and arrows are those of the source, and everything points down."""

import ast
import re
import subprocess
import sys
from graphlib import CycleError
from pathlib import Path

import pytest

from book.pipeline.house import arrows, floors, imports, modules, page, picture, rooms

ROOT = Path(__file__).parents[2]
IMPORTS = imports()
GRAPH = rooms(IMPORTS)


def slow_imports(path: Path) -> set[str]:
    """The project's modules that a file names in a line of import, by a search of its lines."""
    found = set()
    for line in path.read_text().splitlines():
        if match := re.match(r"\s*from (grpo_paper|book\.pipeline)([\w.]*) import", line):
            found.add(match[1] + match[2])
    return found


@pytest.mark.parametrize("name", modules())
def test_no_import_is_missed(name) -> None:
    path = modules()[name]
    checked = "if TYPE_CHECKING:" in path.read_text()
    named = slow_imports(path) & modules().keys()
    drawn = IMPORTS[name]
    for module in named - {"grpo_paper", "book.pipeline", name}:
        assert any(other == module or other.startswith(f"{module}.") for other in drawn) or checked


def test_no_circle_in_the_rooms_nor_in_the_modules() -> None:
    level = {name: number for number, names in enumerate(floors(GRAPH)) for name in names}
    assert all(level[other] < level[name] for name, used in GRAPH.items() for other in used)
    floors(IMPORTS)
    with pytest.raises(CycleError):
        floors(GRAPH | {"theory": {"figure"}})


def test_arrows_give_all_imports_and_no_more() -> None:
    drawn = {name: {b for a, b in arrows(GRAPH) if a == name} for name in GRAPH}

    def reached(name: str) -> set[str]:
        return drawn[name].union(*map(reached, drawn[name]))

    for name, used in GRAPH.items():
        assert used <= reached(name)
        assert drawn[name] <= used


def test_the_page_shows_every_room_and_file() -> None:
    text, shown = page(), picture(GRAPH)
    assert all(f">{name}</text>" in shown and f"| `{name}` |" in text for name in GRAPH)
    assert shown.count("<line ") == len(arrows(GRAPH))
    for path in (ROOT / "grpo_paper").rglob("*.py"):
        assert path.stem.startswith("__") or path.stem in text


def test_what_the_page_names_exists() -> None:
    named = re.findall(r"`((?:grpo_paper|tests|notebooks|book)/[^`]*)`", (ROOT / "book" / "house.md").read_text())
    assert named
    assert all((ROOT / name).exists() for name in named)


@pytest.mark.parametrize("module", ["grpo_paper", "grpo_paper.ledger.pages", "grpo_paper.cli", "grpo_paper.figure"])
def test_imports_nothing_heavy(module) -> None:
    heavy = {"torch", "sympy", "flint", "matplotlib", "IPython"}
    code = f"import sys, {module}; print({heavy} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


@pytest.mark.parametrize("path", sorted((ROOT / "grpo_paper" / "theory").glob("*.py")), ids=lambda p: p.stem)
def test_theory_imports_no_torch_and_no_matplotlib(path) -> None:
    top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not re.search(r"\b(torch|matplotlib|IPython)\b", "\n".join(map(ast.unparse, top)))
