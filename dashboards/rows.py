"""A panel's rows: fetched, checked and made plain; gaps found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

from athena_sql.ports import Engine, Value
from dashboards.panels import Panel
from millrace.errors import DefinitionError, MillraceError

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Outcome:
    """What a panel's statement gave, in the order of its times: rows, or the error that belongs in this panel only."""

    panel: Panel
    rows: Sequence[Row] = ()
    error: MillraceError | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two neighbouring times there was nothing, for longer than the panel allows."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return round((self.end - self.start).total_seconds() / 60)


def fetch(panel: Panel, engine: Engine, day: date) -> Outcome:
    try:
        result = engine.query(panel.statement, {"day": day})
        missing = set(panel.columns()) - {column.name for column in result.columns}
        if missing:
            raise DefinitionError(
                f"{panel.statement.name} gives no column {', '.join(sorted(missing))}.",
                hint=f"The panel {panel.name} needs it.",
            )
        rows = [row for row in result.dicts() if row[panel.time] is not None]
        return Outcome(panel, sorted(rows, key=lambda row: moment(row, panel.time)))
    except MillraceError as error:
        return Outcome(panel, error=error)


def moment(row: Row, column: str) -> datetime:
    """A column's local time. Raises DefinitionError when it holds something else."""
    value = row[column]
    if not isinstance(value, datetime):
        raise DefinitionError(f"{column} holds {value!r}, not a timestamp.")
    return value


def number(value: Value) -> float | None:
    """A number for a chart; what is not a finite number is no number, never a zero."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value) if math.isfinite(value) else None


def total(rows: Sequence[Row], column: str) -> int:
    return round(sum(number(row[column]) or 0 for row in rows))


def find_gaps(times: Sequence[datetime], limit: timedelta | None) -> list[Gap]:
    if limit is None:
        return []
    return [Gap(before, after) for before, after in pairwise(times) if after - before > limit]


def by_category(rows: Sequence[Row], column: str) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each category, in the order of the names; one nameless category when there is no such column."""

    def name(row: Row) -> str:
        return str(row[column]) if column else ""

    for category, members in groupby(sorted(rows, key=name), key=name):
        yield category, list(members)
