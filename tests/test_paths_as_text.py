"""Folders and files may be named by text or by a path, whichever function is asked."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import corridors as co
from corridors.errors import DataError
from corridors.exchange.osm import Service

MADE_BY_THE_PACKAGE = {"Event", "KeptResult", "Network"}
"""What is read from a folder and says from which."""


def asked():
    """Yield the public functions, and the methods of public classes, with their parameters."""
    for name in co.__all__:
        found = getattr(co, name)
        functions = [(name, found)]
        if inspect.isclass(found):
            none = name in MADE_BY_THE_PACKAGE or issubclass(found, BaseException)
            functions = [] if none else functions
            functions += [(f"{name}.{k}", f) for k, f in vars(found).items()
                          if inspect.isfunction(f) and not k.startswith("_")]  # fmt: skip
        for called, one in functions:
            if callable(one):
                yield from ((called, p) for p in inspect.signature(one).parameters.values())


def test_every_path_may_be_text():
    paths = [(name, p) for name, p in asked() if "Path" in str(p.annotation)]
    assert len(paths) > 20
    assert [f"{name}: {p}" for name, p in paths if "str" not in str(p.annotation)] == []


def test_a_folder_named_by_text_is_sealed(tmp_path):
    made = co.new_network(str(tmp_path / "toy"))
    (made / "datapackage.json").unlink()
    co.seal(str(made))
    assert co.check(str(made)) == []
    with pytest.raises(DataError, match="no such folder"):
        co.seal(str(tmp_path / "nowhere"))


def test_answers_of_openstreetmap_are_kept_where_text_says(tmp_path):
    assert Service(cache=str(tmp_path)).folder() == Path(tmp_path)
