"""The real server for a measurement, as `ciyou serve` starts it, on a made county."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ciyou.cli.supervision import server_command

HOST = "127.0.0.1"
TOKEN = "0123456789abcdefghijABCDEFGHIJ01"
READY_SECONDS = 60
FORM = "application/x-www-form-urlencoded"


@contextlib.contextmanager
def served(home: Path) -> Iterator[int]:
    """The server on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "CIYOU_HOME": str(home.absolute()), "DJANGO_SETTINGS_MODULE": "ciyou.config.settings"}
    process = subprocess.Popen(server_command(HOST, port), env=environment, start_new_session=True)
    try:
        _wait(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException), Browser(port) as browser:
            if browser.get("/readyz").status == http.client.OK:
                return
        time.sleep(0.2)
    sys.exit("The server was not ready in time.")


def office(home: Path) -> dict[str, Any]:
    """What `office_county.py` left for the measurements."""
    found: dict[str, Any] = json.loads((home / "office.json").read_text(encoding="utf-8"))
    return found


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, raw: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = raw.status, raw.headers, raw.read()


class Browser:
    """One kept connection with its cookies; a form carries the token that its cookie names."""

    def __init__(self, port: int, session: str = "") -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=120)
        self.cookies = {"csrftoken": TOKEN, **({"sessionid": session} if session else {})}

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._send("POST", path, urlencode({**fields, "csrfmiddlewaretoken": TOKEN}))

    def _send(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Content-Type": FORM}
        try:
            self._connection.request(method, path, body, headers)
            answer = Answer(self._connection.getresponse())
        except (http.client.HTTPException, ConnectionError):
            self._connection.close()
            raise
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value
        return answer


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
