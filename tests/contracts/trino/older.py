"""Trino 403, the nearest to Athena's engine 3, as a process that answers statements without a server.

`LocalTrino.java` runs its libraries, which `.ci/install_trino_403` installs; it is compiled at each start.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contracts.trino.client import TrinoAnswer, TrinoRefused
from tests.judges import JUDGES

VERSION = 403

_HOME = JUDGES / f"trino-{VERSION}"
_SOURCE = Path(__file__).with_name("LocalTrino.java")


def older_is_missing() -> str:
    """Why it cannot be asked here; empty when it can."""
    if not (_HOME / "lib").is_dir() or not shutil.which("javac"):
        return f"Trino {VERSION} or a JDK is missing; .ci/install_trino_{VERSION} installs both"
    return ""


class OlderTrino:
    """A started process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def answer_to(self, sql: str) -> TrinoAnswer:
        """Raises TrinoRefused for a statement that fails."""
        assert self._process.stdin is not None
        print(json.dumps({"sql": sql}), file=self._process.stdin, flush=True)
        answer = self._read()
        if error := answer.get("error"):
            raise TrinoRefused(error["errorName"], error["message"])
        return TrinoAnswer(tuple(answer["columns"]), answer["data"])

    def wait_until_ready(self) -> None:
        self._read()

    def _read(self) -> dict[str, Any]:
        """The next line of JSON: libraries write warnings of their own before the first one."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        raise AssertionError(f"Trino {VERSION} ended with status {self._process.wait()}")


@contextmanager
def older_trino() -> Iterator[OlderTrino]:
    command = ["java", "-Xmx1g", "-cp", f"{_HOME}/lib/*", str(_SOURCE)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as process:
        try:
            trino = OlderTrino(process)
            trino.wait_until_ready()
            yield trino
        finally:
            process.kill()
