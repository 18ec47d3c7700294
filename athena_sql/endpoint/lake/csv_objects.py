"""Tables of CSV objects, as seeds of dbt are: read whole, so that they must be small; every column is a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from millrace.athena_sql.endpoint.lake.small_objects import texts_of
from millrace.athena_sql.endpoint.ports import ObjectStore, RegisteredTable
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.ports import RowData

CSV_SERDE = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
_HEADER_LINES = "skip.header.line.count"


def check_csv(table: RegisteredTable) -> None:
    """Raises StatementFailed for a table of CSV objects that cannot be read here."""
    others = [column.name for column in table.columns if column.type != "string"]
    if others or table.partition_keys:
        what = f"the column {others[0]} is no string" if others else "it is partitioned"
        raise unsupported(
            f"line 1:1: {table.name}: {what}; tables of CSV objects have strings alone here, and no partitions"
        )


def csv_rows(table: RegisteredTable, objects: ObjectStore) -> RowData:
    """Raises StatementFailed for more than 16 MiB."""
    names = [column.name for column in table.columns]
    rows = (row for text in texts_of(table, objects) for row in _rows(table, text))
    return RowData(table.columns, tuple(dict(zip(names, [*row, *[None] * len(names)], strict=False)) for row in rows))


def _rows(table: RegisteredTable, text: str) -> Iterator[list[str]]:
    options = table.serde_options
    lines = io.StringIO(text, newline="")
    reader = csv.reader(
        lines,
        delimiter=options.get("separatorChar", ","),
        quotechar=options.get("quoteChar", '"'),
        escapechar=options.get("escapeChar", "\\"),
    )
    for number, row in enumerate(reader):
        if number >= int(table.properties.get(_HEADER_LINES, "0")) and row:
            yield row
