"""Read YAML strictly and remember on which line each value stands.

Scenarios, and the selectors and changes that stand in tables, all come through
here: plain mappings, lists, texts, numbers, booleans. What could mean more than
it shows (aliases, tags, a key twice) or could not be held in memory is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from corridors.errors import DataError, ScenarioError
from corridors.files import read_whole

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1_000_000
"""Largest scenario that is read; the longest shipped one has a few kilobytes."""

MAX_DEPTH = 32
"""Deepest nesting; the rings of a polygon in an event lie nine deep."""

MAX_NUMBER = 1e15
"""Largest whole number; larger ones are not told apart by the computer's fractions any more."""

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_TEXT = "tag:yaml.org,2002:str"
_PLAIN_TAGS = {_TIMESTAMP} | {
    f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "int", "float", "bool", "null")
}

Path_ = tuple[str | int, ...]


class Lines(dict[Path_, int]):
    """The line of each value by its path of keys and positions.

    Attributes
    ----------
    written
        What stands in the file where YAML makes something else of it than text:
        ``012`` is the number 10.
    """

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[Path_, str] = {}


# The parser in C takes a hundredth of the time; where it is missing, the other says the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Refused(ValueError):  # noqa: N818  never leaves this module
    """Something that YAML allows and we do not; `line` counts from 1, 0 where none is known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def read(path: Path) -> tuple[Any, Lines]:
    """Read a YAML file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    value, lines
        The content as plain objects (dates as text), and the line of each value
        by its path of keys and positions.

    Raises
    ------
    ScenarioError
        Where the file is missing, no ordinary file, too large or not YAML, with
        the line.
    """
    try:
        content = read_whole(path, MAX_BYTES, "a scenario")
    except DataError as error:
        raise ScenarioError(str(error)) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{path}: not text in UTF-8"
        raise ScenarioError(msg) from None
    return parse(text, str(path))


def parse(text: str, where: str) -> tuple[Any, Lines]:
    """Read YAML from a text; `where` names it in messages."""
    lines = Lines()
    try:
        return _value(text, lines), lines
    except _Refused as error:
        line = f", line {error.line}" if error.line else ""
        msg = f"{where}{line}: {error}"
        raise ScenarioError(msg) from None


def value_of(text: str) -> Any:
    """Return what the YAML in a cell of a table says.

    Raises
    ------
    ValueError
        Saying what is wrong with it.

    Examples
    --------
    >>> value_of("{border: [PL, BY]}")
    {'border': ['PL', 'BY']}
    """
    return read_cell(text)[0]


def read_cell(text: str) -> tuple[Any, Lines]:
    """Return what the YAML in a cell says, and what stands there; raise as `value_of` does."""
    if len(text) > MAX_BYTES:
        msg = f"has {len(text)} characters, expected at most {MAX_BYTES}"
        raise ValueError(msg)
    lines = Lines()
    return _value(text, lines), lines


def at(value: Any, keys: Path_) -> Any:
    """Return what stands in a value under some keys and positions."""
    for key in keys:
        value = value[key]
    return value


def taken_for(value: Any, stands: str) -> str:
    """Return what to say of a value that is no text, where a name stands in a file.

    Examples
    --------
    >>> taken_for(10, "012")
    'saw 012, which YAML takes for the number 10; quote it: "012"'
    """
    if value is None:
        what = "nothing"
    else:
        is_flag = isinstance(value, bool)
        what = f"the boolean {str(value).lower()}" if is_flag else f"the number {value}"
    if stands == "":
        return "saw nothing, expected a name"
    return f'saw {stands}, which YAML takes for {what}; quote it: "{stands}"'


def _value(text: str, lines: Lines) -> Any:
    try:
        _check_events(text)
        loader = _LOADER(text)
        try:
            return _plain(loader, loader.get_single_node(), (), lines)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _Refused(f"not YAML: {error.problem}", mark.line + 1 if mark else 0) from None
    except yaml.reader.ReaderError as error:
        raise _unreadable(text, error) from None
    except (yaml.YAMLError, UnicodeError, RecursionError, MemoryError) as error:
        said = " ".join(str(error).split())[:200]
        raise _Refused(f"not YAML: {type(error).__name__}: {said}") from None


def _check_events(text: str) -> None:
    """Refuse aliases and deep nesting before anything is built from them."""
    depth = 0
    anchor = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("not YAML that is read here: aliases (*name) are not allowed", line)
        if getattr(event, "anchor", None) is not None:
            anchor = anchor or line
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                message = f"nested deeper than {MAX_DEPTH} levels"
                raise _Refused(message, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    if anchor:
        raise _Refused("not YAML that is read here: anchors (&name) are not allowed", anchor)


def _unreadable(text: str, error: yaml.reader.ReaderError) -> _Refused:
    """Return the refusal of a character that no YAML may hold, with its line."""
    found = error.character
    number = ord(found) if isinstance(found, str) and len(found) == 1 else found
    name = f"U+{number:04X}" if isinstance(number, int) else repr(found)
    position = error.position if isinstance(error.position, int) else 0
    before = text[:position]
    if isinstance(number, int) and number < 0x110000 and chr(number) in text:
        before = text[: text.index(chr(number))]
    return _Refused(f"not YAML: the character {name} is not allowed", before.count("\n") + 1)


def _plain(loader: Any, node: Any, path: Path_, lines: Lines) -> Any:
    if node is None:
        return None
    lines[path] = node.start_mark.line + 1
    if node.tag not in _PLAIN_TAGS:
        message = f"saw the tag {node.tag!r}; tags are not allowed"
        raise _Refused(message, lines[path])
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in result:
                what = "a key that is not plain text" if key is None else f"the key {key!r} twice"
                raise _Refused(f"saw {what}", key_node.start_mark.line + 1)
            _check_text(key, key_node.start_mark.line + 1)
            result[key] = _plain(loader, value_node, (*path, key), lines)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, n, (*path, i), lines) for i, n in enumerate(node.value)]
    if node.tag not in {_TEXT, _TIMESTAMP}:
        lines.written[path] = node.value
    return _scalar(loader, node, lines[path])


def _scalar(loader: Any, node: Any, line: int) -> Any:
    _check_text(node.value, line)
    if node.tag == _TIMESTAMP:
        # A date stays text, so that a day that does not exist is reported like any other.
        return node.value
    try:
        value = loader.construct_object(node)
    except (ValueError, OverflowError):
        kind = node.tag.rpartition(":")[2]
        raise _Refused(f"saw {_brief(node.value)}, which is no {kind}", line) from None
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        message = f"saw {_brief(node.value)}, expected no number above {MAX_NUMBER:.0e}"
        raise _Refused(message, line)
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise _Refused(f"saw {_brief(node.value)}, expected a finite number", line)
    return value


def _check_text(text: str, line: int) -> None:
    """Refuse halves of characters, which no file can hold."""
    for character in text:
        if "\ud800" <= character <= "\udfff":
            message = f"saw the half character \\u{ord(character):04x}; write the whole one"
            raise _Refused(message, line)


def _brief(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:40]}... ({len(text)} characters)")
