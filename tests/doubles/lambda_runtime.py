"""Lambda's runtime: its API on loopback (runtime API, 2018-06-01), and a process of AWS's own runtime client on it.

The process has the function's folder and what Lambda's runtime has beside it on its path, and nothing else.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer

# What Lambda's Python runtime has besides Python's own library.
PROVIDED = (
    *("awslambdaric", "runtime_client", "snapshot_restore_py", "simplejson"),
    *("boto3", "botocore", "jmespath", "s3transfer", "dateutil", "six"),
)
_START = (
    "import runpy, sys; sys.path[:0] = sys.argv[1:3]; sys.argv[1:] = sys.argv[3:];"
    " runpy.run_module('awslambdaric', run_name='__main__')"
)
_SECONDS = 120.0


_Invocation = tuple[str, bytes, float]  # its id, the event, and the seconds that are left for it


@dataclass(frozen=True)
class LambdaAnswer:
    """What an invocation ended with; `failed`: the function raised an error, which is the body then."""

    failed: bool
    body: Any


class LambdaFailed(Exception):
    """The process ended, or was silent for too long; with what it said."""


class LambdaProcess:
    """One container of a function: one process, and the API that it asks for its invocations.

    `task`: the unpacked zip, in which it works. `environ`: all of its environment, apart from Lambda's own variables.
    """

    def __init__(self, task: Path, runtime: Path, handler: str, environ: Mapping[str, str], log: Path) -> None:
        self._events: queue.Queue[_Invocation | None] = queue.Queue()
        self._answers: queue.Queue[LambdaAnswer] = queue.Queue()
        self._server = LoopbackServer(self._respond)
        lambdas = {
            "AWS_LAMBDA_RUNTIME_API": urlsplit(self._server.url).netloc,
            "AWS_LAMBDA_FUNCTION_NAME": "packaged",
            "LAMBDA_TASK_ROOT": str(task),
            "PYTHONTZPATH": "",  # Lambda's systems have no time zones
            "PATH": "/usr/bin:/bin",
        }
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                client_command(task, runtime, handler),
                cwd=task,
                env={**lambdas, **environ},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> LambdaProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._events.put(None)
        self._process.kill()
        self._process.wait()
        self._server.close()

    def kill(self) -> None:
        """Ends the process as Lambda does, between any two of its instructions."""
        self._process.kill()

    def invoke(self, event: Mapping[str, Any], seconds: float = _SECONDS) -> LambdaAnswer:
        """`seconds`: what the function is told that is left for it. Raises LambdaFailed."""
        self._events.put((uuid.uuid4().hex, json.dumps(event).encode(), seconds))
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            try:
                return self._answers.get(timeout=0.1)
            except queue.Empty:
                if self._process.poll() is not None:
                    break
        raise LambdaFailed(self.said)

    @property
    def said(self) -> str:
        """What the function has written to its log so far."""
        return self._log.read_text("utf-8")

    def _respond(self, request: LoopbackRequest) -> LoopbackResponse | None:
        """To GET, the next invocation; a POST brings the answer to one."""
        if request.method == "POST":
            self._answers.put(LambdaAnswer(request.path.endswith("/error"), json.loads(request.body)))
            return LoopbackResponse(202, b"")
        found = self._events.get()
        if found is None:
            return None
        number, body, seconds = found
        headers = (
            ("Lambda-Runtime-Aws-Request-Id", number),
            ("Lambda-Runtime-Deadline-Ms", str(round((time.time() + seconds) * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:::function:packaged"),
            ("Content-Type", "application/json"),
        )
        return LoopbackResponse(200, body, headers)


def client_command(task: Path, runtime: Path, handler: str) -> list[str]:
    """What starts AWS's runtime client with nothing but these two folders on its path."""
    return [sys.executable, "-S", "-s", "-B", "-c", _START, str(task), str(runtime), handler]


def linked_packages(folder: Path, names: Sequence[str] = PROVIDED, among: Path | None = None) -> Path:
    """The folder, with links to these packages; by default to what Lambda's runtime has.

    `among`: the folder of another Python's packages, in place of this one's.
    """
    folder.mkdir(parents=True)
    for name in names:
        spec = PathFinder.find_spec(name, [str(among)] if among else None)
        assert spec is not None, name
        assert spec.origin is not None, name
        place = Path(spec.origin)
        place = place.parent if spec.submodule_search_locations else place
        (folder / place.name).symlink_to(place)
    return folder
