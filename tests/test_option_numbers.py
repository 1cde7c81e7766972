"""Every number that a command takes as an option is written as in tables, or refused."""

from __future__ import annotations

import typing

import pytest
from command import corridors

from corridors.cli.app import app
from corridors.cli.common import decimal_number, whole_number
from corridors.errors import CorridorsError

BAD = {
    "1_000": "an underscore in it",
    "1,5": "a comma in it",
    "1,000": "a comma in it",
    "1 000": "a space in it",
    "1'000": "an apostrophe in it",
    "\uff15": "characters in it that are not the digits 0 to 9",
    "\u0665": "characters in it that are not the digits 0 to 9",
    "nan": "not a finite number",
    "inf": "not a finite number",
    "1e999": "too large",
    "0x10": "not a decimal number",
    "many": "",
}


def named(declared):
    return isinstance(declared, str) and declared.startswith("--")


def numeric():
    """Return every option that is a number, by command: its name and its type."""
    found = []
    for known in app.registered_commands:
        command = known.name or known.callback.__name__.replace("_", "-")
        for name, hint in typing.get_type_hints(known.callback, include_extras=True).items():
            kinds = {hint, *typing.get_args(hint)}
            kinds |= {k for one in kinds for k in typing.get_args(one)}
            if kinds & {int, float}:
                info = typing.get_args(hint)[1]
                # The first argument of `typer.Option` is the default or a name.
                declared = [d for d in (info.default, *(info.param_decls or ())) if named(d)]
                found.append((command, (*declared, f"--{name}")[0], float in kinds))
    return found


NUMERIC = numeric()


def arguments(command):
    """Return as many arguments as a command asks for."""
    from corridors.cli.app import command as whole

    params = whole().commands[command].params
    return ["x" for p in params if p.param_type_name == "argument" and p.required]


def test_the_walk_finds_the_options_that_are_known():
    assert {("simulate", "--days", False), ("osm", "--timeout", True)} <= set(NUMERIC)
    assert {("sweep", "--workers", False), ("draws", "--draws", False)} <= set(NUMERIC)


@pytest.mark.parametrize(("command", "option", "fraction"), NUMERIC)
def test_every_numeric_option_of_every_command_is_read_strictly(command, option, fraction):
    whole = {} if fraction else {"2.5": "expected a whole number"}
    for text, why in (BAD | whole).items():
        done = corridors(command, *arguments(command), option, text)
        assert done.returncode == 2, (text, done)
        said = done.stderr
        assert said.startswith(f"corridors: {option[2:]}: saw {text!r}, expected "), said
        assert why in said
        assert said.count("\n") == 1
        assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("+7", 7), ("-3", -3), ("7.0", 7), ("1e3", 1000), ("9007199254740993", 2**53 + 1)],
)
def test_whole_numbers_are_read_to_the_last_digit(text, value):
    assert whole_number("n")(text) == value
    assert isinstance(whole_number("n")(text), int)


def test_a_number_is_what_a_table_reads():
    assert [decimal_number("x")(text) for text in ("1.5", ".5", "-1e-3", "2.")] == [
        1.5,
        0.5,
        -0.001,
        2.0,
    ]


def test_bounds_are_part_of_the_message():
    parse = whole_number("workers", least=1, most=1024)
    assert (parse("1"), parse("1024")) == (1, 1024)
    for text in ("0", "1025", "-1"):
        with pytest.raises(CorridorsError, match="at least 1 and at most 1024"):
            parse(text)
    with pytest.raises(CorridorsError, match="of at most 3"):
        whole_number("n", most=3)("4")


LISTS = {
    "millions": (("expand", "x", "--budget", "1,000,000"), "saw '1' in '1,000,000'"),
    "a decimal comma": (("expand", "x", "--budget", "1,5bn"), "saw '1' in '1,5bn'"),
    "two small budgets": (("expand", "x", "--budget", "500,800"), "saw '500' in '500,800'"),
    "the second of several": (("expand", "x", "--budget", "1bn", "--budget", "2,000"), "'2,000'"),
    "years twice": (("headroom", "--years", "2025,2025"), "--years: saw a value twice in [2025, 2"),
    "years between": (("headroom", "--years", "2025,…"), "--years: saw ... without a value on"),
    "years": (("headroom", "--years", "2,025"), "saw '2', expected years such as 2025"),
    "shares": (("curve", "close node:brest", "--to", "0,05"), "saw '05' in '0,05'"),
    "tonnes": (("curve", "close node:brest", "--by", "10,000"), "saw '000' in '10,000'"),
    "days": (("curve", "close node:brest", "--duration", "1,000"), "saw '000' in '1,000'"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_comma_in_a_number_is_no_list(name):
    asked, words = LISTS[name]
    ended = corridors(*asked)
    assert ended.returncode == 2
    assert ended.stdout == ""
    [line] = ended.stderr.strip().splitlines()
    assert words in line
