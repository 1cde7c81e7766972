"""What is right, made wrong by chance: scenarios and network folders, each from its own seed."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import json
import random
from pathlib import Path
from typing import Any

import yaml
from hostile import HOSTILE

DEEP = 40
EDGES: tuple[Any, ...] = (
    0,
    -0.0,
    1,
    -1,
    0.5,
    1.0000001,
    -0.1,
    2**31,
    2**63,
    -(2**63) - 1,
    10**400,
    1e308,
    -1e308,
    5e-324,
    1e-12,
    float("inf"),
    float("-inf"),
    float("nan"),
    True,
    False,
    None,
    "",
    " ",
    "0",
    "1",
    "-1",
    "1e999",
    "0x10",
    "1_000",
    "nan",
    "inf",
    "5 trucks/day",
    "-5 t/day",
    "0 t/day",
    "1e300 t/day",
    "24 h",
    "-24 h",
    "1e300 h",
    "0 h",
    "10 USD/t",
    "-10 USD/t",
    "no",
    "2026-03-01",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    dt.date(2026, 3, 1),
    dt.date(9999, 12, 31),
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    {None: None},
    "cedar",
    "XA",
    "rail",
    "container",
    "Ǆ",
    "ﬀ",
    "İ",
    "ı",
    "ア",
    "é",
    "e\u0301",
    "\U0001f682",
    "٣",
    "५",
    "½",
)
"""Values that stand at some edge: of numbers, of the calendar, of types, of writing."""

SCENARIOS = (
    """name: mine
title: A border shuts
description: What is told
as_of: 2026-03-01
events:
  - close: {border: [XA, XB], mode: rail}
    from: 2026-03-01
    until: 2026-03-15
    note: Why
sources: [somewhere]
""",
    """name: mine
as_of: 2026-03-01
events:
  - limit: {capacity: ferry-fleet}
    to: 0.5
  - limit: {border: [XA, XB], mode: rail}
    to: 3 trains/day
    over: 4 days
    from: 2026-03-01
  - demand: {cargo: container}
    to: 1.5
""",
    """name: mine
as_of: 2026-03-01
events:
  - ban: {country: XB}
    cargo: [grain]
  - delay: {node: cedar}
    by: 24 h
    cargo: [container]
  - surcharge: {mode: sea}
    by: 10 USD/t
    from: 2026-03-01
    until: 2026-04-01
""",
    """name: mine
extends: [border-closed.yaml]
as_of: 2026-03-05
events:
  - open: {chokepoint: border-rail}
    from: 2026-03-10
  - demand: {origin: aster}
    to: 50 TEU/day
""",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything that stands in a value, itself among it."""
    found = [path]
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(part, (*path, key))
    return found


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def nested(inner: Any, depth: int, r: random.Random) -> Any:
    for _ in range(depth):
        inner = [inner] if r.random() < 0.5 else {"close": inner}
    return inner


def _changed(value: Any, r: random.Random) -> tuple[Any, str]:
    """Return a scenario with one thing in it changed, and what."""
    value = copy.deepcopy(value)
    path = r.choice(places(value)[1:] or [()])
    if not path:
        return copy.deepcopy(r.choice(EDGES)), "everything"
    above, key = _at(value, path[:-1]), path[-1]
    where = ".".join(map(str, path))
    kind = r.choice(("drop", "edge", "edge", "hostile", "swap", "nest", "retype", "key", "again"))
    if kind == "drop":
        del above[key]
    elif kind == "edge":
        above[key] = copy.deepcopy(r.choice(EDGES))
    elif kind == "hostile":
        above[key] = r.choice(HOSTILE)
    elif kind == "nest":
        above[key] = nested(above[key], r.choice((1, 1, 2, 3, DEEP)), r)
    elif kind == "retype":
        old = above[key]
        above[key] = r.choice((str(old), [old, old], {"x": old}, [str(old)] * 3))
    elif kind == "swap":
        other = r.choice(places(value)[1:])
        if other[: len(path)] != path and path[: len(other)] != other:
            there = _at(value, other[:-1])
            above[key], there[other[-1]] = there[other[-1]], above[key]
            where += " and " + ".".join(map(str, other))
    elif isinstance(above, list):
        above.insert(r.randrange(len(above) + 1), copy.deepcopy(above[key]))
    elif kind == "key":
        name = str(key)
        at = r.randrange(len(name) + 1)
        new = r.choice((name[:at] + name[at + 1 :], name.upper(), name + " ", r.choice(HOSTILE)))
        above[new] = above.pop(key)
    else:
        above[r.choice(("events", "from", "to", "by", "cargo", "close"))] = copy.deepcopy(
            above[key]
        )
    return value, f"{kind} {where}"


