"""The declared tables, as data: the columns that statements must give and readers may rely on."""

from __future__ import annotations

from dataclasses import dataclass

from millrace.athena_sql.ports import Column, ParquetData, RawData, RowData
from millrace.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table, `<layer>.<name>`. In a partitioned table the last column is `dt`, which comes from the path.

    `has_statement`: a statement of the same name makes it; else the quality gate makes it, from what rules set aside.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    partitioned: bool = True
    has_statement: bool = True


def table(name: str) -> Table:
    """Raises UnknownName, which lists the declared tables."""
    if name not in _BY_NAME:
        raise UnknownName("table", name, _BY_NAME)
    return _BY_NAME[name]


def set_aside_name(staging: str) -> str:
    """The table of the rows that the quality gate sets aside from a staging table; both are flipped together."""
    return f"{staging}_set_aside"


def tables() -> tuple[Table, ...]:
    """All declared tables. Raw tables (`RAW_COLUMNS`) and tables of run state are not declared."""
    return tuple(_BY_NAME.values())


def columns_of(data: ParquetData | RawData | RowData) -> tuple[Column, ...]:
    """All columns that readers of these data see, `dt` included."""
    match data:
        case ParquetData(columns, _, partitioned):
            return (*columns, Column("dt", "date")) if partitioned else columns
        case RawData():
            return RAW_COLUMNS
        case RowData(columns):
            return columns


_DT = Column("dt", "date", "the source's local date of observed_at; the partition")
_RUN = (
    Column("ingested_at", "timestamp", "UTC; logical time of the run that made this row"),
    Column("run_id", "string", "the run that made this row"),
)
_SOURCE_OBJECT = Column("source_object", "string", "key of the raw object that this row came from")
_OBSERVED = (
    Column("observed_at", "timestamp", "UTC; the feed's own time of the snapshot"),
    Column("observed_at_local", "timestamp", "the same in the source's local time"),
)
_SNAPSHOT_ID = Column("snapshot_id", "string", "the snapshot: source, observed_at and digest of the payload")

# In the staging table of a source that names its entities; the gate sets aside every row but the first.
REPETITION = Column("repetition", "int", "1 for the first row of its entity in the snapshot, in the payload's order")

# Columns that say which object, run and time made a row: they differ in every version.
AUDIT_COLUMNS = frozenset({"source_object", "ingested_at", "run_id"})

RAW_COLUMNS = (
    Column("source", "string", "the feed"),
    _SNAPSHOT_ID,
    Column("requested_at", "timestamp", "UTC; the time that was asked for"),
    *_OBSERVED,
    Column("polled_at", "timestamp", "UTC; when the response came"),
    _DT,
    Column("hour", "string", "local hour of observed_at, two digits"),
    Column("payload", "string", "the response as JSON: the same values; spacing and zeros are the engine's"),
    _SOURCE_OBJECT,
)

_POLL = (
    Column("poll_id", "string", "the attempt"),
    Column("source", "string", "the feed that was polled"),
    Column("requested_at", "timestamp", "UTC; the time that was asked for"),
    Column("polled_at", "timestamp", "UTC; when the attempt ended"),
    Column("outcome", "string", "accepted, duplicate, quarantined or failed"),
    Column("snapshot_id", "string", "the snapshot that it gave, if it gave one"),
    Column("observed_at", "timestamp", "UTC; the feed's own time of that snapshot"),
    Column("hour_local", "timestamp", "start of the local hour that the attempt is counted in"),
    Column("hour_start", "timestamp", "UTC; the same instant"),
    Column("http_status", "int", "of the last try; null when no response came"),
    Column("tries", "int", "requests sent, with retries"),
    Column("duration_ms", "bigint", "of the whole attempt"),
    Column("bytes", "bigint", "of the response's body"),
    Column("entities", "int", "in the payload"),
    Column("reason", "string", "why it was quarantined or failed; else empty"),
    Column("interval_seconds", "int", "of the source's schedule"),
    Column("stale_after_seconds", "int", "age at which the source counts as stale"),
)

_SET_ASIDE = (
    Column("rule", "string", "the rules of the file that the row breaks, one a line"),
    Column("reason", "string", "what the row has instead, one line for each rule"),
    _SNAPSHOT_ID,
    Column("row", "string", "the row's columns as a JSON object"),
    *_RUN,
)


def _set_aside(staging: str) -> Table:
    description = f"The rows that the quality gate set aside from {staging}."
    return Table(set_aside_name(staging), description, (*_SET_ASIDE, _DT), has_statement=False)


