"""`millrace verify` and `--engine`, as far as they go without Spark; whole runs are in `contracts/test_parity.py`."""

from __future__ import annotations

import pytest

from tests.end_to_end.test_command_line import millrace


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "--engine", "duckdb"], "DuckDB is what the other engines are compared with. Give --engine spark."),
        (["verify", "--engine", "athena"], "Athena reads no lake in a folder."),
        (["verify", "--every", "7x"], "7x"),
        (["verify", "--engine", "presto"], "'presto' is not one of"),
        (["run", "taxi_availability", "--engine", "presto"], "'presto' is not one of"),
    ],
)
def test_what_cannot_be_compared_gets_one_line(arguments: list[str], said: str) -> None:
    ran = millrace(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())
