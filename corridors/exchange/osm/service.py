"""Ask an Overpass server through OSMnx, and leave nothing behind in the process.

OSMnx keeps its settings as globals, replaces ``socket.getaddrinfo`` for good,
falls back to a name service over HTTPS, sleeps a minute where it cannot read
``/api/status``, and asks again without end where the server is busy. Here all of
that ends with the call: settings and sockets are put back, waiting is counted,
and whatever goes wrong is one message.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import socket
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from corridors.errors import OpenStreetMapError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import networkx as nx
    import requests
    from shapely import Polygon

TAGS = (
    "railway",
    "construction",
    "service",
    "usage",
    "gauge",
    "electrified",
    "voltage",
    "frequency",
    "tracks",
    "highspeed",
    "railway:traffic_mode",
    "highway",
    "oneway",
    "junction",
    "access",
    "hgv",
    "name",
)
"""Tags of ways that are kept; OSMnx drops all others."""

NODE_TAGS = ("railway",)

_BUSY = {429: "refused", 502: "too busy", 503: "too busy", 504: "too slow"}
_LONGEST_S = 86_400
_ONE_REQUEST = 1e14  # m²; below it OSMnx would cut the area into tiles, a request each
_LOCK = threading.RLock()
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}


@dataclass(frozen=True)
class Service:
    """An Overpass server and how patient to be with it.

    Parameters
    ----------
    url
        Address ending in ``/api``; the one that OSMnx is set to if None.
    cache
        Folder in which answers are kept; ``corridors/osm`` in the user's cache
        folder if None.
    use_cache
        Whether answers are kept and used again.
    timeout_s
        Longest time without an answer, and the time that the server may take.
    attempts
        How often a busy server is asked in all.
    pause_s
        Time between attempts where the server names none.
    longest_wait_s
        A server that wants a longer wait than this is not waited for.
    """

    url: str | None = None
    cache: str | Path | None = None
    use_cache: bool = True
    timeout_s: float = 180.0
    attempts: int = 3
    pause_s: float = 20.0
    longest_wait_s: float = 90.0

    def __post_init__(self) -> None:
        """Raise OpenStreetMapError where the time is none that a server can be given."""
        if not 0 < self.timeout_s <= _LONGEST_S:
            msg = (
                f"timeout: saw {self.timeout_s:g} s, expected more than 0 and at most {_LONGEST_S}"
            )
            raise OpenStreetMapError(msg)

    def folder(self) -> Path:
        """Return the folder in which answers are kept."""
        if self.cache is not None:
            return Path(self.cache)
        from platformdirs import user_cache_path

        return user_cache_path("corridors", appauthor=False) / "osm"


@dataclass(frozen=True)
class Answer:
    """Ways that a server knows.

    Attributes
    ----------
    graph
        Not simplified: an edge for every piece of a way, in each direction of use.
    as_of
        Day of the data as the server states it, or an empty string.
    requests
        How many requests it took; 0 where the answer was kept from before.
    """

    graph: nx.MultiDiGraph[Any]
    as_of: str
    requests: int


class _BusyError(Exception):
    """The server wants to be asked later."""

    def __init__(self, status: int, wait_s: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.wait_s = wait_s


class _EmptyError(Exception):
    """The server knows of no way there."""


def fetch(area: Polygon, way_filter: str, *, both_ways: bool, service: Service) -> Answer:
    """Fetch the ways in an area.

    Parameters
    ----------
    area
        Longitude and latitude in degrees.
    way_filter
        Conditions in Overpass's language, such as ``["railway"="rail"]``.
    both_ways
        Whether ways tagged as one-way may be used in both directions, as the
        two tracks of a railway are.
    service
        Whom to ask.

    Returns
    -------
    Answer

    Raises
    ------
    OpenStreetMapError
        One message for whatever went wrong: no server, a refusal, a server too
        slow, an answer that is empty or no answer to the question.
    """
    import osmnx

    url = (service.url or osmnx.settings.overpass_url).rstrip("/")
    if urlparse(url).scheme not in {"http", "https"} or not urlparse(url).hostname:
        msg = f"OpenStreetMap: saw the address {url!r}, expected one such as https://host/api"
        raise OpenStreetMapError(msg)
    key = hashlib.sha256(f"{url}\n{way_filter}\n{area.wkt}".encode()).hexdigest()[:24]
    with _LOCK, _kept_answers(service, key) as cache:
        session = _Session(url, service)
        for attempt in range(1, service.attempts + 1):
            try:
                with _osmnx_set_up(url, cache, session, both_ways=both_ways):
                    graph = _graph(area, way_filter)
                return Answer(graph, _day_of(cache), session.requests)
            except _BusyError as busy:
                wait = busy.wait_s if busy.wait_s is not None else service.pause_s
                what = f"{url} is {_BUSY.get(busy.status, 'busy')} (HTTP {busy.status})"
                if busy.status == 429:
                    what = f"{url} refuses more requests for now (HTTP 429)"
                if attempt == service.attempts:
                    times = f"asked {attempt} times" if attempt > 1 else "asked once"
                    msg = f"OpenStreetMap: {what}, {times}; try again later"
                    raise OpenStreetMapError(msg) from None
                if wait > service.longest_wait_s:
                    msg = (
                        f"OpenStreetMap: {what} and wants a pause of {wait:.0f} s; try again later"
                    )
                    raise OpenStreetMapError(msg) from None
                time.sleep(wait)
            except _EmptyError:
                msg = f"OpenStreetMap: {url} knows of no such way there"
                raise OpenStreetMapError(msg) from None
    raise AssertionError


def _graph(area: Polygon, way_filter: str) -> nx.MultiDiGraph[Any]:
    """Ask through OSMnx; turn its errors into one message each."""
    import osmnx
    import requests

    host = osmnx.settings.overpass_url
    try:
        return osmnx.graph_from_polygon(
            area,
            network_type="all",
            custom_filter=way_filter,
            simplify=False,
            retain_all=True,
            truncate_by_edge=True,
        )
    except requests.exceptions.Timeout:
        seconds = osmnx.settings.requests_timeout
        msg = f"OpenStreetMap: no answer from {host} within {seconds:g} s; try a narrower --buffer"
        raise OpenStreetMapError(msg) from None
    except requests.exceptions.ConnectionError:
        msg = f"OpenStreetMap: {host} cannot be reached"
        raise OpenStreetMapError(msg) from None
    except requests.exceptions.RequestException as error:
        msg = f"OpenStreetMap: {host}: {type(error).__name__}: {' '.join(str(error).split())}"
        raise OpenStreetMapError(msg) from None
    except (ValueError, KeyError, TypeError) as error:
        # The answer was looked at when it came, so what is left is a graph without
        # a node in the area: OSMnx calls that an insufficient response or a ValueError.
        raise _EmptyError from error


@contextmanager
def _kept_answers(service: Service, key: str) -> Iterator[Path]:
    """Give a folder for the answers to one question alone, and clear out broken ones."""
    if not service.use_cache:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    cache = service.folder() / key
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for file in cache.glob("*.json"):
            try:
                json.loads(file.read_text(encoding="utf-8"))
            except ValueError:
                # Cut off while it was written: to be fetched again.
                file.unlink()
    except OSError as error:
        msg = f"{cache}: cannot be written ({error.strerror}); name another with --cache"
        raise OpenStreetMapError(msg) from None
    yield cache


def _day_of(cache: Path) -> str:
    """Return the day of the data as the kept answer states it."""
    for file in sorted(cache.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        stated = content.get("osm3s")
        stamp = str(stated.get("timestamp_osm_base", "")) if isinstance(stated, dict) else ""
        if re.match(r"\d{4}-\d\d-\d\d", stamp):
            return stamp[:10]
    return ""


@contextmanager
def _osmnx_set_up(url: str, cache: Path, session: _Session, *, both_ways: bool) -> Iterator[None]:
    """Set OSMnx up for one call, and put back its settings and the socket module after it."""
    import osmnx

    from corridors import __version__

    options: dict[str, Any] = {"hooks": {"response": session.look}, "auth": session.take_a_turn}
    if urlparse(url).hostname in _LOOPBACK:
        options["proxies"] = {"http": None, "https": None}
    wanted = {
        "all_oneway": False,
        "bidirectional_network_types": ["all"] if both_ways else [],
        "cache_folder": cache,
        "cache_only_mode": False,
        "doh_url_template": None,
        "http_user_agent": f"corridors/{__version__} (OSMnx)",
        "log_console": False,
        "log_file": False,
        "max_query_area_size": _ONE_REQUEST,
        # The turn is waited for by `take_a_turn`, whose waiting has an end.
        "overpass_rate_limit": False,
        "overpass_settings": "[out:json][timeout:{timeout}]{maxsize}",
        "overpass_url": url,
        "requests_kwargs": options,
        # Overpass counts in whole seconds and takes 0 for none.
        "requests_timeout": session.whole_timeout,
        "use_cache": True,
        "useful_tags_node": list(NODE_TAGS),
        "useful_tags_way": list(TAGS),
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    resolve = socket.getaddrinfo
    for name, value in wanted.items():
        setattr(osmnx.settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = resolve


class _Session:
    """What happens before and after each request of OSMnx."""

    def __init__(self, url: str, service: Service) -> None:
        self.url = url
        self.service = service
        self.requests = 0

    @property
    def whole_timeout(self) -> int:
        """Seconds as Overpass counts them."""
        return max(1, math.ceil(self.service.timeout_s))

    def take_a_turn(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Wait until the server has a free slot; called by requests before it sends."""
        import requests as http

        self.requests += 1
        local = urlparse(self.url).hostname in _LOOPBACK
        try:
            answer = http.get(
                f"{self.url}/status",
                timeout=min(self.service.timeout_s, 30.0),
                headers={"User-Agent": str(request.headers.get("User-Agent", "corridors"))},
                proxies={"http": None, "https": None} if local else None,  # type: ignore[dict-item]  # see requests
            )
        except http.exceptions.Timeout:
            # A server may answer questions and not say how busy it is.
            return request
        wait = _wait_for_slot(answer.text) if answer.ok else 0.0
        if wait > self.service.longest_wait_s:
            msg = f"OpenStreetMap: {self.url} has no free slot for {wait:.0f} s; try again later"
            raise OpenStreetMapError(msg)
        time.sleep(wait)
        return request

    def look(self, response: requests.Response, **_: Any) -> None:
        """Refuse an answer that OSMnx would ask for again or could not read."""
        if response.is_redirect:
            return
        try:
            self._look(response)
        except BaseException:
            # requests forgets a connection whose answer is refused here.
            response.close()
            raise

    def _look(self, response: requests.Response) -> None:
        if response.status_code in _BUSY:
            raise _BusyError(response.status_code, _retry_after(response))
        if not response.ok:
            said = _plain(response.text)
            msg = f"OpenStreetMap: {self.url} answers HTTP {response.status_code}: {said}"
            raise OpenStreetMapError(msg)
        try:
            content = response.json()
        except ValueError:
            said = _plain(response.text)
            msg = f"OpenStreetMap: the answer of {self.url} is not JSON: {said}"
            raise OpenStreetMapError(msg) from None
        fault = _fault(content)
        if fault:
            msg = f"OpenStreetMap: the answer of {self.url} cannot be used: {fault}"
            raise OpenStreetMapError(msg)
        if not any(e["type"] == "way" for e in content["elements"]):
            raise _EmptyError


