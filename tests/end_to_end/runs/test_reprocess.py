"""Reprocess on a whole lake: what differs is shown first, a dry run leaves nothing, and kill -9 on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import msgspec
import pytest

from millrace.athena_sql.ports import Statement, WriteRequest
from millrace.commit_points import CommitPoint
from millrace.errors import UnknownName, UsageError
from millrace.glue_workflow.ports import PartitionVersion, RunRecord
from millrace.glue_workflow.versions.manifests import Manifest, read_manifest
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.keys import MANIFEST, version_prefix
from millrace.settings import Settings
from millrace.usecases.runs import resume_run
from millrace.usecases.versions import ReportRows, reprocess, roll_back, version_rows
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, expected, imbalances, lake_at, poll_minutes, run, seen
from tests.shipped import TABLES

DAY = "2024-05-30"
TABLE = "prod.taxi_availability"
OTHER = "20240530T000000-0000-1"  # the version of other code
MINUTES = [1, 2, 3]
BY_OTHER_CODE = [taxis + (taxis == 3) for taxis in expected(MINUTES)]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake whose readers see a version that other code made: one of its three rows has a taxi too many."""
    home = tmp_path_factory.mktemp("reprocess") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, MINUTES)
        run(runtime)
        run(runtime, "polls")
        publish_by_other_code(runtime)
        assert seen(runtime) == BY_OTHER_CODE
    return home


def publish_by_other_code(runtime: LocalRuntime) -> None:
    columns, prefix = TABLES.table(TABLE).columns, version_prefix(TABLE, OTHER)
    changed = "CASE WHEN taxis = 3 THEN 4 ELSE taxis END AS taxis"
    selected = ", ".join(changed if column.name == "taxis" else column.name for column in columns)
    sql = f"SELECT {selected} FROM {TABLE} WHERE dt IN (:partitions)"
    files = runtime.engine.write(WriteRequest(Statement("other code", sql), columns, prefix, (DAY,)))
    manifest = Manifest(TABLE, OTHER, "20240530T000000-0000", "0.0.1+0", "2024-05-30 00:00:00", {})
    runtime.storage.put(prefix + MANIFEST, msgspec.json.encode(manifest))
    version = PartitionVersion(TABLE, DAY, OTHER, tuple(files))
    runtime.catalog.register([version])
    runtime.catalog.flip([version])


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "lake"))


def reopened(home: Path) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated"))


def again(runtime: LocalRuntime, *, publish: bool, dry_run: bool = False) -> tuple[ReportRows, RunRecord]:
    shown: ReportRows = []

    def decide(rows: ReportRows) -> bool:
        shown.extend(rows)
        return publish

    record, _ = reprocess(runtime, SOURCE, [DAY], dry_run=dry_run, decide=decide, progress=lambda _: None)
    return shown, record


def everything(runtime: LocalRuntime) -> object:
    """All that a run could leave behind."""
    tables = ["staging.taxi_position", "staging.taxi_position_set_aside", "prod.area", TABLE]
    return (
        [(found.key, found.size) for found in runtime.storage.list("") if not found.key.startswith("state.db")],
        [runtime.catalog.history(table) for table in tables],
        runtime.runs.runs(),
        runtime.runs.quality(),
        runtime.pending.touched(SOURCE),
    )


def test_it_shows_what_differs_and_publishes_it(home: Path) -> None:
    with reopened(home) as runtime:
        shown, record = again(runtime, publish=True)

        assert record.state == "succeeded"
        assert seen(runtime) == expected(MINUTES)
        assert imbalances(runtime) == []
    rows = {row["table"]: row for row in shown}
    assert (rows[TABLE]["rows_old"], rows[TABLE]["rows_new"]) == (3, 3)
    assert (rows[TABLE]["only_old"], rows[TABLE]["only_new"]) == (1, 1)
    assert rows[TABLE]["sums"] == f"taxis {sum(BY_OTHER_CODE)} -> {sum(expected(MINUTES))}"
    assert (rows["staging.taxi_position"]["only_old"], rows["staging.taxi_position"]["only_new"]) == (0, 0)
    assert rows["staging.taxi_position"]["sums"] == ""


