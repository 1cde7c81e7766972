"""A tiny server on loopback that speaks Overpass, and the tracks that it knows.

start (60.00, 45.00)                                        end (61.00, 45.00)
  │   ┌───────────────── 1520 double track ─────────────────┐   │
  ├───┤   bends north to 45.05 at 60.5                       ├──┤
  ├─────────────── 1435 single track, straight ─────────────────┤
  ├═══════════════ passenger high-speed, straight ══════════════┤
  └── yard tracks, straight ────────────────────────────────────┘
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

STATUS = (
    "Connected as: 1\nCurrent time: 2026-01-01T00:00:00Z\nRate limit: 2\n\n2 slots available now.\n"
)
STAMP = "2026-01-02T03:04:05Z"


@dataclass
class Ways:
    """Nodes and ways as Overpass lists them."""

    elements: list[dict[str, Any]] = field(default_factory=list)
    known: dict[tuple[float, float], int] = field(default_factory=dict)

    def way(self, points: list[tuple[float, float]], **tags: str) -> Ways:
        ids = []
        for lon, lat in points:
            place = (round(lon, 6), round(lat, 6))
            if place not in self.known:
                self.known[place] = len(self.known) + 1
                self.elements.append(
                    {"type": "node", "id": self.known[place], "lat": place[1], "lon": place[0]}
                )
            ids.append(self.known[place])
        tags = {k.replace("__", ":"): v for k, v in tags.items()}
        number = 1000 + sum(e["type"] == "way" for e in self.elements)
        self.elements.append({"type": "way", "id": number, "nodes": ids, "tags": tags})
        return self

    def answer(self) -> bytes:
        body = {
            "version": 0.6,
            "osm3s": {"timestamp_osm_base": STAMP},
            "elements": self.elements,
        }
        return json.dumps(body).encode()


def straight(start, end, pieces=20):
    """Points in equal steps, both ends among them."""
    return [
        (start[0] + (end[0] - start[0]) * i / pieces, start[1] + (end[1] - start[1]) * i / pieces)
        for i in range(pieces + 1)
    ]


def bent(offset=0.0):
    """The way of the 1520 tracks: up to 45.05 and down again; `offset` in degrees of latitude."""
    up = straight((60.0, 45.0 + offset), (60.5, 45.05 + offset))
    return [*up, *straight((60.5, 45.05 + offset), (61.0, 45.0 + offset))[1:]]


def tracks() -> Ways:
    """Return the tracks of the sketch."""
    electric = {"electrified": "contact_line", "voltage": "25000", "frequency": "50"}
    ways = Ways()
    # 5 m apart is 0.000045 degrees of latitude; one track is tagged with both gauges.
    ways.way(bent(), railway="rail", gauge="1520", usage="main", oneway="yes", **electric)
    ways.way(bent(0.00005)[::-1], railway="rail", gauge="1520;1435", usage="main", oneway="yes",
             **electric)  # fmt: skip
    ways.way(straight((60.0, 44.98), (61.0, 44.98)), railway="rail", gauge="1435", electrified="no")
    ways.way(straight((60.0, 44.999), (61.0, 44.999)), railway="rail", gauge="1520",
             highspeed="yes")  # fmt: skip
    ways.way(straight((60.0, 44.9995), (61.0, 44.9995)), railway="rail", gauge="1520",
             service="yard")  # fmt: skip
    return ways


@dataclass
class Overpass:
    """What a test says the server shall do, and what it was asked."""

    body: bytes = b""
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    status_text: str = STATUS
    status_code: int = 200
    hang_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    status_asked: int = 0
    url: str = ""
    stop: threading.Event = field(default_factory=threading.Event)


def _handler(plan: Overpass) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            plan.status_asked += 1
            found = self.path == "/api/status"
            self._send(plan.status_code if found else 404, plan.status_text.encode(), "text/plain")

        def do_POST(self):
            size = int(self.headers["Content-Length"])
            query = parse_qs(self.rfile.read(size).decode())
            plan.asked.append(query["data"][0])
            if plan.hang_s:
                plan.stop.wait(plan.hang_s)
            code = plan.statuses.pop(0) if plan.statuses else 200
            body = plan.body if code == 200 else b"<html><p>busy or broken</p></html>"
            self._send(code, body, "application/json" if code == 200 else "text/html")

        def _send(self, code, body, kind):
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in plan.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


@contextmanager
def serve(body: bytes | None = None, **plan):
    """Run the server while the block lasts; gives the plan, whose `url` is to be asked."""
    made = Overpass(body=tracks().answer() if body is None else body, **plan)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/api"
    try:
        yield made
    finally:
        made.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
