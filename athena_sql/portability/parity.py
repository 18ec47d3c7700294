"""The comparison of two engines' rows: of certified cases, of tables, of queries.

Audit columns and the order of rows do not count. DOUBLEs are compared to 12 digits, because their sums depend on the
order in which an engine adds; a DECIMAL may have any precision, because engines choose it differently for sums.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isclose, isinf, isnan
from typing import Any

from millrace.athena_sql.portability.certified_cases import CASES, Case
from millrace.athena_sql.portability.certified_tables import TABLES
from millrace.athena_sql.ports import Column, Engine, Result, Value
from millrace.athena_sql.tables import AUDIT_COLUMNS
from millrace.errors import QueryError, UnknownName

_TOLERANCE = 1e-12  # relative: 12 digits
_ROW = "row"  # the column of tables of rows set aside that holds a whole row as JSON
_PRECISION = re.compile(r"decimal\(\d+,")

ValueRow = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Parity:
    """One comparison's outcome. `kind` is `case`, `table` or `query`; `difference` is the first one found, or ""."""

    kind: str
    name: str
    rows: int
    difference: str = ""

    @property
    def equal(self) -> bool:
        return not self.difference


def check_cases(engine: Engine, cases: Sequence[Case] = CASES) -> Iterator[Parity]:
    """Runs each certified case on this engine and compares the rows with the known ones, in order and with types."""
    for case in cases:
        try:
            found = engine.query(case.statement, {}, TABLES).rows
        except (QueryError, UnknownName) as error:
            yield Parity("case", case.title, len(case.rows), str(error))
        else:
            yield Parity("case", case.title, len(case.rows), _first_difference(case.rows, found))


def compare(kind: str, name: str, expected: Result, found: Result) -> Parity:
    """`expected` comes from the reference engine."""
    ours, theirs = _without_audit(expected), _without_audit(found)
    difference = _column_difference(ours.columns, theirs.columns)
    return Parity(kind, name, len(ours.rows), difference or _first_difference(_sorted(ours.rows), _sorted(theirs.rows)))


def _without_audit(result: Result) -> Result:
    kept = [(at, column) for at, column in enumerate(result.columns) if column.name not in AUDIT_COLUMNS]
    rows: list[tuple[Value, ...]] = [
        tuple(_unaudited(row[at]) if column.name == _ROW else row[at] for at, column in kept) for row in result.rows
    ]
    return Result(tuple(column for _, column in kept), rows)


def _unaudited(row: Value) -> Value:
    """A row that was set aside, as a JSON object without the audit columns that it was stored with."""
    fields = json.loads(str(row))
    return json.dumps({name: value for name, value in fields.items() if name not in AUDIT_COLUMNS}, ensure_ascii=False)


def _column_difference(expected: Sequence[Column], found: Sequence[Column]) -> str:
    ours, theirs = ([_type_line(column) for column in columns] for columns in (expected, found))
    return "" if ours == theirs else f"columns: expected {', '.join(ours)}; found {', '.join(theirs)}"


def _type_line(column: Column) -> str:
    return f"{column.name} {_PRECISION.sub('decimal(*,', column.type)}"


def _first_difference(expected: Sequence[ValueRow], found: Sequence[ValueRow]) -> str:
    for number, (one, other) in enumerate(zip(expected, found, strict=False), start=1):
        if not _equal_rows(one, other):
            return f"row {number}: expected {_shown(one)}; found {_shown(other)}"
    missing = len(expected) - len(found)
    if missing:
        longer = expected if missing > 0 else found
        first = _shown(longer[min(len(expected), len(found))])
        return f"{abs(missing):,} rows {'missing' if missing > 0 else 'too many'}, the first: {first}"
    return ""


def _equal_rows(one: ValueRow, other: ValueRow) -> bool:
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one: Value, other: Value) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=_TOLERANCE) or (isnan(one) and isnan(other))
    return one == other


def _sorted(rows: Sequence[ValueRow]) -> list[ValueRow]:
    return sorted(rows, key=lambda row: tuple(map(_sort_key, row)))


def _sort_key(value: Value) -> tuple[Any, ...]:
    """A sort key: NULLs first; DOUBLEs to fewer digits than are compared, so that the last digits change no order."""
    if value is None:
        return (0,)
    if isinstance(value, float):
        return (1, 0.0) if isnan(value) else (2, value if isinf(value) else float(f"{value:.9g}"))
    return (2, value)


def _shown(row: ValueRow) -> str:
    return f"({', '.join(map(_shown_value, row))})"


def _shown_value(value: Value) -> str:
    match value:
        case None:
            return "NULL"
        case str():
            return f"'{value}'"
        case datetime():
            return value.isoformat(" ")
        case date() | Decimal():
            return str(value)
    return repr(value)
