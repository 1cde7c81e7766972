"""Rules about the rows of a capacity: each day has one, and each member is counted once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from corridors.network.calendar import in_period, in_season, season_changes
from corridors.network.reading.cells import Problem, problem_at, records, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from corridors.network.network import Network


def periods_do_not_overlap(net: Network) -> Iterator[Problem]:
    """At most one row of a capacity, and one of its opening hours, holds on any day."""
    for table, what, its in (
        ("capacities", "a value", "that"),
        ("opening_hours", "hours", "those"),
    ):
        for capacity, rows in _several(net, table):
            days = days_of_change(rows)
            listed = list(records(rows))
            for n, (i, row) in enumerate(listed):
                for other_i, other in listed[:n]:
                    day = next((d for d in days if _holds(row, d) and _holds(other, d)), None)
                    if day is not None:
                        seasons = row.get("season", ""), other.get("season", "")
                        bound = row["valid_from"] or other["valid_from"] or any(seasons)
                        when = day.isoformat() if bound else "the first day"
                        message = (
                            f"{capacity} already has {what} on {when}, {its} of row {other_i + 2}"
                        )
                        column = "valid_from" if row["valid_from"] or not seasons[0] else "season"
                        yield problem_at(table, i, column, periods_do_not_overlap, message)
                        break


def periods_leave_no_gap(net: Network) -> Iterator[Problem]:
    """Between the periods and seasons of a capacity there is no day without a row of it.

    On such a day its members would be without the limit. Where that is meant, a row
    says so with `gaps`. Nothing is missing where none of the members is there on the
    day, nor where one season alone has a row and others limit the members all the time.
    """
    whole = net.tables["capacities"]
    # One row for all of the year leaves no gap.
    apart = whole["capacity_id"].duplicated(keep=False) | (whole["season"] != "")
    for capacity, rows in whole[apart].groupby("capacity_id"):
        if (len(rows) < 2 and not rows["season"].any()) or (rows["gaps"] == "unlimited").any():
            continue
        members = _members(net, str(capacity))
        if len(rows) == 1:
            others = _always(whole)
            members = [m for m in members if not _capacities_of(net, m) & others]
        days = days_of_change(rows, members)
        first = min(rows["valid_from"]) if rows["valid_from"].all() else ""
        last = max(rows["valid_until"]) if rows["valid_until"].all() else ""
        for day in days:
            inside = in_period(first, last, day)
            if inside and not any_holds(rows, day) and any(is_there(m, day) for m in members):
                message = (
                    f"{capacity} has no row for {day}, so nothing would limit its members then; "
                    "give the day a row, or write unlimited in gaps"
                )
                index = rows.index[0]
                yield problem_at("capacities", index, "gaps", periods_leave_no_gap, message)
                break


def members_are_counted_once(net: Network) -> Iterator[Problem]:
    """No link or transfer is counted twice by one capacity, for one direction and cargo."""
    capacities = net.tables["capacities"].drop_duplicates("capacity_id")
    per_direction = dict(
        zip(capacities["capacity_id"], capacities["per_direction"] == "yes", strict=True)
    )
    cargo = tuple(net.tables["cargo"]["cargo"])
    seen: dict[tuple[str, str, str, str], int] = {}
    for i, row in records(net.tables["capacity_members"]):
        capacity, member = row["capacity_id"], row["link_id"] or row["transfer_id"]
        # Where each direction has its own amount, a member has a place in both.
        both = row["direction"] == "both" or per_direction.get(capacity, False)
        directions = ("forward", "backward") if both else (row["direction"],)
        for direction in directions:
            for name in [c for c in row["cargo"].split(";") if c] or cargo:
                key = (capacity, member, direction, name)
                earlier = seen.setdefault(key, int(i))
                if earlier != i:
                    message = (
                        f"{capacity} counts {member} {direction} for {name} in "
                        f"row {earlier + 2} already; list it once"
                    )
                    table, rule = "capacity_members", members_are_counted_once
                    yield problem_at(table, i, "capacity_id", rule, message)
                    break
            else:
                continue
            break


def members_run_in_their_direction(net: Network) -> Iterator[Problem]:
    """A member backward is one that runs both ways; of the others nothing would be limited.

    What a rule has listed is for all the ways of its class and may name more than there is.
    """
    only = {
        row[key]
        for table, key in (("links", "link_id"), ("transfers", "transfer_id"))
        for row in rows_of(net.tables[table])
        if row["direction"] == "forward"
    }
    rule = members_run_in_their_direction
    for i, row in records(net.tables["capacity_members"]):
        name = row["link_id"] or row["transfer_id"]
        if row["direction"] == "backward" and name in only and not row["rule"]:
            message = (
                f"{row['capacity_id']}: {name} runs forward alone, so that nothing of it is limited"
            )
            yield problem_at("capacity_members", i, "direction", rule, message)


def _always(capacities: pd.DataFrame) -> set[str]:
    """Return the capacities of which no row has a season, so that they hold all year."""
    ids = capacities["capacity_id"]
    return set(ids) - set(ids[capacities["season"] != ""])


def _capacities_of(net: Network, member: Any) -> set[str]:
    """Return the capacities that a link or transfer is a member of."""
    frame = net.tables["capacity_members"]
    key = "link_id" if "link_id" in member else "transfer_id"
    return set(frame["capacity_id"][frame[key] == member[key]])


def _several(net: Network, table: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Return the rows of each capacity that has several in a table."""
    frame = net.tables[table]
    several = frame[frame["capacity_id"].duplicated(keep=False)]
    for capacity, rows in several.groupby("capacity_id"):
        yield str(capacity), rows


