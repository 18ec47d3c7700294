"""What the local Athena endpoint adds to a query: a client asks over one connection, then DuckDB alone the same SQL."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import duckdb

from millrace.infra.runtime.query_log import ATHENA_FOLDER
from tests.bench.lake import Lakes, runtime_of
from tests.bench.report import Figures

_QUERIES, _WARM = 100, 20
_TABLE = "prod.taxi_availability"
# A number that changes, so that no result is one of before.
_SQL = "SELECT observed_at_local, taxis_hundreds FROM {table} WHERE taxis > {number} ORDER BY taxis DESC LIMIT 20"


def overhead(lakes: Lakes, measured: Callable[[], AbstractContextManager[Figures]]) -> Figures:
    """`overhead_ms`: the median of a query's wall time from its start to its rows, less that of DuckDB alone."""
    with runtime_of(lakes.published) as runtime:
        alone = _median(_Alone([runtime.storage.location(file.key) for file in _files(runtime)]).ask)
    with _serving(lakes.published) as url:
        client = _Client(url)
        _median(client.ask, _WARM)
        with measured() as figures:
            through = _median(client.ask)
        client.close()
    return {**figures, "alone_ms": alone * 1000, "overhead_ms": (through - alone) * 1000}


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    """A process of its own, as clients have it."""
    command = [sys.executable, "-m", "millrace", "athena", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield next(word for word in process.stderr.readline().split() if word.startswith("http://"))
        finally:
            process.terminate()
    shutil.rmtree(home / ATHENA_FOLDER)


def _files(runtime: Any) -> list[Any]:
    return [file for version in runtime.catalog.current(_TABLE) for file in version.files]


def _median(ask: Callable[[int], None], count: int = _QUERIES) -> float:
    taken = []
    for number in range(count):
        began = time.perf_counter()
        ask(number)
        taken.append(time.perf_counter() - began)
    return median(taken)


class _Alone:
    def __init__(self, paths: list[str]) -> None:
        listed = ", ".join(f"'{path}'" for path in paths)
        self._table = f"read_parquet([{listed}], hive_partitioning = false)"
        self._connection = duckdb.connect(config={"threads": 2})

    def ask(self, number: int) -> None:
        assert self._connection.execute(_SQL.format(table=self._table, number=number)).fetchall()


class _Client:
    """The three calls that every client makes, as AWS JSON 1.1."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def ask(self, number: int) -> None:
        sql = _SQL.format(table=_TABLE, number=number)
        query = {"QueryExecutionId": self._call("StartQueryExecution", {"QueryString": sql})["QueryExecutionId"]}
        while (state := self._call("GetQueryExecution", query)["QueryExecution"]["Status"]["State"]) != "SUCCEEDED":
            assert state in ("QUEUED", "RUNNING"), state
            time.sleep(0.001)
        assert len(self._call("GetQueryResults", query)["ResultSet"]["Rows"]) > 1

    def close(self) -> None:
        self._connection.close()

    def _call(self, operation: str, body: dict[str, str]) -> dict[str, Any]:
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"AmazonAthena.{operation}"}
        self._connection.request("POST", "/", json.dumps(body), headers)
        answer: dict[str, Any] = json.loads(self._connection.getresponse().read())
        return answer
