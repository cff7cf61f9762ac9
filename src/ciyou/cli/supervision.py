"""The processes behind `ciyou serve` and `ciyou demo`: the web server and the worker, started, watched and ended together."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from ciyou.core.errors import Place, Problem, RunError

SETTINGS = "ciyou.config.settings"
APPLICATION = "ciyou.config.wsgi:application"
READY_SECONDS = 30
STOP_SECONDS = 8
RESTART_PAUSE_SECONDS = 1.0
PDEATHSIG = 1
OWNER_ONLY = 0o077
"""Files of the state folder can be read by their owner only, whatever the user's own mask."""

Say = Callable[[str], None]


def check_address(address: str, *, home: Path) -> str:
    """The address to bind; raises RunError for anything that other machines could reach without TLS and a trusted proxy."""
    if address == "localhost":
        return "127.0.0.1"
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(address).is_loopback:
            return address
        if serves_others(home):
            return address
    raise _refusal(
        "serve.address",
        f"拒绝监听 {address}：只有通过 TLS 代理才供其他电脑访问（演示从不）。请去掉 --address，或设置 CIYOU_HOSTS 和 CIYOU_TRUSTED_PROXY。",
        f"{address} is refused: other machines are served through a TLS proxy only (a demo never). Leave --address out, or set CIYOU_HOSTS and CIYOU_TRUSTED_PROXY.",
    )


def serves_others(home: Path) -> bool:
    """Whether this installation serves other machines: hosts and a trusted proxy are named, and it is no demo."""
    named = os.environ.get("CIYOU_HOSTS", "").strip() and os.environ.get("CIYOU_TRUSTED_PROXY", "").strip()
    return bool(named) and not (home.expanduser() / "demo").exists()


def check_port(host: str, port: int) -> None:
    """Raises RunError when the port is taken or may not be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server itself does: a port that was closed a moment ago may be used again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _refusal(
                "serve.port",
                f"端口 {port} 不能使用（{error.strerror}）。请停止占用它的程序，或用 --port 换一个端口。",
                f"Port {port} cannot be used ({error.strerror}). Stop the program that uses it, or choose another with --port.",
            ) from error


def environment(home: Path) -> dict[str, str]:
    """The environment of every child process: which settings, which state folder."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "CIYOU_HOME": str(home.expanduser().absolute())}


def run_management(*arguments: str, home: Path) -> None:
    """Run one management command to its end, its output passed through; raises RunError when it fails."""
    command = [sys.executable, "-m", "django", *arguments]
    done = subprocess.run(command, env=environment(home), umask=OWNER_ONLY, check=False)
    if done.returncode:
        raise _refusal(
            "serve.preparation",
            f"准备步骤 {arguments[0]} 没有成功（原因见上），没有启动服务。请按上面的提示改正后再运行。",
            f"The step {arguments[0]} failed (see above); nothing is served. Mend what it says and run this again.",
        )


def serve_until_stopped(*, home: Path, host: str, port: int, say: Say) -> int:
    """Run server and worker until SIGINT or SIGTERM, or until the server ends by itself; returns the exit code."""
    stop = _StopFlag()
    server = _start(server_command(host, port), home)
    worker = _start(_worker_command(), home)
    try:
        _wait_until_ready(server, host, port)
        say(f"Ciyou: http://{_shown(host)}:{port}  (Ctrl+C to stop · 按 Ctrl+C 停止)")
        while not stop.asked:
            if server.poll() is not None:
                raise _server_ended()
            if worker.poll() is not None:
                # A worker may be killed (memory, an operator): the screening it ran is marked and can be run again.
                time.sleep(RESTART_PAUSE_SECONDS)
                worker = _start(_worker_command(), home)
            stop.wait(0.3)
    finally:
        _end(server, worker)
    return 0


class _StopFlag:
    """Set by SIGINT, SIGTERM and SIGHUP."""

    def __init__(self) -> None:
        self.asked = False
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.asked and time.monotonic() < until:
            time.sleep(0.05)


def server_command(host: str, port: int) -> list[str]:
    """How the pages are served: two processes that take their requests from one queue (docs/decisions/0029-one-queue.md)."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "1", "--backpressure", "4", "--no-http1-keep-alive"),
        *("--http1-header-read-timeout", "5000", "--no-ws", "--log-level", "warning", "--respawn-failed-workers"),
        APPLICATION,
    ]


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "django", "work"]


def _start(command: list[str], home: Path) -> subprocess.Popen[bytes]:
    # A process group of its own: Ctrl+C reaches only this process, which then ends its children in order.
    return subprocess.Popen(
        command,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        umask=OWNER_ONLY,
        preexec_fn=_die_with_parent,  # noqa: PLW1509  # this process has no other thread
    )


def _die_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed outright and cannot do it itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(server: subprocess.Popen[bytes], host: str, port: int) -> None:
    for _ in _until(READY_SECONDS):
        if server.poll() is not None:
            raise _server_ended()
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, port, timeout=5)
            connection.request("GET", "/readyz")
            # Asked under an address that others use, the server answers that it is there, and refuses.
            if connection.getresponse().status in (http.client.OK, http.client.FORBIDDEN):
                return
    raise _refusal(
        "serve.not_ready",
        f"网页服务在 {READY_SECONDS} 秒内没有就绪。请查看上面的错误信息后再运行。",
        f"The web server was not ready within {READY_SECONDS} seconds. Read the errors above, then run this again.",
    )


def _server_ended() -> RunError:
    return _refusal(
        "serve.ended",
        "网页服务自行结束（原因见上）。已保存的名册和结果不受影响，请重新运行。",
        "The web server ended by itself (see above). What was saved is safe: run this again.",
    )


def _refusal(code: str, zh: str, en: str) -> RunError:
    return RunError(Problem(Place(), code, zh, en))


def _until(limit_seconds: float) -> Iterator[None]:
    end = time.monotonic() + limit_seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.1)


def _end(*processes: subprocess.Popen[bytes]) -> None:
    """Ask all to stop, ask again (the worker then leaves the task it is in), and end what still runs."""
    for _ in range(2):
        for process in processes:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS / 2
        while time.monotonic() < deadline and any(process.poll() is None for process in processes):
            time.sleep(0.05)
    for process in processes:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Reach a child's own children too; the group may outlive its first process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
