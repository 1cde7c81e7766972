"""The plan of the house: rooms, what imports what, circles, floors and long modules.

Run it from anywhere: ``python scripts/house.py [FOLDER]``. It reads the text of a package,
imports nothing of it, and ends with 1 where a rule is broken.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOMS = (
    "flow",
    "network",
    "maps",
    "scenarios",
    "assignment",
    "simulation",
    "analysis",
    "exchange",
    "cli",
)
"""The rooms, low to high: each imports only rooms that stand before it."""

DOORS = ("__init__", "__main__")
"""Loose modules above all rooms. The others lie below all."""

MOST_LINES = 450
MOST_MODULES = 14
MOST_LOOSE = 5


@dataclass(frozen=True, order=True)
class Import:
    """A module that another one imports, and the line that says so.

    ``whole`` is the imported name as it is written, such as ``corridors.__version__``.
    """

    importer: str
    imported: str
    line: int
    whole: str


@dataclass(frozen=True)
class House:
    """A package as it stands: its lines by module, and its imports.

    A module is named from the package on (``corridors.flow.solve``), a package by its folder.
    """

    name: str
    lines: dict[str, int]
    packages: frozenset[str]
    imports: tuple[Import, ...]

    def room(self, module: str) -> str:
        """Return the room of a module; of a loose one its own name."""
        parts = module.split(".")
        return parts[1] if len(parts) > 1 else "__init__"

    def floor(self, module: str) -> int:
        """Return how high a module stands: loose ones at the bottom, the doors at the top."""
        room = self.room(module)
        if room in DOORS:
            return len(ROOMS) + 1
        return ROOMS.index(room) + 1 if room in ROOMS else 0

    @property
    def loose(self) -> list[str]:
        """Modules that lie in no room."""
        return sorted(
            module
            for module in self.lines
            if module == self.name or (module.count(".") == 1 and module not in self.packages)
        )

    @property
    def folders(self) -> dict[str, int]:
        """Modules by folder, ``__init__`` among them."""
        count = Counter(m if m in self.packages else m.rpartition(".")[0] for m in self.lines)
        return dict(sorted(count.items()))


def read_house(root: Path) -> House:
    """Read the package in a folder.

    Every import counts: under ``TYPE_CHECKING``, inside functions, relative ones, and
    ``import_module`` of a text. That a module's own package is run before it does not.
    """
    files: dict[str, Path] = {}
    packages = set()
    for file in sorted(root.rglob("*.py")):
        parts = [root.name, *file.relative_to(root).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
            packages.add(".".join(parts))
        files[".".join(parts)] = file
    trees = {module: ast.parse(file.read_text("utf-8")) for module, file in files.items()}
    found = set()
    for module, tree in trees.items():
        for whole, line in _named(module, tree, module in packages):
            imported = _module_of(whole, module, trees)
            if imported is not None and imported != module:
                found.add(Import(module, imported, line, whole))
    lines = {m: len(file.read_text("utf-8").splitlines()) for m, file in files.items()}
    return House(root.name, lines, frozenset(packages), tuple(sorted(found)))


def _named(module: str, tree: ast.Module, is_package: bool) -> Iterator[tuple[str, int]]:
    """Yield the full names that a module imports, and their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                parts = module.split(".")
                own = parts[: len(parts) - node.level + is_package]
                start = ".".join([*own, *([start] if start else [])])
            for alias in node.names:
                yield f"{start}.{alias.name}", node.lineno
        elif isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            text = node.args[0]
            if name in {"import_module", "__import__"} and isinstance(text, ast.Constant):
                yield str(text.value), node.lineno


def _module_of(whole: str, importer: str, trees: dict[str, ast.Module]) -> str | None:
    """Return the module in which an imported name stands; None for one of another package.

    Where a package has a name and a module of the same one, its own name wins, as it does
    when Python runs.
    """
    owner, _, name = whole.rpartition(".")
    if whole in trees and not (
        owner in trees and owner != importer and name in _bound(trees[owner])
    ):
        return whole
    while owner:
        if owner in trees:
            return owner
        owner = owner.rpartition(".")[0]
    return None


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that a module binds at its top."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(t.id for t in node.targets if isinstance(t, ast.Name))
    return names


