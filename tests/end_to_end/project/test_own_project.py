"""A project of one's own, with Millrace as it is: from a feed in five files to rows, a balanced ledger and a page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.infra.project.project import Project
from millrace.usecases.definitions.project import problems
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import FILES, SIMULATED, answer, write_project


class OwnProject:
    """A project in a folder, and a lake beside it; commands are given in the project's folder."""

    def __init__(self, root: Path, url: str) -> None:
        self.root, self.url = root, url

    def millrace(self, *arguments: str, status: int = 0, kill_at: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MILLRACE_")},
            "COLUMNS": "300",
            "MILLRACE_HOME": str(self.root.parent / "lake"),
            "MILLRACE_FEED": "simulated",
            "MILLRACE_SOURCE_BIKES_URL": self.url,
            **({"MILLRACE_KILL_AT": kill_at} if kill_at else {}),
        }
        done = subprocess.run(
            [sys.executable, "-m", "millrace", *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def rows(self, sql: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.millrace("query", sql, "--format", "json").stdout)
        return found


@pytest.fixture
def bikes(tmp_path: Path) -> Iterator[OwnProject]:
    with serving(answer, parameter="at") as url:
        yield OwnProject(write_project(tmp_path / "bikes"), url)


def test_from_a_feed_in_five_files_to_rows_a_ledger_and_a_page(bikes: OwnProject, tmp_path: Path) -> None:
    assert json.loads(bikes.millrace("validate", "--format", "json").stdout) == []
    for minute in ("04", "05", "06"):
        bikes.millrace("poll", "bikes", "--at", f"2024-05-30T12:{minute}")
    bikes.millrace("run", "bikes")
    bikes.millrace("run", "polls")

    assert [row["bikes"] for row in bikes.rows("SELECT bikes FROM prod.bikes ORDER BY observed_at")] == [14, 15, 16]
    made = bikes.rows("SELECT count(loaded_at) AS loaded, count(DISTINCT run_id) AS runs FROM prod.bikes")
    assert made == [{"loaded": 3, "runs": 1}]
    aside = bikes.rows("SELECT source_table, reason FROM ops.rows_set_aside")
    assert aside == [{"source_table": "staging.station", "reason": "bikes is -1"}]
    ledger = json.loads(bikes.millrace("audit", "--format", "json").stdout)
    assert [(row["source"], row["published"]) for row in ledger] == [("bikes", 3)]
    bikes.millrace("check")
    bikes.millrace("preview", "--output", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text()
    assert "Bikes to hire" in page
    assert "Bikes that can be taken" in page
    assert "taxi" not in bikes.millrace("tables").stdout


def test_list_names_each_thing_with_its_file(bikes: OwnProject) -> None:
    listed = json.loads(bikes.millrace("list", "--format", "json").stdout)
    own = {(row["kind"], row["name"]): row["file"] for row in listed if not Path(row["file"]).is_absolute()}
    assert own == {
        ("source", "bikes"): "sources/bikes.py",
        ("table", "staging.station"): "sql/staging/station.sql",
        ("table", "prod.bikes"): "sql/prod/bikes.sql",
        ("workflow", "bikes"): "sql/staging/station.sql",
        ("rules", "bikes"): "rules/bikes.dqdl",
        ("dashboard", "bikes"): "dashboards/bikes.py",
    }
    assert ("workflow", "polls") in {(row["kind"], row["name"]) for row in listed}


def test_a_broken_source_leaves_the_lake_readable(bikes: OwnProject) -> None:
    bikes.millrace("poll", "bikes", "--at", "2024-05-30T12:01")
    bikes.millrace("run", "bikes")
    (bikes.root / "sources/bikes.py").write_text("oops\n")
    assert bikes.rows("SELECT bikes FROM prod.bikes") == [{"bikes": 11}]
    for command in (("run", "bikes"), ("poll", "bikes"), ("audit",)):
        failed = bikes.millrace(*command, status=2)
        assert "sources/bikes.py, line 1: NameError: name 'oops' is not defined" in failed.stderr
    bikes.millrace("run", "polls")


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "problem"),
    [
        (
            "sql/prod/bikes.sql",
            "bikes bigint",
            "bikes int",
            1,
            "the statement gives observed_at timestamp, bikes bigint",
        ),
        ("sql/prod/bikes.sql", "sum(bikes)", "approx_distinct(bikes)", 5, "prod.bikes, line 5, column 21"),
        ("sql/prod/bikes.sql", "GROUP BY", "GROUP", 8, "prod.bikes"),
        ("sql/staging/station.sql", "-- bikes int", "-- bikes float", 5, "the column bikes has the type 'float'"),
        ("rules/bikes.dqdl", '"bikes"', '"bicycles"', "", "bicycles"),
        ("rules/bikes.dqdl", "RowCount > 0", "RowCount >> 0", 2, "bikes.dqdl"),
        ("dashboards/bikes.py", "bikes FROM", "bicycles FROM", "", "panel bikes: "),
        (
            "dashboards/bikes.py",
            'Series("bikes"',
            'Series("n"',
            "",
            "panel bikes: its statement does not give the column n",
        ),
        ("sources/bikes.py", "rate(1 minute)", "now and then", "", "cannot read the schedule"),
    ],
)
def test_validate_finds_what_is_wrong_before_anything_runs(
    bikes: OwnProject, file: str, old: str, new: str, line: int | str, problem: str
) -> None:
    assert old in FILES[file]
    (bikes.root / file).write_text(FILES[file].replace(old, new))
    found = json.loads(bikes.millrace("validate", "--format", "json", status=1).stdout)
    assert (file, line) in [(row["file"], row["line"]) for row in found], found
    assert any(problem in row["problem"] for row in found), found


@pytest.mark.parametrize(
    ("head", "sql", "line"),
    [
        (
            "-- How many\n-- :day = newest\n-- a remark\n\n",
            "SELECT\n  approx_distinct(bikes) AS n\nFROM prod.bikes\nWHERE dt = :day\n",
            6,
        ),
        ("-- How many\n-- :day = newest\n", "SELECT bikes\nFROM prod.bikes\nWHERE WHERE dt = :day\n", 5),
        ("-- How many\n", "SELECT bikes FROM prod.bikes\nWHERE dt = )\n", 3),
    ],
)
def test_validate_names_the_line_of_a_saved_query_in_its_file(tmp_path: Path, head: str, sql: str, line: int) -> None:
    root = write_project(tmp_path / "bikes", {**SIMULATED, "queries/q.sql": head + sql})
    found = problems(Project.find(root))
    assert [(one.file, one.line) for one in found] == [("queries/q.sql", line)]


def test_a_line_of_a_panels_statement_is_none_of_its_file(tmp_path: Path) -> None:
    dashboard = SIMULATED["dashboards/bikes.py"].replace("FROM prod.bikes", "FROM FROM prod.bikes")
    root = write_project(tmp_path / "bikes", {**SIMULATED, "dashboards/bikes.py": dashboard})
    assert {(one.file, one.line) for one in problems(Project.find(root))} == {("dashboards/bikes.py", "")}


ALERT = """
    ),
    alerts=(
        Alert(
            name="few-bikes",
            title="Few bikes",
            summary="{station}: few bikes",
            description="Fewer than anybody wants.",
            statement=Statement(
                "few",
                "SELECT station, min(bikes) AS bikes FROM staging.station WHERE dt >= :first_day GROUP BY station",
            ),
            value="bikes",
            labels=("station",),
            condition=AlertCondition(Side.BELOW, 3, timedelta(0)),
            severity=Severity.WARNING,
            runbook="runbooks.md#stale-data",
            looks_back=timedelta(days=1),
        ),
    ),
)
"""
ALERT_IMPORTS = """
from datetime import timedelta
from millrace.dashboards.definitions.alert import Alert, AlertCondition, Severity, Side
"""


def with_an_alert(alert: str = ALERT, panel: str = "bikes") -> str:
    dashboard = SIMULATED["dashboards/bikes.py"].replace('name="bikes"', f'name="{panel}"')
    return ALERT_IMPORTS + dashboard.removesuffix("\n    ),\n)\n") + alert


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("station, min", "station, min", None),
        ("AS bikes", "AS n", "alert few-bikes: its statement does not give the column bikes."),
        ("SELECT station,", "SELECT", "alert few-bikes: its statement does not give the column station."),
        (":first_day", ":day", "alert few-bikes: few: no value for the parameter :day."),
        ("min(bikes)", "approx_distinct(bikes)", "few, line 1, column 17: "),
        ("staging.station", "staging.stations", "alert few-bikes: unknown table 'staging.stations'"),
    ],
)
def test_validate_tries_an_alert(tmp_path: Path, old: str, new: str, problem: str | None) -> None:
    assert old in ALERT
    files = {**SIMULATED, "dashboards/bikes.py": with_an_alert(ALERT.replace(old, new))}
    found = problems(Project.find(write_project(tmp_path / "bikes", files)))
    expected = [("dashboards/bikes.py", problem)] if problem else []
    assert [(one.file, one.problem[: len(problem or "")]) for one in found] == expected