def _holds(row: Any, day: dt.date) -> bool:
    season = row.get("season", "")
    return in_period(row["valid_from"], row["valid_until"], day) and in_season(season, day)


def any_holds(rows: pd.DataFrame, day: dt.date) -> bool:
    """Return whether some row of a capacity holds on a day."""
    periods = zip(rows["valid_from"], rows["valid_until"], rows["season"], strict=True)
    return any(
        in_period(first, last, day) and in_season(season, day) for first, last, season in periods
    )


def _members(net: Network, capacity: str) -> list[Any]:
    frame = net.tables["capacity_members"]
    own = frame[frame["capacity_id"] == capacity]
    links = net.tables["links"]
    transfers = net.tables["transfers"]
    return [
        *rows_of(links[links["link_id"].isin(own["link_id"])]),
        *rows_of(transfers[transfers["transfer_id"].isin(own["transfer_id"])]),
    ]


def is_there(row: Any, day: dt.date) -> bool:
    """Return whether a link or transfer exists on a day."""
    return in_period(row["opens"], row["closes"], day) and in_season(row.get("season", ""), day)


def days_of_change(rows: pd.DataFrame, members: list[Any] | None = None) -> list[dt.date]:
    """Return days of which one lies in every stretch in which nothing changes, in order.

    Those are the bounds of the periods, the day before the first, and the bounds of
    all seasons in each year in which something changes and in the leap and common
    years next to it: a season repeats, and 29 February is all that it does not have
    in common from year to year.
    """
    texts = {t for column in ("valid_from", "valid_until") for t in rows[column] if t}
    seasons = {s for s in rows.get("season", ()) if s}
    for member in members or []:
        texts |= {t for t in (member["opens"], member["closes"]) if t}
        seasons |= {s for s in (member.get("season", ""),) if s}
    bounds = sorted(dt.date.fromisoformat(t) for t in texts) or [dt.date(2024, 1, 1)]
    years = {year for day in bounds for year in range(day.year - 4, day.year + 5)}
    found = {bounds[0] - dt.timedelta(days=1), *bounds}
    for season in seasons:
        found.update(day for year in years for day in season_changes(season, year))
    return sorted(found)
