"""A headless Firefox without any network, spoken to by WebDriver BiDi (W3C).

Firefox needs no driver beside it: it listens on loopback, and each command is a message of JSON
over one websocket.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from waiting import HANG_S, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("firefox-esr", "firefox")

_NO_NETWORK = {
    # Every host, local ones aside, is behind a proxy that is not there.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.enabled": False,
}

ENTER = "\ue007"
"""The key, as WebDriver writes it."""

_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


def installed() -> str | None:
    """Return where Firefox is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """An open page, and everything it complained about or asked for."""

    socket: Any
    context: str = ""
    noise: list[str] = field(default_factory=list)
    _last: int = 0

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; what happens meanwhile is noted."""
        self._last += 1
        self.socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            said = json.loads(self.socket.recv())
            if said.get("id") == self._last:
                assert said["type"] == "success", said
                result: dict[str, Any] = said["result"]
                return result
            self._note(said)

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a function of the page, which may return a promise, with plain values."""
        written = ", ".join(json.dumps(value) for value in arguments)
        found = self.command(
            "script.evaluate",
            expression=f"Promise.resolve(({function})({written})).then((x) => JSON.stringify(x))",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert found["type"] == "success", found.get("exceptionDetails", found)
        text = found["result"].get("value")
        return None if text is None else json.loads(text)

    def type(self, text: str) -> None:
        """Press the keys of a text, one after the other."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self.command("input.performActions", context=self.context, actions=actions)

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file, and wait until it is loaded."""
        address = path.resolve().as_uri() + fragment
        self.command("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def _note(self, said: dict[str, Any]) -> None:
        params = said.get("params", {})
        if said.get("method") == "log.entryAdded":
            self.noise.append(f"{params['level']}: {params['text']}")
        if said.get("method") == "network.beforeRequestSent":
            address = params["request"]["url"]
            # A blob is a page's own memory, such as the source of its worker.
            if not address.startswith(("file:", "data:", "about:", "blob:")):
                self.noise.append(address)


@contextmanager
def firefox(path: Path, width: int = 1280, height: int = 800) -> Iterator[Tab]:
    """Open a file in a Firefox of its own, with a profile that is thrown away."""
    import websocket

    with TemporaryDirectory() as profile:
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _NO_NETWORK.items()]
        Path(profile, "user.js").write_text("\n".join(lines), encoding="utf-8")
        log = Path(profile, "log.txt")
        call = [installed(), "--headless", "--no-remote", "--profile", profile]
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                [*call, "--remote-debugging-port", "0"], stdout=out, stderr=subprocess.STDOUT
            )
        try:
            wait_for(lambda: _LISTENING.search(log.read_text(encoding="utf-8")), process)
            found = _LISTENING.search(log.read_text(encoding="utf-8"))
            assert found, log.read_text(encoding="utf-8")
            socket = websocket.create_connection(
                f"{found[1]}/session", timeout=HANG_S, suppress_origin=True
            )
            tab = Tab(socket)
            tab.command("session.new", capabilities={})
            tab.command("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
            tab.context = tab.command("browsingContext.create", type="tab")["context"]
            viewport = {"width": width, "height": height}
            tab.command("browsingContext.setViewport", context=tab.context, viewport=viewport)
            tab.open(path)
            yield tab
            socket.close()
        finally:
            process.terminate()
            process.wait(HANG_S)
