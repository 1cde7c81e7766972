"""The explorer's page in Firefox, where there is one: the package's answers, no complaints."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest
from waiting import wait_for

from tests import firefox
from tests.explorer_reference import (
    DAY,
    SOME_CLOSURES,
    Reference,
    ask,
    assert_chosen,
    choice_page,
    choosing,
    chosen_by,
    hold_answers,
    random_questions,
    told_each,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("explorer_choice"),
    pytest.mark.skipif(
        firefox.installed() is None, reason=f"none of {', '.join(firefox.NAMES)} is installed"
    ),
    pytest.mark.skipif(
        find_spec("websocket") is None, reason="the package websocket-client is not installed"
    ),
]

SETTLED = (
    "() => !['opening', 'busy'].some((name) => document.body.classList.contains(name))"
    " && document.querySelector('#sentence').innerText"
)

CLOSED = (
    ["border:BY-PL"],
    ["border:KZ-RU"],
    ["border:CN-KZ"],
    ["border:AZ-GE"],
    ["border:CN-MN"],
    ["country:IR"],
    ["country:AZ"],
    ["chokepoint:aktau"],
    ["chokepoint:dostyk"],
    ["node:moscow"],
    ["node:almaty"],
    ["node:orenburg_gpp"],
)


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    path = choice_page().save(tmp_path_factory.mktemp("firefox") / "explorer.html")
    with firefox.firefox(path) as opened:
        yield opened
        assert opened.noise == []


def test_the_optimum_in_firefox_is_the_package_s(tab):
    """Twelve closures of one thing, and eight of two or three with capacities changed."""
    own = Reference(choosing(), DAY)
    questions = [{"close": keys} for keys in CLOSED] + random_questions(own, 8, 3)
    hold_answers(questions, ask(tab, questions), told_each(own, questions))


def test_route_choice_in_firefox_is_the_package_s(tab):
    net = choosing()
    base = chosen_by(net, day=DAY)
    for question in ({"close": keys} for keys in SOME_CLOSURES):
        asked = {"model": "logit", "routes": True, **question}
        (page,) = ask(tab, [asked])
        assert_chosen(page, base, chosen_by(net, json.dumps(question)))


def test_a_reader_shuts_a_border_by_keyboard(tab):
    said = wait_for_text(tab)
    assert "nothing is shut" in said
    tab.type("/")
    tab.type("belarus poland border")
    tab.type(firefox.ENTER)
    wait_for(lambda: "Belarus–Poland border shut" in wait_for_text(tab))
    assert "no longer carried" in wait_for_text(tab)
    assert tab.evaluate("() => location.hash") == f"#d={DAY}&close=border:BY-PL"
    assert "Optimal, proved" in tab.evaluate("() => document.querySelector('#proof').innerText")


def wait_for_text(tab):
    """Return the sentence once the page is at rest."""
    found = []
    wait_for(lambda: found.append(tab.evaluate(SETTLED)) or found[-1])
    return found[-1]
