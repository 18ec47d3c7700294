"""The page over a local lake: written as a file, or served."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import Column, Engine, Statement
from millrace.athena_sql.statements.saved_queries import saved_queries
from millrace.athena_sql.tables import RAW_COLUMNS
from millrace.dashboards.data.ad_hoc import AdHoc
from millrace.dashboards.definitions.panels import PANELS, SNAPSHOTS
from millrace.dashboards.html.content import Content, Lake, PageContext, VisibleTables
from millrace.dashboards.html.preview import render
from millrace.dashboards.serving.pages import REFRESH_SECONDS, LivePages
from millrace.dashboards.serving.server import serve
from millrace.errors import UsageError
from millrace.glue_workflow.definitions import workflows
from millrace.glue_workflow.lake_tables import LakeTables, parquet_table
from millrace.glue_workflow.ports import Catalog, JobRecord, PartitionVersion, QualityRecord, RunRecord, RunStore
from millrace.lake.storage import Storage
from millrace.serving.http_server import Address
from millrace.serving.stop_signal import stop_signal
from millrace.time_keys import parse_date
from millrace.usecases.queries import export_parquet

if TYPE_CHECKING:
    from millrace.infra.runtime.local import LocalRuntime

SOURCE = "taxi_availability"
RECENT_RUNS = 20
_OPS = "ops."
RECENT_RESULTS = 300
_QUERY_MEMORY = "256MB"


def write_page(runtime: LocalRuntime, output: Path, day: str | None) -> None:
    """Raises BadTime and UsageError; a panel that cannot be filled says so inside the page."""
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {str(output.parent)!r}.", hint="Make it first.")
    with _content(runtime) as content:
        html = render(content, parse_date(day) if day else None)
    output.write_text(html, encoding="utf-8")


@contextmanager
def live_pages(runtime: LocalRuntime, *, refresh_seconds: float = REFRESH_SECONDS) -> Iterator[LivePages]:
    """What `dashboards.server.serve` serves, as long as the context lasts. The runtime stays the caller's."""
    with _content(runtime) as content, ExitStack() as closing:
        engine = DuckDbEngine(runtime.tables, runtime.home, threads=1, memory=_QUERY_MEMORY)
        ad_hoc = AdHoc(
            engine,
            export=lambda *asked: export_parquet(asked[0], runtime.storage, *asked[1:])[0],
            tables=lambda: _tables(runtime.tables),
            examples=_examples(),
        )
        closing.callback(ad_hoc.close)
        pages = LivePages(content, ad_hoc, refresh_seconds=refresh_seconds)
        pages.warm()
        yield pages


@dataclass(frozen=True)
class RecentRuns:
    """The newest runs only: what a page tells of them must not cost more with each year of history."""

    store: RunStore

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        if workflow is not None:
            return self.store.runs(workflow, limit or RECENT_RUNS)
        return [run for name in workflows() for run in self.store.runs(name, limit or 1)]

    def run(self, run_id: str) -> RunRecord:
        return self.store.run(run_id)

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        if run_id is not None:
            return self.store.jobs(run_id)
        return [job for run in self.runs() for job in self.store.jobs(run.run_id)]

    def quality(self, *, limit: int | None = None, **wanted: str) -> list[QualityRecord]:
        return self.store.quality(limit=limit or RECENT_RESULTS, **wanted)

    def save_run(self, run: RunRecord) -> None:
        self.store.save_run(run)

    def save_job(self, job: JobRecord) -> None:
        self.store.save_job(job)

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        self.store.save_quality(results)