def test_alerts_of_one_name_are_a_problem_of_the_later_file(tmp_path: Path) -> None:
    files = {"dashboards/bikes.py": with_an_alert(), "dashboards/other.py": with_an_alert(panel="others")}
    root = write_project(tmp_path / "bikes", {**SIMULATED, **files})
    (found,) = problems(Project.find(root))
    assert found.file == "dashboards/other.py"
    assert found.problem.startswith("the alert few-bikes is in ")


def test_validate_names_a_panel_that_grafana_cannot_draw(tmp_path: Path) -> None:
    dashboard = with_an_alert().replace('time="observed_at"', 'time="observed_at", reuse=timedelta(seconds=90)')
    root = write_project(tmp_path / "bikes", {**SIMULATED, "dashboards/bikes.py": dashboard})
    bikes = OwnProject(root, "http://127.0.0.1:9/")
    told = bikes.millrace("validate").stderr
    assert "note: in Grafana, bikes is without the panel bikes: its reuse is 0:01:30." in told, told
    assert "nothing is wrong" in told


def test_validate_reads_the_stages(tmp_path: Path) -> None:
    stages = {"stages/dev.toml": 'region = "eu-west-1"\n[lake]\nbukket = "x"\n', "stages/live.toml": ""}
    stages |= {"stages/uat.toml": 'region = "eu-west-1"\n[api_keys]\nbikes = "ssm:x"\nbicycles = "ssm:y"\n'}
    network = 'vpc = "vpc-0a1b2c3d"\nsubnets = ["subnet-0a1b2c3d:eu-west-1a"]\nroute_tables = ["rtb-0a1b2c3d"]\n'
    stages |= {"stages/prod.toml": f'region = "eu-west-1"\n[network]\n{network}sources = ["bikes", "orders"]\n'}
    root = write_project(tmp_path / "bikes", {**SIMULATED, **stages})

    found = {one.file: (one.line, one.problem) for one in problems(Project.find(root))}

    assert found["stages/dev.toml"][0] == 3
    assert "[lake] has the unknown key 'bukket'. Choose of: bucket," in found["stages/dev.toml"][1]
    assert "there is no stage 'live'." in found["stages/live.toml"][1]
    assert found["stages/uat.toml"] == (4, "[api_keys] has the unknown source 'bicycles'. Choose of: bikes.")
    assert found["stages/prod.toml"] == (6, "[network] has the unknown source 'orders'. Choose of: bikes.")
    assert len(found) == 4


