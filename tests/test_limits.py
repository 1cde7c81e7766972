"""A limit on everything: which is a place's own, what a rule infers, what a person takes over.

a ==rail== b --road-- c        a, b in XA, c in XB; the railway has both gauges
           |
           ~sea~ d             d in XC, a port by its transfer
"""

from __future__ import annotations

import csv
import json
import shutil

import command
import pytest
import toys

import corridors as co
from corridors.analysis.limits import with_inferred_limits, write_limits
from corridors.errors import DataError
from corridors.network.checks.limits import storage_has_a_limit
from corridors.network.folder import seal
from corridors.network.limits.coverage import left_open, limits_table
from corridors.network.limits.rules import infer_limits, limit_rules, read_applies

DAY = "2025-06-01"

RULES = [
    {"rule": "track", "rank": 1, "applies": "{of: link, mode: rail}", "unit": "t", "amount": 50,
     "reserve": 0.5, "low": 20, "high": 90},
    {"rule": "post", "rank": 2, "applies": "{of: link, mode: road, border: yes}", "unit": "t",
     "amount": 30, "reserve": 0.2},
    {"rule": "road", "rank": 3, "applies": "{of: link}", "unit": "t", "amount": 500},
    {"rule": "port", "rank": 4, "applies": "{of: port}", "unit": "t", "amount": 70},
    {"rule": "yard", "rank": 5, "applies": "{of: transfer}", "unit": "t", "amount": 40},
]  # fmt: skip


def small(per_day=60.0, rules=RULES, **others):
    """Build the network of the sketch, with demand from a to c and the rules."""
    given = {
        "transfers": [
            {"transfer_id": "b-road", "node_id": "b", "from_mode": "rail", "from_gauge_mm": 1520,
             "to_mode": "road", "hours": 1},
            {"transfer_id": "b-sea", "node_id": "b", "from_mode": "rail", "from_gauge_mm": 1520,
             "to_mode": "sea", "hours": 1},
        ],
        "limit_rules": rules,
        "sources": [{"source_id": "us", "publisher": "us", "title": "us"}],
        "provenance": [
            {"table": "limit_rules", "row": row["rule"], "column": "amount", "source_id": "us",
             "confidence": "D", "note": "so"}
            for row in rules
        ],
    } | others  # fmt: skip
    return toys.network(
        {"a": "XA", "b": "XA", "c": "XB", "d": "XC"},
        [
            {"from_node": "a", "to_node": "b", "mode": "rail", "link_id": "ab-1520"},
            {"from_node": "b", "to_node": "a", "mode": "rail", "link_id": "ba-1435",
             "gauge_mm": 1435},
            {"from_node": "b", "to_node": "c", "link_id": "bc"},
            {"from_node": "b", "to_node": "d", "mode": "sea", "link_id": "bd"},
        ],
        [{"origin": "a", "destination": "c", "per_day": per_day}],
        **given,
    )  # fmt: skip


def amounts(net):
    return dict(net.inferred_limits()[["capacity_id", "amount"]].itertuples(index=False))


def test_the_larger_of_class_and_traffic_decides():
    # 60 t a day go from a to c: 1.5 x 60 = 90 by rail against 50, 1.2 x 60 = 72 by road
    # against 30, and the yard has 60 without a reserve against 40.
    found = with_inferred_limits(small(), DAY)
    assert amounts(found) == {
        "limit.ab-1520": 90,
        "limit.bc": 72,
        "limit.b-road": 60,
        "limit.b-sea": 40,
        "limit.b.port": 70,
    }


def test_an_idle_place_has_what_its_class_has():
    found = amounts(with_inferred_limits(small(per_day=1.0), DAY))
    assert found["limit.ab-1520"] == 50
    assert found["limit.bc"] == 30


def test_low_and_high_hold_the_amount():
    found = with_inferred_limits(small(), DAY).inferred_limits().set_index("capacity_id")
    assert (found["low"] <= found["amount"]).all()
    assert (found["high"] >= found["amount"]).all()
    # What passes is the least that a place can do, whatever the class says.
    assert found.loc["limit.ab-1520", ["low", "high"]].tolist() == [60, 90]


