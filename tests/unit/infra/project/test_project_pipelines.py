"""The pipelines of a project: derived from what its statements read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from millrace.athena_sql.tables import ByDate, Whole
from millrace.errors import DefinitionError, UsageError
from millrace.glue_workflow.refinement import Retention
from millrace.glue_workflow.run_request import Bounds
from millrace.infra.project.project import Project
from tests.shipped import PIPELINES, PROJECT, TABLES
from tests.unit.infra.project.project_files import BIKE, BIKES, BIKES_BY_DAY, MAKER, OUTLOOK, messages, project

RULES = 'Rules = [\n  IsComplete "bike_id"\n]\n'


def test_what_ships_is_a_project_with_three_workflows() -> None:
    taxis = PIPELINES.refinement("taxi_availability")
    assert list(PIPELINES.workflows) == ["polls", "rainfall", "taxi_availability"]
    assert (taxis.staging, taxis.dimensions, taxis.prod, taxis.rules) == (
        "staging.taxi_position",
        ("prod.area", "prod.area_cell"),
        ("prod.taxi_availability", "prod.taxi_density", "prod.taxi_availability_by_area"),
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
    bikes = of.pipelines.refinement("bikes")
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
    assert of.pipelines.refinement("polls").rules == "polls"
    assert {name for name in of.tables.names() if name.startswith("prod.")} == {"prod.bikes", "prod.poll_freshness"}
    assert [query.name for query in of.queries()] == ["failed_polls", "rules_failed", "slowest_jobs"]
    assert [check.name for check in of.checks()] == ["gaps"]
    [health] = of.dashboards
    assert {"freshness", "data-age", "quality", "runs", "query-cost", "partition-sizes"} <= {
        panel.name for panel in health.panels
    }
    assert [alert.name for alert in of.alerts] == [
        *("ledger-out-of-balance", "quality-failure", "stale-data", "unusual-level")
    ]


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
    bikes = project(tmp_path, files).pipelines.refinement("bikes")
    assert (bikes.dimensions, bikes.prod) == (("prod.maker",), ("prod.bikes", "prod.of_bikes"))


def test_a_table_of_all_data_is_whole_and_carries_its_run(tmp_path: Path) -> None:
    whole = BIKES_BY_DAY.replace("-- bikes bigint", "-- stored: Whole\n-- bikes bigint").replace(", dt FROM", " FROM")
    whole = whole.replace(" WHERE dt IN (:partitions) GROUP BY dt", "")
    by_date = BIKES_BY_DAY.replace("staging.bike", "staging.bike, prod.total")
    of = project(tmp_path, {**BIKES, "sql/prod/total.sql": whole, "sql/prod/joined.sql": by_date})
    bikes = of.pipelines.refinement("bikes")
    assert (bikes.dimensions, bikes.prod, bikes.whole) == ((), ("prod.bikes",), ("prod.total",))
    assert [column.name for column in of.tables.table("prod.total").columns] == ["bikes", "loaded_at", "run_id"]
    (said,) = messages(of)
    assert "prod.joined is stored by date and reads prod.total, whose rows may change on any date" in said


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


def test_a_definition_file_overrides_what_is_derived(tmp_path: Path) -> None:
    toml = """
schedule = "rate(1 hour)"
rules = "strict"
all_or_nothing = true
notify = ["success", "failure", "recovery"]
[retention.prod]
replaced_days = 3
target_days = 9
[jobs.create_parquet]
retries = 2
timeout_minutes = 90
runtime = "glue"
"""
    of = project(tmp_path, {**BIKES, "rules/strict.dqdl": RULES, "workflows/bikes.toml": toml})
    bikes = of.pipelines.refinement("bikes")
    jobs = {job.name: job for job in bikes.jobs}
    assert (bikes.schedule, bikes.rules, bikes.all_or_nothing) == ("rate(1 hour)", "strict", True)
    assert bikes.notify == ("success", "failure", "recovery")
    assert PIPELINES.refinement("polls").notify == ("failure", "recovery")
    assert bikes.retention["prod"] == Retention(timedelta(days=3), timedelta(days=9))
    assert bikes.retention["staging"] == PIPELINES.refinement("polls").retention["staging"]
    made = jobs["create_parquet"]
    assert (made.retries, made.timeout, made.runtime) == (2, timedelta(minutes=90), "glue")
    assert jobs["crawl"] == PIPELINES.refinement("polls").jobs[0]
    assert messages(of) == []


def test_a_definition_file_bounds_the_runs(tmp_path: Path) -> None:
    toml = "[bounds]\npartitions = 31\nmegabytes = 1.5\n"
    of = project(tmp_path, {**BIKES, "workflows/bikes.toml": toml})
    assert of.pipelines.refinement("bikes").bounds == Bounds(partitions=31, size=1_500_000)
    assert messages(of) == []


def test_a_definition_in_python_is_the_whole_workflow(tmp_path: Path) -> None:
    text = """
from millrace.glue_workflow.refinement import Refinement
WORKFLOW = Refinement(
    name="bikes", source="bikes", schedule="rate(2 hours)", staging="staging.bike", prod=("prod.bikes",)
)
"""
    bikes = project(tmp_path, {**BIKES, "workflows/bikes.py": text}).pipelines.refinement("bikes")
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
        versions.add(pipelines.code_version("1", pipelines.refinement("bikes")))
    assert len(versions) == len(changes)
