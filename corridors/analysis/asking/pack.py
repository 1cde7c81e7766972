"""Many scenarios as one table: what is asked, what comes out by both models, and a picture."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.uncertainty.uncertainty import uncertainty as draw
from corridors.assignment.assign import MODELS, assign, day_of
from corridors.assignment.comparison import compare
from corridors.assignment.explain import brief
from corridors.assignment.map_data import network_credits, network_title
from corridors.display import card, number, plain, progress, several, typeset
from corridors.errors import DataError, ScenarioError, require_kind, require_path
from corridors.files import check_apart, write_text
from corridors.maps import page, small
from corridors.maps.static import FlowLine
from corridors.network.network import require_network
from corridors.scenarios.scenario import Scenario, shipped_scenarios
from corridors.scenarios.scenario import scenario as read_scenario

if TYPE_CHECKING:
    import datetime as dt

    from corridors.assignment.assignment import Assignment
    from corridors.assignment.comparison import Comparison
    from corridors.maps.small import Stroke
    from corridors.maps.static import View
    from corridors.network.network import Network

_FIGURES = ("rerouted_t_per_day", "newly_unserved_t_per_day")
_RANGED = (
    ("rerouted_t_per_day", "t a day go another way"),
    ("newly_unserved_t_per_day", "t a day are no longer carried"),
)
MODEL_WORDS = {"optimal": "At best", "logit": "As shippers choose"}
"""What a reader calls a model."""

_BAR = 12
_BAR_SIGNS = (("kept_t_per_day", "█"), ("rerouted_t_per_day", "▒"), ("lost_t_per_day", "░"))


@dataclass(frozen=True)
class Answer:
    """What a scenario comes to by one model.

    Attributes
    ----------
    model
        ``optimal`` or ``logit``.
    text
        The answer in one sentence.
    figures
        rerouted_t_per_day and newly_unserved_t_per_day, as `Comparison.change` has them.
    ranges
        The 5th and the 95th percentile of the same, where draws were asked for.
    parts
        t a day of those that used what is touched (or of all where none did) that still
        pass, go round and stay.
    """

    model: str
    text: str
    figures: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    parts: dict[str, float]

    @property
    def range_text(self) -> str:
        """The ranges in words; empty where there are none."""
        said = [
            f"{number(self.ranges[name][0])} to {number(self.ranges[name][1])} {words}"
            for name, words in _RANGED
            if name in self.ranges
        ]
        return f"Range: {'; '.join(said)}." if said else ""

    @property
    def bar(self) -> str:
        """The parts as a bar of signs: passes █, goes round ▒, stays ░."""
        total = sum(self.parts.values())
        if total <= 0:
            return ""
        drawn, sofar, said = 0, 0.0, ""
        for name, sign in _BAR_SIGNS:
            sofar += self.parts[name]
            upto = round(_BAR * sofar / total)
            said += sign * (upto - drawn)
            drawn = upto
        return said


@dataclass(frozen=True)
class PackRow:
    """A scenario of the pack with its answers and its picture.

    Attributes
    ----------
    scenario
        The scenario.
    day
        The day that it is asked of.
    answers
        One for each model.
    picture
        What the first model changes, as `corridors.maps.small` draws it.
    command
        What asks the scenario again; empty where no command can, since it or its network
        stands in no file.
    """

    scenario: Scenario
    day: dt.date
    answers: tuple[Answer, ...]
    picture: tuple[Stroke, ...]
    command: str = ""

    @property
    def question(self) -> str:
        """What is asked: the question of the scenario, or else its title."""
        return self.scenario.question or self.scenario.title or self.scenario.name

    @property
    def commands(self) -> list[str]:
        """The commands that make the answers again, one for each model."""
        own = (f"{self.command} --model {a.model}" for a in self.answers)
        return list(own) if self.command else []


@dataclass(frozen=True, eq=False)
class Pack:
    """Scenarios as one table, in the order of their days.

    Attributes
    ----------
    rows
        One for each scenario.
    network
        What the network is called.
    draws
        Draws of the uncertain inputs behind each range, 0 where there are none.
    credits
        Whom the pictures are owed to.
    shown
        What of the world the pictures show.
    """

    rows: tuple[PackRow, ...]
    network: str
    draws: int
    credits: tuple[str, ...]
    shown: View = small.USUAL

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Pack({several(len(self.rows), 'scenarios')})"

    def _repr_html_(self) -> str:
        return card(repr(self), {"network": self.network}) + "".join(
            card(
                f"{row.day}: {row.question}",
                {
                    MODEL_WORDS[answer.model]: typeset(f"{answer.text} {answer.range_text}".strip())
                    for answer in row.answers
                },
            )
            for row in self.rows
        )

    @property
    def title(self) -> str:
        """How many questions there are, in words."""
        count = len(self.rows)
        return (
            "1 question and its answers" if count == 1 else f"{count} questions and their answers"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain values, in the form of ``pack --json``."""
        return {
            "draws": self.draws,
            "scenarios": [
                {
                    "name": row.scenario.name,
                    "as_of": row.day.isoformat(),
                    "question": row.question,
                    "answers": [
                        {
                            "model": own.model,
                            "answer": own.text,
                            **own.figures,
                            "ranges": {name: list(ends) for name, ends in own.ranges.items()},
                        }
                        for own in row.answers
                    ],
                    "commands": row.commands,
                }
                for row in self.rows
            ],
        }

    @property
    def html(self) -> str:
        """The table as one page that asks no other host for anything and runs no script."""
        return page.render(
            "pack/pack.html",
            title=self.title,
            styles=("flowmap/flowmap.css", "report/report.css", "pack/pack.css"),
            libraries=(),
            network=self.network,
            draws=self.draws,
            rows=self.rows,
            words=MODEL_WORDS,
            ground=small.ground(self.shown),
            width=small.WIDTH,
            height=small.HEIGHT,
            credits="; ".join(self.credits),
        )

    @property
    def markdown(self) -> str:
        """The table in Markdown, each picture a bar of signs."""
        models = list(dict.fromkeys(a.model for row in self.rows for a in row.answers))
        head = ["Day", "Question", *(MODEL_WORDS[m] for m in models), "Again"]
        lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        for row in self.rows:
            said = {a.model: a for a in row.answers}
            answers = []
            for model in models:
                parts = (said[model].bar, said[model].text, said[model].range_text)
                answers.append("<br>".join(_in_cell(text) for text in parts if text))
            question = f"{_in_cell(row.question)}<br>`{row.scenario.name}`"
            again = _code_in_cell(row.command)
            lines.append("| " + " | ".join([row.day.isoformat(), question, *answers, again]) + " |")
        return f"{self._head()}\n" + "\n".join(lines) + "\n"

    def _head(self) -> str:
        """Return what stands above the table in Markdown."""
        ranged = (
            f" Ranges hold from the 5th to the 95th percentile of {self.draws} draws of the "
            "uncertain inputs."
            if self.draws
            else ""
        )
        return (
            f"# {self.title}\n\n"
            "Made by `corridors pack --out FILE.md`; the same with a name in `.html` is a page "
            "with maps. Each scenario is asked on its own day, in the steady state: what would "
            "hold if that day lasted. “At best” is what no dispatcher could improve on; “as "
            f"shippers choose” spreads cargo by route choice.{ranged} Of the cargo that used what "
            "the scenario touches █ still passes, ▒ goes round and ░ stays where it starts.\n"
        )

    def save(self, path: str | Path) -> Path:
        """Write the table: Markdown where the name ends in .md, else a page.

        Raises
        ------
        DataError
            Where it cannot be written there.
        """
        require_path("path", path)
        target = Path(path)
        check_apart(target)
        write_text(target, self.markdown if target.suffix == ".md" else self.html)
        return target


