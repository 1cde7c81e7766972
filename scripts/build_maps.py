"""Write the gallery of `maps/`: an HTML map and a picture for each shipped scenario.

The HTML files are not kept in the repository (each holds the whole network);
the pictures are.
"""

from __future__ import annotations

from pathlib import Path

import corridors as co
from corridors.assignment.map_data import network_figure, network_map

MAPS = Path(__file__).parent.parent / "maps"
NO_DATE = {"Software": None}


def main() -> None:
    """Write everything."""
    net = co.load()
    network_map(net).save(MAPS / "network.html")
    network_figure(net, "land").savefig(MAPS / "network.png", dpi=80, metadata=NO_DATE)
    for name in co.shipped_scenarios():
        hit = co.assign(net, name)
        comparison = co.compare(co.assign(net, as_of=hit.state.day), hit)
        comparison.map().save(MAPS / f"{name}.html")
        if name == "poland-closure-2025":
            comparison.figure().savefig(MAPS / f"{name}.png", dpi=70, metadata=NO_DATE)
        print(f"maps/{name}.html")


if __name__ == "__main__":
    main()
