"""How the engine's room is built: no circles, no long modules, and a proof that stands apart."""

from __future__ import annotations

import ast
from pathlib import Path

import corridors.flow

ROOM = Path(corridors.flow.__file__).parent


def modules():
    """Return the modules of the room by their full names."""
    found = {}
    for path in sorted(ROOM.rglob("*.py")):
        parts = ("corridors", "flow", *path.relative_to(ROOM).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports(path, known):
    """Return what a module imports of the package, for type checking too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.startswith("corridors")}


def test_no_module_imports_itself_by_way_of_others():
    known = modules()
    after = {name: imports(path, known) & known.keys() for name, path in known.items()}
    left = dict(after)
    while left:
        free = [name for name, needs in left.items() if not needs & left.keys()]
        assert free, f"in a circle: {sorted(left)}"
        for name in free:
            del left[name]


def test_the_room_imports_no_other_room():
    for name, path in modules().items():
        others = {n for n in imports(path, modules()) if not n.startswith("corridors.flow")}
        assert others <= {"corridors.errors", "corridors.display"}, name


def test_modules_and_folders_are_of_a_size_to_be_read():
    for folder in {path.parent for path in modules().values()}:
        assert len(list(folder.glob("*.py"))) <= 14, folder
    for name, path in modules().items():
        assert len(path.read_text("utf-8").splitlines()) <= 450, name


def test_the_proof_shares_nothing_with_what_it_proves():
    known = modules()
    proof = {
        n for n in known if n.startswith(("corridors.flow.certificate", "corridors.flow.proof"))
    }
    assert len(proof) > 2
    shared = set().union(*(imports(known[name], known) for name in proof)) - proof
    # The problem and the names of array types are what both speak of; the others are how it
    # shows itself and how it fails.
    outside = {"corridors.display", "corridors.errors"}
    # How a kernel is read from disk has no arithmetic in it, and no part of the package behind it.
    assert shared == outside | {
        "corridors.flow.arrays",
        "corridors.flow.problem",
        "corridors.flow.compiling",
    }
    assert imports(known["corridors.flow.compiling"], known) == set()


def test_only_the_two_masters_and_their_interface_know_the_simplex():
    inside = {name for name in modules() if name.startswith("corridors.flow.simplex")}
    for name, path in modules().items():
        if name in inside:
            continue
        seen = imports(path, modules()) & inside
        allowed = {
            "corridors.flow.master": {"corridors.flow.simplex.working"},
            "corridors.flow.highs": {"corridors.flow.simplex.basis"},
            "corridors.flow.column_generation": {"corridors.flow.simplex.master"},
        }
        assert seen <= allowed.get(name, set()), name