def _in_cell(text: str) -> str:
    """Return a text as a cell of a Markdown table holds it: nothing in it is more than text."""
    words = " ".join(plain(text, lines=True).split())
    for sign in ("\\", "|", "<", "*", "_", "`", "["):
        words = words.replace(sign, f"\\{sign}" if sign != "<" else "&lt;")
    return words


def _code_in_cell(text: str) -> str:
    """Return a text as a cell of a Markdown table holds it that is to be typed as it stands."""
    words = plain(text, lines=True).replace("|", "\\|")
    if not words:
        return ""
    # Signs of code within it need longer ones around it.
    fence = "``" if "`" in words else "`"
    return f"{fence} {words} {fence}" if len(fence) > 1 else f"{fence}{words}{fence}"


def _command(net: Network, asked: str | Path | Scenario, plan: Scenario, day: dt.date) -> str:
    """Return the command that asks a scenario of a network, as it was asked; empty without one."""
    if not isinstance(asked, str | Path) or net.whole.folder is None:
        return ""
    words = ["corridors", "run", str(asked)]
    if plan.as_of is None:
        words += ["--as-of", day.isoformat()]
    if not net.is_shipped:
        words += ["--network", str(net.whole.folder)]
    return shlex.join(words)


def pack(
    net: Network,
    scenarios: str | Path | Mapping[str, Any] | Scenario | Iterable[Any] | None = None,
    *,
    models: Iterable[str] = MODELS,
    uncertainty: int = 0,
    seed: int = 0,
) -> Pack:
    """Ask many scenarios, each on its own day, and lay the answers side by side.

    Parameters
    ----------
    net
        The network.
    scenarios
        Names, paths or objects; all that ship with the package where None.
    models
        How cargo chooses its way, a column of answers for each.
    uncertainty
        Draws of the uncertain inputs for the range of each answer; none by default, since
        each draw takes as long as the answer itself.
    seed
        Decides the draws.

    Returns
    -------
    Pack
        With ``save(path)``; the same input gives the same bytes.

    Raises
    ------
    ScenarioError
        Where a scenario cannot be meant, two bear one name, or there is none.

    Examples
    --------
    >>> import corridors as co
    >>> table = co.pack(co.load(), ["poland-closure-2025"], models=["optimal"])
    >>> table.rows[0].question.startswith("What happens to trains and trucks")
    True
    """
    require_network(net)
    if scenarios is None:
        scenarios = shipped_scenarios()
    elif isinstance(scenarios, str | Path | Mapping | Scenario):
        scenarios = [scenarios]
    require_kind("scenarios", scenarios, Iterable, "scenarios, in a list")
    require_kind("models", models, Iterable, "models, in a list")
    named = list(scenarios)
    plans = [read_scenario(one) for one in named]
    asked = tuple(models)
    _check(plans, asked, uncertainty)
    dated = sorted(
        ((_day_of(net, plan), plan, one) for plan, one in zip(plans, named, strict=True)),
        key=lambda d: (d[0], d[1].name),
    )
    courses = net.whole.links.geometry
    shown = small.view([FlowLine(np.asarray(line.coords)[:, :2], "") for line in courses])
    bases: dict[tuple[dt.date, str], Assignment] = {}
    rows = []
    with progress("asking the scenarios", len(dated) * len(asked)) as done:
        for day, plan, one in dated:
            answers: list[Answer] = []
            picture: tuple[Stroke, ...] = ()
            for model in asked:
                if (day, model) not in bases:
                    bases[day, model] = assign(net, as_of=day, model=model)
                found = compare(bases[day, model], assign(net, plan, as_of=day, model=model))
                ranges = {}
                if uncertainty:
                    own = draw(net, plan, uncertainty, seed, as_of=day.isoformat(), model=model)
                    ranges = _ranges(own.percentiles)
                answers.append(_answer(model, found, ranges))
                if not picture:
                    picture = tuple(small.strokes(found.changed_lines(), shown))
                done()
            command = _command(net, one, plan, day)
            rows.append(PackRow(plan, day, tuple(answers), picture, command))
    return Pack(tuple(rows), network_title(net), uncertainty, tuple(network_credits(net)), shown)


