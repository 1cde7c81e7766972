"""GeoPackage: one SQLite file with every table, read by QGIS and all of GDAL.

Layers ``nodes`` (points) and ``links`` (lines) carry their columns and
geometry; every other table is a layer without geometry; ``about`` holds name,
date, licences and credits as pairs. It holds all that a network folder holds
but the hashes of ``datapackage.json``: a GeoPackage has no place for them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.display import plain_frame
from corridors.exchange.formats import about, links_with_notes, tables_to_write
from corridors.files import write_bytes
from corridors.network.schema import tables

if TYPE_CHECKING:
    from corridors.network.network import Network

_EPOCH = "2000-01-01T00:00:00.000Z"
"""Stands in the file as its date of change, so that the same network gives the same bytes."""


def write(net: Network, path: Path) -> list[Path]:
    """Write a network as one GeoPackage.

    Parameters
    ----------
    net
        The network.
    path
        The file; replaced if it is there.

    Returns
    -------
    list of Path
        The file alone.
    """
    import pandas as pd
    import pyogrio

    written_before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _EPOCH})
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / path.name
            own = tables_to_write(net)
            drawn = {"nodes": net.nodes, "links": links_with_notes(net)}
            for name in tables():
                spatial = drawn.get(name)
                frame = own[name] if spatial is None else spatial.reset_index()
                kind = {"nodes": "Point", "links": "LineString"}.get(name)
                pyogrio.write_dataframe(
                    plain_frame(frame),
                    file,
                    layer=name,
                    driver="GPKG",
                    append=file.exists(),
                    geometry_type=kind,
                )
            pairs = pd.DataFrame(list(about(net).items()), columns=["key", "value"])
            pyogrio.write_dataframe(
                plain_frame(pairs), file, layer="about", driver="GPKG", append=True
            )
            content = file.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": written_before})
    write_bytes(path, content)
    return [path]
