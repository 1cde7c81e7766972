"""Columns of the program over paths, and what is done to them in compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.kernels import by_reference, compiled, inner, lean

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints


@by_reference
class Columns(NamedTuple):
    """Columns: the shortfall of each commodity first, then paths.

    ``limit[start[j]:start[j + 1]]`` are the limits that column ``j`` touches and
    ``unit`` what it takes of them; ``cost`` has shape (3, columns). The entries
    of limit ``r`` are the chain that begins at ``newest[r]`` and goes on at
    ``older`` until that is -1; ``owner`` is the column of an entry.
    """

    commodity: Ints
    start: Ints
    limit: Ints
    unit: Floats
    cost: Floats
    banned: Flags
    newest: Ints
    older: Ints
    owner: Ints


@inner
def _search(k, begin, end, found_arcs, path_start, path_arcs, newest_of, older_of):
    """Return the number of a path of commodity k, or -1 where it is new."""
    number = newest_of[k]
    while number >= 0:
        at, i = path_start[number], begin
        if path_start[number + 1] - at == end - begin:
            while i < end and path_arcs[at + i - begin] == found_arcs[i]:
                i += 1
            if i == end:
                break
        number = older_of[number]
    return number


@lean
def find(
    wanted, owners, start, arcs, path_start, path_arcs, newest_of, older_of, member_start, numbers
):  # fmt: skip
    """Fill the numbers of paths, -1 where they are new.

    Say how many are, and how many arcs and, at most, entries they have.
    """
    count, size, entries = 0, 0, 0
    for w in range(len(wanted)):
        begin, end = start[wanted[w]], start[wanted[w] + 1]
        numbers[w] = _search(
            owners[w], begin, end, arcs, path_start, path_arcs, newest_of, older_of
        )
        if numbers[w] < 0:
            count += 1
            size += end - begin
            # A path touches no more limits than its arcs have members.
            for i in range(begin, end):
                entries += member_start[arcs[i] + 1] - member_start[arcs[i]]
    return count, size, entries


@lean
def price_paths(
    first, last, commodity, path_start, path_arcs, class_of, cost, tie_cost, rank,
    rank_of_commodity, into,
):  # fmt: skip
    """Fill the costs of some columns: sums from origin to destination, whatever else there is."""
    for j in range(first, last):
        k = commodity[j]
        c = class_of[k]
        own, tie, order = 0.0, 0.0, 0.0
        for i in range(path_start[j], path_start[j + 1]):
            arc = path_arcs[i]
            own += cost[c, arc]
            tie += tie_cost[c, arc]
            order += rank[arc]
        into[0, j] = own
        into[1, j] = tie
        into[2, j] = order * rank_of_commodity[k]


@lean
def append(
    wanted,
    owners,
    found_start,
    found_arcs,
    first,
    class_of,
    member_start,
    member_limit,
    member_class,
    member_unit,
    commodity,
    start,
    limit,
    unit,
    path_start,
    path_arcs,
    taken,
    newest,
    older,
    owner,
    newest_of,
    older_of,
    newest_on,
    older_on,
    column_on,
    numbers,
):
    """Write the paths that are new behind the columns, with what they take of each limit."""
    j = first
    for w in range(len(wanted)):
        k, begin, end = owners[w], found_start[wanted[w]], found_start[wanted[w] + 1]
        number = _search(k, begin, end, found_arcs, path_start, path_arcs, newest_of, older_of)
        numbers[w] = number
        if number >= 0:
            continue
        numbers[w] = j
        older_of[j] = newest_of[k]
        newest_of[k] = j
        at = path_start[j]
        n = start[j]
        for i in range(begin, end):
            arc = found_arcs[i]
            path_arcs[at] = arc
            older_on[at] = newest_on[arc]
            newest_on[arc] = at
            column_on[at] = j
            at += 1
            for e in range(member_start[arc], member_start[arc + 1]):
                if member_class[e] >= 0 and member_class[e] != class_of[k]:
                    continue
                r = member_limit[e]
                if taken[r] < 0:
                    taken[r] = n
                    limit[n] = r
                    unit[n] = 0.0
                    n += 1
                unit[taken[r]] += member_unit[e]
        for e in range(start[j], n):
            taken[limit[e]] = -1
            older[e] = newest[limit[e]]
            newest[limit[e]] = e
            owner[e] = j
        commodity[j] = k
        path_start[j + 1] = at
        start[j + 1] = n
        j += 1
    return j


@lean
def cut_chains(newest, older, end):
    """Have chains of entries begin before number `end`."""
    for r in range(len(newest)):
        while newest[r] >= end:
            newest[r] = older[newest[r]]


@lean
def shut_paths(
    shut, class_of, commodity, newest_on, older_on, column_on, open_cost, banned, listed, n
):
    """Mark and list the paths over shut arcs of infinite cost, and not the `n` listed before."""
    for i in range(n):
        banned[listed[i]] = False
    n = 0
    for arc in range(len(shut)):
        at = newest_on[arc] if shut[arc] else -1
        while at >= 0:
            j = column_on[at]
            if not banned[j] and open_cost[class_of[commodity[j]], arc] == np.inf:
                banned[j] = True
                listed[n] = j
                n += 1
            at = older_on[at]
    return n


@compiled
def copy_arcs(number, path_start, path_arcs, into):
    """Write the arcs of some columns one after the other."""
    at = 0
    for j in number:
        for i in range(path_start[j], path_start[j + 1]):
            into[at] = path_arcs[i]
            at += 1
