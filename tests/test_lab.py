"""The lab: the explorer in a real JupyterLab, its answers in Python, and its questions without."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from waiting import wait_for

import corridors as co
from tests.browser import browser  # noqa: F401  a fixture
from tests.fewer_demands import fewer_demands

DAY = "2025-09-12"
EXTRA = pytest.mark.skipif(find_spec("anywidget") is None, reason="anywidget is not installed")
JUPYTER = pytest.mark.skipif(find_spec("jupyterlab") is None, reason="JupyterLab is not installed")
LESS = {"name": "less", "as_of": DAY, "events": [{"limit": {"mode": "rail"}, "to": 0.5}]}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return co.load(co.new_network(tmp_path_factory.mktemp("lab") / "own"))


@pytest.fixture
def lab(small):
    return co.lab(small, [co.scenario(LESS)], as_of=DAY)


@EXTRA
def test_a_question_is_the_scenario_that_says_it(lab, small):
    lab.state = {"day": DAY, "demand": {"all": 1.5}, "close": ["border:XB-XA", "node:elm"]}
    assert lab.state == {"close": ["border:XA-XB", "node:elm"], "demand": {"all": 1.5}}
    assert repr(lab) == "Lab(own, 2025-09-12, 3 changes)"
    plan = co.Scenario("x").at(DAY).close(border=("XA", "XB")).close(node="elm")
    same = co.assign(small, plan.demand(1.5, cargo=["container", "grain"]))
    assert lab.result().answer.objective == same.answer.objective
    assert co.scenario(yaml.safe_load(lab.scenario.to_yaml())).events == lab.scenario.events


@EXTRA
@pytest.mark.parametrize(("factor", "trains"), [(0.5, 2.0), (1.0, 4.0), (2.5, 10.0), (0.0, 0.0)])
def test_a_capacity_is_moved_by_its_factor_background_and_all(lab, factor, trains):
    """Four trains a day, of which one carries what the demand leaves out."""
    lab.state = {"capacity": {"border-trains": factor}}
    found = [limit for limit in lab.result().state.limits if limit.capacity_id == "border-trains"]
    closed = lab.result().state.problem.closed
    if factor > 0:
        assert [limit.amount for limit in found] == 2 * [trains]
        assert [limit.background for limit in found] == 2 * [trains / 4]
    else:
        assert closed.any()


@EXTRA
def test_what_is_shut_comes_on_top_of_a_scenario(lab, small):
    lab.state = {"scenario": "less", "delay": {"node:brook": 24}}
    assert lab.scenario.name == "less-and-more"
    assert repr(lab) == "Lab(own, 2025-09-12, less, 1 change)"
    plan = co.scenario(LESS).delay("24 h", node="brook")
    assert lab.result().summary == co.assign(small, plan).summary
    lab.state = {}
    assert lab.result().answer.objective == co.assign(small, as_of=DAY).answer.objective


WRONG = (
    ({"clos": []}, "did you mean close?"),
    ({"close": "border:XA-XB"}, "expected a list"),
    ({"close": ["border:XA-XC"]}, "did you mean border:XA-XB?"),
    ({"close": ["nod:elm"]}, "node:elm"),
    ({"capacity": {"border-train": 1}}, "did you mean border-trains"),
    ({"capacity": {"border-trains": -1}}, "expected a number from 0"),
    ({"capacity": ["border-trains"]}, "expected a dict"),
    ({"delay": {"node:elm": "24 h"}}, "expected a number from 0"),
    ({"demand": {"cargo:grains": 1}}, "did you mean cargo:grain"),
    ({"scenario": "lesser"}, "did you mean less?"),
    ({"day": "1999-01-01"}, "one that the page holds"),
)


@EXTRA
@pytest.mark.parametrize(("asked", "said"), WRONG)
def test_what_cannot_be_asked_is_refused_and_nothing_changes(lab, asked, said):
    lab.state = {"close": ["node:elm"]}
    with pytest.raises(co.ScenarioError) as refused:
        lab.state = asked
    assert said in str(refused.value)
    assert lab.state == {"close": ["node:elm"]}


@EXTRA
def test_a_limit_that_no_scenario_can_name_is_said(lab):
    lab.state = {"capacity": {"border-trains:forward": 0.5}}
    with pytest.raises(co.ScenarioError, match="no scenario can move it"):
        _ = lab.scenario


@EXTRA
def test_no_answer_stands_beside_a_question_that_it_does_not_belong_to(lab):
    """What the page sends comes as one; what Python asks makes the last answer another's."""
    state = {"close": ["node:elm"]}
    lab.set_state({"state": state, "answer": {"state": state, "objective": 1.0}})
    assert lab.answer["objective"] == 1.0
    lab.state = {"close": ["node:fern"]}
    assert lab.answer == {}


