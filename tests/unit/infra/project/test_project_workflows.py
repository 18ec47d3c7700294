"""Workflows that cannot be used, and what else is left out with them: whoever reads a table that nobody builds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.job_kinds import SCRIPT
from millrace.infra.project.project import Project
from tests.unit.infra.project.project_files import BIKE, BIKES, BIKES_BY_DAY, MAKER, OUTLOOK, project, source

DOCKS = {
    "sources/docks.py": source("docks"),
    "sql/staging/dock.sql": BIKE.replace("raw.bikes", "raw.docks"),
    "sql/prod/docks.sql": BIKES_BY_DAY.replace("staging.bike", "staging.dock"),
}


def reading(*tables: str) -> str:
    return BIKES_BY_DAY.replace("staging.bike", ", ".join(tables))


def told(of: Project) -> list[str]:
    _ = of.pipelines
    return [str(problem).replace(f"{of.folder.root}/", "") for problem in of.problems]


def test_whoever_reads_a_refused_table_is_refused(tmp_path: Path) -> None:
    files = {
        "sql/prod/x.sql": reading("staging.bike", "prod.y"),
        "sql/prod/y.sql": reading("prod.x"),
        "sql/prod/of_cycle.sql": reading("prod.x", "prod.bikes"),
        "sql/prod/no_data.sql": "-- A.\n--\n-- n int\nSELECT 1 AS n\n",
        "sql/prod/reader.sql": reading("staging.bike", "prod.no_data"),
        "sql/prod/of_reader.sql": reading("prod.reader"),
        "sql/staging/second.sql": BIKE,
        "sql/prod/aside.sql": reading("staging.bike", "staging.second_set_aside"),
    }
    of = project(tmp_path, {**BIKES, **files})
    assert of.pipelines.refinement("bikes").prod == ("prod.bikes",)
    assert [re.split(r": |\. ", one)[1] for one in sorted(told(of))] == [
        "prod.aside reads staging.second_set_aside, which no workflow builds",
        "prod.no_data reads no staging table",
        "prod.of_cycle reads prod.x, which no workflow builds",
        "prod.of_reader reads prod.reader, which no workflow builds",
        "prod.reader reads prod.no_data, which no workflow builds",
        "prod.x reads itself",
        "prod.y reads itself",
        "staging.second reads raw.bikes, as staging.bike does; a source has one staging table",
    ]
    with pytest.raises(DefinitionError, match=r"reads prod\.no_data, which no workflow builds"):
        of.pipelines.workflow_of_table("prod.reader")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("sources/bikes.py", "oops"),
        ("sql/prod/bikes.sql", "SELECT 1 AS n FROM staging.bike, prod.maker\n"),
        ("workflows/bikes.toml", "colour = 1"),
    ],
)
def test_what_others_need_of_a_broken_workflow(tmp_path: Path, file: str, text: str) -> None:
    files = {
        "sql/prod/maker.sql": MAKER,
        "sql/prod/bikes.sql": reading("staging.bike", "prod.maker"),
        "sql/prod/docks.sql": reading("staging.dock", "prod.maker"),
        "sql/prod/both.sql": reading("staging.dock", "prod.bikes"),
    }
    sound = project(tmp_path / "sound", {**BIKES, **DOCKS, **files})
    assert told(sound) == []
    assert sound.pipelines.refinement("bikes").dimensions == ("prod.maker",)
    of = project(tmp_path / "broken", {**BIKES, **DOCKS, **files, file: text})
    assert list(of.pipelines.workflows) == ["docks", "polls"]
    docks = of.pipelines.refinement("docks")
    assert (docks.dimensions, docks.prod) == (("prod.maker",), ("prod.docks",))
    problem, reader = told(of)
    assert problem.startswith(file)
    assert reader.startswith("sql/prod/both.sql: prod.both reads prod.bikes, which no workflow builds")


def test_a_dimension_that_only_a_broken_workflow_reads_is_no_problem_of_its_own(tmp_path: Path) -> None:
    files = {"sql/prod/maker.sql": MAKER, "sql/prod/bikes.sql": reading("staging.bike", "prod.maker")}
    of = project(tmp_path, {**BIKES, **files, "sources/bikes.py": "oops"})
    assert [one.split(",")[0] for one in told(of)] == ["sources/bikes.py"]


def test_a_table_that_a_definition_leaves_out_is_named_and_its_readers_are_not_run(tmp_path: Path) -> None:
    files = {
        "sql/prod/docks.sql": reading("staging.dock", "prod.bikes"),
        "workflows/bikes.toml": "prod = []",
    }
    of = project(tmp_path, {**BIKES, **DOCKS, **files})
    assert list(of.pipelines.workflows) == ["bikes", "polls"]
    assert sorted(told(of)) == [
        "sql/prod/docks.sql: prod.docks reads prod.bikes, which no workflow builds. Correct the name, or that table.",
        "workflows/bikes.toml: prod.bikes is built by no workflow: this file leaves it out. "
        "Name it in prod, or remove bikes.sql; until then readers see its old rows.",
    ]
    with pytest.raises(DefinitionError, match=r"prod\.bikes is built by no workflow"):
        of.pipelines.workflow_of_table("prod.bikes")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("prod = [1]", "prod has 1"),
        ('whole = ["prod.x", ["prod.y"]]', "whole has ['prod.y']"),
        ("[retention.stagin]\nreplaced_days = 1", "there is no retention of 'stagin'"),
        ("[jobs.crawl]\ntimeout_minutes = 0", "[jobs.crawl] has timeout_minutes = 0"),
        ("[jobs.crawl]\ntimeout_minutes = nan", "[jobs.crawl] has timeout_minutes = nan"),
        ("[jobs.crawl]\nretries = 1.5", "[jobs.crawl] has retries = 1.5"),
        ("[jobs.crawl]\ntimeout = 1", "[jobs.crawl] has timeout = 1"),
        ("[bounds]\npartitions = 0.5", "[bounds] has partitions = 0.5"),
        ("[bounds]\nmegabytes = inf", "[bounds] has megabytes = inf"),
        ("[jobs.crawl.parameters]\nday = 2024-05-30", "[jobs.crawl.parameters] has day = datetime"),
        ('rules = "nope"', "workflow bikes has the rules 'nope', a file that there is not"),
    ],
)
def test_a_definition_that_says_something_else_is_named(tmp_path: Path, toml: str, message: str) -> None:
    of = project(tmp_path, {**BIKES, "workflows/bikes.toml": toml})
    (problem,) = told(of)
    assert problem.startswith(f"workflows/bikes.toml: {message}")
    assert list(of.pipelines.workflows) == ["polls"]


@pytest.mark.parametrize(
    ("prod", "scripts"), [('["prod.outlook"]', ["prod.outlook"]), ("[]", []), ('["prod.bikes", "prod.outlook"]', None)]
)
def test_the_jobs_of_scripts_are_those_of_the_tables_that_are_left(
    tmp_path: Path, prod: str, scripts: list[str] | None
) -> None:
    toml = f"prod = {prod}\n[jobs.quality_check]\nretries = 3\n"
    of = project(tmp_path, {**BIKES, "jobs/outlook.py": OUTLOOK, "workflows/bikes.toml": toml})
    jobs = of.pipelines.refinement("bikes").jobs
    assert [job.table for job in jobs if job.kind == SCRIPT] == (["prod.outlook"] if scripts is None else scripts)
    assert [job.retries for job in jobs if job.name == "quality_check"] == [3]


def test_a_definition_in_python_has_a_job_for_each_script(tmp_path: Path) -> None:
    text = """
from millrace.glue_workflow.refinement import Refinement
WORKFLOW = Refinement(
    name="bikes", source="bikes", schedule="rate(2 hours)", staging="staging.bike", prod=("prod.bikes", "prod.outlook")
)
"""
    of = project(tmp_path, {**BIKES, "jobs/outlook.py": OUTLOOK, "workflows/bikes.py": text})
    (problem,) = told(of)
    assert problem.startswith("workflows/bikes.py: workflow bikes has no script job for prod.outlook")
