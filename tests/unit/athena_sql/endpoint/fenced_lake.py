"""A small lake with secrets for escape tests: in its own folder, beside it, and in the environment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from millrace.athena_sql.endpoint.endpoint import Endpoint, EndpointFolders
from millrace.athena_sql.endpoint.execution.worker_pool import QueryLimits
from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, RowData, TableData
from millrace.clock import SystemClock
from millrace.errors import RequestRefused, UnknownName
from tests.many_rows import numbers_to

CANARY = "canary-5f1c"


ENDLESS = f"SELECT count(*) FROM {numbers_to(300_000, 'x')} AS a, {numbers_to(300_000, 'x')} AS b WHERE a.x < b.x"


@dataclass(frozen=True)
class SmallLake:
    """`prod.numbers` (n 0 to 9, in two partitions) and `ops.words`."""

    folder: Path

    def names(self) -> list[str]:
        return ["ops.words", "prod.numbers"]

    def columns(self, name: str) -> tuple[Column, ...]:
        return {
            "prod.numbers": (Column("n", "int"), Column("half", "decimal(9,2)"), Column("dt", "date")),
            "ops.words": (Column("word", "string"), Column("n", "int")),
        }[name]

    def table(self, name: str) -> TableData:
        if name == "prod.numbers":
            files = tuple(ParquetFile(str(self.path(day)), day) for day in ("2024-05-30", "2024-05-31"))
            return ParquetData(self.columns(name)[:-1], files)
        if name == "ops.words":
            return RowData(self.columns(name), ({"word": "one", "n": 1}, {"word": "two", "n": 2}))
        raise UnknownName("table", name, self.names())

    def path(self, day: str) -> Path:
        return self.folder / "prod" / "numbers" / f"dt={day}" / "part.parquet"

    def write(self) -> None:
        for start, day in ((0, "2024-05-30"), (5, "2024-05-31")):
            self.path(day).parent.mkdir(parents=True)
            rows = f"SELECT (range + {start})::INT AS n, (range / 2)::DECIMAL(9,2) AS half FROM range(5)"
            duckdb.connect().execute(f"COPY ({rows}) TO '{self.path(day)}' (FORMAT parquet)")


def write_secrets(lake: Path, outside: Path) -> list[Path]:
    """Files that no query may read, in every format that the engine knows."""
    secrets = []
    for folder in (lake, lake / "quarantine", outside):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("secret.csv", "secret.json", "secret.txt"):
            text = f'{{"secret": "{CANARY}"}}\n' if name.endswith("json") else f"secret\n{CANARY}\n"
            (folder / name).write_text(text)
        duckdb.connect().execute(
            f"COPY (SELECT '{CANARY}' AS secret) TO '{folder / 'secret.parquet'}' (FORMAT parquet)"
        )
        secrets += sorted(folder.glob("secret.*"))
    return secrets


def endpoint_over(lake: SmallLake, limits: QueryLimits | None = None) -> Endpoint:
    return Endpoint(lake, EndpointFolders(lake.folder, lake.folder / "athena"), SystemClock(), limits=limits)


def ended(endpoint: Endpoint, id_: str, seconds: float = 60.0) -> Mapping[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        execution: Mapping[str, Any] = endpoint.answer("GetQueryExecution", {"QueryExecutionId": id_})["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return execution
        time.sleep(0.002)
    raise AssertionError(f"{id_} has not ended")


def outcome(endpoint: Endpoint, sql: str, **options: Any) -> tuple[str, str, list[list[str | None]]]:
    """The state (REFUSED if the query was not started), the reason, and the rows."""
    try:
        id_ = endpoint.answer("StartQueryExecution", {"QueryString": sql, **options})["QueryExecutionId"]
    except RequestRefused as error:
        return "REFUSED", error.message, []
    return outcome_of(endpoint, id_)


def outcome_of(endpoint: Endpoint, id_: str) -> tuple[str, str, list[list[str | None]]]:
    status = ended(endpoint, id_)["Status"]
    if status["State"] != "SUCCEEDED":
        return status["State"], status.get("StateChangeReason", ""), []
    found = endpoint.answer("GetQueryResults", {"QueryExecutionId": id_})["ResultSet"]["Rows"]
    return "SUCCEEDED", "", [[each.get("VarCharValue") for each in row["Data"]] for row in found]
