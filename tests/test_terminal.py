"""Tables on terminals of any width: nothing is left out, nothing cut, nothing sticks out."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.cli import common

WIDTHS = (60, 80, 120, 200)

ROWS = pd.DataFrame(
    {
        "capacity_id": ["saryagash-keles-rail-crossing:forward", "kozlovichi-to-poland"],
        "name": ["Saryagash-Keles rail crossing, both gauges (forward)", "Kozlovichi to Kukuryki"],
        "unit": ["train", "truck"],
        "amount": [12.5, 1400.0],
        "background": [0.0, 123456.0],
        "price_usd": [48379.2, 0.0],
        "from_route": ["CN-KZ>KZ-RU>BY-RU>BY-PL>DE-PL", "domestic"],
        "added cost usd": [7858668.0, -12.0],
    }
)


def printed(frame, width, monkeypatch, title="Full, the dearest first"):
    if width is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", str(width))
    out = io.StringIO()
    with redirect_stdout(out):
        common.print_table(frame, title)
    return out.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_table_loses_a_column_or_cuts_a_word(width, monkeypatch):
    text = printed(ROWS, width, monkeypatch)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    words = set(text.split())
    for name in ROWS.columns:
        assert set(name.split()) <= words
    for value in (*ROWS["capacity_id"], *ROWS["name"], *ROWS["from_route"]):
        assert set(value.split()) <= words
    assert {"48,379", "7,858,668", "123,456", "1,400"} <= words
    assert "…" not in text


def test_a_pipe_has_a_line_for_a_row(monkeypatch):
    text = printed(ROWS, None, monkeypatch)
    for row in ROWS.itertuples(index=False):
        [line] = [line for line in text.splitlines() if row.capacity_id in line]
        assert row.name in line
        assert row.from_route in line


def test_columns_is_honoured_off_a_terminal(monkeypatch):
    assert printed(ROWS, 60, monkeypatch) != printed(ROWS, 200, monkeypatch)
    monkeypatch.setenv("COLUMNS", "wide")
    assert common.columns() is None


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="ascii", categories=("L", "N", "Z")), max_size=30),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(WIDTHS),
)
def test_every_word_of_any_table_is_there(rows, width):
    frame = pd.DataFrame(rows, columns=["a b", "second", "third column"])
    with pytest.MonkeyPatch.context() as patch:
        text = printed(frame, width, patch)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    said = re.split(r"\s+", text)
    for word in " ".join(" ".join(row) for row in rows).split():
        assert word in said


def test_a_space_before_a_word_does_not_have_it_cut(monkeypatch):
    frame = pd.DataFrame(
        [["0" * 15, " " + "0" * 25, ""]], columns=["a b", "second", "third column"]
    )
    assert "0" * 25 in printed(frame, 60, monkeypatch).split()


def test_a_line_is_wrapped_on_a_terminal_and_stays_one_in_a_pipe(monkeypatch, capsys):
    text = "  capacities (12): " + ", ".join(f"limit.border-{i}" for i in range(30))
    monkeypatch.delenv("COLUMNS", raising=False)
    common.print_line(text)
    assert capsys.readouterr().out == f"{text}\n"
    for width in WIDTHS:
        monkeypatch.setenv("COLUMNS", str(width))
        common.print_line(text, indent=4)
        first, *others = capsys.readouterr().out.splitlines()
        assert max(map(len, [first, *others])) <= width
        assert first.startswith("  capacities")
        assert all(line.startswith("    limit") for line in others)
        assert " ".join([first, *others]).split() == text.split()


def test_prose_fits(monkeypatch, capsys):
    text = "What goes another way takes 6.64 days more on average. " * 4
    for width in WIDTHS:
        monkeypatch.setenv("COLUMNS", str(width))
        common.print_prose(text)
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= min(width, 100)
        assert " ".join(lines).split() == text.split()
