"""The pipelines of a project: derived from what its statements read, and what is left out when a file is broken."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.athena_sql.tables import ByDate, Whole
from millrace.errors import DefinitionError, UnknownName, UsageError
from millrace.glue_workflow.run_request import Bounds
from millrace.glue_workflow.workflow import Retention
from millrace.infra.project.project import Project
from tests.shipped import PIPELINES, PROJECT, TABLES
from tests.unit.infra.project.project_files import BIKE, BIKES, BIKES_BY_DAY, MAKER, OUTLOOK, project, source

VIEW = "-- A.\n--\n-- n int\nSELECT 1 AS n\n"
RULES = 'Rules = [\n  IsComplete "bike_id"\n]\n'


def messages(of: Project) -> list[str]:
    _ = of.pipelines, of.sources, of.dashboards, of.queries(), of.checks()
    return [str(problem).replace(str(of.folder.root), "") for problem in of.problems]


def test_what_ships_is_a_project_with_three_workflows() -> None:
    taxis = PIPELINES.workflow("taxi_availability")
    assert list(PIPELINES.workflows) == ["polls", "rainfall", "taxi_availability"]
    assert (taxis.staging, taxis.dimensions, taxis.prod, taxis.rules) == (
        "staging.taxi_position",
        ("prod.area", "prod.area_cell"),
        ("prod.taxi_availability", "prod.taxi_availability_by_area"),
        "taxi_availability",
    )
    assert TABLES.table("prod.area").stored == Whole()
    assert TABLES.table("prod.rainfall").stored == ByDate()
    assert messages(PROJECT) == []


def test_the_repository_is_the_project_that_ships(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    for folder in (root, root / "tests", tmp_path):
        monkeypatch.chdir(folder)
        assert Project.find(None).folder == PROJECT.folder


def test_the_nearest_project_upward_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project(tmp_path, {**BIKES, "sql/prod/deep/er.txt": ""})
    monkeypatch.chdir(tmp_path / "sql" / "prod")
    assert Project.find(None).source_names == ["bikes"]


def test_a_pipeline_is_found_by_being_there(tmp_path: Path) -> None:
    of = project(tmp_path, {**BIKES, "rules/bikes.dqdl": RULES})
    bikes = of.pipelines.workflow("bikes")
    assert (bikes.source, bikes.staging, bikes.prod, bikes.rules) == ("bikes", "staging.bike", ("prod.bikes",), "bikes")
    assert len(of.pipelines.ruleset(bikes).rules) == 1
    columns = [column.name for column in of.tables.table("staging.bike").columns]
    assert columns == ["bike_id", "snapshot_id", "loaded_at", "run_id", "dt"]
    assert "staging.bike_set_aside" in of.tables.names()
    assert "FROM staging.bike_set_aside" in of.tables.statement("ops.rows_set_aside").sql
    assert messages(of) == []


def test_millraces_own_pipeline_is_in_every_project(tmp_path: Path) -> None:
    of = project(tmp_path, BIKES)
    assert list(of.pipelines.workflows) == ["bikes", "polls"]
    assert of.pipelines.workflow("polls").rules == "polls"
    assert {name for name in of.tables.names() if name.startswith("prod.")} == {"prod.bikes", "prod.poll_freshness"}
    assert [query.name for query in of.queries()] == ["failed_polls", "rules_failed", "slowest_jobs"]
    assert [check.name for check in of.checks()] == ["gaps"]
    assert [panel.name for one in of.dashboards for panel in one.panels] == ["freshness", "quality", "runs"]


@pytest.mark.parametrize(
    ("toml", "sources"),
    [
        ("", ["bikes"]),
        ("[project]\nshipped = false", ["bikes"]),
        ("[project]\nshipped = true", ["bikes", "rainfall", "taxi_availability"]),
        ('[project]\nshipped = ["rainfall"]', ["bikes", "rainfall"]),
    ],
)
def test_the_shipped_pipelines_are_added_when_they_are_wanted(tmp_path: Path, toml: str, sources: list[str]) -> None:
    of = project(tmp_path, BIKES, toml)
    assert of.source_names == sources
    assert sorted(of.pipelines.workflows) == sorted([*sources, "polls"])
    assert ("prod.area" in of.tables.names()) == ("taxi_availability" in sources)


def test_the_folders_can_be_elsewhere(tmp_path: Path) -> None:
    files = {name.replace("sources/", "feeds/now/"): text for name, text in BIKES.items()}
    assert project(tmp_path, files, '[folders]\nsources = "feeds/now"').source_names == ["bikes"]


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[project", "cannot read .*millrace.toml"),
        ("[people]", r"section \[people\] is unknown"),
        ("[project]\ncolour = 1", r"\[project\] has the unknown key 'colour'"),
        ("[project]\nname = 1", "the name is 1"),
        ("[project]\nshipped = 1", "shipped is 1"),
        ('[project]\nshipped = ["rainfal"]', "shipped has 'rainfal', which does not ship"),
        ("[folders]\nfeeds = 'x'", r"\[folders\] has the unknown key 'feeds'"),
        ("[folders]\nsql = '/tmp'", "the folder of sql is '/tmp'"),
        ("project = 1", "project is no section"),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, toml: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        project(tmp_path, {}, toml)


def test_a_folder_without_the_file_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no project in .*: it has no millrace\.toml"):
        Project.find(tmp_path)


def test_a_table_that_reads_no_data_is_a_dimension_of_who_reads_it(tmp_path: Path) -> None:
    files = {
        **BIKES,
        "sql/prod/maker.sql": MAKER,
        "sql/prod/bikes.sql": f"{BIKES_BY_DAY}-- and prod.bikes\nUNION ALL SELECT 1 AS bikes, dt FROM prod.maker\n",
        "sql/prod/of_bikes.sql": BIKES_BY_DAY.replace("staging.bike", "prod.bikes"),
    }
    bikes = project(tmp_path, files).pipelines.workflow("bikes")
    assert (bikes.dimensions, bikes.prod) == (("prod.maker",), ("prod.bikes", "prod.of_bikes"))


def test_a_table_of_all_data_is_whole_and_carries_its_run(tmp_path: Path) -> None:
    whole = BIKES_BY_DAY.replace("-- bikes bigint", "-- stored: Whole\n-- bikes bigint").replace(", dt FROM", " FROM")
    whole = whole.replace(" WHERE dt IN (:partitions) GROUP BY dt", "")
    by_date = BIKES_BY_DAY.replace("staging.bike", "staging.bike, prod.total")
    of = project(tmp_path, {**BIKES, "sql/prod/total.sql": whole, "sql/prod/joined.sql": by_date})
    bikes = of.pipelines.workflow("bikes")
    assert (bikes.dimensions, bikes.prod, bikes.whole) == ((), ("prod.bikes",), ("prod.total",))
    assert [column.name for column in of.tables.table("prod.total").columns] == ["bikes", "loaded_at", "run_id"]
    (said,) = messages(of)
    assert "prod.joined is stored by date and reads prod.total, whose rows may change on any date" in said


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


def test_the_constants_of_a_script_may_have_types(tmp_path: Path) -> None:
    text = OUTLOOK.replace("TABLE =", "TABLE: str =").replace("READS =", "READS: tuple[str, ...] =")
    of = project(tmp_path, {**BIKES, "jobs/outlook.py": text})
    assert messages(of) == []
    assert of.tables.table("prod.outlook").reads == {"staging.bike"}


def test_a_column_may_begin_with_the_word_stored(tmp_path: Path) -> None:
    text = BIKES_BY_DAY.replace("-- bikes bigint", "-- stored_bikes bigint").replace("AS bikes", "AS stored_bikes")
    of = project(tmp_path, {**BIKES, "sql/prod/bikes.sql": text})
    assert messages(of) == []
    assert of.tables.table("prod.bikes").columns[0].name == "stored_bikes"


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


def test_a_definition_file_overrides_what_is_derived(tmp_path: Path) -> None:
    toml = """