_DECLARED = (
    Table(
        "staging.taxi_position",
        "One row per taxi per snapshot; two taxis may stand together.",
        (
            *_OBSERVED,
            Column("longitude", "decimal(9,6)", "degrees east, rounded half up"),
            Column("latitude", "decimal(9,6)", "degrees north, rounded half up"),
            _SNAPSHOT_ID,
            _SOURCE_OBJECT,
            *_RUN,
            _DT,
        ),
    ),
    Table(
        "staging.rain_station",
        "One row per rain station per snapshot.",
        (
            *_OBSERVED,
            Column("station_id", "string", "the feed's own name of the station"),
            Column("name", "string", "where the station stands"),
            Column("longitude", "decimal(9,6)", "degrees east, rounded half up"),
            Column("latitude", "decimal(9,6)", "degrees north, rounded half up"),
            Column("rainfall_mm", "decimal(7,2)", "mm in the 5 minutes of the reading, rounded half up"),
            _SNAPSHOT_ID,
            _SOURCE_OBJECT,
            *_RUN,
            REPETITION,
            _DT,
        ),
    ),
    Table(
        "staging.poll",
        "One row per attempt to poll a source.",
        (*_POLL, _SOURCE_OBJECT, *_RUN, _DT),
    ),
    Table(
        "prod.taxi_availability",
        "How many taxis were available, for each snapshot.",
        (
            *_OBSERVED,
            Column("taxis", "int", "available taxis"),
            Column("taxis_hundreds", "decimal(9,2)", "the same in hundreds"),
            Column("business_hours", "boolean", "08:00 <= local time < 20:00"),
            Column("suspect", "boolean", "a drop to under a third of the hour before that was over within 15 minutes"),
            _SNAPSHOT_ID,
            *_RUN,
            _DT,
        ),
    ),
    Table(
        "prod.taxi_availability_by_area",
        "Available taxis per planning area and 5 minutes; a window without a snapshot is absent, never zero.",
        (
            Column("window_start", "timestamp", "UTC"),
            Column("window_start_local", "timestamp", "the same in the source's local time"),
            Column("area_id", "int", "see prod.area"),
            Column("area", "string", "name of the planning area whose centre is nearest (an approximation)"),
            Column("taxis", "decimal(9,2)", "mean of the snapshots' counts in the window, rounded half up"),
            Column("snapshots", "int", "snapshots in the window"),
            *_RUN,
            _DT,
        ),
    ),
    Table(
        "prod.area",
        "Singapore's planning areas, with a centre each.",
        (
            Column("area_id", "int", "1 to 55, in the order of the names"),
            Column("name", "string"),
            Column("region", "string"),
            Column("longitude", "decimal(9,6)", "of the centre, degrees east"),
            Column("latitude", "decimal(9,6)", "of the centre, degrees north"),
        ),
        partitioned=False,
    ),
    Table(
        "prod.area_cell",
        "The planning area of each 0.001-degree cell of the box 103.55 to 104.15 E, 1.13 to 1.50 N.",
        (
            Column("cell_id", "int", "601 * northward index + eastward index of the cell, both from the south-west"),
            Column("area_id", "int", "the area whose centre is nearest to the cell's, in degrees"),
        ),
        partitioned=False,
    ),
    Table(
        "prod.rainfall",
        "How much rain fell in the 5 minutes of each snapshot; without a snapshot there is no row, never a zero.",
        (
            *_OBSERVED,
            Column("rainfall_mm_mean", "decimal(9,3)", "mean over the stations, in mm, rounded half up"),
            Column("rainfall_mm_max", "decimal(7,2)", "where it fell most, in mm"),
            Column("stations", "int", "stations with a reading"),
            Column("stations_with_rain", "int", "those that measured more than nothing"),
            _SNAPSHOT_ID,
            *_RUN,
            _DT,
        ),
    ),
    Table(
        "prod.poll_freshness",
        "Per source and hour: what the schedule asked for, what came of it, and what is missing.",
        (
            Column("source", "string", "the feed that was polled"),
            Column("hour_start", "timestamp", "UTC"),
            Column("hour_local", "timestamp", "the same in the source's local time"),
            Column("expected", "int", "slots of the schedule in this hour"),
            Column("attempted", "int", "polls"),
            Column("accepted", "int", "polls that gave a new snapshot"),
            Column("duplicate", "int", "polls that gave a known snapshot again"),
            Column("quarantined", "int", "polls whose response was not plausible"),
            Column("failed", "int", "polls without a usable response"),
            Column("gaps", "int", "slots without a snapshot"),
            Column("longest_gap_minutes", "int", "the longest time between snapshots with a gap in this hour, else 0"),
            *_RUN,
            _DT,
        ),
    ),
    _set_aside("staging.taxi_position"),
    _set_aside("staging.rain_station"),
    _set_aside("staging.poll"),
    Table(
        "ops.rows_set_aside",
        "Every row that a quality rule set aside instead of stopping the run, with the rule and the reason.",
        (Column("source_table", "string", "the staging table that the row was left out of"), *_SET_ASIDE, _DT),
    ),
    Table("ops.polls", "Every attempt to poll a source, as soon as it is delivered.", (*_POLL, _SOURCE_OBJECT, _DT)),
)

_BY_NAME = {declared.name: declared for declared in _DECLARED}