def broken_bytes(content: bytes, r: random.Random) -> tuple[bytes, str]:
    """Return bytes of which some are lost, doubled or others, and what was done."""
    kind = r.choice(("cut", "flip", "line lost", "line twice", "inserted", "indented", "glued"))
    lines = content.splitlines(keepends=True) or [b""]
    row = r.randrange(len(lines))
    at = r.randrange(len(content) + 1)
    if kind == "cut":
        content = content[:at]
    elif kind == "flip":
        content = content[:at] + bytes([r.randrange(256)]) + content[at + 1 :]
    elif kind == "inserted":
        extra = r.choice(("\t", '"', "'", "&a ", "*a", "!x ", "- ", ": ", "#", "\n", "\r", "{", "]",
                          "|\n", "\ufeff", "\x00", "\x85", *HOSTILE))  # fmt: skip
        content = content[:at] + extra.encode("utf-8", "surrogatepass") + content[at:]
    else:
        lines[row : row + 1] = {
            "line lost": [],
            "line twice": [lines[row]] * 2,
            "indented": [b" " * r.randrange(1, 4) + lines[row]],
            "glued": [lines[row].rstrip()],
        }[kind]
        content = b"".join(lines)
    return content, f"{kind} at byte {at}, line {row + 1}"


def scenario(seed: int) -> tuple[bytes, str]:
    """Return the bytes of a scenario to which something has happened, and what."""
    r = random.Random(f"scenario {seed}")
    text = r.choice(SCENARIOS)
    done = []
    if r.random() < 0.7:
        value: Any = yaml.safe_load(text)
        for _ in range(r.choice((1, 1, 1, 2, 3))):
            if isinstance(value, dict | list):
                value, what = _changed(value, r)
                done.append(what)
        text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    content = text.encode("utf-8", "surrogatepass")
    if not done or r.random() < 0.15:
        content, what = broken_bytes(content, r)
        done.append(what)
    return content, "; ".join(done)


def _table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def _lengthen(row: list[str], column: int) -> None:
    """Make a row that a change before has cut short reach to a column again."""
    row += [""] * (column + 1 - len(row))


def _changed_rows(rows: list[list[str]], r: random.Random) -> str:
    """Change something in the rows of a table, its header among them; return what."""
    row, other = (r.randrange(len(rows)) for _ in "12")
    column = r.randrange(len(rows[0]))
    kind = r.choice(("blank", "edge", "edge", "hostile", "swap", "shift", "twice", "drop", "column",
                     "reverse", "ragged", "header"))  # fmt: skip
    _lengthen(rows[row], column)
    _lengthen(rows[other], column)
    if kind == "blank":
        rows[row][column] = ""
    elif kind == "edge":
        rows[row][column] = str(r.choice(EDGES))
    elif kind == "hostile":
        rows[row][column] = r.choice(HOSTILE)
    elif kind == "swap":
        rows[row], rows[other] = (
            [*rows[row][:column], rows[other][column], *rows[row][column + 1 :]],
            [*rows[other][:column], rows[row][column], *rows[other][column + 1 :]],
        )
    elif kind == "shift":
        rows[row] = rows[row][1:] + rows[row][:1]
    elif kind == "twice":
        rows.insert(other, list(rows[row]))
    elif kind == "drop":
        del rows[row]
    elif kind == "column":
        for cells in rows:
            del cells[column : column + 1]
    elif kind == "reverse":
        rows[1:] = rows[:0:-1]
    elif kind == "ragged":
        rows[row] = rows[row][:column] if r.random() < 0.5 else [*rows[row], "more"]
    else:
        rows[0][column] = r.choice((rows[0][column].upper(), rows[0][0], "", r.choice(HOSTILE)))
    return f"{kind}, row {row + 1}, column {column + 1}"


def _changed_json(path: Path, r: random.Random) -> str:
    value = json.loads(path.read_text(encoding="utf-8"))
    value, what = _changed(value, r)
    path.write_text(json.dumps(value, default=str, ensure_ascii=r.random() < 0.5), "utf-8",
                    "surrogatepass")  # fmt: skip
    return what


def folder(seed: int, target: Path) -> str:
    """Let something happen to a network folder; return what, and whether it is sealed again."""
    r = random.Random(f"folder {seed}")
    done = []
    for _ in range(r.choice((1, 1, 1, 2))):
        path = r.choice(sorted(p for p in target.iterdir() if p.suffix in {".csv", ".geojson"}))
        if r.random() < 0.08:
            path = target / "datapackage.json"
        if not path.is_file():
            continue
        chance = r.random()
        if path.suffix != ".csv" and chance < 0.7:
            what = _changed_json(path, r)
        elif path.suffix == ".csv" and chance < 0.75:
            rows = _table(path)
            what = _changed_rows(rows, r)
            out = io.StringIO()
            csv.writer(out, lineterminator=r.choice(("\n", "\n", "\r\n"))).writerows(rows)
            path.write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))
        elif chance < 0.95:
            content, what = broken_bytes(path.read_bytes(), r)
            path.write_bytes(content)
        else:
            what = r.choice(("emptied", "lost", "a folder"))
            path.unlink()
            if what == "emptied":
                path.touch()
            elif what == "a folder":
                path.mkdir()
        done.append(f"{path.name}: {what}")
        if path.is_dir():
            break
    return "; ".join(done)