schedule = "rate(1 hour)"
rules = "strict"
all_or_nothing = true
[retention.prod]
replaced_days = 3
target_days = 9
[jobs.create_parquet]
retries = 2
timeout_minutes = 90
"""
    of = project(tmp_path, {**BIKES, "rules/strict.dqdl": RULES, "workflows/bikes.toml": toml})
    bikes = of.pipelines.workflow("bikes")
    jobs = {job.name: job for job in bikes.jobs}
    assert (bikes.schedule, bikes.rules, bikes.all_or_nothing) == ("rate(1 hour)", "strict", True)
    assert bikes.retention["prod"] == Retention(timedelta(days=3), timedelta(days=9))
    assert bikes.retention["staging"] == PIPELINES.workflow("polls").retention["staging"]
    assert (jobs["create_parquet"].retries, jobs["create_parquet"].timeout) == (2, timedelta(minutes=90))
    assert jobs["crawl"] == PIPELINES.workflow("polls").jobs[0]
    assert messages(of) == []


def test_a_definition_file_bounds_the_runs(tmp_path: Path) -> None:
    toml = "[bounds]\npartitions = 31\nmegabytes = 1.5\n"
    of = project(tmp_path, {**BIKES, "workflows/bikes.toml": toml})
    assert of.pipelines.workflow("bikes").bounds == Bounds(partitions=31, size=1_500_000)
    assert messages(of) == []


def test_a_definition_in_python_is_the_whole_workflow(tmp_path: Path) -> None:
    text = """
from millrace.glue_workflow.workflow import Workflow
WORKFLOW = Workflow("bikes", "bikes", "rate(2 hours)", "staging.bike", ("prod.bikes",))
"""
    bikes = project(tmp_path, {**BIKES, "workflows/bikes.py": text}).pipelines.workflow("bikes")
    assert (bikes.schedule, bikes.rules) == ("rate(2 hours)", "")


def test_what_the_source_a_statement_or_its_rules_say_is_in_the_version_of_the_code(tmp_path: Path) -> None:
    changes: tuple[dict[str, str], ...] = (
        {},
        {"rules/bikes.dqdl": RULES},
        {"sql/staging/bike.sql": BIKE.replace("unnested", "split")},
        {"sql/prod/bikes.sql": BIKES_BY_DAY.replace("bigint", "int")},
        {"sources/bikes.py": f"{BIKES['sources/bikes.py']}\n# another way to read it"},
    )
    versions = set()
    for number, change in enumerate(changes):
        pipelines = project(tmp_path / str(number), {**BIKES, **change}).pipelines
        versions.add(pipelines.code_version("1", pipelines.workflow("bikes")))
    assert len(versions) == len(changes)


def test_a_picker_belongs_to_one_dashboard(tmp_path: Path) -> None:
    text = """
from dataclasses import replace
from millrace.dashboards.shipped.taxis import DASHBOARD as TAXIS
panels = tuple(replace(one, name=f"{one.name}-NAME") for one in TAXIS.panels)
DASHBOARD = replace(TAXIS, title="NAME", panels=panels)
"""
    of = project(tmp_path, {f"dashboards/{name}.py": text.replace("NAME", name) for name in ("one", "two")})
    assert [one.title for one in of.dashboards] == ["one", "Operations"]
    (problem,) = of.problems
    assert f"the picker area is in {tmp_path / 'dashboards/one.py'} too" in str(problem)
