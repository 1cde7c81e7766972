"""What is imported when, and what the package calls its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import corridors as co

HEAVY = (
    "pandas",
    "geopandas",
    "shapely",
    "folium",
    "osmnx",
    "networkx",
    "scipy",
    "numba",
    "highspy",
)


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(result.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import corridors",
        "import corridors; corridors.ScenarioError",
        "from corridors.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass",
    ],
)
def test_heavy_libraries_wait_until_they_are_needed(code):
    assert not modules_after(code) & set(HEAVY)


def test_a_run_without_a_map_reads_no_geometry():
    code = (
        "from corridors.cli import main\n"
        "try:\n    main(['run', 'poland-closure-2025', '--json'])\n"
        "except SystemExit as end:\n    assert not end.code"
    )
    drawn = {"geopandas", "shapely", "pyproj", "folium", "matplotlib", "networkx", "highspy"}
    # What ships is known to keep to the schema, so nothing is loaded that would check it.
    drawn |= {"jsonschema"}
    # The first one has what is usual to find, and may have the help of HiGHS to begin with.
    assert not modules_after(f"{code}\nprint()") & (drawn - {"highspy"})
    assert not modules_after(f"{code}\nprint()") & drawn


def test_the_engine_stands_alone():
    loaded = modules_after("import corridors.flow")
    assert not loaded & {"pandas", "geopandas", "shapely", "folium", "osmnx", "networkx"}


def test_every_public_name_is_there():
    for name in co.__all__:
        assert getattr(co, name) is not None
    assert sorted(co.__all__) == co.__all__


def test_no_public_name_is_a_room():
    rooms = {p.name for p in Path(co.__file__).parent.iterdir() if p.is_dir()}
    assert not rooms & set(co.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        co.nonsense  # noqa: B018  the access is what is tested


def test_the_old_home_of_openstreetmap_still_serves_and_warns():
    with pytest.warns(DeprecationWarning, match="corridors.exchange.osm"):
        from corridors.osm import propose
    assert propose is co.propose


def test_the_old_name_of_the_state_still_serves_and_warns(net):
    plan = co.assign(net, as_of="2025-09-12")
    with pytest.warns(DeprecationWarning, match="Assignment.state"):
        assert plan.situation is plan.state
