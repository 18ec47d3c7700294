"""Tables of JSON objects, one a line, as a crawler makes them: read whole, so that they must be small.

As Athena's OpenX JSON SerDe reads them: capitals in names of keys do not count, what is absent is NULL, and what is no
text is its JSON where the column is a text (Athena user guide, "OpenX JSON SerDe").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from millrace.athena_sql.endpoint.lake.small_objects import bad_data, texts_of
from millrace.athena_sql.endpoint.ports import ObjectStore, RegisteredTable
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.ports import Column, RowData

JSON_SERDE = "org.openx.data.jsonserde.JsonSerDe"


def check_json(table: RegisteredTable) -> None:
    """Raises StatementFailed for a table of JSON objects that cannot be read here."""
    if table.partition_keys:
        raise unsupported(f"line 1:1: {table.name}: it is partitioned; tables of JSON objects have no partitions here")


def json_rows(table: RegisteredTable, objects: ObjectStore) -> RowData:
    """Raises StatementFailed for more than 16 MiB, and for a line that is no JSON object."""
    columns = tuple(Column(one.name.lower(), one.type.lower(), one.description) for one in table.columns)
    types = [(one.name, exp.DataType.build(one.type, dialect="hive")) for one in columns]
    return RowData(columns, tuple(_fields(line, types) for line in _lines(table, objects)))


def _lines(table: RegisteredTable, objects: ObjectStore) -> Iterator[dict[str, Any]]:
    for text in texts_of(table, objects):
        for line in filter(str.strip, text.split("\n")):
            try:
                found = json.loads(line)
            except json.JSONDecodeError as error:
                raise bad_data(f"{table.name}: a line is no JSON: {error}") from None
            if not isinstance(found, dict):
                raise bad_data(f"{table.name}: a line is no JSON object: {line[:40]}")
            yield found


def _fields(value: dict[str, Any], types: list[tuple[str, exp.DataType]]) -> dict[str, Any]:
    found = {name.lower(): one for name, one in value.items()}
    return {name: _fitted(found.get(name), type_) for name, type_ in types}


def _fitted(value: Any, type_: exp.DataType) -> Any:
    match type_.this, value:
        case exp.DType.STRUCT, dict():
            return _fields(value, [(one.name, one.args["kind"]) for one in type_.expressions])
        case exp.DType.ARRAY, list():
            return [_fitted(one, type_.expressions[0]) for one in value]
        case ((exp.DType.STRUCT | exp.DType.ARRAY), _):
            return None
        case exp.DType.TEXT, int() | float() | dict() | list():
            return json.dumps(value, separators=(",", ":"))
    return value
