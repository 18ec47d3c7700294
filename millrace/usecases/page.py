"""The page of a lake in a folder: written as a file, or served."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import Column, TableData
from millrace.athena_sql.tables import RAW_COLUMNS
from millrace.dashboards.data.ad_hoc import AdHocQueries
from millrace.dashboards.html.content import PageContent, PageContext, PageInputs, VisibleTables
from millrace.dashboards.html.fragments import FeedAge
from millrace.dashboards.html.operations import DrawnJob
from millrace.dashboards.html.preview import render
from millrace.dashboards.serving.pages import REFRESH_SECONDS, LivePages
from millrace.dashboards.serving.server import serve
from millrace.glue_workflow.drawing import ranks
from millrace.glue_workflow.lake_tables import LakeTables, parquet_table
from millrace.glue_workflow.newest import CurrentVersions, NewestSnapshots, days
from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.recent_runs import RecentRuns
from millrace.glue_workflow.workflow import Workflow
from millrace.ingestors.ports import by_interval
from millrace.output_file import whole_file
from millrace.schedules.expressions import UTC_ZONE
from millrace.serving.http_server import Address
from millrace.serving.stop_signal import stop_signal
from millrace.time_keys import parse_date
from millrace.usecases.queries import parquet_bytes

if TYPE_CHECKING:
    from millrace.infra.project.project import Project
    from millrace.infra.runtime.local import LocalRuntime

_OPS = "ops."
_ABOUT_RUNS = frozenset({"ops.runs", "ops.jobs", "ops.quality_results"})
_QUERY_MEMORY = "256MB"


def write_page(runtime: LocalRuntime, output: Path, day: str | None) -> list[str]:
    """Returns which pickers failed, and why. Raises BadTime and UsageError.

    The error of a single panel or picker is shown in its place.
    """
    with _content(runtime) as content:
        rendered = render(content, parse_date(day) if day else None)
    with whole_file(output) as place:
        place.write_text(rendered.html, encoding="utf-8")
    return [f"the picker {label!r} failed. {error}" for label, error in rendered.failed_pickers]


@contextmanager
def live_pages(runtime: LocalRuntime, *, refresh_seconds: float = REFRESH_SECONDS) -> Iterator[LivePages]:
    """What `serve` of `dashboards.serving.server` serves, until the context ends. The caller closes the runtime."""
    with _content(runtime) as content, ExitStack() as closing:
        engine = DuckDbEngine(runtime.tables, runtime.home, threads=1, memory=_QUERY_MEMORY)
        ad_hoc = AdHocQueries(
            engine,
            export=partial(parquet_bytes, engine),
            tables=lambda: _tables(runtime.tables),
            examples=_examples(runtime.project),
        )
        closing.callback(ad_hoc.close)
        pages = LivePages(content, ad_hoc, refresh_seconds=refresh_seconds)
        pages.warm()
        yield pages


class CatalogReadView:
    """The lake at one moment (snapshot isolation): the pointers of each table are read once, at its first use.

    `tables`: those of `runs`. `around` makes what stands around the panels, from the same pointers.
    """

    def __init__(
        self,
        tables: LakeTables,
        runs: RecentRuns,
        pipelines: Pipelines,
        around: Callable[[CurrentVersions], PageContext],
    ) -> None:
        self._tables, self._runs, self._pipelines, self._around = tables, runs, pipelines, around
        self._pointers: dict[str, list[PartitionVersion]] = {}

    def days(self) -> list[date]:
        return [date.fromisoformat(day) for day in days(self._pipelines, self._current)]

    def visible(self, tables: frozenset[str], days: frozenset[date]) -> VisibleTables:
        partitions = {"", *(day.isoformat() for day in days)}
        versions = {
            name: [version for version in self._current(name) if version.partition in partitions]
            for name in sorted(tables)
            if not name.startswith(_OPS)
        }
        pointers = tuple((name, one.partition, one.version) for name, some in versions.items() for one in some)
        ops_key = self._ops_key if any(name.startswith(_OPS) for name in tables) else None
        changes = {"ops.versions": lambda: self._pins, "ops.queries": self._tables.log.revision}
        further = tuple(changed() for name, changed in changes.items() if name in tables)
        return VisibleTables(
            (pointers, ops_key, further),
            {
                name: parquet_table(self._tables.storage, self._pipelines.tables.table(name), some)
                for name, some in versions.items()
            },
            partial(self._of_days, tables, days),
        )

    def _of_days(self, tables: frozenset[str], days: frozenset[date]) -> dict[str, TableData]:
        """The tables about runs, for panels about certain days: whole, where others have the newest runs alone.

        From the day before: a job of a day may be of a run that began on that.
        """
        named = tables & _ABOUT_RUNS
        if not named or not days:
            return {}
        since = datetime.combine(min(days) - timedelta(days=1), time.min, UTC)
        of_days = replace(self._tables, runs=replace(self._runs, since=since))
        return {name: of_days.table(name) for name in sorted(named)}

    def context(self) -> PageContext:
        return self._around(self._current)

    def _current(self, table: str) -> list[PartitionVersion]:
        if table not in self._pointers:
            self._pointers[table] = self._tables.catalog.current(table)
        return self._pointers[table]

    @cached_property
    def _pins(self) -> tuple[tuple[str, str, str], ...]:
        """What rollbacks, and their ends, change: they are no runs."""
        pins = (pin for table in self._tables.catalog.tables() for pin in self._tables.catalog.pins(table))
        return tuple((pin.table, pin.partition, pin.version) for pin in pins)

    @cached_property
    def _ops_key(self) -> str:
        """Digest of the newest runs, jobs, quality results and held partitions; without the jobs' output."""
        runs = self._runs.runs(limit=1)  # of each workflow: an older one no longer changes
        jobs = [replace(job, output=None) for run in runs for job in self._runs.jobs(run.run_id)]
        return hashlib.sha256(repr((runs, jobs, self._runs.quality(limit=1), self._runs.held())).encode()).hexdigest()