def test_two_gauges_between_two_nodes_are_one_place():
    net = with_inferred_limits(small(), DAY)
    members = net.tables["capacity_members"].set_index("link_id")
    own = members[members["capacity_id"] == "limit.ab-1520"]
    # The second one is drawn the other way round.
    assert own["direction"].to_dict() == {"ab-1520": "forward", "ba-1435": "backward"}
    both = co.assign(with_inferred_limits(small(), DAY), as_of=DAY).capacities
    assert both.set_index("capacity_id").loc["limit.ab-1520:forward", "used"] == 60


def test_the_ordinary_state_keeps_every_flow():
    net = small()
    after = with_inferred_limits(net, DAY)
    plain, limited = co.assign(net, as_of=DAY), co.assign(after, as_of=DAY)
    assert limited.flows.equals(plain.flows)
    assert limited.summary["shortfall_t_per_day"] == 0


def published(**values):
    """Return tables with one published capacity and its members."""
    members = values.pop("members")
    row = {"capacity_id": "known", "name": "known", "unit": "t", "amount": 99} | values
    return {
        "capacities": [row],
        "capacity_members": [{"capacity_id": "known", **member} for member in members],
    }


def test_a_published_limit_wins():
    net = small(**published(members=[{"link_id": "bc"}]))
    assert "limit.bc" not in amounts(with_inferred_limits(net, DAY))


def test_a_limit_of_one_cargo_leaves_the_others_to_a_rule():
    net = small(**published(members=[{"link_id": "bc", "cargo": "box"}]))
    found = with_inferred_limits(net, DAY).tables["capacity_members"]
    assert found.loc[found["capacity_id"] == "limit.bc", "cargo"].tolist() == ["bulk"]


def test_a_limit_of_one_direction_leaves_the_other_to_a_rule():
    net = small(**published(members=[{"link_id": "bc", "direction": "forward"}]))
    found = with_inferred_limits(net, DAY)
    row = found.tables["capacities"].set_index("capacity_id").loc["limit.bc"]
    member = found.tables["capacity_members"].set_index("capacity_id").loc["limit.bc"]
    assert (row["per_direction"], member["direction"]) == ("no", "backward")
    # 60 t a day go the other way; nothing comes back.
    assert row["amount"] == 30


def test_a_limit_of_some_years_leaves_the_others_to_a_rule():
    net = small(**published(members=[{"link_id": "bc"}], valid_from="2024-01-01"))
    assert "limit.bc" in amounts(with_inferred_limits(net, DAY))
    # On a day on which it holds, nothing is missing.
    assert not left_open(net.at(DAY))["link", "bc", 0]
    assert left_open(net.at("2023-06-01"))["link", "bc", 0]


def test_a_limit_on_several_places_is_no_limit_of_one():
    net = small(**published(members=[{"link_id": "bc"}, {"link_id": "ab-1520"}]))
    assert {"limit.bc", "limit.ab-1520"} <= set(amounts(with_inferred_limits(net, DAY)))


def test_a_sea_lane_is_limited_by_its_port():
    table = limits_table(with_inferred_limits(small(), DAY)).set_index(["id", "direction"])
    assert table.loc[("bd", "forward"), "limits"] == "limit.b.port"
    assert set(table["basis"]) == {"inferred"}
    assert set(table["confidence"]) == {"D"}


def test_the_first_rule_by_rank_decides():
    late = [{**row, "rank": 9} if row["rule"] == "post" else row for row in RULES]
    assert amounts(with_inferred_limits(small(per_day=1.0, rules=late), DAY))["limit.bc"] == 500


def test_a_place_that_no_rule_fits_is_named():
    with pytest.raises(DataError, match=r"no rule fits b-road, which has no published limit"):
        infer_limits(small(rules=RULES[:4]))


def test_a_network_without_rules_says_so():
    with pytest.raises(DataError, match="no limit_rules"):
        with_inferred_limits(small(rules=[]), DAY)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{mode: rail}", "expected a mapping with of: link, port, store or transfer"),
        ("{of: link, mod: rail}", r"unknown key 'mod'.*mode"),
        ("[of, link]", "expected a mapping"),
        ("{of: link", "expected"),
    ],
)
def test_what_a_rule_applies_to_is_told_apart_from_noise(text, fault):
    found, said = read_applies(text)
    assert not found
    assert said
    if fault != "expected":
        import re

        assert re.search(fault, said)


