"""Rules about the lines of links: they are there, they fit, and they stay where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.network.folder import LINES
from corridors.network.reading.cells import Problem, problem_at, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from corridors.network.network import Network

_END_GAP_KM = 5.0
_SHORT_KM = 20.0
_FOREIGN_KM = 10.0
_LENGTH_RATIO = (0.9, 1.35)
_BELOW_GREAT_CIRCLE = 0.95
_SLACK_KM = 1.0
_MANY_TIMES = 10.0

_DETOUR = 5.0
"""Times the great circle that a link without a line may be long.

A slip by one digit makes a link ten times as long, and the ways of the world make far less:
of the roads, railways and lanes of the shipped network one in 400 is longer than 2.2 times the
great circle, the longest, by sea round Scandinavia, 4.2 times.
"""

_ROUNDED_KM = 10.0
"""Places rounded to a tenth of a degree may seem this much nearer to each other than they are."""

_EXPLAINING = ("line", "track", "course", "measured", "length")


_CROSSINGS = ("bridge", "tunnel")
"""Of a link that is no more than such a work, the length is that of the work."""


def _explains(note: str, *also: str) -> bool:
    """Whether a link's note speaks of its line at all; any other note excuses nothing."""
    return any(word in note.lower() for word in (*_EXPLAINING, *also))


def falls_short(stated_km: float, direct_km: float, note: str = "") -> bool:
    """Return whether a length is less than any way between two places can be.

    Parameters
    ----------
    stated_km, direct_km
        The length, and the great circle between the places.
    note
        Of the link; what it explains is passed over.
    """
    short = stated_km < _BELOW_GREAT_CIRCLE * direct_km and direct_km - stated_km > _SLACK_KM
    return short and not _explains(note, *_CROSSINGS)


def lines_belong_to_links(net: Network) -> Iterator[Problem]:
    """Every line is a link's, and every link has a line, where the folder holds lines at all."""
    from corridors.network.geometry import read_lines

    if net.folder is None or not (net.folder / LINES).is_file():
        return
    known = set(net.tables["links"]["link_id"])
    drawn = set(read_lines(net.folder / LINES).index)
    for name in sorted(drawn - known):
        message = f"no link {name!r}"
        yield Problem(LINES, 0, "link_id", "lines-belong-to-links", message)
    for i, name in net.tables["links"]["link_id"].items():
        if name not in drawn:
            yield problem_at("links", i, "link_id", lines_belong_to_links, f"{name} has no line")


def lines_meet_their_nodes(net: Network) -> Iterator[Problem]:
    """The ends of each line lie within 5 km of the link's nodes, unless its note says why not."""
    from corridors.network.geometry import end_gaps_km

    points = net.nodes.geometry
    for i, (link, row) in enumerate(records(net.links)):
        ends = [(points[row[end]].x, points[row[end]].y) for end in ("from_node", "to_node")]
        for end, gap in zip(
            ("from_node", "to_node"), end_gaps_km(row["geometry"], *ends), strict=True
        ):
            if gap > _END_GAP_KM and not _explains(row["note"]):
                message = f"the line of {link} ends {gap:.0f} km from {row[end]}"
                yield problem_at("links", i, end, lines_meet_their_nodes, message)


def lengths_fit_lines(net: Network) -> Iterator[Problem]:
    """Stated length over line length is 0.9 to 1.35, unless the link's note says why not.

    A drawn line leaves out bends, so the track is rather longer than shorter.
    Below 20 km a station's own tracks decide, and the rule does not apply.
    """
    from corridors.network.geometry import geodesic_length_km

    low, high = _LENGTH_RATIO
    for i, (link, row) in enumerate(records(net.links)):
        line = geodesic_length_km(row["geometry"])
        if (
            row["made"] == "straight"
            or _explains(row["note"])
            or max(line, row["length_km"]) < _SHORT_KM
        ):
            continue
        ratio = row["length_km"] / max(line, 0.1)
        if not low <= ratio <= high:
            message = (
                f"{link}: stated {row['length_km']:g} km is {ratio:.2f} times the {line:.0f} km "
                f"of its line, expected {low:g} to {high:g}, or a note that explains it"
            )
            yield problem_at("links", i, "length_km", lengths_fit_lines, message)


