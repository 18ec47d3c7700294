"""Tables that scripts make: in plain Python and in PySpark, read by statements, killed in mid-write, and refused."""

from __future__ import annotations

import json
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.commit_points import CommitPoint
from tests.contracts.engines import SPARK_MARKS
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import answer, write_project
from tests.end_to_end.project.scripts import PLAIN, SPARK, WHEEL, add_scripts
from tests.end_to_end.project.test_own_project import OwnProject

ROWS = "SELECT station, share FROM prod.fullness ORDER BY station, observed_at"
FULL = [
    {"station": "north", "share": 0.2},
    {"station": "north", "share": 0.3},
    {"station": "south", "share": 0.5},
    {"station": "south", "share": 0.5},
]
EMPTIEST = """-- How full the emptiest station is.
--
-- share double: of its places
SELECT min(share) AS share, dt
FROM prod.fullness
WHERE dt IN (:partitions)
GROUP BY dt
"""


@pytest.fixture
def bikes(tmp_path: Path) -> Iterator[OwnProject]:
    """A project with a script, in whose lake two snapshots wait for their first run."""
    with serving(answer, parameter="at") as url:
        made = OwnProject(write_project(tmp_path / "bikes"), url)
        add_scripts(made.root, fullness=PLAIN)
        for minute in ("04", "06"):
            made.millrace("poll", "bikes", "--at", f"2024-05-30T12:{minute}")
        yield made


def objects(bikes: OwnProject) -> list[str]:
    lake = bikes.root.parent / "lake"
    return sorted({one.parent.parent.name for one in (lake / "prod/fullness").rglob("*.parquet")})


def rewrite(bikes: OwnProject, old: str, new: str, file: str = "jobs/fullness.py") -> None:
    text = (bikes.root / file).read_text()
    assert old in text
    (bikes.root / file).write_text(text.replace(old, new))


def test_a_script_makes_a_table_that_statements_read_in_the_same_run(bikes: OwnProject) -> None:
    (bikes.root / "sql/prod/emptiest.sql").write_text(EMPTIEST)
    bikes.millrace("validate")
    bikes.millrace("run", "bikes")
    assert bikes.rows(ROWS) == FULL
    assert bikes.rows("SELECT share FROM prod.emptiest") == [{"share": 0.2}]
    made = bikes.rows("SELECT count(loaded_at) AS loaded, count(DISTINCT run_id) AS runs FROM prod.fullness")
    assert made == [{"loaded": 4, "runs": 1}]
    jobs = bikes.rows("SELECT job, rows, log FROM ops.jobs ORDER BY started_at")
    assert [job["job"] for job in jobs][-3:] == ["quality_check", "fullness", "prod"]
    assert jobs[-2]["rows"] == 4
    assert "1 days" in str(jobs[-2]["log"])
    listed = json.loads(bikes.millrace("list", "--format", "json").stdout)
    assert ("script", "fullness", "jobs/fullness.py") in [(one["kind"], one["name"], one["file"]) for one in listed]


def test_what_the_gate_holds_back_no_script_sees(bikes: OwnProject) -> None:
    (bikes.root / "rules/bikes.dqdl").write_text('Rules = [ ColumnValues "bikes" >= 5 ]\n')
    bikes.millrace("run", "bikes", status=1)
    assert bikes.rows("SELECT job FROM ops.jobs WHERE job = 'fullness'") == []


def test_it_is_given_the_parameters_of_the_workflows_file(bikes: OwnProject) -> None:
    (bikes.root / "workflows").mkdir()
    (bikes.root / "workflows/bikes.toml").write_text("[jobs.fullness.parameters]\nplaces = 10\n")
    bikes.millrace("run", "bikes")
    assert [row["share"] for row in bikes.rows(ROWS)] == [0.4, 0.6, 1.0, 1.0]


