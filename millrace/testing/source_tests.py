"""The standard tests of a source, as a class that a project's tests inherit from. Messages say what to look at."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from millrace.athena_sql.engines.spark.session import missing
from millrace.athena_sql.portability.parity import compare
from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.ports import Result, Statement
from millrace.athena_sql.tables import tables_named
from millrace.dashboards.data.rows import PageChoice, fetch_rows
from millrace.dashboards.definitions.panel import Panel, picked_by
from millrace.environment import java
from millrace.errors import MillraceError, PayloadRejected, UsageError
from millrace.glue_workflow.ports import RunRecord
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.http.json_path import elements_at
from millrace.ingestors.ports import Outcome, PollResult, Source
from millrace.ingestors.simulator.simulation import SimulatedSnapshots
from millrace.project.folder import find_folder
from millrace.settings import EngineName, Settings
from millrace.testing.faults import FAULTS, Ending
from millrace.testing.played_lake import LATE, LATE_DAYS, MIDNIGHT, STANDING_STILL, PlayedLake, played
from millrace.testing.responses import FeedSample, samples_of, snapshots_of
from millrace.usecases.runs import held_rows, run_workflow

_SECOND = timedelta(seconds=1)


class SourceTests:
    """Inherit from it in a class whose name begins with `Test`, and give these two.

    `source`: its name in the project, which is the nearest folder above the tests with a `millrace.toml`. `responses`:
    files with responses of the feed, relative to the file of the tests; without any, the source's simulation is taken.
    `endings`: where faults end otherwise for this source, by name of `faults.FAULTS`, such as `{"new_field":
    "quarantined"}` for a schema that forbids new fields. `engines`: those whose rows are compared with DuckDB's.
    """

    source: ClassVar[str]
    responses: ClassVar[Sequence[str | Path]] = ()
    endings: ClassVar[Mapping[str, str]] = {}
    engines: ClassVar[Sequence[str]] = ("spark",)

    # What the tests are about. Each is made once for all tests of the class.

    @pytest.fixture(scope="class")
    @classmethod
    def project(cls) -> Project:
        return Project(find_folder(None, _file_of(cls).parent))

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls, project: Project) -> Source:
        return project.source(cls.source)

    @pytest.fixture(scope="class")
    @classmethod
    def samples(cls, subject: Source) -> tuple[FeedSample, ...]:
        return samples_of(subject, [_file_of(cls).parent / file for file in cls.responses])

    @pytest.fixture(scope="class")
    @classmethod
    def feed(cls, subject: Source, samples: tuple[FeedSample, ...]) -> SimulatedSnapshots:
        try:
            return snapshots_of(subject, samples)
        except PayloadRejected:
            pytest.skip("a response is not plausible: see test_the_responses_have_the_declared_form_and_are_plausible")
        except UsageError:
            pytest.skip("the time cannot be moved: see test_the_time_observed_is_the_responses_own")

    @pytest.fixture(scope="class")
    @classmethod
    def lake(
        cls,
        project: Project,
        subject: Source,
        samples: tuple[FeedSample, ...],
        feed: SimulatedSnapshots,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[PlayedLake]:
        day, folder = samples[0].read(subject).observed_at, tmp_path_factory.mktemp(cls.source) / "lake"
        with played(project, subject, feed, day, folder) as lake:
            yield lake

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, lake: PlayedLake) -> RunRecord:
        """The run of the workflow over everything that was polled, which succeeded."""
        run = lake.run
        if run is None:
            pytest.skip(f"no table of the project reads raw.{cls.source}")
        if run.error:
            pytest.skip("the run failed: see test_the_workflow_publishes_every_snapshot")
        return run

    # Responses.

    def test_the_responses_have_the_declared_form_and_are_plausible(
        self, subject: Source, samples: tuple[FeedSample, ...]
    ) -> None:
        rejected = []
        for sample in samples:
            try:
                sample.read(subject)
            except PayloadRejected as error:
                rejected.append(f"{error.code}: {error.message}")
        assert rejected == [], "correct the schema, `read` or the Plausibility of the source"

    def test_the_time_observed_is_the_responses_own(self, subject: Source, samples: tuple[FeedSample, ...]) -> None:
        """A response whose times are a day earlier is observed a day earlier."""
        _plausible(subject, samples)
        snapshots_of(subject, samples)

    def test_entities_path_leads_to_the_entities_that_are_read(
        self, subject: Source, samples: tuple[FeedSample, ...]
    ) -> None:
        _plausible(subject, samples)
        for sample in samples:
            found = elements_at(sample.document, subject.entities_path)
            assert found == sample.read(subject).entities, (
                f"{sample.origin} has {found} elements at {subject.entities_path}, but `read` counts others"
            )

    # Polls.

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_fault_ends_where_it_should(self, lake: PlayedLake, fault: str) -> None:
        """docs/faults.md says where."""
        if reason := FAULTS[fault].why_not(lake.source):
            pytest.skip(reason)
        (result,) = lake.results[fault]
        assert _ending(result) == self.endings.get(fault, FAULTS[fault].ends), result.reason

    def test_good_responses_among_faults_are_accepted(self, lake: PlayedLake) -> None:
        wrong = [one for one in lake.results["good"] if _ending(one) is not Ending.ACCEPTED]
        assert wrong == []

    def test_a_feed_that_stands_still_is_reported_once(self, lake: PlayedLake) -> None:
        if not lake.source.still_polls:
            pytest.skip("still_polls is 0: the feed may stand still")
        assert {_ending(one) for one in lake.results[STANDING_STILL]} == {Ending.DUPLICATE}
        assert lake.told[STANDING_STILL] == ["feed.stale"]

    def test_local_midnight_parts_two_partitions(self, lake: PlayedLake) -> None:
        before, after = lake.results[MIDNIGHT]
        assert before.observed_at is not None, before.reason
        assert after.observed_at is not None, after.reason
        assert after.observed_at - before.observed_at == _SECOND
        midnight = after.observed_at.astimezone(lake.source.timezone)
        assert after.dt == f"{midnight:%Y-%m-%d}"
        assert before.dt == f"{midnight.date() - timedelta(days=1)}"

    def test_a_snapshot_that_comes_late_goes_to_the_day_on_which_it_was_observed(self, lake: PlayedLake) -> None:
        (late,) = lake.results[LATE]
        behind = lake.source.plausibility.behind
        if behind is not None and behind < timedelta(days=LATE_DAYS):
            assert late.outcome is Outcome.QUARANTINED
            assert late.reason.startswith("timestamp_back")
        else:
            assert late.dt == f"{lake.began - timedelta(days=LATE_DAYS):%Y-%m-%d}"

    def test_each_poll_is_one_attempt_and_the_ledger_balances(self, lake: PlayedLake) -> None:
        """All but the ledger's rows, which have a test of their own."""
        problems = [one for one in lake.audited.problems if ": rows: " not in one]
        assert problems == []
        assert lake.ledger("attempts") == len(lake.polls)
        for ending in (Ending.FAILED, Ending.QUARANTINED, Ending.DUPLICATE):
            assert lake.ledger(ending) == sum(_ending(one) is ending for one in lake.polls), ending

    # Runs.

    def test_the_workflow_publishes_every_snapshot(self, lake: PlayedLake) -> None:
        run = lake.run
        if run is None:
            pytest.skip(f"no table of the project reads raw.{self.source}")
        assert not run.error, f"{run.error} (rules: {held_rows(lake.runtime, run)})"
        assert held_rows(lake.runtime, run) == [], "the quality gate holds partitions with recorded responses"
        observed = {one.observed_at for one in lake.polls if _ending(one) is Ending.ACCEPTED}
        assert lake.ledger("published") == len(observed)

    def test_each_entity_is_a_row_or_set_aside(self, lake: PlayedLake, run: RunRecord) -> None:
        problems = [one for one in lake.audited.problems if ": rows: " in one]
        assert problems == [], "the staging statement loses or repeats rows, or entities_path is another array"
        assert lake.ledger("staged_rows") > 0

    def test_every_rule_can_be_evaluated(self, lake: PlayedLake, run: RunRecord) -> None:
        errors = [f"{one.rule}: {one.message}" for one in lake.runtime.runs.quality(verdict="error", run_id=run.run_id)]
        assert errors == []

    def test_each_table_has_rows_of_every_day(self, lake: PlayedLake, run: RunRecord) -> None:
        """Of tables stored by date; of the others, any rows."""
        days = {one.dt for one in lake.polls if _ending(one) is Ending.ACCEPTED}
        for name in _tables(lake):
            if lake.project.tables.table(name).partitioned:
                found = _query(lake.runtime, f"SELECT DISTINCT CAST(dt AS VARCHAR) FROM {name}")
                assert {str(day) for (day,) in found.rows} == days, name
            else:
                assert _query(lake.runtime, f"SELECT 1 FROM {name} LIMIT 1").rows, name

    def test_another_run_gives_the_same_rows(self, lake: PlayedLake, run: RunRecord) -> None:
        before = {name: _whole(lake.runtime, name) for name in _tables(lake)}
        again = lake.rerun()
        assert again is not None
        assert not again.error, again.error
        assert _differences(before, lake.runtime) == [], (
            "the rows depend on when the run is, or the statement's ORDER BY does not say which rows are first"
        )

    # Engines.

    def test_statements_use_only_what_every_engine_runs_alike(self, lake: PlayedLake) -> None:
        """The certified constructs, which Athena has, too."""
        if lake.workflow is None:
            pytest.skip(f"no table of the project reads raw.{self.source}")
        statements = [lake.project.tables.table(name).statement for name in _tables(lake)]
        problems = [one for text in statements if text for one in portability_problems(text, lake.project.tables)]
        assert [str(one) for one in problems] == []

    def test_spark_gives_the_same_rows(self, lake: PlayedLake, run: RunRecord, tmp_path: Path) -> None:
        """Of the day with the fewest snapshots: Spark takes seconds for each table."""
        if "spark" not in self.engines:
            pytest.skip("the declaration leaves Spark out")
        if lacking := missing(java()):
            pytest.skip(str(lacking))
        day = lake.smallest_day
        settings = Settings(home=Path(shutil.copytree(lake.runtime.home, tmp_path / "lake")), feed="simulated")
        with LocalRuntime(settings, clock=lake.runtime.clock, project=lake.project) as other:
            engine = EngineName.SPARK
            again = run_workflow(other, run.workflow, [day], full=False, progress=lambda _: None, engine=engine)
            assert not again.error, again.error
            assert _differences({name: _whole(lake.runtime, name) for name in _tables(lake)}, other) == []

    # The page.

    def test_the_panels_over_its_tables_can_be_drawn(self, lake: PlayedLake, run: RunRecord) -> None:
        tables = {*_tables(lake), f"raw.{self.source}"}
        panels = [panel for dashboard in lake.project.dashboards for panel in dashboard.panels]
        days = sorted(date.fromisoformat(partition) for partition in run.partitions)
        shown = [panel for panel in panels if tables & tables_named(panel.statement.sql)]
        assert [problem for panel in shown for problem in _problems(panel, lake.runtime, days)] == []