@contextmanager
def _content(runtime: LocalRuntime) -> Iterator[PageContent]:
    project, pipelines = runtime.project, runtime.pipelines
    recent = RecentRuns(runtime.runs, list(pipelines.workflows))
    tables = runtime.tables_with(recent)
    engine = DuckDbEngine(tables, runtime.home)
    around = _ContextReader(runtime, NewestSnapshots(pipelines, runtime.storage, engine)).now
    inputs = PageInputs(
        engine=engine,
        read_view=lambda: CatalogReadView(tables, recent, pipelines, around),
        jobs={name: _drawn(workflow) for name, workflow in pipelines.workflows.items()},
    )
    try:
        yield PageContent(project.dashboards, inputs)
    finally:
        engine.close()


def _drawn(workflow: Workflow) -> list[list[DrawnJob]]:
    return [[DrawnJob(job.name, job.after) for job in rank] for rank in ranks(workflow)]


@dataclass
class _ContextReader:
    """Reads the page's context."""

    runtime: LocalRuntime
    newest: NewestSnapshots

    def now(self, current: CurrentVersions) -> PageContext:
        runs, sources = self.runtime.runs.runs(limit=1), by_interval(self.runtime.project.sources.values())
        newest = {one.source: self.newest.of(one, current) for one in self.runtime.pipelines.refinements.values()}
        return PageContext(
            lake=str(self.runtime.settings.home),
            feed=self.runtime.kind or "live",
            generated_at=self.runtime.clock.now(),
            zone=sources[0].timezone if sources else UTC_ZONE,
            feeds=tuple(FeedAge(one.name, newest.get(one.name), one.stale_after, one.timezone) for one in sources),
            last_run=runs[0] if runs else None,
            title=_title(self.runtime.project),
            table_zones=self.runtime.project.table_zones(),
        )


def _title(project: Project) -> str:
    """That of the project's only dashboard beside Millrace's own, which is the last; else the project's name."""
    own = project.dashboards[:-1]
    return own[0].title if len(own) == 1 else project.folder.name


def serve_page(runtime: LocalRuntime, address: Address, *, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C. Raises UsageError if the address cannot be bound."""
    with stop_signal() as stop, live_pages(runtime) as pages, serve(pages, address) as server:
        if not address.is_loopback:
            say(f"warning: anyone who can reach {address.host} can read and query this whole lake.")
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


def _examples(project: Project) -> list[dict[str, Any]]:
    return [
        {
            "name": query.name,
            "title": query.title,
            "sql": query.statement.sql.strip(),
            "parameters": dict(query.defaults),
        }
        for query in project.queries()
    ]