@pytest.mark.parametrize("point", [CommitPoint.SCRIPT_ROWS_WRITTEN, f"{CommitPoint.VERSION_WRITTEN}:3"])
def test_killed_in_mid_write_and_run_again_it_leaves_no_stray_file(bikes: OwnProject, point: str) -> None:
    bikes.millrace("run", "bikes", kill_at=str(point), status=-signal.SIGKILL)
    assert any(bikes.root.parent.glob("lake/prod/fullness/run=*"))
    bikes.millrace("run", "bikes")
    assert bikes.rows(ROWS) == FULL
    assert len(objects(bikes)) == 1
    assert json.loads(bikes.millrace("vacuum", "--dry-run", "--format", "json").stdout or "[]") == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("share(row", "1 / 0 + share(row", "jobs/fullness.py, line 24: ZeroDivisionError"),
        ('"share": share', '"share": 1 > 0 or share', "row 1 given to write() has True in the column share"),
        ('"dt": row["dt"]', '"dt": row["dt"].replace(day=1)', "it gave rows of dt=2024-05-01"),
        (
            '"station": row["station"]',
            '"station": "\\ud800"',
            r"row 1 given to write() has '\ud800' in the column station: half a surrogate",
        ),
        ('                "station": row["station"],\n', "", "row 1 given to write() has no station"),
        ("FROM staging.station", "FROM prod.bikes", "READS does not name prod.bikes"),
    ],
)
def test_a_script_that_fails_is_named_with_its_line_and_readers_see_what_was(
    bikes: OwnProject, old: str, new: str, problem: str
) -> None:
    bikes.millrace("run", "bikes")
    bikes.millrace("poll", "bikes", "--at", "2024-05-30T12:07")
    rewrite(bikes, old, new)
    failed = bikes.millrace("run", "bikes", status=1)
    assert problem in failed.stderr
    assert "jobs/fullness.py" in failed.stderr
    assert bikes.rows(ROWS) == FULL


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ('TABLE = "prod.fullness"', "", 1, "does not say which table it makes"),
        ("share double", "share float", 5, "the column share has the type 'float'"),
        ("import places", "import palaces", 10, "No module named 'palaces'"),
        ("def run", "def ran", "", "it has no function `run`"),
        ('"staging.station",', '"staging.stations",', 1, "staging.stations"),
        (WHEEL, "wheels/other.whl", "", "there is no file wheels/other.whl"),
        ('TABLE = "prod.fullness"', 'TABLE = "prod.bikes"', "", "prod.bikes is declared in"),
        ("READS = (", 'READS = ("prod.bikes", ', "", "which is built after all scripts"),
    ],
)
def test_validate_finds_what_is_wrong_with_a_script(
    bikes: OwnProject, old: str, new: str, line: int | str, problem: str
) -> None:
    rewrite(bikes, old, new)
    found = json.loads(bikes.millrace("validate", "--format", "json", status=1).stdout)
    assert ("jobs/fullness.py", line) in [(row["file"], row["line"]) for row in found], found
    assert any(problem in row["problem"] for row in found), found


def test_an_edited_script_or_module_is_new_code_of_its_table(bikes: OwnProject) -> None:
    codes = []
    for file, old, new in (("jobs/fullness.py", "days", "dates"), ("lib/shares.py", "bikes /", "0 + bikes /")):
        bikes.millrace("run", "bikes", "--full")
        codes += bikes.rows("SELECT max(code_version) AS code FROM ops.runs WHERE workflow = 'bikes'")
        rewrite(bikes, old, new, file)
    assert codes[0] != codes[1]


@pytest.mark.soak
@SPARK_MARKS[0]
def test_on_spark_in_plain_python_and_in_pyspark_with_the_projects_modules_on_its_workers(bikes: OwnProject) -> None:
    add_scripts(bikes.root, spark_fullness=SPARK)
    bikes.millrace("run", "bikes", "--engine", "spark")
    assert bikes.rows(ROWS) == bikes.rows(ROWS.replace("prod.fullness", "prod.spark_fullness")) == FULL
    assert len(objects(bikes)) == 1


JAR = "jars/places-1.0.jar"
WITH_JAR = (
    SPARK.partition("def run")[0].replace("WHEELS", f'JARS = ("{JAR}",)\nWHEELS', 1)
    + """
def run(context):
    loader = context.spark._jvm.java.lang.Thread.currentThread().getContextClassLoader()
    found = loader.getResourceAsStream("places.txt")
    context.log(f"jars for executors: {[row[0] for row in context.spark.sql('LIST JARS').collect()]}")
    stations = context.frame("staging.station").selectExpr(
        "observed_at", "station", f"CAST(bikes AS DOUBLE) / {found.readAllBytes().decode()} AS share", "dt"
    )
    context.write(stations)
"""
)


@SPARK_MARKS[0]
@pytest.mark.soak
def test_a_declared_jar_is_on_the_class_path_of_driver_and_executors(bikes: OwnProject) -> None:
    add_scripts(bikes.root, spark_fullness=WITH_JAR)
    (bikes.root / "jars").mkdir()
    with zipfile.ZipFile(bikes.root / JAR, "w") as jar:
        jar.writestr("places.txt", "20")
    bikes.millrace("run", "bikes", "--engine", "spark")
    assert bikes.rows(ROWS.replace("prod.fullness", "prod.spark_fullness")) == FULL
    [job] = bikes.rows("SELECT log FROM ops.jobs WHERE job = 'spark_fullness'")
    assert "/jars/places-1.0.jar" in str(job["log"])


@pytest.mark.parametrize(
    ("jar", "problem"),
    [("jars/other.jar", "there is no file jars/other.jar"), ("a jar.jar", "Spark cannot read a jar at")],
)
def test_a_jar_that_spark_would_not_find_is_refused_when_the_file_is_loaded(
    bikes: OwnProject, jar: str, problem: str
) -> None:
    (bikes.root / "a jar.jar").write_bytes(b"")
    rewrite(bikes, "READS =", f'JARS = ("{jar}",)\nREADS =')
    found = json.loads(bikes.millrace("validate", "--format", "json", status=1).stdout)
    assert [row["file"] for row in found if problem in row["problem"]] == ["jobs/fullness.py"], found


def test_a_script_of_dataframes_says_which_engine_it_needs(bikes: OwnProject) -> None:
    add_scripts(bikes.root, spark_fullness=SPARK)
    assert "this run's engine has no DataFrames" in bikes.millrace("run", "bikes", status=1).stderr
