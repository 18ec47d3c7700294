"""Rows as CSV and JSON, written batch by batch, so that memory does not grow with their number."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from typing import TextIO

from millrace.athena_sql.ports import Column, RowFormat, Value

RowBatch = Sequence[tuple[Value, ...]]


def write_rows(columns: Sequence[Column], batches: Iterable[RowBatch], form: RowFormat, file: TextIO) -> int:
    """Returns the number of rows. `form` is CSV (with a header) or JSON (an array with an object a line)."""
    names = [column.name for column in columns]
    return (_write_json if form is RowFormat.JSON else _write_csv)(names, batches, file)


def _write_csv(names: list[str], batches: Iterable[RowBatch], file: TextIO) -> int:
    writer, count = csv.writer(file, lineterminator="\n"), 0
    writer.writerow(names)
    for rows in batches:
        writer.writerows(plain(row) for row in rows)
        count += len(rows)
    return count


def _write_json(names: list[str], batches: Iterable[RowBatch], file: TextIO) -> int:
    count = 0
    file.write("[")
    for rows in batches:
        for row in rows:
            text = json.dumps(
                {name: _json_value(value) for name, value in zip(names, row, strict=True)},
                default=str,
                ensure_ascii=False,
                separators=(",", ":"),
            )
            file.write(f"{',' if count else ''}\n\t{text}")
            count += 1
    file.write("\n]\n")
    return count


def plain(values: Iterable[Value]) -> list[str]:
    """Values as CSV and tables show them: NULL is empty, and booleans are in lower case."""
    return ["" if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _json_value(value: Value) -> Value:
    """JSON has no number for NaN and the infinities."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
