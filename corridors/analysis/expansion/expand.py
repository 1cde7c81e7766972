"""Which projects to build for a budget, so that disruptions cost and lose least."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from corridors.analysis.expansion.asked import budgets_of, weighted
from corridors.analysis.expansion.candidates import candidates
from corridors.analysis.expansion.recourse import Recourse
from corridors.analysis.expansion.results import Expansion, part, says
from corridors.analysis.expansion.search import NOTHING, Best, Search
from corridors.assignment.explain import demand_years
from corridors.display import progress
from corridors.errors import ScenarioError
from corridors.network.network import require_network

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from corridors.analysis.expansion.asked import Weighted
    from corridors.analysis.expansion.candidates import Candidate
    from corridors.flow.certificate import Certificate
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

_DAYS = 365.0


def expand(
    net: Network,
    scenarios: str | Path | Scenario | Mapping[str, float] | Sequence[Any],
    budget: float | Iterable[float],
    *,
    projects: Sequence[str] | None = None,
    costs: Mapping[str, float] | None = None,
    open_by: str | dt.date | None = None,
    as_of: str | dt.date | None = None,
) -> Expansion:
    r"""Choose projects for a budget, so that the expected cost and loss are least.

    A two-stage program: which projects, as whole numbers within the budget and with what each
    needs; and under each scenario the least cost plus loss at which the cargo moves, as `assign`
    works it out. It is solved by cuts (Benders 1962): HiGHS chooses, the engine says what that
    leads to and at what prices, and the prices bound every other choice. The gap is reported.

    Parameters
    ----------
    net
        The network.
    scenarios
        What may happen: scenarios as `corridors.scenario` takes them, pairs of one and its
        weight, or a mapping from names to weights. Weights are shares of the time, such as days a
        year, and equal if none is given. ``"undisturbed"`` is the network without any event.
    budget
        In USD; several for a frontier.
    projects
        Ids of those that may be chosen, with what they need; all if None.
    costs
        USD of projects for which no cost was published, or in place of the one that was.
    open_by
        Only projects that open by this day; if None, whenever they open.
    as_of
        The day for all scenarios; the own day of each if None.

    Returns
    -------
    Expansion
        With a frontier of budget against what is saved, each point certified.

    Raises
    ------
    ScenarioError
        Where a scenario, weight, budget or cost cannot be meant, or no project may be chosen.
    UnknownIdError
        Where there is no such project.
    CertificateError
        Where an answer could not be proved.

    Notes
    -----
    A project takes part where its cost is published or given in `costs`, and where what it
    changes is what is open or the amount of capacities. What it needs takes part too; where
    that is being built and has no published cost, it comes along at no charge, and is named.

    References
    ----------
    J. F. Benders, Partitioning procedures for solving mixed-variables programming problems,
    Numerische Mathematik 4 (1962). T. L. Magnanti and R. T. Wong, Network design and
    transportation planning, Transportation Science 18 (1984).

    Examples
    --------
    >>> import corridors as co
    >>> best = co.expand(co.load(), {"poland-closure-2025": 14}, 2e9, projects=["anaklia"])
    >>> best.built, bool(best.frontier["relative_gap"].max() < 1e-6)
    (['anaklia'], True)
    """
    require_network(net)
    budgets = budgets_of(budget)
    asked, told = weighted(net, scenarios, as_of)
    chosen, left_out = candidates(net, projects, costs=costs, open_by=open_by)
    steps = 2 * len(asked) + len(chosen) + 2 * len(budgets)
    with progress("weighing projects", steps) as step:
        search, chosen, left_out = _search(net, asked, chosen, left_out, step)
        alone = {}
        for c in chosen:
            alone[c.project_id] = search.value(NOTHING) - search.value(
                search.with_needs(c.project_id)
            )
            step()
        found: list[Best] = []
        for each in budgets:
            found.append(search.best(each, found[-1] if found else None))
            step()
        tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("frontier", "chosen", "scenarios", "limits")
        }
        for each, best in zip(budgets, found, strict=True):
            _point(search, asked, each, best, tables)
            step()
    frames = {name: pd.DataFrame(rows, columns=_COLUMNS[name]) for name, rows in tables.items()}
    listed = _projects(net, search, chosen, alone, costs or {})
    basis = _basis(search, asked, told, chosen, left_out, costs or {}, open_by)
    limits = frames["limits"]
    last = limits[limits["budget_usd"] == budgets[-1]]
    basis["says"] = says(basis, last, listed)
    return Expansion(projects=listed, left_out=left_out, basis=basis, **frames)


_COLUMNS = {
    "frontier": [
        "budget_usd", "spent_usd", "projects", "cost_usd_per_day", "loss_usd_per_day",
        "saved_usd_per_day", "loss_saved_usd_per_day", "shortfall_t_per_day",
        "shortfall_saved_t_per_day", "saved_per_usd_a_year", "bound_usd_per_day",
        "gap_usd_per_day", "relative_gap", "certificate",
    ],
    "chosen": [
        "budget_usd", "project_id", "name", "usd", "opens", "saved_in_set_usd_per_day",
        "saved_in_set_per_usd_a_year",
    ],
    "scenarios": [
        "budget_usd", "scenario", "day", "weight", "share", "cost_usd_per_day",
        "loss_usd_per_day", "saved_usd_per_day", "shortfall_t_per_day", "relative_gap",
    ],
    "limits": ["budget_usd", "capacity_id", "name", "confidence", "inferred", "share"],
}  # fmt: skip


def _search(
    net: Network,
    asked: list[Weighted],
    chosen: list[Candidate],
    left_out: pd.DataFrame,
    step: Callable[[], Any],
) -> tuple[Search, list[Candidate], pd.DataFrame]:
    """Make the second stage of each scenario; leave out what would lower a limit that stands."""
    while True:
        if not chosen:
            reasons = "; ".join(
                f"{r['project_id']}: {r['why']}" for r in left_out.head(6).to_dict("records")
            )
            msg = f"expand: no project may be chosen ({reasons or 'the network has none'})"
            raise ScenarioError(msg)
        recourses = []
        for w in asked:
            recourses.append(Recourse(net, w.plan, w.name, w.weight, w.day, chosen))
            step()
        lowers = {name: limit for r in recourses for name, limit in r.lowers.items()}
        if not lowers:
            chosen, left_out = _with_effect(recourses, chosen, left_out)
            search = Search(recourses, chosen)
            for _ in asked:
                step()
            return search, chosen, left_out
        why = {
            c.project_id: f"it would lower {lowers[c.project_id]}, which stands higher by then"
            if c.project_id in lowers
            else f"it needs {' and '.join(sorted(lowers.keys() & set(c.needs)))}, left out"
            for c in chosen
            if c.project_id in lowers or lowers.keys() & set(c.needs)
        }
        chosen, left_out = _apart(chosen, left_out, why)


def _with_effect(
    recourses: list[Recourse], chosen: list[Candidate], left_out: pd.DataFrame
) -> tuple[list[Candidate], pd.DataFrame]:
    """Leave out what changes nothing on any of the days, unless another needs it."""
    useful = frozenset().union(*(r.relevant for r in recourses))
    kept = {p for c in chosen if c.project_id in useful for p in (c.project_id, *c.needs)}
    why = {
        c.project_id: "on the days of the scenarios the network has it already, or has no use of it"
        for c in chosen
        if c.project_id not in kept
    }
    if len(why) == len(chosen):
        msg = f"expand: {', '.join(why)}: {next(iter(why.values()))}; ask for other days"
        raise ScenarioError(msg)
    return _apart(chosen, left_out, why)


def _apart(
    chosen: list[Candidate], left_out: pd.DataFrame, why: dict[str, str]
) -> tuple[list[Candidate], pd.DataFrame]:
    """Return the projects without those that there is a reason against, and all of the latter."""
    rows = [(c.project_id, c.name, why[c.project_id]) for c in chosen if c.project_id in why]
    added = pd.DataFrame(rows, columns=left_out.columns)
    every = pd.concat([left_out, added], ignore_index=True)
    every = every.sort_values("project_id", ignore_index=True)
    return [c for c in chosen if c.project_id not in why], every


def _point(
    search: Search,
    asked: list[Weighted],
    budget: float,
    best: Best,
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """Write a point of the frontier, each of its answers solved and certified."""
    before, after = search.outcomes(NOTHING), search.outcomes(best.built)
    weights = [w.weight for w in asked]

    def mean(values: Iterable[float]) -> float:
        return sum(w * v for w, v in zip(weights, values, strict=True))

    total, loss = mean(o.objective for o in after), mean(o.loss for o in after)
    saved = mean(o.objective for o in before) - total
    short = mean(o.shortfall_t for o in after)
    spent = search.usd(best.built)
    gap = max(total - best.bound, 0.0)
    names = sorted(best.built)
    tables["frontier"].append(
        {
            "budget_usd": budget,
            "spent_usd": spent,
            "projects": ";".join(names),
            "cost_usd_per_day": total - loss,
            "loss_usd_per_day": loss,
            "saved_usd_per_day": saved,
            "loss_saved_usd_per_day": mean(o.loss for o in before) - loss,
            "shortfall_t_per_day": short,
            "shortfall_saved_t_per_day": mean(o.shortfall_t for o in before) - short,
            "saved_per_usd_a_year": _a_year(saved, spent),
            "bound_usd_per_day": total - gap,
            "gap_usd_per_day": gap,
            "relative_gap": gap / max(1.0, abs(total)),
            "certificate": max(_worst(o.certificate) for o in after),
        }
    )
    for name in names:
        rest = search.without(best.built, name)
        own = search.value(rest) - search.value(best.built)
        c = search.by_id[name]
        tables["chosen"].append(
            {
                "budget_usd": budget,
                "project_id": name,
                "name": c.name,
                "usd": c.usd,
                "opens": c.opens,
                "saved_in_set_usd_per_day": own,
                "saved_in_set_per_usd_a_year": _a_year(own, search.usd(best.built - rest)),
            }
        )
    full: dict[str, dict[str, Any]] = {}
    for w, r, was, now in zip(asked, search.recourses, before, after, strict=True):
        tables["scenarios"].append(
            {
                "budget_usd": budget,
                "scenario": w.name,
                "day": str(w.day),
                "weight": w.given,
                "share": w.weight,
                "cost_usd_per_day": now.objective - now.loss,
                "loss_usd_per_day": now.loss,
                "saved_usd_per_day": was.objective - now.objective,
                "shortfall_t_per_day": now.shortfall_t,
                "relative_gap": now.certificate.relative_gap,
            }
        )
        for number in now.binding.tolist():
            limit = r.full.limits[number]
            known = {
                "budget_usd": budget,
                "capacity_id": limit.limit_id,
                "name": limit.name,
                "confidence": limit.confidence,
                "inferred": limit.confidence == "D",
                "share": 0.0,
            }
            full.setdefault(limit.limit_id, known)["share"] += w.weight
    order = sorted(full.values(), key=lambda row: (-round(row["share"], 9), row["capacity_id"]))
    tables["limits"] += order


def _worst(certificate: Certificate) -> float:
    """Return the largest figure of a certificate, each of which is 0 for a perfect proof."""
    return max(
        abs(certificate.relative_gap),
        certificate.balance_residual,
        certificate.capacity_residual,
        certificate.closed_flow,
        certificate.complementarity,
    )


def _a_year(saved: float, usd: float) -> float:
    return saved * _DAYS / usd if usd > 0 else float("nan")


def _projects(
    net: Network,
    search: Search,
    chosen: list[Candidate],
    alone: dict[str, float],
    costs: Mapping[str, float],
) -> pd.DataFrame:
    provenance = net.whole.tables["provenance"]
    own = provenance[(provenance["table"] == "projects") & (provenance["column"] == "usd")]
    source = {row["row"]: row for row in own.to_dict("records")}
    rows = []
    for c in chosen:
        given = c.project_id in costs
        known = {} if given else source.get(c.project_id, {})
        saved = alone[c.project_id]
        rows.append(
            {
                "project_id": c.project_id,
                "name": c.name,
                "usd": c.usd,
                "low": known.get("low", float("nan")),
                "high": known.get("high", float("nan")),
                "confidence": known.get("confidence", ""),
                "source": "who asked" if given else known.get("source_id", ""),
                "opens": c.opens,
                "needs": ";".join(c.needs),
                "along": ";".join(c.along),
                "saved_alone_usd_per_day": saved,
                "saved_alone_per_usd_a_year": _a_year(
                    saved, search.usd(search.with_needs(c.project_id))
                ),
            }
        )
    rows.sort(key=lambda row: (-round(row["saved_alone_usd_per_day"], 6), row["project_id"]))
    return pd.DataFrame(rows)


def _basis(
    search: Search,
    asked: list[Weighted],
    told: bool,
    chosen: list[Candidate],
    left_out: pd.DataFrame,
    costs: Mapping[str, float],
    open_by: str | dt.date | None,
) -> dict[str, Any]:
    last = max(range(len(asked)), key=lambda i: (asked[i].day, -i))
    demand = search.recourses[last].full.demand
    tonnes = demand.groupby("base_year")["t_per_day"].sum()
    unpriced = left_out["project_id"][left_out["why"] == "no cost was published"]
    return {
        "scenarios": len(asked),
        "weights_given": told,
        "weights": {w.name: part(w.weight, 1.0) for w in asked},
        "days": sorted({str(w.day) for w in asked}),
        "not_in_force": [
            w.name for w in asked if w.plan and not any(e.in_force(w.day) for e in w.plan.events)
        ],
        "open_by": None if open_by is None else str(open_by),
        "demand": demand_years(asked[last].day, {int(y): float(t) for y, t in tonnes.items()}),
        "demand_year": int(tonnes.idxmax()) if tonnes.sum() > 0 else None,
        "model": "optimal",
        "costs_given": sorted(set(costs) & {c.project_id for c in chosen}),
        "along": {c.project_id: list(c.along) for c in chosen if c.along},
        "unpriced": list(unpriced),
        "answers_solved": search.solved,
        "rounds": search.rounds,
    }