def test_without_the_extra_one_message_says_what_to_install(small, monkeypatch):
    monkeypatch.delitem(sys.modules, "corridors.analysis.lab.widget", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(co.MissingExtraError) as refused:
        co.lab(small, [], as_of=DAY)
    assert str(refused.value) == "co.lab needs anywidget: pip install 'corridors[lab]'"


CELLS = (
    f"""import json, os
import corridors as co
from tests.fewer_demands import fewer_demands

net = fewer_demands(co.load())
lab = co.lab(net, [], as_of="{DAY}")

def note(heard):
    with open("heard", "a") as file:
        print(*heard["new"].get("state", {{}}).get("close", []), file=file)

lab.observe(note, "answer")
lab""",
    """hit = co.assign(net, lab.scenario)
says = {"pid": os.getpid(), "state": lab.state, "answer": lab.answer}
print(json.dumps(says | {"assign": hit.answer.objective}))""",
    """lab.state = {"close": ["border:PL-BY", "node:moscow"], "capacity": {"terespol-rail": 0.5}}
print(lab.answer)""",
)


KERNEL_READY = """async () => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""


@contextmanager
def jupyter_lab(folder):
    """Start JupyterLab on this machine alone, with settings of its own; yield its address."""
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_PLATFORM_DIRS": "1"}
    path = os.pathsep.join([str(Path(co.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    options = (
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",
        f"--ServerApp.root_dir={folder}",
    )
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=os.environ | own | {"PYTHONPATH": path},
            stdout=log,
            stderr=log,
        )
    try:
        known = folder / "RUNTIME" / f"jpserver-{server.pid}.json"
        wait_for(lambda: known.is_file() and known.read_text().endswith("}"), server)
        assert server.poll() is None, (folder / "log").read_text()
        about = json.loads(known.read_text())
        yield f"{about['url']}lab/tree/lab.ipynb?token={about['token']}&reset"
    finally:
        # It ends its kernels first.
        server.terminate()
        server.wait()


@EXTRA
@JUPYTER
@pytest.mark.browser
def test_the_number_that_comes_back_is_the_one_that_assign_says(browser, net, tmp_path):  # noqa: F811
    """Shut Belarus-Poland in the page, in a cell of JupyterLab, and read it in the next."""
    # Every worker reads this file; to import this takes more than a second.
    import nbformat

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, tmp_path / "lab.ipynb")
    net = fewer_demands(net)
    hit = co.assign(net, "close border:BY-PL", as_of=DAY)
    change = co.compare(co.assign(net, as_of=DAY), hit).change
    with jupyter_lab(tmp_path) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        cells.nth(2).wait_for()
        # A cell that is run before its kernel has answered is not run at all.
        page.evaluate(KERNEL_READY)
        run(cells, 0)
        frame = page.frame_locator("iframe[title='Shut it and see']")
        frame.locator("body:not(.opening)").wait_for()
        frame.locator("#search").fill("belarus poland border")
        frame.locator("#search").press("Enter")
        frame.locator("body:not(.busy) #chips li").wait_for()
        heard(tmp_path, "border:BY-PL")
        says = json.loads(run(cells, 1))
        answer = says["answer"]
        assert says["state"] == answer["state"] == {"close": ["border:BY-PL"]}
        near = {"rel": 1e-9, "abs": 1e-6}
        assert answer["objective"] == pytest.approx(hit.answer.objective, rel=1e-9)
        assert answer["objective"] == pytest.approx(says["assign"], rel=1e-9)
        assert answer["change"] == pytest.approx({k: change[k] for k in answer["change"]}, **near)
        for name, value in answer["after"].items():
            assert value == pytest.approx(hit.summary[name], **near), name
        short = hit.shortfall.set_index("demand_id")["shortfall_t_per_day"]
        assert answer["shortfall"] == pytest.approx(short[short > 0].to_dict(), **near)
        assert answer["shortfall"]
        # Python asks, the page shows it and answers.
        assert run(cells, 2) == "{}"
        frame.locator("body:not(.busy) #chips li:nth-child(3)").wait_for()
        heard(tmp_path, "border:BY-PL node:moscow")
        says = json.loads(run(cells, 1))
        assert says["answer"]["objective"] == pytest.approx(says["assign"], rel=1e-9)
        assert says["answer"]["objective"] > answer["objective"]
        page.close()
    elsewhere = [url for url in asked if not url.startswith((address.split("lab/")[0], "blob:"))]
    assert [url for url in elsewhere if not url.startswith(("data:", "about:"))] == []
    with pytest.raises(ProcessLookupError):
        os.kill(says["pid"], 0)


def heard(folder, close):
    """Return once the page's answer to what is shut has come to the kernel, which notes it.

    A page may show what was shut before it is answered, and a kernel hears nothing while it
    runs a cell.
    """
    told = folder / "heard"
    wait_for(lambda: told.is_file() and f"{close}\n" in told.read_text())


def run(cells, number):
    """Run a cell as a reader does, and return what it prints.

    A key that is pressed while the notebook is still being set up is lost: it is pressed
    again as long as nothing has begun.
    """
    cell = cells.nth(number)
    prompt = cell.locator(".jp-InputPrompt")
    count = prompt.inner_text()
    tries = itertools.count()

    def done():
        now = prompt.inner_text()
        if now == count and next(tries) % 200 == 0:
            cell.locator(".cm-content").click()
            cell.locator(".cm-content").press("Control+Enter")
        return now not in {count, "[*]:", "[ ]:"}

    wait_for(done)
    shown = cell.locator(".jp-OutputArea-output pre")
    return shown.first.inner_text().strip() if shown.count() else ""
