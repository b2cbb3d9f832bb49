"""The app as its users meet it: a server process of its own, on a free port of this machine alone."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE = 60  # seconds to start; it takes 2, but not on a machine that is busy installing


@dataclass(frozen=True)
class Server:
    """A running app.

    Attributes:
        url: where it answers.
        log: what it printed, both streams.
        process: the server process.
    """

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Server]:
    """Start the app, wait until it answers, and end it with all its workers.

    Args:
        folder: for the log and, unless the environment says otherwise, the data cache.
        environment: variables for the server.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    port = _free_port()
    env = {**os.environ, "CNN_PLAYGROUND_DATA": str(folder / "data"), **environment}
    env.pop("OPENBLAS_CORETYPE", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command_line(port), cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        server = Server(f"http://127.0.0.1:{port}", log, process)
        _wait_until_healthy(server)
        yield server
    finally:
        _end(process)


def command_line(port: int) -> list[str]:
    """As the app's users start it, but on a port of our own and without opening a browser."""
    return [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + _PATIENCE
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text(encoding='utf-8')}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the server and whatever it started: they share a process group."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing was left, as it should be
