"""How parameters read in Grafana: dates and instants of the range, in every zone of tables and of viewers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import Statement, Value
from millrace.athena_sql.statements.foreign_texts import foreign_text
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.grafana.parameters import LakeFacts, as_instant, texts_of
from millrace.errors import DefinitionError
from tests.unit.athena_sql.sql_lake import SampleTables
from tests.unit.dashboards.grafana.expansion import Viewer

SINGAPORE = ZoneInfo("Asia/Singapore")
KATHMANDU, KIRITIMATI, HONOLULU = (
    ZoneInfo(name) for name in ("Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Honolulu")
)
VIEWERS = [UTC, SINGAPORE, ZoneInfo("America/New_York")]
FACTS = LakeFacts(LocalZones(SINGAPORE), frozenset())
MIDNIGHT = datetime(2024, 5, 30, 16, tzinfo=UTC)  # in Singapore

_ZONES = st.sampled_from([SINGAPORE, KATHMANDU, KIRITIMATI, HONOLULU, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")])
_INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
_LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(days=40))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(SampleTables(), Path(tmp_path_factory.mktemp("lake")), threads=1)
    yield engine
    engine.close()


def seen(viewer: Viewer, sql: str, *parameters: str, zone: ZoneInfo | None = SINGAPORE) -> str:
    return viewer.sees(foreign_text(Statement("test", sql), texts_of(parameters, zone, FACTS)))


def value(engine: DuckDbEngine, sql: str) -> Value:
    [[found]] = engine.query(Statement("test", sql)).rows
    return found


@settings(max_examples=30)
@given(_ZONES, st.sampled_from(VIEWERS), _INSTANTS, _LENGTHS, st.floats(0, 1))
@example(SINGAPORE, UTC, MIDNIGHT, timedelta(hours=1), 0.0)
@example(HONOLULU, UTC, datetime(2024, 5, 30, 10, tzinfo=UTC), timedelta(hours=1), 0.0)
@example(KIRITIMATI, UTC, datetime(2024, 5, 30, 9, tzinfo=UTC), timedelta(hours=1), 1.0)
def test_every_instant_of_the_range_is_in_a_partition_of_the_range(
    engine: DuckDbEngine, zone: ZoneInfo, viewed_from: ZoneInfo, since: datetime, length: timedelta, share: float
) -> None:
    viewer = Viewer(since.astimezone(viewed_from), (since + length).astimezone(viewed_from))
    partition = (since + length * share).astimezone(zone).date()
    sql = f"SELECT DATE '{partition}' BETWEEN :first_day AND :last_day"
    assert value(engine, seen(viewer, sql, "first_day", "last_day", zone=zone)) is True


@pytest.mark.parametrize("viewed_from", VIEWERS)
def test_the_range_has_its_begin_and_not_its_end_for_every_viewer(engine: DuckDbEngine, viewed_from: ZoneInfo) -> None:
    viewer = Viewer(MIDNIGHT.astimezone(viewed_from), (MIDNIGHT + timedelta(days=1)).astimezone(viewed_from))
    sql = "SELECT TIMESTAMP '{:%Y-%m-%d %H:%M:%S}' >= :since AND TIMESTAMP '{:%Y-%m-%d %H:%M:%S}' < :until"
    found = {
        after: value(engine, seen(viewer, sql.format(*[MIDNIGHT + after] * 2), "since", "until"))
        for after in (timedelta(seconds=-1), timedelta(0), timedelta(hours=24, seconds=-1), timedelta(hours=24))
    }
    assert [*found.values()] == [False, True, True, False]


@pytest.mark.parametrize(
    ("until", "zone", "day"),
    [
        (MIDNIGHT, SINGAPORE, "2024-05-30"),
        (MIDNIGHT + timedelta(seconds=1), SINGAPORE, "2024-05-31"),
        (datetime(2024, 3, 31, 22, tzinfo=UTC), ZoneInfo("Europe/Berlin"), "2024-03-31"),
        (datetime(2024, 3, 31, 22, 0, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin"), "2024-04-01"),
    ],
)
def test_comparable_days_are_like_the_local_day_at_the_end_of_the_range(
    until: datetime, zone: ZoneInfo, day: str
) -> None:
    sql = seen(Viewer(until - timedelta(hours=6), until), "SELECT 1 AS a FROM t WHERE dt IN (:days)", "days", zone=zone)
    end = f"CAST((TIMESTAMP '{until:%Y-%m-%d %H:%M:%S}' - INTERVAL '1' SECOND) AT TIME ZONE '{zone.key}' AS DATE)"
    assert end in sql
    assert (until - timedelta(seconds=1)).astimezone(zone).date() == date.fromisoformat(day)


@settings(max_examples=30)
@given(st.dates(date(2024, 1, 1), date(2025, 1, 1)), st.integers(-3, 40))
def test_comparable_days_are_of_the_same_kind_and_of_the_four_weeks_before(
    engine: DuckDbEngine, day: date, back: int
) -> None:
    other = day - timedelta(days=back)
    viewer = Viewer(MIDNIGHT, MIDNIGHT, {"day": [str(day)]})
    found = value(engine, seen(viewer, f"SELECT DATE '{other}' IN (:days)", "day", "days"))
    assert found is (1 <= back <= 28 and (other.weekday() >= 5) == (day.weekday() >= 5))


@pytest.mark.parametrize("chosen", [["Bedok"], ["Bedok", "Kallang"], ["it's", "a'); --"], ["\\"]])
def test_what_a_viewer_chooses_stays_text(engine: DuckDbEngine, chosen: list[str]) -> None:
    names = ", ".join(f"({index}, {texts})" for index, texts in enumerate(map(_quoted, [*chosen, "other"])))
    sql = f"SELECT count(*) FROM (VALUES {names}) AS t (n, area) WHERE area IN (:area)"
    assert value(engine, seen(Viewer(MIDNIGHT, MIDNIGHT, {"area": chosen}), sql, "area")) == len(chosen)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize(
    ("zone", "utc"),
    [(SINGAPORE, "2024-05-30 04:00"), (KATHMANDU, "2024-05-30 06:15"), (HONOLULU, "2024-05-30 22:00")],
)
def test_a_local_time_is_told_as_the_instant_in_utc(engine: DuckDbEngine, zone: ZoneInfo, utc: str) -> None:
    noon = "TIMESTAMP '2024-05-30 12:00:00'"
    assert value(engine, f"SELECT {as_instant(noon, zone)}") == datetime.fromisoformat(utc)


@pytest.mark.parametrize(
    ("zone", "said"),
    [(None, "of no zone, or of several"), (ZoneInfo("Europe/Berlin"), "in Europe/Berlin clocks change")],
)
def test_a_local_time_that_could_be_two_instants_is_refused(zone: ZoneInfo | None, said: str) -> None:
    with pytest.raises(DefinitionError, match=said) as refused:
        as_instant("at_local", zone)
    assert "instant=" in str(refused.value)