def test_yes_no_and_numbers_are_words():
    assert read_applies("{of: link, tracks: 2, border: no, electrified: no}")[0] == {
        "of": {"link"},
        "tracks": {"2"},
        "border": {"no"},
        "electrified": {"no"},
    }
    assert read_applies('{of: link, country: ["NO"]}')[0]["country"] == {"NO"}


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("{of: link, country: NO}", "NO"),
        ("{of: link, country: [SE, NO]}", "NO"),
        ("{of: port, node: 012}", "012"),
        ("{of: store, cargo: [1, grain]}", "1"),
    ],
)
def test_a_name_that_yaml_takes_for_another_thing_is_asked_to_be_quoted(text, stands):
    """A rule for Norway applied nowhere, and nothing said so."""
    found, said = read_applies(text)
    assert not found
    assert f"saw {stands}, which YAML takes for" in said
    assert f'quote it: "{stands}"' in said


def test_all_countries_of_a_place_must_be_named():
    within = [{**RULES[1], "applies": "{of: link, mode: road, country: [XA]}"}, *RULES[2:],
              RULES[0]]  # fmt: skip
    assert amounts(with_inferred_limits(small(per_day=1.0, rules=within), DAY))["limit.bc"] == 500
    assert next(r.rule for r in limit_rules(small(rules=within))) == "track"


def test_counts_of_one_link_are_what_passes_too():
    counted = {
        "observation_id": "seen", "quantity": "volume", "value": 365 * 400, "unit": "t/year",
        "role": "validate", "measure": "volume", "asks": "{where: {link: bc}}",
    }  # fmt: skip
    found = amounts(with_inferred_limits(small(observations=[counted]), DAY))
    # 400 t a day both ways are 200 each way, and a fifth more.
    assert found["limit.bc"] == 240


# --- on disk


@pytest.fixture
def folder(tmp_path):
    """Return the made-up network with rules that fit all of it."""
    path = co.new_network(tmp_path / "island")
    header = "rule,rank,applies,unit,amount\n"
    rows = "".join(f"{of},1,{{of: {of}}},t,90000\n" for of in ("link", "port", "transfer"))
    (path / "limit_rules.csv").write_text(header + rows, encoding="utf-8")
    with (path / "provenance.csv").open("a", encoding="utf-8") as file:
        for of in ("link", "port", "transfer"):
            file.write(f"limit_rules,{of},amount,made-up,,,,D,made up\n")
    seal(path)
    return path