class CatalogReadView:
    """What the catalog and the run store say; each is asked once for each table, at its first mention."""

    def __init__(self, storage: Storage, catalog: Catalog, runs: RecentRuns) -> None:
        self._storage, self._catalog, self._runs = storage, catalog, runs
        self._current: dict[str, list[PartitionVersion]] = {}

    def days(self) -> list[date]:
        return [date.fromisoformat(version.partition) for version in self._seen(SNAPSHOTS) if version.rows]

    def sight(self, tables: frozenset[str], days: frozenset[date]) -> VisibleTables:
        wanted = {"", *(day.isoformat() for day in days)}
        found = {
            name: [version for version in self._seen(name) if version.partition in wanted]
            for name in sorted(tables)
            if not name.startswith(_OPS)
        }
        pointers = tuple((name, one.partition, one.version) for name, some in found.items() for one in some)
        state = self._state if any(name.startswith(_OPS) for name in tables) else None
        return VisibleTables(
            (pointers, state), {name: parquet_table(self._storage, name, some) for name, some in found.items()}
        )

    def _seen(self, table: str) -> list[PartitionVersion]:
        if table not in self._current:
            self._current[table] = self._catalog.current(table)
        return self._current[table]

    @cached_property
    def _state(self) -> str:
        """Of runs, jobs and results. What jobs hand to one another is not shown, and may be long."""
        runs = self._runs.runs()
        jobs = [replace(job, output=None) for run in runs for job in self._runs.jobs(run.run_id)]
        return hashlib.sha256(repr((runs, jobs, self._runs.quality(limit=1))).encode()).hexdigest()


@contextmanager
def _content(runtime: LocalRuntime) -> Iterator[Content]:
    recent = RecentRuns(runtime.runs)
    tables = LakeTables(runtime.storage, runtime.catalog, recent, (*runtime.sources, "polls"))
    engine = DuckDbEngine(tables, runtime.home)
    lake = Lake(
        engine=engine,
        look=lambda: CatalogReadView(runtime.storage, runtime.catalog, recent),
        context=_Context(runtime, engine).now,
        jobs={name: [job.name for job in workflow.in_order()] for name, workflow in workflows().items()},
    )
    try:
        yield Content(PANELS, lake)
    finally:
        engine.close()


@dataclass
class _Context:
    """What the page says of the lake. The newest snapshot is looked up once for each version of the newest day."""

    runtime: LocalRuntime
    engine: Engine
    known: tuple[PartitionVersion | None, datetime | None] = (None, None)

    def now(self) -> PageContext:
        runs = self.runtime.runs.runs(limit=1)
        return PageContext(
            lake=str(self.runtime.settings.home),
            feed=self.runtime.kind or "live",
            generated_at=self.runtime.clock.now(),
            zone=self.runtime.sources[SOURCE].timezone,
            newest_snapshot=self._newest(),
            last_run=runs[0] if runs else None,
        )

    def _newest(self) -> datetime | None:
        versions = [version for version in self.runtime.catalog.current(SNAPSHOTS) if version.rows]
        if not versions:
            return None
        if self.known[0] != versions[-1]:
            day = date.fromisoformat(versions[-1].partition)
            asked = Statement(
                "the newest snapshot", "SELECT max(observed_at) FROM prod.taxi_availability WHERE dt = :day"
            )
            tables = {SNAPSHOTS: parquet_table(self.runtime.storage, SNAPSHOTS, versions[-1:])}
            found = self.engine.query(asked, {"day": day}, tables).rows[0][0]
            self.known = (versions[-1], found.replace(tzinfo=UTC) if isinstance(found, datetime) else None)
        return self.known[1]


def serve_page(runtime: LocalRuntime, address: Address, *, say: Callable[[str], None]) -> None:
    """Until SIGTERM or Ctrl-C. Raises UsageError when the address cannot be had."""
    with stop_signal() as stop, live_pages(runtime) as pages, serve(pages, address) as server:
        if not address.is_loopback:
            say(f"warning: whoever reaches {address.host} can read this whole lake, and ask it in SQL.")
        say(f"the page is at {server.url} until Ctrl-C")
        stop.wait()


def _tables(tables: LakeTables) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "columns": [
                {"name": column.name, "type": column.type, "description": column.description}
                for column in _columns(tables, name)
            ],
        }
        for name in tables.names()
    ]


def _columns(tables: LakeTables, name: str) -> Sequence[Column]:
    return RAW_COLUMNS if name.startswith("raw.") else tables.columns(name)


def _examples() -> list[dict[str, Any]]:
    return [
        {
            "name": query.name,
            "title": query.title,
            "sql": query.statement.sql.strip(),
            "parameters": dict(query.defaults),
        }
        for query in saved_queries()
    ]