def _file_of(tests: type) -> Path:
    return Path(inspect.getfile(tests)).absolute()


def _plausible(source: Source, samples: Sequence[FeedSample]) -> None:
    """Skips the test if a response is not."""
    try:
        for sample in samples:
            sample.read(source)
    except PayloadRejected:
        pytest.skip("a response is not plausible: see test_the_responses_have_the_declared_form_and_are_plausible")


def _ending(result: PollResult) -> Ending:
    if result.outcome is Outcome.DELIVERED:
        return Ending.DUPLICATE if result.duplicate else Ending.ACCEPTED
    return Ending(result.outcome)


def _tables(lake: PlayedLake) -> tuple[str, ...]:
    """Those that the source's workflow builds."""
    workflow = lake.workflow
    return () if workflow is None else (workflow.staging, *workflow.dimensions, *workflow.prod)


def _whole(runtime: LocalRuntime, table: str) -> Result:
    return _query(runtime, f"SELECT * FROM {table}")


def _problems(panel: Panel, runtime: LocalRuntime, days: Sequence[date]) -> Iterator[str]:
    """What is wrong with a panel's statements, where the reader chose the last day."""
    choice = PageChoice(days[-1], tuple(days[:-1]), dict.fromkeys(picked_by(panel), ("",)))
    try:
        fetch_rows(panel, runtime.engine, choice, {})
        if panel.overlay:
            fetch_rows(panel.overlay, runtime.engine, choice, {})
    except MillraceError as error:
        yield f"{panel.name}: {error}"


def _differences(expected: Mapping[str, Result], found: LocalRuntime) -> list[str]:
    """A line for each table whose rows in a lake are others."""
    compared = [compare("table", name, rows, _whole(found, name)) for name, rows in expected.items()]
    return [f"{one.name}: {one.difference}" for one in compared if not one.equal]


def _query(runtime: LocalRuntime, sql: str) -> Result:
    return runtime.engine.query(Statement("standard tests", sql))
