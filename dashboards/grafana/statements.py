"""The statements of a panel in Grafana: its own, with times as instants in UTC, numbers as DOUBLE and a LIMIT.

Grafana takes a TIMESTAMP for one in UTC. A series is named by texts beside its numbers, and its rows are in order of
time (grafana-plugin-sdk-go, `data.LongToWide`), so a category is a VARCHAR, and each statement ends in an ORDER BY.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.foreign_texts import foreign_text
from millrace.dashboards.definitions.panel import Band, Grid, Panel, Picker, Window
from millrace.dashboards.grafana.parameters import LakeFacts, as_instant, reference_day, texts_of, variable
from millrace.sql_quoting import identifier, literal

HOURS, WHOLE_DAY = "hours", "all"  # the variable of the hours shown, and its value without a limit
MOST_OPTIONS = 1_000
TIME = "time"
_SECONDS = "hour({0}) * 3600 + minute({0}) * 60 + second({0})"


@dataclass(frozen=True, slots=True)
class PanelStatements:
    """The statements of one panel."""

    panel: Panel
    facts: LakeFacts

    def over_time(self, columns: Sequence[str], each: str = "") -> str:
        """`time`, the category if the panel has one, and these columns of numbers. `each`: a variable with categories.

        Raises DefinitionError where local times cannot be told as instants.
        """
        panel = self.panel
        named = [f"{_category(panel.category)} AS {identifier(panel.category)}"] if panel.category else []
        selected = [f"{self._instant} AS {identifier(TIME)}", *named, *map(_double, columns)]
        wanted = [f"{identifier(panel.time)} IS NOT NULL"]
        wanted += [f"{_category(panel.category)} IN ({variable(each)})"] if each else []
        wanted += [_in_window(panel.time, panel.window)] if panel.window else []
        return _around(selected, self._own(), wanted, order=TIME, limit=panel.limit)

    def table(self) -> str:
        """The rows as the page shows them, in the statement's own order."""
        return self._own(self.panel.limit)

    def cells(self, grid: Grid) -> str:
        """The middle of each cell as `longitude` and `latitude`, in degrees, and the numbers of the series."""
        axes = {"longitude": "east", "latitude": "north"}
        places = [
            f"(CAST({identifier(index)} AS DOUBLE) + 0.5E0) / {grid.per_degree} AS {identifier(name)}"
            for name, index in axes.items()
        ]
        selected = [*places, *(_double(series.column) for series in self.panel.series)]
        return _around(selected, self._own(), order="longitude", limit=self.panel.limit)

    def names(self, grid: Grid) -> str:
        """The names to write on a map, with their places."""
        return self._text(grid.statement, grid.parameters, self.panel.limit)

    def band(self, band: Band) -> str:
        """The usual range: `time` is the middle of each slot on the day that it is told for."""
        panel = self.panel
        midnight = f"CAST({reference_day(self._parameters, self._zone)} AS TIMESTAMP)"
        seconds = f"CAST((CAST({identifier('slot')} AS DOUBLE) + 0.5E0) * {band.minutes * 60} AS BIGINT)"
        middle = as_instant(f"date_add('second', {seconds}, {midnight})", self._zone)
        named = [f"{_category(panel.category)} AS {identifier(panel.category)}"] if panel.category else []
        selected = [f"{middle} AS {identifier(TIME)}", *named, *map(_double, ("low", "median", "high"))]
        return _around(selected, self._text(band.statement, self._parameters), order=TIME, limit=panel.limit)

    def categories(self) -> str:
        """The panel's categories, for a variable."""
        return _distinct(self.panel.category, self._own())

    @property
    def _zone(self) -> ZoneInfo | None:
        return self.facts.zones.of_tables(self.panel.statement.sql)

    @property
    def _instant(self) -> str:
        panel = self.panel
        return identifier(panel.instant) if panel.instant else as_instant(identifier(panel.time), self._zone)

    @property
    def _parameters(self) -> tuple[str, ...]:
        """Those of the panel and its overlay, so that both are about the same day."""
        return (*self.panel.parameters, *(self.panel.overlay.parameters if self.panel.overlay else ()))

    def _own(self, limit: int | None = None) -> str:
        return self._text(self.panel.statement, self._parameters, limit)

    def _text(self, statement: Statement, parameters: Sequence[str], limit: int | None = None) -> str:
        texts = texts_of(parameters, self._zone, self.facts, whole_days=self.panel.reuse is not None)
        return foreign_text(statement, texts, limit)


def options_of(picker: Picker, facts: LakeFacts) -> str:
    """The options of a picker, in order of name: an option is what the only column has."""
    texts = texts_of(picker.parameters, facts.zones.of_tables(picker.statement.sql), facts)
    return _distinct(picker.column, foreign_text(picker.statement, texts))


def _category(column: str) -> str:
    return f"CAST({identifier(column)} AS VARCHAR)"


def _double(column: str) -> str:
    return f"CAST({identifier(column)} AS DOUBLE) AS {identifier(column)}"


def _in_window(column: str, window: Window) -> str:
    start, end = (one.hour * 3600 + one.minute * 60 + one.second for one in (window.start, window.end))
    seconds = _SECONDS.format(identifier(column))
    inside = f"{seconds} >= {start} AND {seconds} < {end}"
    return f"({variable(HOURS)} = {literal(WHOLE_DAY)} OR ({inside}))"


def _distinct(column: str, own: str) -> str:
    selected = f"SELECT DISTINCT {_category(column)} AS choice"
    return f"{selected}\nFROM (\n{own}\n) AS options\nORDER BY choice\nLIMIT {MOST_OPTIONS}"


def _around(selected: Sequence[str], own: str, wanted: Sequence[str] = (), *, order: str, limit: int) -> str:
    columns = ",\n  ".join(selected)
    where = "\nWHERE " + "\n  AND ".join(wanted) if wanted else ""
    ordered = identifier(order)
    return f"SELECT\n  {columns}\nFROM (\n{own}\n) AS panel{where}\nORDER BY {ordered}\nLIMIT {limit}"