def rewrite_old(home: Path, selected: str) -> None:
    """The version that readers see, with other columns, as older code could have made it."""
    (old,) = (home / f"prod/taxi_availability/run={OTHER}").rglob("*.parquet")
    copy = old.with_suffix(".new")
    duckdb.connect().execute(f"COPY (SELECT {selected} FROM '{old}') TO '{copy}' (FORMAT parquet)")
    copy.replace(old)


def test_without_a_column_that_both_have_all_rows_differ(home: Path) -> None:
    rewrite_old(home, "CAST(NULL AS INTEGER) AS taxis, run_id")
    with reopened(home) as runtime:
        shown, record = again(runtime, publish=True)

    assert record.state == "succeeded", record.error
    row = next(row for row in shown if row["table"] == TABLE)
    assert (row["rows_old"], row["rows_new"], row["only_old"], row["only_new"]) == (3, 3, 3, 3)


def test_a_column_that_only_one_of_them_has_is_named_and_not_compared(home: Path) -> None:
    rewrite_old(home, "* EXCLUDE (business_hours)")
    with reopened(home) as runtime:
        shown, record = again(runtime, publish=True)

    assert record.state == "succeeded", record.error
    row = next(row for row in shown if row["table"] == TABLE)
    assert (row["columns"], row["only_old"], row["only_new"]) == ("business_hours", 1, 1)


def test_a_column_of_another_type_is_named_and_not_read(home: Path) -> None:
    """DuckDB could read the number as one; an engine that reads by Glue's types could not read the text."""
    rewrite_old(home, "* REPLACE ('many' AS taxis)")
    manifest = home / version_prefix(TABLE, OTHER) / MANIFEST
    told = json.loads(manifest.read_bytes()) | {"columns": {"taxis": "string"}}
    manifest.write_text(json.dumps(told))
    with reopened(home) as runtime:
        shown, record = again(runtime, publish=True)

    assert record.state == "succeeded", record.error
    row = next(row for row in shown if row["table"] == TABLE)
    assert (row["columns"], row["only_old"], row["only_new"]) == ("taxis", 0, 0)


def test_the_manifest_tells_what_columns_the_files_have(home: Path) -> None:
    with reopened(home) as runtime:
        again(runtime, publish=True)
        (version,) = runtime.catalog.current(TABLE)
        manifest = read_manifest(runtime.storage, version)

    assert manifest is not None
    assert manifest.columns == {one.name: one.type for one in TABLES.table(TABLE).data_columns}


def test_all_partitions_are_rebuilt_together(home: Path) -> None:
    with reopened(home) as runtime:
        record, published = reprocess(
            runtime, SOURCE, [], full=True, dry_run=False, decide=lambda _: True, progress=lambda _: None
        )

        assert (published, record.partitions) == (True, (DAY,))
        assert seen(runtime) == expected(MINUTES)


@pytest.mark.parametrize(("partitions", "full"), [([], False), ([DAY], True)])
def test_it_is_said_whether_it_is_of_some_partitions_or_all(home: Path, partitions: list[str], full: bool) -> None:
    with reopened(home) as runtime, pytest.raises(UsageError, match="Give --partition DATE or --full, not both"):
        reprocess(runtime, SOURCE, partitions, full=full, dry_run=True, decide=lambda _: True, progress=lambda _: None)


def test_readers_see_the_old_while_it_is_decided(home: Path) -> None:
    with reopened(home) as runtime:

        def decide(_: ReportRows) -> bool:
            assert seen(runtime) == BY_OTHER_CODE
            return True

        reprocess(runtime, SOURCE, [DAY], dry_run=False, decide=decide, progress=lambda _: None)
        assert seen(runtime) == expected(MINUTES)


def test_a_dry_run_shows_the_same_and_leaves_nothing_behind(home: Path) -> None:
    with reopened(home) as runtime:
        before = everything(runtime)
        dry, _ = again(runtime, publish=True, dry_run=True)

        assert everything(runtime) == before
        assert dry == again(runtime, publish=True)[0]


def test_what_is_not_wanted_is_not_published_and_goes(home: Path) -> None:
    with reopened(home) as runtime:
        objects = [found.key for found in runtime.storage.list("prod/")]
        _, record = again(runtime, publish=False)

        assert seen(runtime) == BY_OTHER_CODE
        assert [found.key for found in runtime.storage.list("prod/")] == objects
        assert "the review declined it" in runtime.runs.jobs(record.run_id)[-1].log


