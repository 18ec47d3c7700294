"""Tables of CSV objects, as seeds of dbt are: read whole, so that they must be small; every column is a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from millrace.athena_sql.endpoint.ports import ObjectStore, RegisteredTable
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.ports import RowData

CSV_SERDE = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
MAX_BYTES = 16 * 1024**2
_HEADER_LINES = "skip.header.line.count"


def visible(objects: ObjectStore, location: str) -> list[str]:
    """The addresses below a location. Names that begin with `_` or `.` are skipped."""
    return [address for address, _ in _visible(objects, location)]


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
    found = _visible(objects, table.location)
    if sum(size for _, size in found) > MAX_BYTES:
        raise unsupported(f"line 1:1: {table.name} has more than {MAX_BYTES:,} bytes of CSV; store it as Parquet")
    names = [column.name for column in table.columns]
    rows = (row for address, _ in found for row in _rows(table, objects.get(address)))
    return RowData(table.columns, tuple(dict(zip(names, [*row, *[None] * len(names)], strict=False)) for row in rows))


def _rows(table: RegisteredTable, data: bytes) -> Iterator[list[str]]:
    options = table.serde_options
    lines = io.StringIO(data.decode("utf-8"), newline="")
    reader = csv.reader(
        lines,
        delimiter=options.get("separatorChar", ","),
        quotechar=options.get("quoteChar", '"'),
        escapechar=options.get("escapeChar", "\\"),
    )
    for number, row in enumerate(reader):
        if number >= int(table.properties.get(_HEADER_LINES, "0")) and row:
            yield row


def _visible(objects: ObjectStore, location: str) -> list[tuple[str, int]]:
    found = objects.list(location.rstrip("/") + "/")
    return [each for each in found if not each[0].endswith("/") and each[0].rpartition("/")[2][0] not in "_."]
