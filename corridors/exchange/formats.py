"""One function for every format: where it may be written, and what it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import DataError, nearest, require_path
from corridors.files import check_apart, check_folder, check_parent
from corridors.network.network import MOST_YEARS, require_network
from corridors.network.provenance import row_keys
from corridors.network.schema import tables as schema_tables

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from corridors.network.network import Network

FORMATS = {
    "geopackage": ("file", ".gpkg"),
    "geoparquet": ("folder", ""),
    "gmns": ("folder", ""),
    "graphml": ("file", ".graphml"),
}
"""Name of each format, whether it is a file or a folder, and the ending that implies it."""


def export(net: Network, target: str | Path, format: str | None = None) -> list[Path]:  # noqa: A002  as on the command line
    """Write a network in the format of other programs.

    Parameters
    ----------
    net
        The network, of all of time or resolved at a date.
    target
        A file for ``geopackage`` and ``graphml``, a folder for ``geoparquet``
        and ``gmns``. Files of the same name are replaced, others are left.
    format
        One of `FORMATS`; by the ending of `target` if None.

    Returns
    -------
    list of Path
        The files written. The same network gives the same bytes.

    Raises
    ------
    DataError
        Where the format is unknown, or the target cannot be written, or belongs to a network.

    Examples
    --------
    >>> import tempfile
    >>> import corridors as co
    >>> with tempfile.TemporaryDirectory() as there:
    ...     [p.name for p in co.export(co.load(), there + "/eurasia.graphml")]
    ['eurasia.graphml']
    """
    require_network(net)
    require_path("target", target)
    path = Path(target)
    name = _format_of(path, format)
    kind, _ = FORMATS[name]
    if kind == "file" and path.is_dir():
        msg = f"{path}: {name} is one file, but a folder stands there"
        raise DataError(msg)
    if kind == "folder" and path.is_file():
        msg = f"{path}: {name} is a folder of files, but a file stands there"
        raise DataError(msg)
    check_apart(path)
    check_parent(path)
    if kind == "folder":
        # Made once all that goes into it is known.
        check_folder(path)
    module = import_module(f"corridors.exchange.{name}")
    written: list[Path] = module.write(net, path)
    return written


def _format_of(path: Path, name: str | None) -> str:
    if name is None:
        by_ending = {ending: n for n, (_, ending) in FORMATS.items() if ending}
        if path.suffix.lower() in by_ending:
            return by_ending[path.suffix.lower()]
        msg = (
            f"{path}: the name does not say which format is meant; give one of {', '.join(FORMATS)}"
        )
        raise DataError(msg)
    if name not in FORMATS:
        msg = f"format: saw {name!r}, expected one of {', '.join(FORMATS)}{nearest(name, FORMATS)}"
        raise DataError(msg)
    return name


NOTICE = (
    "Lines of links: © OpenStreetMap contributors, Open Database License 1.0; tables: CC BY 4.0; "
    "coordinates: GeoNames, CC BY 4.0"
)
"""Credits of the shipped network, written into every export of it."""


def about(net: Network) -> dict[str, str]:
    """Return what an exported file says about itself.

    Returns
    -------
    dict
        ``name``, ``as_of`` (empty for all of time), ``title``, ``licences`` and
        ``credits``, all text.
    """
    from corridors import __version__
    from corridors.network.folder import MANIFEST, data_folder, read_manifest

    manifest = {}
    if net.folder is not None and (net.folder / MANIFEST).is_file():
        manifest = read_manifest(net.folder)
    shipped = net.folder is not None and net.folder.resolve().is_relative_to(
        data_folder().resolve()
    )
    licences = [str(one.get("title") or one.get("name")) for one in manifest.get("licenses", [])]
    return {
        "name": str(manifest.get("name", net.name)),
        "title": str(manifest.get("title", "")),
        "as_of": net.date.isoformat() if net.date else "",
        "licences": "; ".join(licences),
        "credits": NOTICE if shipped else "",
        "made_with": f"corridors {__version__}",
    }


def tables_to_write(net: Network) -> dict[str, pd.DataFrame]:
    """Return the tables of a network as they read back, those of one day among them.

    What has grown to the year of the day refers to that year, or whoever reads it would let
    it grow once more; what growth is carried on to no further grows no more. Rows of
    provenance whose number is not there on the day are left out.
    """
    if net.date is None:
        return net.tables
    found = dict(net.tables)
    year = net.date.year
    for name in ("demand", "supply"):
        frame = found[name]
        own = schema_tables()[name].column("base_year")
        low, high = own.minimum or year, own.maximum or year
        carried = (year - frame["base_year"]).abs() <= MOST_YEARS
        base = frame["base_year"].where(frame["base_year"].isna(), float(min(max(year, low), high)))
        found[name] = frame.assign(base_year=base, growth=frame["growth"].where(carried, 0.0))
    # A row begins no earlier than the year that its amount is of; of offers that is in their key.
    began, first = found["demand"]["valid_from"], f"{year:04d}-01-01"
    later = began.mask((began != "") & (began < first), first)
    found["demand"] = found["demand"].assign(valid_from=later)
    there = {t.name: set(row_keys(found[t.name], t.key)) for t in schema_tables().values()}
    said = found["provenance"]
    kept = [row in there.get(t, ()) for t, row in zip(said["table"], said["row"], strict=True)]
    found["provenance"] = said[kept].reset_index(drop=True)
    return found


def links_with_notes(net: Network) -> gpd.GeoDataFrame:
    """Return `Network.links` with what is said about each line as the column ``line_note``."""
    from corridors.network.folder import LINES
    from corridors.network.geometry import read_lines

    path = net.folder / LINES if net.folder else None
    lines = read_lines(path) if path and path.is_file() else None
    said = {} if lines is None or "note" not in lines else lines["note"].fillna("").to_dict()
    return net.links.assign(line_note=[str(said.get(name, "")) for name in net.links.index])