def test_versions_show_which_code_made_them(home: Path) -> None:
    with reopened(home) as runtime:
        again(runtime, publish=True)
        newest, other, first = (str(row["code_version"]) for row in version_rows(runtime, TABLE, DAY))

    assert other == "0.0.1+0"
    assert newest == first != other


def test_it_stands_above_a_rollback(home: Path) -> None:
    with reopened(home) as runtime:
        again(runtime, publish=True)
        (first, *_) = [row["run"] for row in version_rows(runtime, TABLE, DAY) if row["state"] == "replaced"][::-1]
        roll_back(runtime, TABLE, DAY, str(first), dry_run=False, show=lambda *_: None)
        again(runtime, publish=True)

        assert runtime.catalog.pins(TABLE) == []
        assert version_rows(runtime, TABLE, DAY)[0]["state"] == "current"


def test_data_that_waited_is_published_with_it_and_waits_no_more(home: Path) -> None:
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [4])
        again(runtime, publish=False, dry_run=True)
        assert [one.dt for one in runtime.pending.touched(SOURCE)] == [DAY]

        again(runtime, publish=True)

        assert seen(runtime) == expected([*MINUTES, 4])
        assert runtime.pending.touched(SOURCE) == []


def test_a_dry_run_leaves_a_failed_run_resumable(home: Path) -> None:
    arguments = ("run", SOURCE, "--partition", DAY, "--home", str(home))
    assert millrace(*arguments, kill_at=CommitPoint.PROD_WRITTEN).returncode == -signal.SIGKILL
    with reopened(home) as runtime:
        (dead,) = runtime.runs.runs(SOURCE, limit=1)
        again(runtime, publish=True, dry_run=True)

        assert resume_run(runtime, dead.run_id, progress=lambda _: None).state == "succeeded"


@pytest.mark.parametrize(
    ("source", "day", "error", "message"),
    [("taxis", DAY, UnknownName, "taxi_availability"), (SOURCE, "2024-05-29", UsageError, "no raw object")],
)
def test_what_cannot_be_says_why(home: Path, source: str, day: str, error: type[Exception], message: str) -> None:
    with reopened(home) as runtime, pytest.raises(error, match=message):
        reprocess(runtime, source, [day], dry_run=True, decide=lambda _: True, progress=lambda _: None)


def millrace(*arguments: str, kill_at: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "millrace", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "MILLRACE_KILL_AT": kill_at},
    )


@pytest.mark.parametrize(
    ("point", "new"),
    [
        (CommitPoint.REPROCESS_REVIEWED, False),
        (CommitPoint.FLIP_BEFORE_COMMIT, False),
        (CommitPoint.FLIP_COMMITTED, True),
    ],
)
def test_killed_readers_see_old_or_new_and_the_next_run_clears_up(home: Path, point: CommitPoint, new: bool) -> None:
    arguments = ("reprocess", SOURCE, "--partition", DAY, "--yes", "--home", str(home))
    assert millrace(*arguments, kill_at=point).returncode == -signal.SIGKILL
    with reopened(home) as runtime:
        assert seen(runtime) == (expected(MINUTES) if new else BY_OTHER_CODE)
        again(runtime, publish=True)
        assert seen(runtime) == expected(MINUTES)
        assert runtime.catalog.unpublished(TABLE) == []
        assert imbalances(runtime) == []


def test_without_a_terminal_and_without_yes_it_only_shows(home: Path) -> None:
    arguments = ("reprocess", SOURCE, "--partition", DAY, "--home", str(home), "--format", "json")
    shown, done = millrace(*arguments), millrace(*arguments, "--yes")

    assert shown.returncode == done.returncode == 0, shown.stderr + done.stderr
    assert json.loads(shown.stdout) == json.loads(done.stdout)
    assert "nothing was published" in shown.stderr
    assert "published by run" in done.stderr
    with reopened(home) as runtime:
        assert seen(runtime) == expected(MINUTES)
        assert len(runtime.runs.runs(SOURCE)) == 2
