"""Who names a place, or leaves out what kind of thing it is, is told how it is asked for."""

from __future__ import annotations

import command
import pytest

import corridors as co
from corridors.network.reading.country_codes import code_hint


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        (["cut", "China", "KZ", "--cargo", "coal"], "no country or node 'China'; did you mean CN?"),
        (["run", "close country:Russia"], "no country 'Russia'; did you mean RU?"),
        (["run", "close country:Kazachstan"], "no country 'Kazachstan'; did you mean KZ?"),
        (
            ["run", "close border:Russia-Kazakhstan"],
            "expected the code of a country in two capital letters, such as RU",
        ),
        (["show", "georgia"], "nothing bears the id 'georgia'; did you mean GE?"),
        (["show", "suez-shut-2026"], "it is a scenario, of which `corridors run suez-shut-2026`"),
        (["list", "scenarios"], "`corridors scenarios` lists these"),
        (["select", "KZ-CN"], "no link 'KZ-CN'; did you mean border:CN-KZ?"),
        (["select", "terespol-rail"], "did you mean capacity:terespol-rail?"),
        (["sweep", "--of", "khorgos_cn"], "'khorgos_cn'; did you mean node:khorgos_cn?"),
        (["sweep", "--of", "borders"], "no kind of element 'borders'; did you mean border?"),
    ],
)
def test_the_message_says_how_it_is_asked_for(asked, hint):
    ended = command.corridors(
        *asked, *([] if asked[0] in {"show", "list"} else ["--as-of", "2025-11-01"])
    )
    assert ended.returncode == 2
    assert not ended.stdout
    assert hint in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_country_that_the_network_lacks_is_not_proposed():
    assert code_hint("Chile", ["KZ", "RU"]) == "; valid are KZ, RU"
    net = co.load()
    with pytest.raises(co.UnknownIdError, match="no country or node 'Chile'"):
        co.min_cut(net, "Chile", "KZ", "coal", as_of="2025-11-01")
