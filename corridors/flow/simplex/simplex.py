"""The simplex method for programs over paths, in compiled code.

Whatever is outside its bounds is first driven out by the dual method; then what
improves the answer comes in by the primal one. Amounts, prices and reduced costs
are carried from one change of the basis to the next, and worked out afresh from
time to time, whenever a step fails, and before an optimum is believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import inner, lean
from corridors.flow.simplex.basis import (
    SMALL,
    Paths,
    Rows,
    Work,
    all_lengths,
    amounts_by_inverse,
    by_commodity,
    lead_by,
    lead_prices,
    prices_by_inverse,
)
from corridors.flow.simplex.dual import (
    Weights,
    any_banned,
    lose,
    replacement,
    weigh,
    worst_outside,
)
from corridors.flow.simplex.exchange import (
    change_keys,
    dearer_keys,
    exchange,
    flip_keys,
    swap_key,
)
from corridors.flow.simplex.factorisation import refresh
from corridors.flow.simplex.inverse import entering_column, fold, inverse_row
from corridors.flow.simplex.primal import (
    LISTED,
    Motion,
    after_cost,
    best_candidate,
    better_tied,
    blocked,
    cheaper,
    direct,
    move,
    savings,
    tied_columns,
)

if TYPE_CHECKING:
    from corridors.flow.simplex.basis import Basis

OPTIMAL, SINGULAR, STUCK, TOO_LONG = 0, 1, 2, 3
"""How a run ends."""

_NEVER = 2**31
"""Changes since the inverse was computed, where it was not."""

Room = tuple[Motion, Weights, Rows, Paths, Work]
"""What a run works in."""

LATE = 1e-8
"""What costs must differ by, relative to what they stand beside, once ties are being decided.

Columns that are equal within `SMALL` change places then, and a few such hairs add up to more: what
they save would undo what has been decided.
"""

_FEW = 24
"""Changes of the basis after which what was carried along is as good as what the inverse says."""

_REFRESH = 100
"""Changes of the basis after which its inverse is computed afresh, or half as many as limits bind.

