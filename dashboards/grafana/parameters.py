"""How the parameters of a panel's statement read in Grafana: as macros of the Athena plugin, or as variables.

The macros are those of the plugin's 3.3 (grafana/athena-datasource, `pkg/athena/macros.go`), which all give UTC.
`$__timeFilter` is left out: its times are those of the process's zone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from millrace.athena_sql.statements.foreign_texts import ForeignTexts
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.definitions.panel import COMPARED_DAYS, PanelParameter
from millrace.errors import DefinitionError
from millrace.sql_quoting import literal
from millrace.utc_offsets import offset_periods

_LONGEST_UID = 40  # Grafana's limit
CHOSEN_DAY = f"DATE ${{{PanelParameter.DAY}:sqlstring}}"
_SATURDAY = 6  # day_of_week: 1 is Monday
_NO_OLDER_DATA = datetime(2000, 1, 1, tzinfo=UTC)

_FIRST_DATE = "DATE $__rawTimeFrom('yyyy-MM-dd')"
_LAST_DATE = "DATE $__rawTimeTo('yyyy-MM-dd')"
FIRST_DAY = f"({_FIRST_DATE} - INTERVAL '1' DAY)"  # dt is a local date: of other zones it may be a day off
LAST_DAY = f"({_LAST_DATE} + INTERVAL '1' DAY)"
SINCE, UNTIL = "$__timeFrom()", "$__timeTo()"
_FIRST_MIDNIGHT = f"CAST({_FIRST_DATE} AS TIMESTAMP)"
_LAST_MIDNIGHT = f"CAST({_LAST_DATE} + INTERVAL '1' DAY AS TIMESTAMP)"


@dataclass(frozen=True, slots=True)
class LakeFacts:
    """What a rendering knows of the lake. `zones`: those of local times. `by_date`: the tables with partitions by `dt`.

    `databases`: by layer, where databases are not called like layers; then there are no others. `stage`: whose lake it
    is; "": one in a folder.
    """

    zones: LocalZones
    by_date: frozenset[str]
    databases: Mapping[str, str] = field(default_factory=dict)
    stage: str = ""

    @property
    def source(self) -> str:
        """The uid of the lake's data source."""
        return f"millrace-{self.stage}" if self.stage else "millrace"

    def uid(self, name: str) -> str:
        """That of a dashboard or an alert; several stages may be in one Grafana."""
        uid = f"{self.source}-{name}"
        return uid if len(uid) <= _LONGEST_UID else f"{uid[:31]}-{hashlib.sha256(uid.encode()).hexdigest()[:8]}"

    def has(self, table: str) -> bool:
        """Whether Athena has the table's layer."""
        return not self.databases or table.partition(".")[0] in self.databases


def texts_of(
    parameters: Iterable[str], zone: ZoneInfo | None, facts: LakeFacts, *, whole_days: bool = False
) -> ForeignTexts:
    """What stands for the parameters of a query whose tables have local times of `zone`.

    `day` is the chosen date where the query takes it, else the local date at the end of the range. `whole_days`: the
    range is that of the dates that it touches in UTC, so that the text is the same all day: Athena gives a result again
    for the same text alone ("Reusing query results"). Raises DefinitionError for comparable days of such a range.
    """
    named = [str(name) for name in parameters]
    values = {name: variable(name) for name in named} | {
        PanelParameter.DAY.value: CHOSEN_DAY,
        PanelParameter.FIRST_DAY.value: FIRST_DAY,
        PanelParameter.LAST_DAY.value: LAST_DAY,
        PanelParameter.SINCE.value: _FIRST_MIDNIGHT if whole_days else SINCE,
        PanelParameter.UNTIL.value: _LAST_MIDNIGHT if whole_days else UNTIL,
    }
    if whole_days and PanelParameter.DAYS in named and PanelParameter.DAY not in named:
        hint = "Let it take :day, or leave reuse= out."
        raise DefinitionError("the usual range of the range's end changes each second.", hint=hint)
    memberships = {PanelParameter.DAYS.value: _comparable(reference_day(named, zone))}
    return ForeignTexts(values, memberships, facts.databases)


def variable(name: str) -> str:
    """The values of a variable as a list of SQL's texts: `sqlstring` doubles quotes, which `singlequote` does not."""
    return f"${{{name}:sqlstring}}"


def reference_day(parameters: Iterable[str], zone: ZoneInfo | None) -> str:
    """The date whose usual range is shown. The range's end is not part of it: midnight is the end of a day."""
    if PanelParameter.DAY in parameters:
        return CHOSEN_DAY
    end = f"({UNTIL} - INTERVAL '1' SECOND)"
    return f"CAST({end} AT TIME ZONE {literal(zone.key if zone else 'UTC')} AS DATE)"


def as_instant(local: str, zone: ZoneInfo | None) -> str:
    """The instant in UTC of a local time, an expression. Raises DefinitionError where that cannot be told."""
    hint = "Give the UTC time as a further column, and name it by instant=."
    if zone is None:
        raise DefinitionError("its times are local ones of no zone, or of several.", hint=hint)
    periods = [one for one in offset_periods(zone) if one.end > _NO_OLDER_DATA]
    if len(periods) > 1:
        raise DefinitionError(f"its times are local ones, and in {zone.key} clocks change.", hint=hint)
    seconds = round(periods[0].offset.total_seconds())
    sign = "-" if seconds >= 0 else "+"
    return f"({local} {sign} INTERVAL '{abs(seconds)}' SECOND)" if seconds else local


def _comparable(day: str) -> str:
    """Whether a date is one of the four weeks before `day`, and like it a working day, or one of a weekend."""
    between = f"{{column}} BETWEEN {day} - INTERVAL '{COMPARED_DAYS}' DAY AND {day} - INTERVAL '1' DAY"
    return f"{between} AND (day_of_week({{column}}) >= {_SATURDAY}) = (day_of_week({day}) >= {_SATURDAY})"
