"""Files of a project that are broken: each is named, what needs it is left out, and the rest works."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from millrace.errors import DefinitionError, UnknownName
from tests.unit.infra.project.project_files import BIKE, BIKES, BIKES_BY_DAY, OUTLOOK, messages, project, source

VIEW = "-- A.\n--\n-- n int\nSELECT 1 AS n\n"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "sql/prod/bikes.sql",
            "SELECT 1 AS n\n",
            "/sql/prod/bikes.sql, line 1: prod.bikes is not declared at the head",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- n float: b\n",
            "/sql/prod/bikes.sql, line 3: prod.bikes: the column n has",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- what?\n",
            "/sql/prod/bikes.sql, line 3: prod.bikes: 'what?' is no column",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- n int\n-- N int\n",
            "/sql/prod/bikes.sql, line 4: prod.bikes declares the c",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- n int\n-- n int\n-- number int\n",
            "/sql/prod/bikes.sql, line 4: prod.bikes declares the column n twice",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- stored: So\n-- n int\n",
            "/sql/prod/bikes.sql, line 3: prod.bikes: cannot ",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- stored: ByColumn(n)\n-- n int\n",
            "/sql/prod/bikes.sql, line 3: prod.bikes is stored ByColumn, which runs cannot write yet.",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- stored: History(n, a, b)\n-- n int\n-- a date\n",
            "/sql/prod/bikes.sql, line 3: prod.bikes: the history's column b is not declared.",
        ),
        (
            "sql/prod/bikes.sql",
            "-- A.\n--\n-- stored: History(n, a, b)\n-- n int\n-- a date\n-- b timestamp\n",
            "/sql/prod/bikes.sql, line 3: prod.bikes: the history's ends have the types date and timestamp.",
        ),
        ("sql/mart/x.sql", BIKES_BY_DAY, "/sql/mart/x.sql: there is no layer 'mart' of tables"),
        ("sql/prod/So Many.sql", BIKES_BY_DAY, "/sql/prod/So Many.sql: 'So Many' is no name of a table"),
        ("sql/prod/drop.sql", BIKES_BY_DAY, "/sql/prod/drop.sql: 'drop' is no name of a table"),
        ("jobs/x.py", OUTLOOK.replace("prod.outlook", "prod.from"), "/jobs/x.py, line 5: it does not say which table"),
        ("sql/staging/other.sql", BIKE, "/sql/staging/other.sql: staging.other reads raw.bikes, as staging.bike does"),
        ("sql/staging/x.sql", BIKES_BY_DAY, "/sql/staging/x.sql: staging.x reads no raw table"),
        (
            "sql/staging/wind.sql",
            BIKE.replace("bikes", "wind"),
            "/sql/staging/wind.sql, line 1: staging.wind reads raw",
        ),
        (
            "sql/prod/x.sql",
            BIKES_BY_DAY.replace(".bike", ".x"),
            "/sql/prod/x.sql: prod.x reads staging.x, which no work",
        ),
        ("sql/prod/x.sql", "-- A.\n--\n-- n int\nSELECT 1 AS n\n", "/sql/prod/x.sql: prod.x reads no staging table"),
        (
            "sql/prod/x.sql",
            "-- A.\n--\n-- stored: Whole\n-- n int\nSELECT 1 AS n\n",
            "/sql/prod/x.sql: prod.x is built by no workflow: no table that a workflow builds reads it.",
        ),
        (
            "sql/prod/x.sql",
            BIKES_BY_DAY.replace("staging.bike", "staging.bike, staging.poll"),
            "/sql/prod/x.sql: prod.x reads tables of several workflows: bikes, polls",
        ),
        (
            "sql/staging/x.sql",
            BIKE.replace("-- bike_id", "-- stored: Whole\n-- bike_id"),
            "/sql/staging/x.sql: staging.x is not stored by date",
        ),
        (
            "workflows/bikes.toml",
            'prod = []\nwhole = ["prod.bikes"]',
            "/workflows/bikes.toml: workflow bikes does not build prod.bikes as it is stored: by date.",
        ),
        (
            "sql/prod/poll_freshness.sql",
            BIKES_BY_DAY,
            "/sql/prod/poll_freshness.sql, line 1: prod.poll_freshness is dec",
        ),
        ("sources/polls.py", source("polls"), "/sources/polls.py: the source file polls.py has a reserved name"),
        ("queries/q.sql", "SELECT 1", "/queries/q.sql: q.sql has no title"),
        (
            "queries/failed_polls.sql",
            "-- Mine\nSELECT 1\n",
            "/queries/failed_polls.sql, line 1: failed_polls is declare",
        ),
        ("dashboards/x.py", "", "/dashboards/x.py: it has no DASHBOARD"),
        ("dashboards/x.py", "import nothing_of_this_name", "/dashboards/x.py, line 1: ModuleNotFoundError"),
        (
            "dashboards/x.py",
            "from millrace.dashboards.shipped.operations import DASHBOARD",
            "/dashboards/x.py, line 1: the panel freshness is in ",
        ),
        ("workflows/bikes.toml", "colour = 1", "/workflows/bikes.toml: the key 'colour' is unknown"),
        ("workflows/bikes.toml", 'schedule = "now"', "/workflows/bikes.toml: cannot read the schedule"),
        (
            "workflows/bikes.toml",
            "all_or_nothing = true\nbounds.partitions = 31",
            "/workflows/bikes.toml: workflow bikes: it has both all_or_nothing and bounds",
        ),
        (
            "workflows/bikes.toml",
            'rules = "bikes"\nnotify = [\n  "failure",\n  "failures",\n]',
            "/workflows/bikes.toml, line 4: notify has 'failures'",
        ),
        ("workflows/bikes.toml", "notify = [1]", "/workflows/bikes.toml: notify has 1"),
        (
            "workflows/bikes.py",
            "from millrace.glue_workflow.refinement import Refinement as Of\n\n"
            "WORKFLOW = Of(name='bikes', source='bikes', schedule='rate(1 hour)', staging='staging.bike', prod=(), "
            "notify=('sucess',))",
            "/workflows/bikes.py, line 3: workflow bikes: notify has 'sucess'",
        ),
        (
            "workflows/bikes.toml",
            'jobs.crawl.runtime = "emr"',
            "/workflows/bikes.toml: [jobs.crawl] has runtime = 'emr'. Choose of: lambda, glue.",
        ),
        ("workflows/bikes.toml", "jobs.sweep.retries = 1", "/workflows/bikes.toml: there is no job 'sweep'"),
        (
            "workflows/bikes.toml",
            'prod = ["prod.nothing"]',
            "/workflows/bikes.toml: workflow bikes builds prod.nothing",
        ),
        ("workflows/wind.toml", "all_or_nothing = true", "/workflows/wind.toml: no staging table reads raw.wind"),
        ("workflows/wind.py", "", "/workflows/wind.py: it has no WORKFLOW"),
    ],
)
def test_one_file_that_is_wrong_is_named_and_the_rest_works(
    tmp_path: Path, file: str, text: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    of = project(tmp_path, {**BIKES, file: text})
    with caplog.at_level(logging.WARNING):
        (found,) = messages(of)
    assert found.startswith(message)
    assert [getattr(one, "event", "") for one in caplog.records] == ["project.broken"]
    assert "polls" in of.pipelines.workflows
    assert "operations" in of.dashboard_files
    assert list(of.sources) == ["bikes"]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("sql/staging/bike_set_aside.sql", BIKE, "staging.bike_set_aside is a table that Millrace makes"),
        ("sql/staging/poll_set_aside.sql", BIKE, "staging.poll_set_aside is a table that Millrace makes"),
        ("sql/ops/rows_set_aside.sql", VIEW, "ops.rows_set_aside is a table that Millrace makes"),
        ("sql/ops/runs.sql", VIEW, "ops.runs is a table that Millrace makes"),
        ("sql/ops/polls.sql", VIEW, "ops.polls is declared in "),
        ("sql/staging/poll.sql", "SELECT 1\n", "staging.poll is declared in "),
        (
            "jobs/x.py",
            OUTLOOK.replace("prod.outlook", "staging.bike_set_aside"),
            "staging.bike_set_aside is a table that ",
        ),
    ],
)
def test_a_name_that_millrace_has_is_a_clash_and_changes_nothing(
    tmp_path: Path, file: str, text: str, message: str
) -> None:
    without = project(tmp_path / "without", BIKES)
    of = project(tmp_path / "with", {**BIKES, file: text})
    (found,) = messages(of)
    assert found.startswith(f"/{file}, line 1: {message}")
    assert of.tables == without.tables
    assert of.pipelines.workflows == without.pipelines.workflows


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        (OUTLOOK.replace("def run", "def 1run"), []),
        (OUTLOOK.replace('TABLE = "prod.outlook"', ""), []),
        (OUTLOOK.replace("bigint", "bignum"), ["bikes"]),
        (OUTLOOK.replace("READS =", "JARS = 1\nREADS ="), ["bikes"]),
        (OUTLOOK.replace("prod.outlook", "prod.bikes"), []),
    ],
)
def test_a_broken_script_takes_the_place_of_no_other_table(tmp_path: Path, text: str, left_out: list[str]) -> None:
    of = project(tmp_path, {**BIKES, "jobs/bikes.py": text})
    (found,) = messages(of)
    assert found.startswith("/jobs/bikes.py")
    assert of.tables.table("prod.bikes").statement
    assert list(of.pipelines.workflows) == [name for name in ("bikes", "polls") if name not in left_out]


def test_the_workflow_of_a_broken_table_is_left_out_and_says_why(tmp_path: Path) -> None:
    of = project(tmp_path, {**BIKES, "sql/prod/bikes.sql": "SELECT 1 AS n FROM staging.bike\n"})
    for failing in (
        lambda: of.pipelines.workflow("bikes"),
        lambda: of.pipelines.workflow_of_source("bikes"),
        lambda: of.pipelines.workflow_of_table("prod.bikes"),
        lambda: of.tables.table("prod.bikes"),
    ):
        with pytest.raises(DefinitionError, match=r"sql/prod/bikes\.sql, line 1: prod\.bikes is not declared"):
            failing()
    assert "staging.bike" in of.tables.names()
    with pytest.raises(UnknownName, match="unknown workflow 'wind'"):
        of.pipelines.workflow("wind")


def test_the_workflow_of_a_broken_source_is_left_out(tmp_path: Path) -> None:
    of = project(tmp_path, {**BIKES, "sources/bikes.py": "oops"})
    with pytest.raises(DefinitionError, match=r"sources/bikes\.py, line 1: NameError"):
        of.pipelines.workflow("bikes")
    assert of.source_names == ["bikes"]
    assert of.tables.table("prod.bikes").description == "How many bikes."


def test_a_picker_belongs_to_one_dashboard(tmp_path: Path) -> None:
    text = """
from dataclasses import replace
from millrace.dashboards.shipped.taxis import DASHBOARD as TAXIS
panels = tuple(replace(one, name=f"{one.name}-NAME") for one in TAXIS.panels)
DASHBOARD = replace(TAXIS, title="NAME", panels=panels)
"""
    of = project(tmp_path, {f"dashboards/{name}.py": text.replace("NAME", name) for name in ("one", "two")})
    assert [one.title for one in of.dashboards] == ["one", "Pipeline health"]
    (problem,) = of.problems
    assert f"the picker area is in {tmp_path / 'dashboards/one.py'} too" in str(problem)
