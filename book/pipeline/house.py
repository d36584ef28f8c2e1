"""The rooms of the house and which way imports point, read from the source: a picture and a table for a page."""

import ast
import re
from collections.abc import Iterable, Sequence
from functools import cache
from graphlib import TopologicalSorter
from html import escape
from itertools import permutations
from pathlib import Path

from book.pipeline import ROOT

Graph = dict[str, set[str]]
"""Each room or module, and those it imports."""
Place = tuple[float, float]
Places = dict[str, Place]
PACKAGES = ("grpo_paper", "book.pipeline", "proofs")
WIDTH, FLOOR, BOX, TALL = 720, 92, 148, 40
LEAN = 60
"""By how much every other floor stands to the right, so that lines have room to pass."""


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Every module of the library and of the pipeline by its name; a package by the name of its folder."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package.replace(".", "/")).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports(root: Path = ROOT) -> Graph:
    """Which modules each module imports, wherever in its text the import stands, if not for types only."""
    known = modules(root)
    graph: Graph = {name: set() for name in known}
    for name, path in known.items():
        for node in _run(ast.parse(path.read_text(encoding="utf-8")).body):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    graph[name].add(whole if whole in known else node.module)
            elif isinstance(node, ast.Import):
                graph[name] |= {alias.name for alias in node.names}
        graph[name] = graph[name] & known.keys() - {name}
    return graph


def _run(body: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """All that may run of a text: not what stands under ``if TYPE_CHECKING``."""
    for node in body:
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from _run(ast.iter_child_nodes(node))


def room(module: str) -> str:
    """The room that a module stands in; empty for the package's short list of names, which is the door.

    >>> room("grpo_paper.theory.policy"), room("grpo_paper.files"), room("book.pipeline.pdf"), room("grpo_paper")
    ('theory', 'files', 'book.pipeline', '')
    """
    for outside in PACKAGES[1:]:
        if module.startswith(outside):
            return outside
    return module.partition(".")[2].partition(".")[0].strip("_").replace("main", "")


def rooms(graph: Graph) -> Graph:
    """The graph of the rooms; what a module takes from the door it takes from theory."""
    found: Graph = {room(name): set() for name in graph if room(name)}
    for name, used in graph.items():
        if here := room(name):
            found[here] |= {room(other) or "theory" for other in used} - {here}
    return found


def unused(text: str) -> set[str]:
    """The rooms that nothing in a text of Python, a chapter say, can reach by imports.

    >>> sorted(unused("from grpo_paper.theory.groups import group_Omega") & {"theory", "runs", "cli"})
    ['cli', 'runs']
    """
    graph = rooms(imports())
    reached = set()
    waiting = {room for room in graph if re.search(rf"\bgrpo_paper\.{room}\b", text)} | {"theory"}
    while waiting:
        reached |= waiting
        waiting = set().union(*(graph[room] for room in waiting)) - reached
    return graph.keys() - reached


def floors(graph: Graph) -> list[list[str]]:
    """The rooms from the ground up: each stands above all that it imports.

    Errors: graphlib.CycleError where there is a circle.

    >>> floors({"roof": {"wall", "ground"}, "wall": {"ground"}, "ground": set(), "garden": set()})
    [['garden', 'ground'], ['wall'], ['roof']]
    """
    height: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        height[name] = max((height[below] + 1 for below in graph[name]), default=0)
    return [sorted(n for n in height if height[n] == level) for level in range(max(height.values()) + 1)]


def arrows(graph: Graph) -> list[tuple[str, str]]:
    """The imports that no chain of others implies.

    >>> arrows({"roof": {"wall", "ground"}, "wall": {"ground"}, "ground": set()})
    [('roof', 'wall'), ('wall', 'ground')]
    """

    def below(name: str) -> set[str]:
        return graph[name].union(*(below(other) for other in graph[name]))

    return [
        (name, other)
        for name in graph
        for other in sorted(graph[name])
        if not any(other in below(between) for between in graph[name] - {other})
    ]


def _places(graph: Graph) -> Places:
    """The middle of each room: floor by floor lined up so that few arrows meet a third room, till none does better."""
    levels = list(reversed(floors(graph)))
    columns = max(map(len, levels))
    drawn = arrows(graph)

    def stand(chosen: Sequence[Sequence[int]]) -> Places:
        return {
            name: ((WIDTH - LEAN) * (2 * column + 1) / (2 * columns) + LEAN * (level % 2), float(FLOOR * level + TALL))
            for level, names in enumerate(levels)
            for name, column in zip(names, chosen[level], strict=True)
        }

    def cost(places: Places) -> tuple[int, float]:
        met = sum(_meets(places[a], places[b], at) for a, b in drawn for at in places.values())
        return met, sum(abs(places[a][0] - places[b][0]) for a, b in drawn)

    chosen: list[Sequence[int]] = [range(len(names)) for names in levels]
    before = None
    while before != (before := cost(stand(chosen))):
        for level, names in enumerate(levels):
            ways = ([*chosen[:level], way, *chosen[level + 1 :]] for way in permutations(range(columns), len(names)))
            chosen = min(ways, key=lambda way: cost(stand(way)))
    return stand(chosen)


def _meets(start: Place, end: Place, box: Place) -> bool:
    """Whether a line passes through a box on a floor between its ends."""
    if not start[1] < box[1] < end[1]:
        return False
    x = start[0] + (end[0] - start[0]) * (box[1] - start[1]) / (end[1] - start[1])
    return abs(x - box[0]) < BOX / 2 + TALL / 2


def picture(graph: Graph) -> str:
    """The rooms as an SVG that takes the page's colours; an arrow points from a room to one that it imports."""
    places, levels = _places(graph), floors(graph)
    lines = [
        f'<line x1="{places[a][0]:.0f}" y1="{places[a][1] + TALL / 2:.0f}" x2="{places[b][0]:.0f}" '
        f'y2="{places[b][1] - TALL / 2 - 4:.0f}" marker-end="url(#house-arrow)"/>'
        for a, b in arrows(graph)
    ]
    boxes = [
        f'<rect x="{x - BOX / 2:.0f}" y="{y - TALL / 2:.0f}" width="{BOX}" height="{TALL}" rx="6"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}">{escape(name)}</text>'
        for name, (x, y) in places.items()
    ]
    about = "; ".join(f"{a} imports {b}" for a, b in arrows(graph))
    return "\n".join(
        [
            f'<svg class="house" viewBox="0 0 {WIDTH} {FLOOR * len(levels) + TALL / 2:.0f}" role="img" '
            f'aria-label="The rooms of the house. {escape(about)}.">',
            '<defs><marker id="house-arrow" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
            *lines,
            *boxes,
            "</svg>",
        ]
    )


def table(root: Path = ROOT) -> str:
    """What each room is, in the words of its own first line, and its files, from the roof down."""
    known = modules(root)
    lines = ["| room | what it is | files |", "| --- | --- | --- |"]
    for names in reversed(floors(rooms(imports(root)))):
        for name in names:
            module = name if name in known else f"grpo_paper.{name}"
            about = (ast.get_docstring(ast.parse(known[module].read_text(encoding="utf-8"))) or "").split("\n\n")[0]
            inside = [m.rpartition(".")[2] for m in known if m.startswith(f"{module}.") and "__" not in m]
            lines.append(f"| `{name}` | {' '.join(about.split())} | {' · '.join(inside)} |")
    return "\n".join(lines)


def page(root: Path = ROOT) -> str:
    """Picture and table, to include in a page."""
    return f"{picture(rooms(imports(root)))}\n\n{table(root)}\n"
