"""A panel's rows: fetched, checked and made plain; gaps found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

from athena_sql.ports import Engine, Parameter, Statement, Value
from dashboards.panel import Given, Panel
from millrace.errors import DefinitionError, MillraceError

Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page is to show. `days`: the other days of the chosen one's kind; `areas`: those of the area panel."""

    day: date
    days: tuple[date, ...] = ()
    areas: tuple[str, ...] = ()

    def parameters(self, given: Sequence[Given]) -> dict[str, Parameter]:
        values: dict[Given, Parameter] = {Given.DAY: self.day, Given.DAYS: self.days, Given.AREAS: self.areas}
        return {name.value: values[name] for name in given}


@dataclass(frozen=True)
class Outcome:
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


def fetch(panel: Panel, engine: Engine, choice: Choice) -> Outcome:
    try:
        rows = _ask(panel, engine, panel.statement, choice.parameters(panel.given), panel.columns())
        if panel.time:
            rows = [row for row in rows if row[panel.time] is not None]
            rows.sort(key=lambda row: moment(row, panel.time))
        return Outcome(panel, rows, beside=_beside(panel, engine, choice) if rows else ())
    except MillraceError as error:
        return Outcome(panel, error=error)


def _beside(panel: Panel, engine: Engine, choice: Choice) -> list[Row]:
    """Nothing is asked where there is no other day to compare with."""
    if panel.beside is None or (Given.DAYS in panel.beside.given and not choice.days):
        return []
    parameters = choice.parameters(panel.beside.given)
    return _ask(panel, engine, panel.beside.statement, parameters, panel.beside.columns())


def _ask(
    panel: Panel, engine: Engine, statement: Statement, parameters: Mapping[str, Parameter], columns: Sequence[str]
) -> list[Row]:
    result = engine.query(statement, parameters)
    if missing := set(columns) - {column.name for column in result.columns}:
        raise DefinitionError(
            f"{statement.name} gives no column {', '.join(sorted(missing))}.", hint=f"The panel {panel.name} needs it."
        )
    return [*result.dicts()]


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
