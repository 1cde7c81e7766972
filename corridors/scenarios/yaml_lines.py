"""Read YAML safely and remember on which line each value stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from corridors.errors import ScenarioError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1_000_000
"""Largest scenario that is read; the longest shipped one has a few kilobytes."""

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
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


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses aliases, with which a short text can mean gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML has no types here
            message = "aliases (*name) are not allowed"
            raise yaml.MarkedYAMLError(problem=message, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


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
        Where the file is missing, too large or not YAML, with the line.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            msg = f"{path}: {size / 1e6:.1f} MB; a scenario has at most {MAX_BYTES / 1e6:g} MB"
            raise ScenarioError(msg)
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror})"
        raise ScenarioError(msg) from None
    except UnicodeDecodeError:
        msg = f"{path}: not text in UTF-8"
        raise ScenarioError(msg) from None
    return parse(text, str(path))


def parse(text: str, where: str) -> tuple[Any, Lines]:
    """Read YAML from a text; `where` names it in messages."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines = Lines()
        return _plain(loader, node, (), lines, where), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        msg = f"{where}{line}: not YAML: {error.problem}"
        raise ScenarioError(msg) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        msg = f"{where}: not YAML: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise ScenarioError(msg) from None
    finally:
        loader.dispose()


def _plain(loader: _Loader, node: Any, path: Path_, lines: Lines, where: str) -> Any:
    if node is None:
        return None
    lines[path] = node.start_mark.line + 1
    if node.tag not in _PLAIN_TAGS:
        msg = f"{where}, line {lines[path]}: saw the tag {node.tag!r}; tags are not allowed"
        raise ScenarioError(msg)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in result:
                line = key_node.start_mark.line + 1
                what = "a key that is not plain text" if key is None else f"the key {key!r} twice"
                msg = f"{where}, line {line}: saw {what}"
                raise ScenarioError(msg)
            result[key] = _plain(loader, value_node, (*path, key), lines, where)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, n, (*path, i), lines, where) for i, n in enumerate(node.value)]
    if node.tag == _TIMESTAMP:
        # A date stays text, so that a day that does not exist is reported like any other.
        return node.value
    if node.tag != "tag:yaml.org,2002:str":
        lines.written[path] = node.value
    return loader.construct_object(node)