def _day_of(net: Network, plan: Scenario) -> dt.date:
    """Return the day of a scenario, which nobody can give beside it."""
    if plan.as_of is None and net.date is None:
        msg = (
            f"scenario {plan.name}: no day is given; say from when it holds, such as "
            "from 2025-09-12 in a line, or as_of: 2025-09-12 in its file"
        )
        raise ScenarioError(msg)
    return day_of(net, plan, None)


def _check(plans: list[Scenario], models: tuple[str, ...], draws: int) -> None:
    """Refuse what cannot be asked."""
    names = [plan.name for plan in plans]
    if not names:
        raise ScenarioError("pack: saw no scenario, expected at least one")
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        raise ScenarioError(f"pack: two scenarios are called {twice!r}; give each its own name")
    wrong = next((m for m in models if m not in MODELS), None)
    if wrong is not None or not models:
        raise ScenarioError(f"pack: saw the model {wrong!r}, expected {' or '.join(MODELS)}")
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 0:
        raise DataError(f"pack: saw uncertainty={draws!r}, expected a whole number from 0")


def _ranges(percentiles: Any) -> dict[str, tuple[float, float]]:
    rows = percentiles[["quantity", "low_5", "high_95"]].itertuples(index=False, name=None)
    return {str(n): (float(low), float(high)) for n, low, high in rows if n in _FIGURES}


def _answer(model: str, found: Comparison, ranges: dict[str, tuple[float, float]]) -> Answer:
    tables = found.tables
    used = tables.used
    if used is None or float(used["before_t_per_day"].sum()) <= 0.5:
        used = tables.by_cargo
    parts = {name: float(used[name].sum()) for name, _ in _BAR_SIGNS if name in used}
    return Answer(
        model=model,
        text=brief(tables),
        figures={name: float(found.change[name]) for name in _FIGURES},
        ranges=ranges,
        parts={name: parts.get(name, 0.0) for name, _ in _BAR_SIGNS},
    )