def unknown_rooms(house: House) -> list[str]:
    """Return folders that are no room."""
    rooms = {house.room(m) for m in house.lines} - {house.room(m) for m in house.loose}
    return [
        f"{house.name}/{room} is no room; rooms are {', '.join(ROOMS)}"
        for room in sorted(rooms - set(ROOMS))
    ]


def upward(house: House) -> list[str]:
    """Return imports of a higher room; the version may be read by anyone."""
    return [
        f"{i.importer} (line {i.line}) imports {i.whole}, which stands higher"
        for i in house.imports
        if house.floor(i.imported) > house.floor(i.importer)
        and i.whole != f"{house.name}.__version__"
    ]


def circles(house: House) -> list[list[str]]:
    """Return for each knot of modules that import one another the shortest way round it."""
    after = _after(
        (i.importer, i.imported) for i in house.imports if i.whole != f"{house.name}.__version__"
    )
    found: list[list[str]] = []
    seen: set[str] = set()
    for module in sorted(after):
        if module in seen:
            continue
        knot = {m for m in _reached(after, module) if module in _reached(after, m)}
        if module in knot:
            seen |= knot
            found.append(min((_way_round(after, m) for m in sorted(knot)), key=len))
    return found


def _after(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    after: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        after[a].add(b)
    return dict(after)


def _reached(after: dict[str, set[str]], start: str) -> set[str]:
    """Return what can be reached from a name in one step or more."""
    found: set[str] = set()
    todo = [start]
    while todo:
        new = after.get(todo.pop(), set()) - found
        found |= new
        todo += sorted(new)
    return found


def _way_round(after: dict[str, set[str]], start: str) -> list[str]:
    """Return the shortest way from a module back to it."""
    ways = [[start]]
    seen: set[str] = set()
    while True:
        longer = []
        for way in ways:
            for new in sorted(after.get(way[-1], ())):
                if new == start:
                    return [*way, start]
                if new not in seen:
                    seen.add(new)
                    longer.append([*way, new])
        ways = longer


def floors(house: House) -> list[str]:
    """Return the longest chain of rooms of which each imports the next; the highest first.

    Rooms that import one another stand on one floor, as ``a+b``.
    """
    pairs = {
        (house.room(i.importer), house.room(i.imported))
        for i in house.imports
        if house.room(i.importer) in ROOMS and house.room(i.imported) in ROOMS
    }
    after = _after((a, b) for a, b in pairs if a != b)
    name = {}
    for room in ROOMS:
        both = {b for b in _reached(after, room) if room in _reached(after, b)} | {room}
        name[room] = "+".join(sorted(both, key=ROOMS.index))
    joined = _after((name[a], name[b]) for a, b in pairs if name[a] != name[b])
    chains: dict[str, list[str]] = {}

    def chain(room: str) -> list[str]:
        if room not in chains:
            below = [chain(other) for other in sorted(joined.get(room, ()))]
            chains[room] = [room, *max(below, key=len, default=[])]
        return chains[room]

    present = {house.room(m) for m in house.lines}
    return max((chain(name[room]) for room in ROOMS if room in present), key=len, default=[])


def long_modules(house: House) -> list[str]:
    """Return modules of too many lines."""
    return [
        f"{module} has {lines} lines, at most {MOST_LINES} are allowed"
        for module, lines in sorted(house.lines.items())
        if lines > MOST_LINES
    ]


def full_folders(house: House) -> list[str]:
    """Return folders of too many modules, and the top where too many lie loose."""
    found = [
        f"{folder} holds {count} modules, at most {MOST_MODULES} are allowed"
        for folder, count in house.folders.items()
        if folder != house.name and count > MOST_MODULES
    ]
    if len(house.loose) > MOST_LOOSE:
        found.append(
            f"{len(house.loose)} modules lie loose, at most {MOST_LOOSE} may: "
            f"{', '.join(house.loose)}"
        )
    return found


def faults(house: House) -> list[str]:
    """Return everything that breaks a rule, a line each."""
    return [
        *unknown_rooms(house),
        *upward(house),
        *(f"circle: {' > '.join(circle)}" for circle in circles(house)),
        *long_modules(house),
        *full_folders(house),
    ]


def plan(house: House) -> str:
    """Return the house in words."""
    rooms = Counter(house.room(m) for m in house.lines if m not in house.loose)
    text = [f"{house.name}: {len(house.lines)} modules, {len(rooms)} rooms, high to low"]
    for room in sorted(rooms, key=lambda r: -house.floor(f"{house.name}.{r}")):
        below = {
            house.room(i.imported)
            for i in house.imports
            if house.room(i.importer) == room and house.room(i.imported) in rooms
        }
        named = sorted(below - {room}, key=lambda r: house.floor(f"{house.name}.{r}"))
        size = sum(n for m, n in house.lines.items() if house.room(m) == room)
        text.append(f"  {room:<12}{rooms[room]:>3} modules {size:>6} lines  <- {', '.join(named)}")
    longest = max(house.lines, key=lambda m: (house.lines[m], m))
    chain = floors(house)
    text += [
        f"loose ({len(house.loose)}): {', '.join(house.loose)}",
        f"longest module: {longest}, {house.lines[longest]} lines",
        f"floors ({len(chain)}): {' > '.join(chain)}",
    ]
    broken = faults(house)
    return "\n".join([*text, f"faults ({len(broken)})", *(f"  {fault}" for fault in broken)])


ROOM_WORDS = {
    "flow": "arrays in, arrays out: cheapest multicommodity flow, with its proof",
    "network": "the tables: reading, checks, geometry, arcs, graph",
    "maps": "draws plain data; knows no network and no result",
    "scenarios": "what is asked, and a network on one day",
    "assignment": "the steady state: results, words, report",
    "simulation": "day by day: queues, waiting, recovery",
    "analysis": "questions on top: N-1, headroom, validation, the explorer",
    "exchange": "other programs' files, in and out",
    "cli": "the command line",
}
"""What a room is for, in the drawing."""


def drawing(house: House) -> str:
    """Return the house as SVG: a floor for each room, the lowest at the bottom.

    What a room imports is said in words on its floor, so that no arrow has to be followed.
    """
    rooms = [room for room in reversed(ROOMS) if any(house.room(m) == room for m in house.lines)]
    high, wide, roof = 46, 760, 70
    body = []
    for i, room in enumerate(rooms):
        own = [m for m in house.lines if house.room(m) == room]
        lines = sum(house.lines[m] for m in own)
        below = sorted(
            {
                house.room(link.imported)
                for link in house.imports
                if house.room(link.importer) == room and house.room(link.imported) in ROOMS
            }
            - {room},
            key=ROOMS.index,
        )
        y = roof + i * high
        imports = f"imports {', '.join(below)}" if below else "imports no room"
        body += [
            f'<rect class="floor" x="1" y="{y}" width="{wide - 2}" height="{high}"/>',
            f'<text class="name" x="14" y="{y + 28}">{room}</text>',
            f'<text x="122" y="{y + 20}">{ROOM_WORDS[room]}</text>',
            f'<text class="small" x="122" y="{y + 37}">{imports}</text>',
            (
                f'<text class="small end" x="{wide - 14}" y="{y + 28}">'
                f"{len(own)} modules, {lines:,} lines</text>"
            ),
        ]
    bottom = roof + len(rooms) * high
    style = (
        "text{font:13px sans-serif;fill:#22303c}.name{font-weight:bold;font-size:15px}"
        ".small{font-size:11px;fill:#4a5560}.end{text-anchor:end}"
        ".floor{fill:#f7f4ec;stroke:#8a7f66}.roof{fill:#1b3a5c}.ground{fill:#dfe7ee}"
        ".light{fill:#fff;text-anchor:middle}.middle{text-anchor:middle}"
    )
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {bottom + 40}" '
                f'role="img" aria-label="The rooms of the package, each above those it imports">'
            ),
            f"<style>{style}</style>",
            f'<rect width="{wide}" height="{bottom + 40}" fill="#fff"/>',
            f'<path class="roof" d="M1 {roof} L{wide / 2:g} 4 L{wide - 1} {roof} Z"/>',
            f'<text class="light" x="{wide / 2:g}" y="{roof - 14}">the door: __init__</text>',
            *body,
            f'<rect class="ground" x="1" y="{bottom}" width="{wide - 2}" height="38"/>',
            (
                f'<text class="middle" x="{wide / 2:g}" y="{bottom + 24}">'
                "the ground: errors, files, display; imported by all</text>"
            ),
            "</svg>\n",
        ]
    )


def main(arguments: list[str]) -> int:
    """Print the plan; return 1 where a rule is broken."""
    root = Path(arguments[0]) if arguments else Path(__file__).parents[1] / "corridors"
    house = read_house(root.resolve())
    print(plan(house))
    return 1 if faults(house) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
