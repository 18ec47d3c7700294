"""AWS's runtime interface emulator of Lambda, which `.ci/install_lambda_emulator` installs: a judge, and no double.

It starts a function's process by its own rules, and says how long the cold start took.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.judges import JUDGES

_INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_PATIENCE = 60.0  # seconds to start in


def emulator() -> Path | None:
    """The program; None where it is not installed."""
    return next(iter(sorted(JUDGES.glob("lambda-emulator-*/aws-lambda-rie"))), None)


@dataclass(frozen=True)
class EmulatedInvocation:
    """What the first invocation of a function was answered, the milliseconds of its cold start, and the log."""

    answer: Any
    init_milliseconds: float
    said: str


def invoked_in_emulator(
    program: Path, command: Sequence[str], folder: Path, environ: Mapping[str, str], event: Mapping[str, Any]
) -> EmulatedInvocation:
    """`command` starts the runtime client in the function's folder."""
    invoke, runtime = _free_port(), _free_port()
    addresses = ("--runtime-interface-emulator-address", f"127.0.0.1:{invoke}")
    log = folder.parent / "emulator.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [program, *addresses, "--runtime-api-address", f"127.0.0.1:{runtime}", *command],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONTZPATH": "", **environ},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            answer = _answer(f"http://127.0.0.1:{invoke}/2015-03-31/functions/function/invocations", event)
        finally:
            os.killpg(process.pid, 9)
            process.wait()
    said = log.read_text("utf-8")
    found = _INIT.search(said)
    assert found, said
    return EmulatedInvocation(answer, float(found[1]), said)


def _answer(url: str, event: Mapping[str, Any]) -> Any:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, json.dumps(event).encode()), timeout=60) as answer:
                return json.load(answer)
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