def test_validate_tries_a_source_on_its_simulation(tmp_path: Path) -> None:
    assert problems(Project.find(write_project(tmp_path / "bikes", SIMULATED))) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    simulation=", '    entity_key="dock",\n    simulation=', "staging.station has no column dock"),
        ("    simulation=", '    entity_key="station",\n    simulation=', "staging.station has no column repetition"),
        ('"$.stations"', '"$.docks"', "`read` counts 2 entities in its simulation, but at entities_path, '$.docks'"),
        ('"bikes.json"', '"lost.json"', "sources/lost.json cannot be read"),
        ('("bikes",)', '("bikes")', "varying='bikes', which is no tuple of texts"),
        ('("$.at",)', '("$.time",)', "has nothing at '$.time'"),
        ('("$.at",)', "1 / 0", "division by zero"),
        ("Plausibility(1, ", "Plausibility(3, ", "2 entities; at least 3 are plausible"),
    ],
)
def test_validate_finds_a_source_that_its_simulation_contradicts(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    source = SIMULATED["sources/bikes.py"]
    assert old in source
    root = write_project(tmp_path / "bikes", {**SIMULATED, "sources/bikes.py": source.replace(old, new)})
    found = problems(Project.find(root))
    assert [(one.file, problem in one.problem) for one in found if one.file.startswith("sources")] == [
        ("sources/bikes.py", True)
    ], found
