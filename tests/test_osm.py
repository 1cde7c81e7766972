"""OpenStreetMap over real HTTP, against a server on loopback that speaks Overpass."""

from __future__ import annotations

import json
import re
import shutil
import socket
from functools import cache
from types import SimpleNamespace

import osmnx
import overpass
import pytest
import requests
import toys
from overpass import STAMP, Ways, bent, serve, straight, tracks
from pyproj import Geod
from pyproj.database import query_utm_crs_info
from shapely import LineString
from waiting import HANG_S

import corridors as co
from corridors.cli import main
from corridors.exchange.osm import Service, apply_proposal, propose
from corridors.exchange.osm.proposal import strip
from corridors.exchange.osm.ways import RAIL, RAIL_BEING_BUILT, ROAD, gauges, traction
from corridors.network.folder import data_folder, seal

GEOD = Geod(ellps="WGS84")
PLACES = [
    {"node_id": "start", "name": "Start", "kind": "junction", "country": "KZ", "lat": "45",
     "lon": "60"},
    {"node_id": "end", "name": "End", "kind": "junction", "country": "KZ", "lat": "45",
     "lon": "61"},
]  # fmt: skip
LINK = "start-end-rail"


def km(points):
    return GEOD.line_length(*zip(*points, strict=True)) / 1000


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A network of one's own: rail of each gauge, a road and a ferry from start to end."""
    from corridors.exchange.tables import frames_from_rows, missing_provenance
    from corridors.network.folder import write_tables

    base = {"from_node": "start", "to_node": "end", "length_km": "100"}
    rows = {
        "nodes": PLACES,
        "links": [
            {**base, "link_id": LINK, "mode": "rail", "gauge_mm": "1520", "tracks": "1",
             "electrified": "no"},
            {**base, "link_id": "start-end-rail-1435", "mode": "rail", "gauge_mm": "1435"},
            {**base, "link_id": "start-end-road", "mode": "road"},
            {**base, "link_id": "start-end-sea", "mode": "sea"},
        ],
        "cargo": [{"cargo": "bulk", "name": "Bulk", "unit": "t", "t_per_unit": "1",
                   "usd_per_unit": "1", "usd_per_unit_day": "0", "loss_usd_per_unit": "1",
                   "modes": "rail"}],
        "rates": [{"mode": "rail", "cargo": "bulk", "usd_per_unit_km": "1", "km_per_hour": "30"}],
        "sources": [{"source_id": "book", "publisher": "A railway", "title": "Distances"}],
    }  # fmt: skip
    frames, problems = frames_from_rows(rows)
    rows["provenance"] = missing_provenance(frames, "book", "A", "")
    frames, more = frames_from_rows(rows)
    assert not [*problems, *more]
    path = tmp_path_factory.mktemp("template") / "mine"
    write_tables(path, frames, name="mine", title="Mine", lines=None)
    assert co.check(path) == []
    return path


@pytest.fixture
def folder(template, tmp_path):
    return shutil.copytree(template, tmp_path / "mine")


@pytest.fixture
def service(tmp_path):
    """Short-tempered, with a cache of its own."""

    def make(url, **options):
        options = {"pause_s": 0.01, "timeout_s": HANG_S, "cache": tmp_path / "cache"} | options
        return Service(url=url, **options)

    return make


@pytest.fixture
def slept(monkeypatch):
    """Return the pauses that the service has made, in seconds; none of them is waited for."""
    pauses = []
    clock = SimpleNamespace(sleep=pauses.append)
    monkeypatch.setattr("corridors.exchange.osm.service.time", clock)
    return pauses


