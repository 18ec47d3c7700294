"""`millrace verify` and `--engine` as commands; what is compared, and how, is in `contracts/test_parity.py`."""

from __future__ import annotations

import json

import pytest

from millrace.athena_sql.portability.certified_cases import CASES
from millrace.usecases.verify import compared_tables, queries_and_checks
from tests.contracts.engines import SPARK_MARKS
from tests.end_to_end.commands.test_command_line import millrace
from tests.shipped import PROJECT


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "--engine", "duckdb"], "DuckDB is what other engines are compared with. Give --engine spark."),
        (["verify", "--engine", "athena"], "Athena cannot read a lake in a folder."),
        (["verify", "--every", "7x"], "7x"),
        (["verify", "--engine", "presto"], "'presto' is not one of"),
        (["run", "taxi_availability", "--engine", "presto"], "'presto' is not one of"),
    ],
)
def test_what_cannot_be_compared_gets_one_line(arguments: list[str], said: str) -> None:
    ran = millrace(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())


@pytest.mark.parametrize("engine", [pytest.param("spark", marks=(*SPARK_MARKS, pytest.mark.soak))])
def test_a_generated_day_is_equal_on_two_engines(engine: str) -> None:
    ran = millrace("verify", "--engine", engine, "--every", "6h", "--format", "json", seconds=300)
    assert ran.returncode == 0, ran.stderr
    rows = json.loads(ran.stdout)
    assert [row for row in rows if not row["equal"]] == []
    kinds = [row["kind"] for row in rows]
    assert (kinds.count("case"), kinds.count("table"), kinds.count("query")) == (
        len(CASES),
        len(compared_tables(PROJECT)) + 1,
        len(queries_and_checks(PROJECT)),
    )
    assert {row["name"]: row["rows"] for row in rows}["prod.taxi_availability"] == 4
