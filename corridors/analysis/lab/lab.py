"""The lab: the explorer in a notebook, whose answers come back to Python."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from corridors.analysis.explorer import explorer_data, plans_of
from corridors.analysis.lab.question import Questions
from corridors.errors import MissingExtraError
from corridors.maps.explorer.page import build_explorer
from corridors.network.network import require_network

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from corridors.analysis.lab.widget import Lab
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

__all__ = ["lab"]


def lab(
    net: Network,
    scenarios: str | Path | Scenario | Iterable[str | Path | Scenario] | None = None,
    *,
    as_of: str | dt.date | None = None,
) -> Lab:
    """Return the explorer as a widget of a notebook, whose answers come back to Python.

    Shut something in its page, and ``lab.answer`` has the numbers, ``lab.scenario`` the scenario
    that was shut and ``lab.result()`` what `corridors.assign` says of it; set ``lab.state``, and
    the page shows it. It needs the optional extra ``lab``, which is anywidget, and a front-end
    that shows widgets: JupyterLab, Notebook, VS Code or Colab. Without a front-end it is asked
    all the same, but for ``answer``, which is the page's.

    Parameters
    ----------
    net
        The network.
    scenarios
        Scenarios to choose from in the page, as in `corridors.explorer`; the fewer, the sooner
        it is made.
    as_of
        The day on which the page opens, as in `corridors.explorer`.

    Returns
    -------
    Lab
        The widget; it shows itself at the end of a cell.

    Raises
    ------
    MissingExtraError
        Where anywidget is not installed; with the command that installs it.
    ScenarioError
        Where a scenario cannot be meant, or there is no day to be had.

    Examples
    --------
    In a cell::

        lab = co.lab(net, [], as_of="2025-09-12")
        lab.state = {"close": ["border:BY-PL"]}
        lab

    and in another, ``lab.answer["change"]`` or ``co.simulate(net, lab.scenario)``.
    """
    require_network(net)
    try:
        from corridors.analysis.lab.widget import Lab
    except ModuleNotFoundError as error:
        if error.name not in {"anywidget", "ipywidgets", "traitlets"}:
            raise
        msg = f"co.lab needs {error.name}: pip install 'corridors[lab]'"
        raise MissingExtraError(msg) from None
    plans = plans_of(net, scenarios)
    data = explorer_data(net, None if scenarios is None else plans, as_of=as_of)
    day = dt.date.fromisoformat(data.day)
    return Lab(net, Questions.of(net, day, plans, data.texts), build_explorer(data))