@pytest.fixture(scope="module", autouse=True)
def _projections_found_once():
    """Have the projections that fit an area, always the same few areas here, looked up once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pyproj.database.query_utm_crs_info", cache(query_utm_crs_info))
        yield


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    """Every test, whatever goes wrong in it, leaves sockets and OSMnx as they were."""
    names = [n for n in vars(osmnx.settings) if not n.startswith("_")]
    before = {n: getattr(osmnx.settings, n) for n in names}
    resolve = socket.getaddrinfo
    yield
    assert socket.getaddrinfo is resolve
    assert {n: getattr(osmnx.settings, n) for n in names} == before


def test_the_right_gauge_is_found_and_measured(folder, service):
    with serve() as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    # By hand: 40 pieces up to 45.05 and down again; the shorter high-speed line, the
    # yard and the 1435 track may not be used.
    assert found.length_km == pytest.approx(km(bent()), abs=0.06)
    assert found.gauge_mm == 1520
    assert found.right_gauge
    assert found.gap_km == 0
    assert found.beside_km == (0.0, 0.0)
    assert found.tracks == 2
    assert found.electrified == "25kV"
    assert found.as_of == STAMP[:10]
    assert found.line.coords[0] == (60.0, 45.0)
    assert found.line.coords[-1] == (61.0, 45.0)
    assert max(p[1] for p in found.line.coords) == pytest.approx(45.05)


def test_differences_name_what_the_table_says(folder, service):
    with serve() as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert [(d.column, d.table, d.osm) for d in found.differences] == [
        ("length_km", "100", f"{found.length_km:g}"),
        ("electrified", "no", "25kV"),
        ("tracks", "1", "2"),
    ]
    change = found.length_km - 100
    assert found.differences[0].says.startswith(f"{change:+.1f} km")


def test_a_link_of_the_other_gauge_takes_the_other_track(folder, service):
    with serve() as server:
        found = propose(co.load(folder), "start-end-rail-1435", service=service(server.url))
    # The straight 1435 track lies 2.2 km beside the places; a track that carries
    # both gauges passes through them, so its detour of half a kilometre is shorter.
    assert found.gauge_mm == 1435
    assert found.gauge_km["1435+1520"] == pytest.approx(found.length_km, abs=0.2)
    assert found.length_km == pytest.approx(km(bent()), abs=0.06)


def test_where_no_track_fits_the_gauge_another_is_shown_but_not_applied(folder, service):
    only = Ways().way(straight((60.0, 45.0), (61.0, 45.0)), railway="rail", gauge="1435")
    with serve(only.answer()) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert not found.right_gauge
    assert found.gauge_mm == 1435
    before = (folder / "links.csv").read_bytes()
    with pytest.raises(co.OpenStreetMapError, match="1520 mm, OpenStreetMap has tracks of 1435"):
        apply_proposal(found, folder)
    assert (folder / "links.csv").read_bytes() == before


def test_one_request_with_every_condition_and_both_ways(folder, service):
    with serve() as server:
        propose(co.load(folder), LINK, service=service(server.url))
        assert len(server.asked) == 1
        assert server.status_asked == 1
        query = server.asked[0]
    assert RAIL in query
    assert f"[timeout:{HANG_S}]" in query
    corners = re.search(r"poly:'([^']*)'", query)[1].split()
    # The strip is 10 km to either side and OSMnx adds half a kilometre.
    assert float(min(corners[::2])) == pytest.approx(45 - 10.5 / 111.1, abs=0.01)
    assert len(corners) < 200


def test_a_planned_link_may_use_what_is_being_built(folder, service):
    rows = (folder / "links.csv").read_text(encoding="utf-8").splitlines()
    at = rows[0].split(",").index("opens")
    number = next(i for i, row in enumerate(rows) if row.startswith(f"{LINK},"))
    values = rows[number].split(",")
    values[at] = "2035-01-01"
    rows[number] = ",".join(values)
    built = Ways().way(bent(), railway="construction", construction="rail", gauge="1520")
    with serve(built.answer()) as server:
        # An answer may hold what was not asked for; a link that is open already is not
        # led over tracks that are not there.
        with pytest.raises(co.OpenStreetMapError, match="no 1520 mm track"):
            propose(co.load(folder), LINK, service=service(server.url))
        assert RAIL in server.asked[-1]
        (folder / "links.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        seal(folder)
        found = propose(co.load(folder), LINK, service=service(server.url))
        assert RAIL_BEING_BUILT in server.asked[-1]
    assert found.length_km == pytest.approx(km(bent()), abs=0.06)


def test_the_way_back_is_found_although_tracks_are_one_way(folder, service):
    lone = Ways().way(bent()[::-1], railway="rail", gauge="1520", oneway="yes")
    with serve(lone.answer()) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert found.length_km == pytest.approx(km(bent()), abs=0.06)
    assert found.tracks == 1


def test_a_road_respects_one_way(folder, service):
    ways = Ways()
    ways.way(straight((61.0, 45.0), (60.0, 45.0)), highway="motorway", oneway="yes")
    ways.way(bent(), highway="trunk")
    with serve(ways.answer()) as server:
        found = propose(co.load(folder), "start-end-road", service=service(server.url))
        assert ROAD in server.asked[0]
    assert found.length_km == pytest.approx(km(bent()), abs=0.06)
    assert found.gauge_mm is None
    assert found.tracks is None
    assert [d.column for d in found.differences] == ["length_km"]


def test_gaps_are_bridged_and_counted(folder, service):
    #   ●────────●  1.6 km  ●────────●
    ways = Ways()
    ways.way(straight((60.0, 45.0), (60.49, 45.0)), railway="rail", gauge="1520")
    ways.way(straight((60.51, 45.0), (61.0, 45.0)), railway="rail", gauge="1520")
    with serve(ways.answer()) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    gap = km([(60.49, 45.0), (60.51, 45.0)])
    assert found.gap_km == round(gap, 1) == 1.6
    assert found.length_km == pytest.approx(km([(60, 45), (61, 45)]), abs=0.1)


def test_a_gap_too_wide_is_no_way(folder, service):
    ways = Ways()
    ways.way(straight((60.0, 45.0), (60.4, 45.0)), railway="rail", gauge="1520")
    ways.way(straight((60.6, 45.0), (61.0, 45.0)), railway="rail", gauge="1520")
    with serve(ways.answer()) as server, pytest.raises(co.OpenStreetMapError, match="no 1520 mm"):
        propose(co.load(folder), LINK, service=service(server.url))


def test_places_beside_the_track_are_joined_but_not_counted(folder, service):
    line = straight((60.0, 45.03), (61.0, 45.03))
    ways = Ways().way(line, railway="rail", gauge="1520")
    with serve(ways.answer()) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert found.beside_km == (3.3, 3.3)
    assert found.length_km == pytest.approx(km(line), abs=0.06)
    assert found.line.coords[0] == (60.0, 45.0)


def test_a_place_beside_a_long_edge_is_joined_where_it_lies(folder, service):
    #  (59.9, 45.02) ●───────────────────────────────● (61.1, 45.02), no vertex between
    #                      ┊                   ┊
    #                    start                end
    ways = Ways().way([(59.9, 45.02), (61.1, 45.02)], railway="rail", gauge="1520")
    with serve(ways.answer()) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert found.length_km == pytest.approx(km([(60, 45.02), (61, 45.02)]), abs=1.0)
    assert found.beside_km == pytest.approx((2.2, 2.2), abs=0.1)


def test_the_order_of_the_answer_does_not_matter(folder, service):
    elements = tracks().elements
    bodies = [
        json.dumps({"elements": e}).encode()
        for e in (elements, elements[::-1], sorted(elements, key=lambda e: -e["id"]))
    ]
    found = []
    for body in bodies:
        with serve(body) as server:
            found.append(propose(co.load(folder), LINK, service=service(server.url)).to_dict())
    assert found[0] == found[1] == found[2]


def test_untagged_gauge_is_used_but_said(folder, service):
    ways = Ways().way(straight((60.0, 45.0), (61.0, 45.0)), railway="rail")
    with serve(ways.answer()) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert found.gauge_mm is None
    assert list(found.gauge_km) == ["unknown"]
    assert found.right_gauge


def test_the_second_call_asks_nobody(folder, service):
    net = co.load(folder)
    with serve() as server:
        first = propose(net, LINK, service=service(server.url))
        second = propose(net, LINK, service=service(server.url))
        assert len(server.asked) == 1
        assert server.status_asked == 1
        third = propose(net, LINK, service=service(server.url, use_cache=False))
        assert len(server.asked) == 2
    assert (first.requests, second.requests, third.requests) == (1, 0, 1)
    assert {**first.to_dict(), "requests": 0} == second.to_dict()


def test_a_kept_answer_that_was_cut_off_is_fetched_again(folder, service, tmp_path):
    net = co.load(folder)
    with serve() as server:
        propose(net, LINK, service=service(server.url))
        (kept,) = (tmp_path / "cache").rglob("*.json")
        kept.write_text(kept.read_text(encoding="utf-8")[:100], encoding="utf-8")
        again = propose(net, LINK, service=service(server.url))
        assert len(server.asked) == 2
    assert again.requests == 1


@pytest.mark.parametrize(("code", "word"), [(429, "refuses"), (504, "too slow"), (503, "too busy")])
def test_a_busy_server_is_asked_a_few_times_only(folder, service, code, word):
    with serve(statuses=[code] * 10) as server:
        with pytest.raises(co.OpenStreetMapError, match=f"{word}.*{code}.*asked 3 times"):
            propose(co.load(folder), LINK, service=service(server.url))
        assert len(server.asked) == 3


def test_a_server_that_recovers_is_heard(folder, service):
    with serve(statuses=[429, 504]) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert found.requests == 3


def test_the_pause_that_the_server_names_is_kept_or_refused(folder, service, slept):
    with serve(statuses=[429], headers={"Retry-After": "1"}) as server:
        propose(co.load(folder), LINK, service=service(server.url))
    assert sum(slept) == 1
    with (
        serve(statuses=[429], headers={"Retry-After": "3600"}) as server,
        pytest.raises(co.OpenStreetMapError, match="pause of 3600 s"),
    ):
        propose(co.load(folder), LINK, service=service(server.url, use_cache=False))


def test_a_slot_is_waited_for_within_reason(folder, service, slept):
    soon = "Rate limit: 2\nSlot available after: 2026-01-01T00:00:01Z, in 1 seconds.\n"
    with serve(status_text=soon) as server:
        propose(co.load(folder), LINK, service=service(server.url))
    assert sum(slept) == 1
    late = soon.replace("in 1 seconds", "in 4000 seconds")
    with serve(status_text=late) as server:
        with pytest.raises(co.OpenStreetMapError, match="no free slot for 4000 s"):
            propose(co.load(folder), LINK, service=service(server.url, use_cache=False))
        assert server.asked == []


@pytest.mark.parametrize("status", [{"status_text": "what?"}, {"status_code": 404}])
def test_a_server_that_says_nothing_of_slots_is_asked_at_once(folder, service, status, slept):
    with serve(**status) as server:
        propose(co.load(folder), LINK, service=service(server.url))
    assert sum(slept) == 0


ONE_WAY = {"type": "way", "id": 1, "nodes": [1, 2], "tags": {"railway": "rail"}}
BROKEN = {
    "not JSON": (b"<html><b>Dispatcher</b> error</html>", "not JSON: Dispatcher error"),
    "cut off": (tracks().answer()[:300], "not JSON"),
    "empty": (b"", r"not JSON: \(empty\)"),
    "a list": (b"[]", "no list of elements"),
    "no elements": (b'{"version": 0.6}', "no list of elements"),
    "an odd element": (b'{"elements": [7]}', "none of node, way, relation"),
    "no position": (b'{"elements": [{"type": "node", "id": 1}]}', "node 1 has no position"),
    "off the globe": (
        b'{"elements": [{"type": "node", "id": 1, "lat": 95, "lon": 1}]}',
        "no position on the globe",
    ),
    "lost nodes": (json.dumps({"elements": [ONE_WAY]}).encode(), "way 1 names node 1"),
    "gave up": (
        json.dumps({"elements": [], "remark": "runtime error: Query timed out"}).encode(),
        "gave up .*Query timed out.*narrower --buffer",
    ),
    "no ways": (b'{"elements": []}', "knows of no such way"),
    "far away": (
        Ways().way(straight((10.0, 45.0), (11.0, 45.0)), railway="rail").answer(),
        "knows of no such way",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_is_none_is_one_message(folder, service, name, tmp_path):
    body, message = BROKEN[name]
    with serve(body) as server:
        with pytest.raises(co.OpenStreetMapError, match=message) as caught:
            propose(co.load(folder), LINK, service=service(server.url))
        assert len(server.asked) == 1
    assert "\n" not in str(caught.value)
    # What cannot be used is not kept either, unless it was sound and of elsewhere.
    assert name == "far away" or not list((tmp_path / "cache").rglob("*.json"))


def test_a_refused_question_shows_what_the_server_says(folder, service):
    with (
        serve(statuses=[400]) as server,
        pytest.raises(co.OpenStreetMapError, match="HTTP 400: busy or broken"),
    ):
        propose(co.load(folder), LINK, service=service(server.url))


def test_a_dead_server_is_one_message(folder, service, slept):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        with pytest.raises(co.OpenStreetMapError, match="cannot be reached"):
            propose(co.load(folder), LINK, service=service(url))
    assert slept == []


def test_a_server_that_hangs_is_given_up(folder, service):
    with serve(hang_s=HANG_S) as server:
        with pytest.raises(co.OpenStreetMapError, match=r"no answer .* within 3 s"):
            # Long enough for a busy machine to ask, as what is asked is counted.
            propose(co.load(folder), LINK, service=service(server.url, timeout_s=3))
        assert len(server.asked) == 1


def test_a_proxy_of_the_surroundings_is_passed_by_on_loopback(folder, service, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serve() as server:
        assert propose(co.load(folder), LINK, service=service(server.url)).requests == 1


@pytest.mark.parametrize("url", ["127.0.0.1/api", "ftp://127.0.0.1/api", "http:///api", "x"])
def test_an_address_that_is_none(folder, service, url):
    with pytest.raises(co.OpenStreetMapError, match="saw the address"):
        propose(co.load(folder), LINK, service=service(url))


def test_unknown_links_and_other_modes(folder, service):
    net = co.load(folder)
    with pytest.raises(co.UnknownIdError, match="did you mean start-end-rail"):
        propose(net, "start-end-rai", service=service("http://127.0.0.1:9/api"))
    with pytest.raises(co.OpenStreetMapError, match="by sea"):
        propose(net, "start-end-sea", service=service("http://127.0.0.1:9/api"))


def test_apply_writes_the_row_the_line_the_source_and_the_hashes(folder, service):
    with serve() as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    said = apply_proposal(found, folder)
    assert said[:3] == [
        f"links.csv, length_km: 100 -> {found.length_km:g}",
        "links.csv, electrified: no -> 25kV",
        "links.csv, tracks: 1 -> 2",
    ]
    net = co.load(folder)
    row = net.links.loc[LINK]
    assert (row["length_km"], row["electrified"], row["tracks"]) == (found.length_km, "25kV", 2)
    assert row["gauge_mm"] == 1520
    assert row["made"] == "osm"
    assert row["geometry"].equals(found.line)
    assert net.links.loc["start-end-sea", "made"] == "straight"
    own = net.sources_of("links", LINK).set_index("column").loc["length_km"]
    assert own["publisher"] == "OpenStreetMap contributors"
    assert own["confidence"] == "C"
    assert "Not chosen: 100 (book)" in own["note"]
    assert set(net.tables["sources"]["source_id"]) == {"book", "openstreetmap-2026-01-02"}
    assert co.check(folder) == []
    # Once more changes nothing but the note of what was not chosen.
    lines = (folder / "lines.geojson").read_bytes()
    apply_proposal(found, folder)
    assert (folder / "lines.geojson").read_bytes() == lines
    assert len(co.load(folder).tables["sources"]) == 2


def near(template_folder, lon):
    """Put the end 6 km and less from the start, the rail between them as long as that."""
    text = (template_folder / "nodes.csv").read_text(encoding="utf-8")
    (template_folder / "nodes.csv").write_text(text.replace(",61", f",{lon}"), encoding="utf-8")
    seal(template_folder)
    return template_folder


def test_a_track_that_only_crosses_is_no_way(folder, service):
    """Both places are nearest to one vertex of it: a length of 0 was written, and nothing loaded.

    start ┄┄┄┄┄┄●┄┄┄┄┄┄ end
                ┃
    """
    ways = Ways().way(straight((60.03, 44.9), (60.03, 45.1)), railway="rail", gauge="1520")
    with serve(ways.answer()) as server, pytest.raises(co.OpenStreetMapError, match="no 1520 mm"):
        propose(co.load(near(folder, 60.06)), LINK, service=service(server.url))


def test_ways_shorter_than_any_way_between_the_places_are_not_applied(folder, service):
    path = near(folder, 60.06)
    ways = Ways().way(straight((60.03, 45.0), (60.032, 45.0)), railway="rail", gauge="1520")
    with serve(ways.answer()) as server:
        found = propose(co.load(path), LINK, service=service(server.url))
    before = {p.name: p.read_bytes() for p in path.iterdir()}
    with pytest.raises(
        co.OpenStreetMapError, match=r"0\.2 km of ways, but the places lie 4\.73 km"
    ):
        apply_proposal(found, path)
    assert {p.name: p.read_bytes() for p in path.iterdir()} == before


@pytest.mark.parametrize(
    "tags",
    [{"gauge": "152²"}, {"gauge": "9" * 5000}, {"gauge": "1520", "tracks": "²"},
     {"gauge": "١٥٢٠", "tracks": "9" * 5000}, {"gauge": "0"}],
    ids=range(5),
)  # fmt: skip
def test_what_is_no_number_in_tags_says_nothing(folder, service, tags):
    ways = Ways().way(straight((60.0, 45.0), (61.0, 45.0)), railway="rail", **tags)
    with serve(ways.answer()) as server:
        found = propose(co.load(folder), LINK, service=service(server.url))
    assert found.tracks == 1
    assert found.gauge_mm == (1520 if tags["gauge"] == "1520" else None)


@pytest.mark.parametrize("tags", [{"access": "private"}, {"access": "no"}, {"hgv": "no"}])
def test_a_road_that_lorries_may_not_use_is_no_way(folder, service, tags):
    """The server is asked for none such; an answer may hold more than was asked."""
    ways = Ways().way(straight((60.0, 45.0), (61.0, 45.0)), highway="trunk", **tags)
    with (
        serve(ways.answer()) as server,
        pytest.raises(co.OpenStreetMapError, match="no trunk road"),
    ):
        propose(co.load(folder), "start-end-road", service=service(server.url))


@pytest.mark.parametrize("seconds", [0, -1, 1e9, 1e308, float("inf"), float("nan")])
def test_a_time_that_no_server_can_be_given_is_refused(seconds):
    with pytest.raises(co.OpenStreetMapError, match=r"timeout: saw .*at most 86400"):
        Service(timeout_s=seconds)


def test_apply_keeps_the_lines_of_other_links(tmp_path, service):
    path = co.new_network(tmp_path / "island")
    nodes = co.load(path).tables["nodes"].set_index("node_id")
    ends = [(nodes.loc[n, "lon"], nodes.loc[n, "lat"]) for n in ("cedar", "dale")]
    ways = Ways().way(straight(*ends, 30), railway="rail", gauge="1520", electrified="no")
    before = (path / "lines.geojson").read_text(encoding="utf-8").splitlines()
    with serve(ways.answer()) as server:
        found = propose(co.load(path), "cedar-dale-rail", service=service(server.url))
        apply_proposal(found, path)
    after = (path / "lines.geojson").read_text(encoding="utf-8").splitlines()
    changed = [a for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 1
    assert "cedar-dale-rail" in changed[0]
    assert co.check(path) == []


def test_the_shipped_network_is_never_written_to(tmp_path, capsys):
    shipped = data_folder() / "eurasia"
    with serve() as server:
        with pytest.raises(SystemExit) as caught:
            main(["osm", LINK, "--apply", str(shipped), "--server", server.url])
        assert caught.value.code == 2
        assert "never written" in capsys.readouterr().err
        link = tmp_path / "link"
        link.symlink_to(shipped)
        with pytest.raises(SystemExit):
            main(["osm", LINK, "--apply", str(link), "--server", server.url])
        assert server.asked == []


def test_the_command_prints_and_applies(folder, tmp_path, capsys):
    options = ["--cache", str(tmp_path / "cache"), "--timeout", str(HANG_S)]
    with serve() as server:
        options += ["--server", server.url]
        with pytest.raises(SystemExit) as done:
            main(["osm", LINK, "--network", str(folder), *options])
        assert done.value.code == 0
        text = capsys.readouterr().out
        assert "Start–End (start-end-rail) in OpenStreetMap as of 2026-01-02" in text
        assert "25kV" in text
        assert "OpenStreetMap contributors" in text
        with pytest.raises(SystemExit) as done:
            main(["osm", LINK, "--apply", str(folder), "--json", *options])
        assert done.value.code == 0
        found = json.loads(capsys.readouterr().out)
        assert len(server.asked) == 1
    assert found["applied_to"] == str(folder)
    assert found["tracks"] == 2
    assert found["line"]["type"] == "LineString"
    assert co.load(folder).links.loc[LINK, "tracks"] == 2


def test_the_command_fails_in_one_line(folder, capsys, tmp_path):
    with serve(statuses=[429] * 9) as server, pytest.raises(SystemExit) as done:
        main(["osm", LINK, "--network", str(folder), "--server", server.url, "--attempts", "1",
              "--cache", str(tmp_path / "cache")])  # fmt: skip
    assert done.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "asked once" in said.err


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("1520", {1520}),
        ("1520;1435", {1520, 1435}),
        ("1524", {1520}),
        ("broad", set()),
        ("", set()),
    ],
)
def test_gauges(tag, found):
    assert gauges({"gauge": tag}) == found


@pytest.mark.parametrize(
    ("tags", "current"),
    [
        ({"electrified": "no"}, "no"),
        ({"electrified": "contact_line", "voltage": "3000", "frequency": "0"}, "3kV"),
        ({"electrified": "contact_line", "voltage": "15000", "frequency": "16.7"}, "15kV"),
        ({"electrified": "contact_line", "voltage": "25000;3000"}, "mixed"),
        ({"electrified": "yes"}, ""),
        ({}, ""),
    ],
)
def test_traction(tags, current):
    assert traction(tags) == current


def test_the_strip_is_as_wide_as_asked():
    area = strip(LineString([(60, 45), (61, 45)]), 20)
    up = GEOD.inv(60.5, 45.0, 60.5, area.bounds[3])[2] / 1000
    assert up == pytest.approx(20, abs=0.5)
    assert len(area.exterior.coords) < 60


def test_toys_have_no_server():
    # A network without a folder can be looked up too; nothing is written.
    net = toys.network({"a": "KZ", "b": "KZ"}, [{"from_node": "a", "to_node": "b"}], [])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        with pytest.raises(co.OpenStreetMapError, match="cannot be reached"):
            propose(net, "a-b-road", service=Service(url=url, use_cache=False))


def test_copies_of_the_shipped_network_may_be_written(tmp_path):
    # The guard is about the place, not about the content.
    from corridors.exchange.osm.applying import refuse_shipped

    copy = tmp_path / "eurasia"
    shutil.copytree(data_folder() / "eurasia", copy)
    refuse_shipped(copy)
    with pytest.raises(co.OpenStreetMapError):
        refuse_shipped(data_folder() / "eurasia" / ".." / "eurasia")


def test_the_fixture_speaks_as_overpass_does():
    with serve() as server:
        text = requests.get(f"{server.url}/status", timeout=HANG_S).text
        assert text.splitlines()[4].startswith("2 slots available now")
    assert text == overpass.STATUS
