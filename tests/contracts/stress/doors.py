"""The doors that the stress cases go through: `millrace query` on each engine, and the local Athena endpoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, cast

from millrace.athena_sql.endpoint.endpoint import Endpoint, EndpointFolders
from millrace.athena_sql.engines.athena.session import AthenaQueries, AthenaSettings
from millrace.athena_sql.ports import Result, Statement, Value
from tests.contracts.athena_engine import NoTables, QuickClock
from tests.contracts.engines import ENGINES
from tests.unit.athena_sql.sql_lake import SampleTables

_TYPES = {"varbinary": "binary"}
_NESTED = ("array", "map", "row")
_NO_MILLISECONDS = re.compile(r"(?<=\d\d:\d\d:\d\d)\.000(?! )")  # not of a time with a zone


class Door(Protocol):
    """Raises MillraceError for a statement that it refuses, and for one that fails."""

    def query(self, statement: Statement) -> Result: ...

    def close(self) -> None: ...


class EndpointDoor:
    """The endpoint's operations without HTTP, over a lake without tables. A statement goes in as it is written."""

    def __init__(self, folder: Path) -> None:
        clock = QuickClock()
        self._endpoint = Endpoint(NoTables(), EndpointFolders(folder, folder / "athena-endpoint"), clock)
        client = cast("Any", DirectCalls(self._endpoint))
        self._queries = AthenaQueries(client, AthenaSettings(), clock)

    def query(self, statement: Statement) -> Result:
        found = self._queries.result(self._queries.run(statement, statement.sql))
        columns = tuple(replace(each, type=_TYPES.get(each.type, each.type)) for each in found.columns)
        nested = [each.type in _NESTED for each in columns]
        return Result(
            columns,
            [
                tuple(_as_value(cell) if is_nested else cell for cell, is_nested in zip(row, nested, strict=True))
                for row in found.rows
            ],
        )

    def close(self) -> None:
        self._endpoint.close()


def _as_value(text: Value) -> Value:
    """A nested value as a Result's text has it: the API's has milliseconds of zero, and NaN in capitals."""
    return _NO_MILLISECONDS.sub("", text).replace("NaN", "nan") if isinstance(text, str) else text


class DirectCalls:
    """The calls of a boto3 client that a query needs, straight to the endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def start_query_execution(self, **request: Any) -> dict[str, Any]:
        return self._endpoint.answer("StartQueryExecution", request)

    def get_query_execution(self, **request: Any) -> dict[str, Any]:
        return self._endpoint.answer("GetQueryExecution", request)

    def get_query_results(self, **request: Any) -> dict[str, Any]:
        return self._endpoint.answer("GetQueryResults", request)

    def stop_query_execution(self, **request: Any) -> dict[str, Any]:
        return self._endpoint.answer("StopQueryExecution", request)


def _engine(name: str) -> Callable[[Path], Door]:
    return lambda folder: ENGINES[name](SampleTables(), folder)


DOORS: Mapping[str, Callable[[Path], Door]] = {
    "athena": EndpointDoor,
    "duckdb": _engine("duckdb"),
    "spark": _engine("spark"),
}

# Those whose answers the files have.
STRESSED = ("athena", "duckdb", "spark")
