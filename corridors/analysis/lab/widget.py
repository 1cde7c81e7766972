"""The widget of a lab; whoever imports this module needs the optional extra ``lab``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from corridors.assignment.assign import assign
from corridors.maps.vendored import asset_text

if TYPE_CHECKING:
    from corridors.analysis.lab.question import Questions
    from corridors.assignment.assignment import Assignment
    from corridors.maps.explorer.page import Explorer
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario


class Lab(anywidget.AnyWidget):
    """The explorer in a cell, whose questions and answers are Python's too.

    Parameters
    ----------
    net
        The network.
    questions
        What its page can be asked.
    page
        The page.

    Attributes
    ----------
    state
        What is shut and moved, in the words of the explorer's address: ``scenario`` or ``day``;
        ``close``, a list of things such as ``border:BY-PL``; ``capacity`` and ``demand``, factors
        by id; ``delay``, hours by thing. It has no key that says nothing: ``{}`` is the network
        as it is. Set it, and the page shows it.
    answer
        What the page says of it: the ``state`` that it is the answer to; ``objective``, in USD a
        day, and ``relative_gap``, how far the page's proof leaves it from the optimum; totals
        ``before`` and ``after``, under the names of `Assignment.summary`; ``change``, under those
        of `Comparison.change`; ``shortfall``, in tonnes a day by demand. Empty until a page has
        answered; ``error`` where the question has no answer.
    net
        The network.
    """

    state = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(760).tag(sync=True)
    _page = traitlets.Unicode().tag(sync=True)
    _title = traitlets.Unicode().tag(sync=True)
    _esm = asset_text("lab/lab.js")

    def __init__(self, net: Network, questions: Questions, page: Explorer) -> None:
        self.net = net
        self._questions = questions
        super().__init__(_page=page.html, _title=page.title, height=page.height)

    # Some releases of traitlets type their decorators, and some do not.
    @traitlets.validate("state")  # type: ignore[untyped-decorator,unused-ignore]
    def _checked(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return self._questions.checked(proposal["value"])

    @traitlets.observe("state")  # type: ignore[untyped-decorator,unused-ignore]  # as above
    def _forget(self, change: dict[str, Any]) -> None:
        # An answer never stands beside a question that it does not belong to.
        if self.answer and self.answer.get("state") != change["new"]:
            self.answer = {}

    @property
    def scenario(self) -> Scenario:
        """What is shut and moved, as a scenario that `assign`, `run` and `simulate` take.

        Raises
        ------
        ScenarioError
            Where a limit is moved that no scenario can name.
        """
        return self._questions.scenario(self.state)

    def result(self, *, model: str | None = None) -> Assignment:
        """Return what `corridors.assign` says of what is shut and moved, with its certificate.

        Parameters
        ----------
        model
            ``"optimal"`` or ``"logit"``; that of the page if None.

        Raises
        ------
        ScenarioError
            Where a limit is moved that no scenario can name.
        CertificateError
            Where the optimum could not be proved.
        """
        own = self.state.get("model", "optimal") if model is None else model
        return assign(self.net, self.scenario, model=own)

    def __repr__(self) -> str:
        count = sum(len(v) for k, v in self.state.items() if k not in {"scenario", "day", "model"})
        under = f"{self.state['scenario']}, " if "scenario" in self.state else ""
        changed = f"{count} {'change' if count == 1 else 'changes'}" if count else "as it is"
        return f"Lab({self.net.name}, {self._questions.day(self.state)}, {under}{changed})"
