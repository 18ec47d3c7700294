"""A panel's rows: fetched, checked and made plain; gaps found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Protocol

from millrace.athena_sql.ports import Engine, Parameter, Statement, TableData, Value
from millrace.dashboards.definitions.panel import Panel, PanelParameter
from millrace.errors import DefinitionError, MillraceError

Row = Mapping[str, Value]


class PanelQuery(Protocol):
    """A statement, the parameters it takes and the columns it must give: a panel, or what stands beside its rows."""

    @property
    def statement(self) -> Statement: ...

    @property
    def given(self) -> tuple[PanelParameter, ...]: ...

    def columns(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page is to show. `days`: the other days of the chosen one's kind; `areas`: those of the area panel."""

    day: date
    days: tuple[date, ...] = ()
    areas: tuple[str, ...] = ()

    def parameters(self, given: Sequence[PanelParameter]) -> dict[str, Parameter]:
        values: dict[PanelParameter, Parameter] = {
            PanelParameter.DAY: self.day,
            PanelParameter.DAYS: self.days,
            PanelParameter.AREAS: self.areas,
        }
        return {name.value: values[name] for name in given}


@dataclass(frozen=True)
class PanelRows:
    """What a panel's statements gave, in the order of its times: rows, or the error that belongs in this panel only.

    `beside`: the rows of the panel's second statement.
    """

    panel: Panel
    rows: Sequence[Row] = ()
    error: MillraceError | None = None
    beside: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two neighbouring times there was nothing, for longer than the panel allows."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return round((self.end - self.start).total_seconds() / 60)


def ask(asking: PanelQuery, engine: Engine, choice: Choice, tables: Mapping[str, TableData]) -> list[Row]:
    """The statement's rows. `tables` stand before the engine's own.

    Raises what the engine raises, and DefinitionError when a column is missing.
    """
    result = engine.query(asking.statement, choice.parameters(asking.given), tables)
    if missing := set(asking.columns()) - {column.name for column in result.columns}:
        raise DefinitionError(
            f"{asking.statement.name} gives no column {', '.join(sorted(missing))}.", hint="Its panel needs it."
        )
    return [*result.dicts()]


def in_order(panel: Panel, rows: Sequence[Row]) -> list[Row]:
    """By time, without those that have none."""
    if not panel.time:
        return [*rows]
    timed = [row for row in rows if row[panel.time] is not None]
    return sorted(timed, key=lambda row: moment(row, panel.time))


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
