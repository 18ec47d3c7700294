"""The rows of a panel: fetching and checking them, reading their values, and finding the gaps between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Engine, Parameter, Statement, TableData, Value
from millrace.dashboards.definitions.panel import Panel, PanelParameter
from millrace.errors import DefinitionError, MillraceError
from millrace.schedules.expressions import UTC_ZONE

Row = Mapping[str, Value]


class PanelQuery(Protocol):
    """A statement, the parameters it takes and the columns it must give: a panel, its overlay, or a picker."""

    @property
    def statement(self) -> Statement: ...

    @property
    def parameters(self) -> tuple[str, ...]: ...

    def columns(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class PageChoice:
    """What the reader chose to see. `days`: those that the chosen day is compared with; `picked`: values by picker.

    `zone`: that of the day.
    """

    day: date
    days: tuple[date, ...] = ()
    picked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: ZoneInfo = UTC_ZONE

    def values_of(self, parameters: Sequence[str]) -> dict[str, Parameter]:
        days: dict[str, Parameter] = {
            PanelParameter.DAY.value: self.day,
            PanelParameter.DAYS.value: self.days,
            PanelParameter.FIRST_DAY.value: self.day,
            PanelParameter.LAST_DAY.value: self.day,
            PanelParameter.SINCE.value: self._midnight(self.day),
            PanelParameter.UNTIL.value: self._midnight(self.day + timedelta(days=1)),
        }
        return {str(name): days[name] if name in days else self.picked.get(name, ()) for name in parameters}

    def _midnight(self, day: date) -> datetime:
        """The instant at which a local day begins, in UTC without a zone, as columns of times are."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class PanelRows:
    """The result of a panel's statements: rows in order of time, or an error, which affects this panel only.

    `overlay`: the rows of the overlay's statement.
    """

    panel: Panel
    rows: Sequence[Row] = ()
    error: MillraceError | None = None
    overlay: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Two consecutive local times that are further apart than the panel allows, by `length` of time passed."""

    start: datetime
    end: datetime
    length: timedelta

    @property
    def minutes(self) -> int:
        return round(self.length.total_seconds() / 60)


def fetch_rows(query: PanelQuery, engine: Engine, choice: PageChoice, tables: Mapping[str, TableData]) -> list[Row]:
    """The statement's rows. A table in `tables` takes precedence over the engine's own of that name.

    Raises what the engine raises, and DefinitionError when a column is missing.
    """
    result = engine.query(query.statement, choice.values_of(query.parameters), tables)
    if missing := set(query.columns()) - {column.name for column in result.columns}:
        raise DefinitionError(
            f"{query.statement.name} gives no column {', '.join(sorted(missing))}.",
            hint="Its panel needs it: add it to the SELECT list, or take it out of the panel's definition.",
        )
    return [*result.dicts()]


def in_order(panel: Panel, rows: Sequence[Row]) -> list[Row]:
    """By time, without the rows whose time is NULL. Raises DefinitionError for a time that is no timestamp."""
    if not panel.time:
        return [*rows]
    timed = [row for row in rows if row[panel.time] is not None]
    return sorted(timed, key=lambda row: (instant(panel, row), local_time(row, panel.time)))


def instant(panel: Panel, row: Row) -> datetime:
    """The time that orders the row: in UTC if the panel has such a column, else local."""
    return local_time(row, panel.instant or panel.time)


def local_time(row: Row, column: str) -> datetime:
    """The time in a column, as a rule the local one. Raises DefinitionError when the column holds something else."""
    value = row[column]
    if not isinstance(value, datetime):
        raise DefinitionError(f"{column} holds {value!r}, not a timestamp.", hint="CAST it AS TIMESTAMP.")
    return value


def number(value: Value) -> float | None:
    """A number for a chart; None, never zero, for a value that is not a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value) if math.isfinite(value) else None


def total(rows: Sequence[Row], column: str) -> int:
    return round(sum(number(row[column]) or 0 for row in rows))


def find_gaps(panel: Panel, rows: Sequence[Row]) -> list[Gap]:
    """The gaps between rows that are in order."""
    if panel.gap_after is None:
        return []
    times = [(instant(panel, row), local_time(row, panel.time)) for row in rows]
    return [
        Gap(before, after, until - since)
        for (since, before), (until, after) in pairwise(times)
        if until - since > panel.gap_after
    ]


def by_category(rows: Sequence[Row], column: str) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each category, in order of name; without a `column` all rows are one category named ""."""

    def name(row: Row) -> str:
        return str(row[column]) if column else ""

    for category, members in groupby(sorted(rows, key=name), key=name):
        yield category, list(members)