def rows_of(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(folder, table, rows):
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    seal(folder)


def again(folder):
    write_limits(with_inferred_limits(co.load(folder), "2026-03-01"), folder)


def test_what_is_written_is_checked_and_covers_everything(folder):
    again(folder)
    assert co.check(folder) == []
    found = co.info(co.load(folder))["limits"]
    assert found["coverage"] == 1.0
    assert sum(found["by_confidence"].values()) == found["published"] + found["inferred"]


def test_written_again_it_is_the_same_to_the_byte(folder):
    again(folder)
    before = {p.name: p.read_bytes() for p in folder.glob("*.*")}
    again(folder)
    assert {p.name: p.read_bytes() for p in folder.glob("*.*")} == before


def test_what_a_person_has_taken_over_stays(folder):
    again(folder)
    name = "limit.aster-brook-rail"
    rows = rows_of(folder, "capacities")
    for row in rows:
        if row["capacity_id"] == name:
            row |= {"amount": "1234", "rule": "", "low": "", "high": ""}
    write_rows(folder, "capacities", rows)
    again(folder)
    kept = next(r for r in rows_of(folder, "capacities") if r["capacity_id"] == name)
    assert (kept["amount"], kept["rule"]) == ("1234", "")
    members = [r for r in rows_of(folder, "capacity_members") if r["capacity_id"] == name]
    assert [m["link_id"] for m in members] == ["aster-brook-rail"]
    assert any(r["row"] == name for r in rows_of(folder, "provenance"))
    assert co.check(folder) == []
    table = limits_table(co.load(folder)).set_index(["id", "direction"])
    assert table.loc[("aster-brook-rail", "forward"), "basis"] == "published"


def test_what_people_have_written_is_not_touched(folder):
    before = {t: rows_of(folder, t) for t in ("capacities", "capacity_members", "provenance")}
    again(folder)
    for table, rows in before.items():
        now = rows_of(folder, table)
        for row in rows:
            assert any(row.items() <= other.items() for other in now)


def test_the_command_writes_and_lists(folder):
    done = command.corridors("limits", "--network", str(folder), "--write", str(folder),
                             "--as-of", "2026-03-01", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {row["basis"] for row in said["limits"]} == {"published", "inferred"}
    assert len(said["inferred"]) == len(co.load(folder).inferred_limits())
    assert len(said["written"]) == 4


def test_the_command_says_the_essential_and_lists_all_where_that_is_asked(folder, monkeypatch):
    of = ("limits", "--network", str(folder))
    monkeypatch.setenv("COLUMNS", "80")
    short = command.corridors(*of).stdout
    assert len(short.splitlines()) < 60
    assert max(map(len, short.splitlines())) <= 80
    inferred = co.load(folder).inferred_limits()
    rows = [line.split() for line in short.splitlines()]
    for rule, count in inferred["rule"].value_counts().items():
        assert any(row[:1] == [rule] and str(count) in row for row in rows)
    assert "--each" in short
    monkeypatch.setenv("COLUMNS", "400")
    whole = command.corridors(*of, "--each").stdout
    for name in inferred["capacity_id"]:
        assert name in whole
        assert name not in short


def test_a_folder_that_is_no_network_is_refused(folder, tmp_path):
    (tmp_path / "other").mkdir()
    with pytest.raises(DataError, match=r"no datapackage\.json"):
        write_limits(co.load(folder), tmp_path / "other")


def test_limits_of_one_network_are_not_written_into_another(folder):
    """The network that was forgotten on the command line is the shipped one."""
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    done = command.corridors("limits", "--write", str(folder), "--as-of", "2026-03-01")
    assert done.returncode == 2
    assert "nodes.csv is not that of the network whose limits these are (eurasia)" in done.stderr
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_what_is_published_in_a_copy_alone_is_not_lost(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    rows = rows_of(copy, "capacities")
    rows[0]["amount"] = "5"
    write_rows(copy, "capacities", rows)
    with pytest.raises(DataError, match=r"capacities\.csv is not that of the network"):
        write_limits(with_inferred_limits(co.load(folder), "2026-03-01"), copy)
    assert rows_of(copy, "capacities") == rows


# --- the shipped network


@pytest.fixture(scope="module")
def net():
    return co.load()


def test_everything_in_the_shipped_network_has_a_limit(net):
    found = co.info(net)["limits"]
    assert found["coverage"] == 1.0
    directed = (net.tables["links"]["direction"] == "both").sum() + len(net.tables["links"])
    assert found["published"] + found["inferred"] > directed


def test_the_shipped_rows_are_those_of_the_command(net):
    made = with_inferred_limits(net, "2025-09-12")
    for table in ("capacities", "capacity_members", "stores"):
        own = [frame[table][frame[table]["rule"] != ""] for frame in (net.tables, made.tables)]
        key = [c for c in own[0].columns if own[0][c].notna().any()]
        one, two = (
            f[key].sort_values(key[:4], ignore_index=True).reset_index(drop=True) for f in own
        )
        assert one.equals(two)


@pytest.mark.parametrize("day", ["2022-09-12", "2025-09-12", "2026-02-01", "2030-09-12"])
def test_inferred_limits_take_nothing_from_the_ordinary_state(net, day):
    from corridors.network.limits.rules import without_rules

    limited, plain = co.assign(net, as_of=day), co.assign(without_rules(net), as_of=day)
    before, after = (r.summary["shortfall_t_per_day"] for r in (plain, limited))
    assert after <= before + 1e-6


@pytest.mark.parametrize(
    "pair", [("CN", "KZ"), ("KZ", "UZ"), ("KG", "KZ"), ("TJ", "UZ")], ids="-".join
)
def test_a_lasting_closure_loses_cargo_and_no_post_does_more_than_it_can(net, pair, tmp_path):
    path = tmp_path / "closure.yaml"
    path.write_text(
        f"name: closure\nas_of: 2025-09-12\nevents:\n  - close: {{border: {list(pair)}}}\n",
        encoding="utf-8",
    )
    found = co.run(net, path)
    assert found.change["newly_unserved_t_per_day"] > 1000
    capacities = found.disrupted.capacities
    left = capacities["amount"] - capacities["background"]
    assert (capacities["used"] <= left.clip(lower=0) * (1 + 1e-6) + 1e-6).all()
    # Every road post is under such a limit, each way.
    roads = set(net.tables["links"]["link_id"][net.tables["links"]["mode"] == "road"])
    limited = {link for links in found.disrupted.tables.capacity_links for link in links}
    assert roads & set(found.disrupted.tables.links_there) <= limited


def test_results_say_which_of_the_limits_that_decide_are_inferred(net):
    found = co.run(net, "poland-and-kz-ru")
    said = found.to_dict()
    full = found.disrupted.bottlenecks
    assert said["inferred_limits"] == full["capacity_id"][full["confidence"] == "D"].tolist()
    assert said["inferred_limits"]
    assert all(row["inferred"] == (row["confidence"] == "D") for row in said["bottlenecks"])
    assert said["demand_year"] == 2025
    before = set(found.baseline.bottlenecks["capacity_id"])
    # Not those at which a thousandth of what going round and staying cost does not hang.
    least = (
        found.change["added_cost_usd_per_day_rerouted"] + found.change["surplus_lost_usd_per_day"]
    ) / 1000
    room = full["price_usd"] * (full["amount"] - full["background"])
    new = full[~full["capacity_id"].isin(before) & (room >= least)]
    count = int(new["inferred"].sum())
    verb = "is" if count == 1 else "are"
    assert (
        f"{count} of the {len(new)} capacities that stop this rerouting {verb} of confidence D"
        in (found.explain())
    )
    assert "<td>D</td>" in found.report()


def test_the_map_marks_what_is_inferred(net):
    page = co.run(net, "poland-closure-2025").map().html
    assert "(inferred)" in page


def test_the_page_about_limits_is_made_by_its_script(net):
    from pathlib import Path

    text = (Path(__file__).parent.parent / "docs" / "limits.md").read_text(encoding="utf-8")
    for rule in net.tables["limit_rules"]["rule"]:
        assert f"`{rule}`" in text
    assert text.count("<!-- end -->") == 4


STORAGE = [
    {"rule": "yard-places", "rank": 9, "applies": "{of: store, from_mode: rail}", "unit": "day",
     "amount": 3, "low": 1, "high": 7},
    {"rule": "ships", "rank": 10, "applies": "{of: store, mode: sea}", "unit": "day", "amount": 2,
     "low": 2, "high": 2},
]  # fmt: skip


def stored(net):
    return net.tables["stores"].set_index("capacity_id")


def test_storage_is_so_many_days_of_what_a_limit_passes():
    # The yards pass 60 and 40 t a day and hold 3 days of it, the port 70 and 2; what waits
    # before the road or the railway stands on them.
    found = stored(with_inferred_limits(small(rules=[*RULES, *STORAGE]), DAY))
    assert found["amount"].to_dict() == {
        "limit.b-road": 180,
        "limit.b-sea": 120,
        "limit.b.port": 140,
    }
    assert found.loc["limit.b-road", ["low", "high"]].tolist() == [60, 420]


def test_storage_that_a_person_has_read_stays_and_its_rule_is_made_anew():
    own = {"capacity_id": "known", "name": "known", "unit": "t", "amount": 99, "ban_above": 400}
    given = {
        "capacities": [own],
        "capacity_members": [{"capacity_id": "known", "transfer_id": "b-road"}],
    }
    net = small(rules=[*RULES, *STORAGE], **given)
    # 400 have stood there when loading was stopped: more than 3 days of 99.
    assert stored(with_inferred_limits(net, DAY)).loc["known", "amount"] == 400
    read = {"stores": [{"capacity_id": "known", "amount": 5}]}
    net = with_inferred_limits(small(rules=[*RULES, *STORAGE], **given, **read), DAY)
    assert stored(net).loc["known", ["amount", "rule"]].tolist() == [5, ""]
    assert stored(with_inferred_limits(net, DAY)).equals(stored(net))


def test_storage_without_a_row_fails_the_check_and_is_counted():
    net = with_inferred_limits(small(rules=[*RULES, *STORAGE]), DAY)
    assert co.info(net)["limits"]["storage"]["inferred"] == 3
    bare = toys_without_stores(net)
    assert co.info(bare)["limits"]["storage"]["coverage"] == 0
    faults = [str(fault) for fault in storage_has_a_limit(bare)]
    assert len(faults) == 3
    assert "limit.b.port" in " ".join(faults)
    assert list(storage_has_a_limit(net)) == []


def test_everything_that_is_shipped_has_storage(net):
    storage = co.info(net)["limits"]["storage"]
    assert storage["coverage"] == 1
    assert storage["published"] >= 7
    assert storage["inferred"] > 250


def toys_without_stores(net):
    tables = dict(net.tables)
    tables["stores"] = tables["stores"].iloc[:0]
    return co.Network(tables)
