"""How sure a number is: the range its source gives, or a default by confidence.

Where a publication gives a range it stands in the table (`low` and `high`) or in
the provenance of the number. Where it does not, a default spread by confidence
is used: inferred by the authors, and stated here and in the data dictionary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.errors import UnknownIdError, nearest
from corridors.network.provenance import row_keys
from corridors.network.schema import tables

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.network import Network

DEFAULT_SPREAD = {"A": 0.05, "B": 0.10, "C": 0.25, "D": 0.50}
"""Share of the value to either side, by confidence.

A official statistics or operator, B press quoting officials, C press or
analyst, D inferred. Chosen so that the published conflicts of the collection
lie inside: container flows of one year differ by 5 to 10 per cent between
operators and officials, analysts' capacities by a quarter, inferences by half.
"""


def value_ranges(net: Network, table: str, column: str) -> pd.DataFrame:
    """Return value, low and high of a numeric column, row by row.

    Parameters
    ----------
    net
        The network.
    table, column
        What is asked for, such as ``"capacities"`` and ``"amount"``.

    Returns
    -------
    DataFrame
        Indexed by the row's key: value, low, high, confidence, and `stated`,
        whether the range is the source's (True) or the default spread (False).
        Low is never below 0 where the value is not.

    Raises
    ------
    UnknownIdError
        Where the table has no such column.

    Examples
    --------
    >>> import corridors as co
    >>> from corridors.network.ranges import value_ranges
    >>> frame = value_ranges(co.load(), "capacities", "amount")
    >>> bool((frame["low"] <= frame["value"]).all() and (frame["value"] <= frame["high"]).all())
    True
    """
    import pandas as pd

    schema = tables()
    if table not in schema or column not in schema[table].names:
        known = [f"{t.name}.{c.name}" for t in schema.values() for c in t.columns]
        msg = f"no column {table}.{column}{nearest(f'{table}.{column}', known)}"
        raise UnknownIdError(msg)
    frame = net.tables[table]
    provenance = net.tables["provenance"]
    own = provenance[(provenance["table"] == table) & (provenance["column"] == column)]
    known_rows = own.drop_duplicates("row").set_index("row")
    keys = row_keys(frame, schema[table].key)
    result = pd.DataFrame({"value": frame[column].to_numpy()}, index=pd.Index(keys, name="row"))
    for bound in ("low", "high"):
        result[bound] = known_rows[bound].reindex(keys).to_numpy()
        # Only the column that the table's own range is about may use it.
        if bound in frame.columns and column in {"amount", "units_per_year", "share", "value"}:
            result[bound] = result[bound].where(result[bound].notna(), frame[bound].to_numpy())
    result["confidence"] = known_rows["confidence"].reindex(keys).fillna("D").to_numpy()
    result["stated"] = (result["low"].notna() & (result["low"] <= result["value"])) | (
        result["high"].notna() & (result["high"] >= result["value"])
    )
    spread = result["confidence"].map(DEFAULT_SPREAD) * result["value"].abs()
    # A range that does not hold the chosen value is about another figure of the source.
    low_ok = result["low"] <= result["value"]
    high_ok = result["high"] >= result["value"]
    result["low"] = result["low"].where(low_ok, result["value"] - spread)
    result["high"] = result["high"].where(high_ok, result["value"] + spread)
    return result
