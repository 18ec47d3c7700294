"""Whether two engines give equal rows: of the certified cases, of statements, of queries.

Rows count as equal without their audit columns and in any order; DOUBLEs, whose sums depend on the order in which an
engine adds, to 12 digits; DECIMALs of any precision, which engines choose differently for sums.
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

_DIGITS = 1e-12
_ROW = "row"
_PRECISION = re.compile(r"decimal\(\d+,")

Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Parity:
    """What was compared: `kind` is `case`, `table` or `query`. `difference` is the first one found, or empty."""

    kind: str
    name: str
    rows: int
    difference: str = ""

    @property
    def equal(self) -> bool:
        return not self.difference


def check_cases(engine: Engine, cases: Sequence[Case] = CASES) -> Iterator[Parity]:
    """Each certified case on this engine, against its known rows, in their order and with their types."""
    for case in cases:
        try:
            found = engine.query(case.statement, {}, TABLES).rows
        except (QueryError, UnknownName) as error:
            yield Parity("case", case.title, len(case.rows), str(error))
        else:
            yield Parity("case", case.title, len(case.rows), _first_difference(case.rows, found))


def compare(kind: str, name: str, expected: Result, found: Result) -> Parity:
    """`expected` is the reference engine's."""
    ours, theirs = _without_audit(expected), _without_audit(found)
    difference = _columns_differ(ours.columns, theirs.columns)
    return Parity(kind, name, len(ours.rows), difference or _first_difference(_sorted(ours.rows), _sorted(theirs.rows)))


def _without_audit(result: Result) -> Result:
    kept = [(at, column) for at, column in enumerate(result.columns) if column.name not in AUDIT_COLUMNS]
    rows: list[tuple[Value, ...]] = [
        tuple(_unaudited(row[at]) if column.name == _ROW else row[at] for at, column in kept) for row in result.rows
    ]
    return Result(tuple(column for _, column in kept), rows)


def _unaudited(row: Value) -> Value:
    """A row that was set aside, which is kept as a JSON object, audit columns and all."""
    fields = json.loads(str(row))
    return json.dumps({name: value for name, value in fields.items() if name not in AUDIT_COLUMNS}, ensure_ascii=False)


def _columns_differ(expected: Sequence[Column], found: Sequence[Column]) -> str:
    ours, theirs = ([_type_line(column) for column in columns] for columns in (expected, found))
    return "" if ours == theirs else f"columns: expected {', '.join(ours)}; found {', '.join(theirs)}"


def _type_line(column: Column) -> str:
    return f"{column.name} {_PRECISION.sub('decimal(*,', column.type)}"


def _first_difference(expected: Sequence[Row], found: Sequence[Row]) -> str:
    for number, (one, other) in enumerate(zip(expected, found, strict=False), start=1):
        if not _equal_rows(one, other):
            return f"row {number}: expected {_shown(one)}; found {_shown(other)}"
    missing = len(expected) - len(found)
    if missing:
        longer = expected if missing > 0 else found
        first = _shown(longer[min(len(expected), len(found))])
        return f"{abs(missing):,} rows {'missing' if missing > 0 else 'too many'}, the first: {first}"
    return ""


def _equal_rows(one: Row, other: Row) -> bool:
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one: Value, other: Value) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=_DIGITS) or (isnan(one) and isnan(other))
    return one == other


def _sorted(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: tuple(map(_order, row)))


def _order(value: Value) -> tuple[Any, ...]:
    """NULLs first; DOUBLEs by fewer digits than are compared, so that the last of them changes no order."""
    if value is None:
        return (0,)
    if isinstance(value, float):
        return (1, 0.0) if isnan(value) else (2, value if isinf(value) else float(f"{value:.9g}"))
    return (2, value)


def _shown(row: Row) -> str:
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
