"""GeoParquet: a folder with one columnar file for every table.

``nodes.parquet`` and ``links.parquet`` are GeoParquet 1.1 (geometry as WKB in
WGS 84); the other tables are plain Parquet. Each file's metadata under the key
``corridors`` says name, date, licences and credits. It holds all that a network
folder holds but the hashes of ``datapackage.json``.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError
from corridors.exchange.formats import about, links_with_notes, tables_to_write
from corridors.files import whole_folder, write_bytes
from corridors.network.schema import tables

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.network.network import Network


def write(net: Network, path: Path) -> list[Path]:
    """Write a network as a folder of Parquet files.

    Parameters
    ----------
    net
        The network.
    path
        The folder.

    Returns
    -------
    list of Path
        A file for every table of the schema.

    Raises
    ------
    DataError
        Where pyarrow, which writes Parquet, is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        msg = "geoparquet needs pyarrow: pip install pyarrow"
        raise DataError(msg) from None

    said = json.dumps(about(net), ensure_ascii=False).encode()
    contents = {}
    own = tables_to_write(net)
    drawn: dict[str, Any] = {"nodes": net.nodes, "links": links_with_notes(net)}
    for name in tables():
        spatial = drawn.get(name)
        buffer = io.BytesIO()
        if spatial is None:
            table = pa.Table.from_pandas(own[name], preserve_index=False)
        else:
            spatial.reset_index().to_parquet(buffer, index=False, schema_version="1.1.0")
            buffer.seek(0)
            table = pq.read_table(buffer)
            buffer = io.BytesIO()
        metadata = {**(table.schema.metadata or {}), b"corridors": said}
        pq.write_table(table.replace_schema_metadata(metadata), buffer, compression="zstd")
        contents[f"{name}.parquet"] = buffer.getvalue()
    with whole_folder(path) as new:
        for file, content in contents.items():
            write_bytes(new / file, content)
    return [path / file for file in contents]
