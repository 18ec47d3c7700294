"""The demo of a project of one's own, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from millrace.errors import DefinitionError, JobError
from millrace.infra.project.project import Project
from millrace.usecases.demo import run_demo
from tests.end_to_end.project.bikes import SIMULATED, write_project

PLAIN = {name: text for name, text in SIMULATED.items() if name.startswith("sources/")}
DROPPED = (
    SIMULATED["sources/bikes.py"]
    .replace('HttpFeed("https://bikes.example/now", budget=RateBudget(60, timedelta(minutes=1)), ', "FileDrop(")
    .replace('history_parameter="at"', '"/srv/drops"')
    .replace("HttpFeed, ", "FileDrop, ")
    .replace("RateBudget, ", "")
    .replace('name="bikes"', 'name="drops"')
)


def demo(folder: Path, files: Mapping[str, str]) -> str:
    project = Project.find(write_project(folder / "bikes", files))
    return run_demo(project, "2024-05-30", 3, folder / "lake", say=print, advance=print)


def test_a_source_without_tables_is_polled_and_the_ledger_balances(tmp_path: Path) -> None:
    summary = demo(tmp_path, PLAIN)
    assert "3 of bikes, in" in summary
    assert "The ledger balances." in summary


def test_a_source_that_is_not_polled_is_left_out(tmp_path: Path) -> None:
    assert "3 of bikes, in" in demo(tmp_path, {**SIMULATED, "sources/drops.py": DROPPED})


def test_what_is_broken_in_the_project_is_named_before_anything_is_polled(tmp_path: Path) -> None:
    prod = SIMULATED["sql/prod/bikes.sql"].replace("bikes bigint", "bikes float")
    with pytest.raises(DefinitionError, match=r"needs all of the project: \S*sql/prod/bikes\.sql, line 4"):
        demo(tmp_path, {**SIMULATED, "sql/prod/bikes.sql": prod})
    broken = {"sources/bikes.py": SIMULATED["sources/bikes.py"] + "\noops\n", "sources/more.py": "oops\n"}
    with pytest.raises(DefinitionError, match=r"sources/bikes\.py, line \d+: NameError.*sources/more\.py, line 1"):
        demo(tmp_path, {**SIMULATED, **broken})
    assert not (tmp_path / "lake").exists()


def test_feeds_that_do_not_start_leave_no_lake(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(JobError, match="the simulated feeds did not start"):
        demo(tmp_path, {**SIMULATED, "sources/bikes.json": "{}"})
    assert "bikes.json has nothing at '$.at'" in capfd.readouterr().err
    assert not (tmp_path / "lake").exists()