def _wait_for_slot(status: str) -> float:
    r"""Return the seconds until a slot is free, by the text of ``/api/status``.

    Examples
    --------
    >>> _wait_for_slot("Rate limit: 2\n2 slots available now.")
    0.0
    >>> _wait_for_slot("Slot available after: 2026-01-01T00:00:12Z, in 12 seconds.")
    12.0
    """
    if re.search(r"[1-9]\d* slots? available now", status):
        return 0.0
    waits = [float(s) for s in re.findall(r"in (-?\d+) seconds", status)]
    return max(min(waits, default=0.0), 0.0)


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if re.fullmatch(r"\d{1,6}", text) else None


def _plain(text: str) -> str:
    """Return the first words of a page without its tags."""
    words = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return words[:160] or "(empty)"


def _fault(content: Any) -> str:
    """Say what keeps an answer from being used; nothing where it is good."""
    if not isinstance(content, dict) or not isinstance(content.get("elements"), list):
        return "it has no list of elements"
    remark = str(content.get("remark", ""))
    if "error" in remark.lower():
        # The elements that came before the server gave up are not the whole.
        return f"the server gave up ({_plain(remark)}); try a narrower --buffer"
    nodes = set()
    for element in content["elements"]:
        if not isinstance(element, dict) or element.get("type") not in {"node", "way", "relation"}:
            return "an element is none of node, way, relation"
        if not isinstance(element.get("id"), int):
            return f"a {element['type']} has no id"
        if element["type"] == "node":
            bounds = {"lat": 90.0, "lon": 180.0}
            if not all(
                _is_number(element.get(k)) and abs(element[k]) <= most for k, most in bounds.items()
            ):
                return f"node {element['id']} has no position on the globe"
            nodes.add(element["id"])
    for element in content["elements"]:
        if element["type"] == "way":
            members = element.get("nodes")
            if not isinstance(members, list) or not members:
                return f"way {element['id']} has no nodes"
            lost = [n for n in members if n not in nodes]
            if lost:
                return f"way {element['id']} names node {lost[0]}, which is not there"
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