def lengths_fit_great_circles(net: Network) -> Iterator[Problem]:
    """No link is shorter than the great circle between its nodes, nor longer beyond every detour.

    A place is drawn as a point, so 1 km and 5 % are passed over, and whatever the
    link's note explains. Too long, by 5 times and 50 km, is only what has no line, which
    would show the detour. Where more than half of the links are too short by more than
    the 5 %, or many times too long, the unit of length is a wrong one, and each of them
    is listed, however short.
    """
    import numpy as np

    links = net.tables["links"]
    direct = _great_circles_km(net)
    stated = links["length_km"].to_numpy()
    short = stated < _BELOW_GREAT_CIRCLE * direct
    apart = direct > 0.0
    many = 2 * int(short.sum()) > int(apart.sum()) > 1
    long = apart & (stated > np.maximum(_MANY_TIMES * direct, _SHORT_KM))
    if 2 * int(long.sum()) > int(apart.sum()) > 1:
        short, many = short | long, True
    # A link back to its own node is another rule's.
    undrawn = (net.links["made"] == "straight").to_numpy() & (
        links["from_node"] != links["to_node"]
    ).to_numpy()
    far = undrawn & (stated > _DETOUR * np.maximum(direct, _ROUNDED_KM))
    for i in (short | far).nonzero()[0]:
        row = links.iloc[int(i)]
        tolerated = not (many or far[i]) and direct[i] - stated[i] <= _SLACK_KM
        if tolerated or _explains(row["note"], *_CROSSINGS):
            continue
        message = (
            f"{row['link_id']}: stated {row['length_km']:g} km, but its nodes lie {direct[i]:.3g} "
            "km apart as the crow flies"
        )
        if many:
            message += "; most links are as far off, so the unit of length may be a wrong one"
        elif far[i]:
            message += (
                f", expected at most {_DETOUR:g} times that, or a line or note that explains it"
            )
        yield problem_at("links", links.index[i], "length_km", lengths_fit_great_circles, message)


def _great_circles_km(net: Network) -> NDArray[np.float64]:
    """Return how far the nodes of each link lie apart."""
    from pyproj import Geod

    nodes, links = net.tables["nodes"].set_index("node_id"), net.tables["links"]
    starts, ends = nodes.loc[links["from_node"]], nodes.loc[links["to_node"]]
    metres: NDArray[np.float64] = Geod(ellps="WGS84").inv(
        starts["lon"].to_numpy(),
        starts["lat"].to_numpy(),
        ends["lon"].to_numpy(),
        ends["lat"].to_numpy(),
    )[2]
    return metres / 1000.0


def lines_stay_in_their_countries(net: Network) -> Iterator[Problem]:
    """No line crosses a country that neither end lies in, unless via_countries names it.

    Up to 10 km are passed over: the borders that are drawn are generalised. Sea
    lanes are not looked at: they are chords that cut across headlands.
    """
    from corridors.network.geometry import countries_crossed, read_basemap

    drawn = [
        (i, link, row)
        for i, (link, row) in enumerate(records(net.links))
        if row["made"] != "straight" and row["mode"] != "sea"
    ]
    basemap = read_basemap() if drawn else None
    for i, link, row in drawn:
        allowed = {net.country_of[row["from_node"]], net.country_of[row["to_node"]]}
        allowed |= set(row["via_countries"].split(";"))
        for country, km in countries_crossed(row["geometry"], basemap, allowed).items():
            if km > _FOREIGN_KM:
                message = f"the line of {link} runs {km:.0f} km through {country}"
                yield problem_at(
                    "links", i, "via_countries", lines_stay_in_their_countries, message
                )
