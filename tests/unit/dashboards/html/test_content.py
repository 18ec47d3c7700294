"""Rows are read again when a version that they depend on changes, and only then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from millrace.dashboards.html.content import PageContent, PageContext
from millrace.dashboards.shipped.operations import QUALITY
from millrace.dashboards.shipped.taxis import ONE_AREA, TAXIS_AVAILABLE
from millrace.errors import QueryError
from tests.unit.dashboards.fake_day import DAY, OTHER_DAYS, FakeEngine, content_of, engine_of_the_day

CONTEXT = PageContext("lake", "simulated", datetime(2024, 6, 2, 1, tzinfo=UTC), ZoneInfo("Asia/Singapore"))


class VersionedLake:
    """Versions that a test changes; it records what was read."""

    def __init__(self) -> None:
        self.pointers: dict[str, int] = {}
        self.reads: list[tuple[frozenset[str], frozenset[date]]] = []

    def version(self, tables: frozenset[str], days: frozenset[date]) -> str:
        self.reads.append((tables, days))
        return repr(sorted((name, self.pointers.get(name, 0)) for name in tables))


def times_run(engine: FakeEngine, name: str) -> int:
    return sum(statement == name for statement, _ in engine.queries)


def show(content: PageContent) -> None:
    view = content.view()
    choice = view.choose(DAY)
    assert choice
    view.payload(TAXIS_AVAILABLE, choice)


def test_a_version_is_read_once() -> None:
    engine, lake = engine_of_the_day(), VersionedLake()
    content = content_of(engine, CONTEXT, version=lake.version)
    show(content)
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 1
    lake.pointers["staging.taxi_position"] = 1
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 1, "the panel does not read that table"
    lake.pointers["prod.taxi_availability"] = 1
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 2


def test_an_error_is_not_cached() -> None:
    engine = engine_of_the_day(taxis=QueryError("no."))
    content = content_of(engine, CONTEXT)
    show(content)
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 2


def test_a_panel_depends_only_on_the_partitions_that_it_reads() -> None:
    lake = VersionedLake()
    content = content_of(engine_of_the_day(), CONTEXT, version=lake.version)
    view = content.view()
    choice = view.choose(DAY)
    assert choice
    lake.reads.clear()
    view.payload(TAXIS_AVAILABLE, choice)
    assert {days for _, days in lake.reads} == {frozenset({DAY}), frozenset(OTHER_DAYS[1:])}
    lake.reads.clear()
    view.payload(QUALITY, choice)
    assert {days for _, days in lake.reads} == {frozenset()}


def test_the_etag_changes_when_a_panel_must_be_fetched_again() -> None:
    lake = VersionedLake()
    view = content_of(engine_of_the_day(), CONTEXT, version=lake.version).view()
    first, other = view.choose(DAY), view.choose(DAY, "Bedok")
    assert first
    assert other
    tag = view.etag(TAXIS_AVAILABLE, first)
    assert view.etag(TAXIS_AVAILABLE, other) == tag
    assert view.etag(ONE_AREA, other) != view.etag(ONE_AREA, first)
    lake.pointers["prod.taxi_availability"] = 1
    assert view.etag(TAXIS_AVAILABLE, first) != tag


def test_a_run_of_one_day_keeps_the_cached_rows_of_other_days() -> None:
    versions = {DAY: 1}
    engine = engine_of_the_day()
    content = content_of(
        engine, CONTEXT, version=lambda _, days: repr([(day, versions.get(day)) for day in sorted(days)])
    )
    show(content)
    versions[DAY] = 2
    show(content)
    assert (times_run(engine, "dashboards.taxis_available"), times_run(engine, "dashboards.taxis_usual")) == (2, 1)


def test_a_weekend_is_compared_with_weekends() -> None:
    choice = content_of(engine_of_the_day(), CONTEXT).view().choose(date(2024, 5, 26))
    assert choice
    assert choice.days == (OTHER_DAYS[0],)