To compute it takes longer the more there are.
"""


def room(
    basis: Basis,
    n_columns: int,
    n_limits: int,
    n_entries: int,
    known: Weights | None = None,
    last: Room | None = None,
) -> Room:
    """Return what a run works in: for so many columns, limits, and entries of columns in limits.

    The weights that are known from an earlier run are taken where there is room in them, and
    so is all of the last run's, whose columns are still what they were.
    """
    n_keys, p = len(basis.key), len(basis.other)
    weights = known
    if weights is None or len(weights.other) != p:
        weights = Weights(np.ones(n_keys), np.ones(p), np.ones(n_limits))
    if last is not None:
        motion, _, rows, paths, work = last
        enough = len(rows.unit) >= _room_for(n_entries, n_limits)
        if len(work.row) == p and len(work.alpha) >= n_columns and enough:
            work.price[:] = 0.0
            return motion, weights, rows, paths, work
        # Columns come in every round.
        n_columns, n_entries = n_columns + n_columns // 4, n_entries + n_entries // 4
    motion = Motion(
        np.zeros(n_keys),
        np.zeros(n_limits),
        np.empty(n_keys, np.int64),
        np.empty(n_limits, np.int64),
        np.zeros(n_keys, np.int8),
        np.zeros(n_limits, np.int8),
        np.zeros(2, np.int64),
    )
    room_for_rows = _room_for(n_entries, n_limits)
    rows = Rows(
        np.zeros(n_limits, np.int64),
        np.zeros(n_limits, np.int64),
        np.zeros(n_limits, np.int64),
        np.zeros(n_limits, np.int64),
        np.empty(room_for_rows, np.uint32),
        np.empty(room_for_rows),
        np.zeros(1, np.int64),
    )
    paths = Paths(
        np.zeros(n_keys + 1, np.int64),
        np.empty(n_columns, np.uint32),
        np.empty(n_columns, np.uint32),
    )
    work = Work(
        entering=np.empty(p),
        row=np.empty(p),
        effect=np.empty(p),
        which=np.empty(p, np.int64),
        length=np.empty(n_columns),
        alpha=np.empty(n_columns),
        ranked=np.empty(n_columns),
        reduced=np.empty(n_columns),
        slope=np.empty(n_columns),
        tied=np.empty(n_columns, np.int64),
        queue=np.empty(n_columns, np.int64),
        listed=np.zeros(LISTED, np.int64),
        through_key=np.empty(n_keys),
        edge=np.empty(n_keys),
        lone=np.empty(n_keys, np.bool_),
        best=np.empty(n_keys, np.int64),
        flipped=np.empty(n_keys, np.int64),
        slack=np.ones(3),
        step=np.zeros(2),
        saving=np.zeros(3),
        more=np.empty((3, p)),
        mix=np.zeros(3),
        cost=np.empty(n_columns),
        price=np.zeros(n_limits),
    )
    return motion, weights, rows, paths, work


def _room_for(n_entries: int, n_limits: int) -> int:
    """Return how many entries of columns in limits find room, each limit with some to spare."""
    return n_entries + n_entries // 4 + 8 * n_limits


@inner
def _enters(columns, basis, enter, loosen, u):
    """Compute what each other column loses for a unit of the column or limit that comes in."""
    if enter >= 0:
        entering_column(columns, basis, enter, u)
    else:
        inverse_row(basis, loosen, u)


@lean
def optimise(columns, n_columns, basis, values, amount, bound, fresh, valued, most, room):
    """Bring a basis to the optimum over the columns at hand.

    Parameters
    ----------
    columns, n_columns
        The columns, of which the first `n_columns` count.
    basis
        Where to start; where it ended.
    values
        What the last basis means, filled here.
    amount, bound
        Amounts (2, K) and bounds (2, R) with their directions; an infinite
        bound limits nothing.
    fresh
        Whether `basis.inverse` must be computed first.
    valued
        Whether `values` are those of the basis already.
    most
        Largest number of changes of the basis.
    room
        What to work in, as the function of that name makes it.

    Returns
    -------
    code, steps
        How it ended and after how many changes.
    """
    n_keys = len(basis.key)
    motion, weights, rows, paths, work = room
    u, tied, listed = work.entering, work.tied, work.listed
    slack, step, saving = work.slack, work.step, work.saving
    # Not a literal, for which the kernel would be compiled once more.
    invert = n_keys >= 0
    stale = _NEVER if fresh else 0
    repairs, n_listed, n_tied = 0, 0, -1
    # First with a little of what decides ties, then by the costs alone.
    ahead = n_keys >= 0
    near = SMALL
    # Values may be absent, carried, or fresh; reduced costs may be absent, or as good as prices.
    carried, known = True, False
    # Once all is inside its bounds the primal method keeps it there.
    started, inside = False, False
    # Until then whole commodities may move at a time.
    far = n_keys >= 0
    # Whether any basic column may be banned; none comes in that is.
    shut = n_keys >= 0
    kind, number, sign = -1, -1, 1.0
    for count in range(most):
        if stale >= max(_REFRESH, basis.size[0] // 2):
            if not refresh(columns, basis, values, amount, bound, invert):
                return SINGULAR, count
            stale = 0
            carried, known, inside, n_tied = False, False, False, -1
            lead_prices(basis, values, work)
        elif not started and valued:
            carried = False
        elif not started:
            prices_by_inverse(columns, basis, values, work.more)
            carried = False
        if not started:
            started = True
            by_commodity(columns, n_columns, paths)
            lead_by(columns, n_columns, basis, values, work, ahead)
            all_lengths(columns, n_columns, basis, values, rows, work)
            known = True
            # Where many limits bind few commodities can move as a whole; and a basis that was
            # handed over is near its optimum, so that only ties would be undone.
            few = 8 * basis.size[0] < n_keys and (basis.size[0] == 0 or not fresh)
            hair = SMALL if few else np.inf
            # Prices stay; amounts that are not known are worked out once it is known who carries
            # them, and those that are known change with that.
            n_flipped = dearer_keys(columns, n_columns, basis, values, hair, work)
            if not (fresh or valued):
                change_keys(basis, work, n_flipped)
                amounts_by_inverse(columns, basis, values, amount, bound)
            elif n_flipped > 0:
                flip_keys(columns, basis, values, amount, work, n_flipped)
        if not inside:
            if shut:
                shut = any_banned(columns, basis)
            kind, number, sign = worst_outside(columns, basis, values, amount, bound, weights, shut)
            inside = kind < 0
            far = far and not inside
        dual = not inside
        if dual:
            n_listed, n_tied = 0, -1
            if not known:
                all_lengths(columns, n_columns, basis, values, rows, work)
                known = True
            enter, loosen, leave, tighten, alone, loss = replacement(
                columns,
                n_columns,
                basis,
                values,
                amount,
                bound,
                far,
                kind,
                number,
                sign,
                weights,
                rows,
                paths,
                work,
            )
            good = enter >= 0 or loosen >= 0
            if good:
                _enters(columns, basis, enter, loosen, u)
                direct(columns, basis, enter, u, motion)
                savings(columns, basis, values, enter, loosen, saving)
                for level in range(2):
                    if alone >= 0:
                        step[level] = values.key[level, alone] / motion.key_rate[alone]
                    elif leave >= 0:
                        step[level] = values.other[level, leave] / u[leave]
                    else:
                        room = bound[level, tighten] - values.use[level, tighten]
                        step[level] = room / motion.limit_rate[tighten]
                lose(columns, n_columns, values, loss, enter, work)
                good = np.isfinite(step[0]) and np.isfinite(step[1])
            if good:
                weigh(basis, weights, loosen, leave, tighten, alone, u, motion)
                move(basis, values, bound, loosen, u, motion, step)
        else:
            enter, loosen = -1, -1
            by_cost = True
            if n_listed > 0:
                enter, loosen = best_candidate(columns, basis, work, listed[:n_listed], near)
            if enter < 0 and loosen < 0:
                if not known:
                    all_lengths(columns, n_columns, basis, values, rows, work)
                    known, n_tied = True, -1
                slack[0] = 1.0
                for k in range(n_keys):
                    if amount[0, k] > 0.0:
                        slack[0] = max(slack[0], 0.1 * abs(values.sigma[0, k]))
                if n_tied < 0:
                    enter, loosen, n_listed = cheaper(n_columns, basis, values, paths, work, near)
                if enter < 0 and loosen < 0 and ahead:
                    # Now by the costs alone.
                    ahead, known = n_keys < 0, False
                    lead_by(columns, n_columns, basis, values, work, ahead)
                    continue
                if enter < 0 and loosen < 0:
                    # No cost can be saved; what follows only chooses between equal costs.
                    by_cost, near = False, LATE
                    after_cost(columns, n_columns, basis, values, rows, work)
                    if n_tied < 0:
                        n_tied = tied_columns(n_columns, basis, values, paths, work)
                    enter, loosen = better_tied(columns, basis, values, work, tied[:n_tied])
                if enter < 0 and loosen < 0:
                    fold(basis)
                    if not carried or stale <= _FEW:
                        return OPTIMAL, count
                    amounts_by_inverse(columns, basis, values, amount, bound)
                    prices_by_inverse(columns, basis, values, work.more)
                    lead_prices(basis, values, work)
                    carried, known, inside, n_tied = False, False, False, -1
                    continue
            _enters(columns, basis, enter, loosen, u)
            direct(columns, basis, enter, u, motion)
            savings(columns, basis, values, enter, loosen, saving)
            if by_cost:
                known, n_tied = False, -1
            else:
                saving[0] = 0.0
            kind, number = blocked(basis, values, bound, u, motion, step)
            good = kind >= 0
            leave, tighten, alone = -1, -1, -1
            if good:
                move(basis, values, bound, loosen, u, motion, step)
            if kind == 0:
                leave = swap_key(columns, basis, values, number)
                if leave < 0:
                    alone = number
                    good = enter >= 0 and columns.commodity[enter] == number
                else:
                    u[leave] = motion.key_rate[number]
            elif kind == 1:
                leave = number
            else:
                tighten = number
        if n_tied >= 0 and n_tied < len(tied):
            # What leaves may come back.
            if alone >= 0:
                tied[n_tied] = basis.key[alone]
                n_tied += 1
            elif leave >= 0:
                tied[n_tied] = basis.other[leave]
                n_tied += 1
        if good and alone >= 0:
            basis.state[basis.key[alone]] = 0
            basis.key[alone] = enter
            basis.state[enter] = 1
            for level in range(2):
                values.key[level, alone] = step[level]
        elif good:
            good = exchange(columns, basis, values, enter, loosen, leave, tighten, dual, work)
            if good and tighten >= 0:
                for level in range(2):
                    values.use[level, tighten] = bound[level, tighten]
        lead_prices(basis, values, work)
        stale += 1
        carried = True
        if not good:
            # Often only the inverse has drifted; once it is fresh there is no excuse.
            repairs += 1
            if stale == 1 or repairs > 5:
                return STUCK, count
            stale = _NEVER
    return TOO_LONG, most
