"""Every command on a project with one feed of its own and none that ships, in a lake of that feed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from millrace.cli.terminal.lazy_commands import COMMANDS
from tests.contracts.engines import SPARK_MARKS
from tests.end_to_end.project.bikes import SIMULATED, write_project

DAY = "2024-05-30"
SHIPPED = re.compile(r"taxi|rainfall|rain_station|singapore", re.IGNORECASE)
FEED = {**SIMULATED, "sources/bikes.py": SIMULATED["sources/bikes.py"].replace("Asia/Singapore", "Europe/Paris")}

# What reads a lake, or works without one; `{out}` is an empty folder.
READING = {
    "list": ["list"],
    "validate": ["validate"],
    "tables": ["tables"],
    "tables of one": ["tables", "prod.bikes"],
    "query": ["query", "SELECT dt, count(*) AS n, max(bikes) AS most FROM prod.bikes GROUP BY dt"],
    "query of a saved one": ["query", "--name", "failed_polls"],
    "files": ["files", "prod.bikes"],
    "export": ["export", "--duckdb", "{out}/bikes.duckdb"],
    "audit": ["audit"],
    "doctor": ["doctor"],
    "check": ["check"],
    "status": ["status"],
    "versions": ["versions", "prod.bikes", "--partition", DAY],
    "rollback": ["rollback", "prod.bikes", "--partition", DAY, "--dry-run"],
    "reprocess": ["reprocess", "bikes", "--partition", DAY, "--dry-run"],
    "vacuum": ["vacuum", "--dry-run"],
    "preview": ["preview", "--output", "{out}/page.html"],
    "runs": ["runs"],
    "quality": ["quality", "check", "rules/bikes.dqdl", "--table", "staging.station", "--partition", DAY],
    "quality explain": ["quality", "explain", "rules/bikes.dqdl", "--table", "staging.station"],
    "quality suggest": ["quality", "suggest", "--table", "prod.bikes"],
    "quarantine": ["quarantine", "list"],
    "schedules": ["schedules", "list"],
    "workflows": ["workflows", "list"],
    "workflows show": ["workflows", "show", "bikes", "--as", "mermaid"],
    "workflows compile": ["workflows", "compile", "bikes", "--to", "stepfunctions"],
    "synth": ["synth", "--stage", "prod"],
    "cost": ["cost", "--stage", "prod"],
    "demo": ["demo", "--minutes", "3", "--home", "{out}/demo"],
}
SERVING = {
    "simulate": (["simulate", "--port", "0"], r"http://\S+/now"),
    "athena": (["athena", "--port", "0"], r"http://"),
    "up": (["up", "--port", "0"], r'"event": "up"'),
    "preview --serve": (["preview", "--serve", "--port", "0"], r"the page is at"),
}
# In the fixture, below, and in tests of projects, notifiers and Grafana.
ELSEWHERE = {"generate", "run", "poll", "backfill", "verify", "new", "notify", "dashboards"}
IN_AN_ACCOUNT = {"bootstrap", "deploy", "destroy", "diff", "preflight", "promote"}  # in tests of deployments


class BikesProject:
    def __init__(self, root: Path) -> None:
        self.root = root

    def environment(self, **more: str) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("MILLRACE_")}
        home = str(self.root.parent / "lake")
        return {**others, "COLUMNS": "200", "MILLRACE_HOME": home, "MILLRACE_FEED": "simulated", **more}

    def millrace(self, *arguments: str, **environment: str) -> str:
        """What a command says, on both streams; it succeeds."""
        done = subprocess.run(
            [sys.executable, "-m", "millrace", *arguments],
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    @contextmanager
    def serving(self, arguments: list[str], ready: str) -> Iterator[str]:
        """The line by which a command says that it is ready; it is stopped afterwards."""
        command = [sys.executable, "-u", "-m", "millrace", *arguments]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with subprocess.Popen(command, cwd=self.root, env=self.environment(), text=True, **streams) as process:  # type: ignore[call-overload]
            try:
                yield next(line for line in process.stdout if re.search(ready, line))
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0
            finally:
                process.kill()


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> BikesProject:
    """A project with a generated day, built twice, so that there is a version to go back to."""
    root = write_project(tmp_path_factory.mktemp("other") / "bikes", FEED)
    project = BikesProject(root)
    said = [project.millrace("generate", "--days", "1", "--until", DAY, "--every", "1m")]
    said += [project.millrace("run", name) for name in ("bikes", "polls")]
    said += [project.millrace("run", "bikes", "--full")]
    assert not SHIPPED.search("".join(said))
    return project


@pytest.mark.parametrize("name", READING)
def test_a_command_works_and_names_nothing_that_ships(bikes: BikesProject, name: str, tmp_path: Path) -> None:
    said = bikes.millrace(*(one.format(out=tmp_path) for one in READING[name]))
    for file in tmp_path.rglob("*.html"):
        said += re.sub(r"<script.*?</script>", "", file.read_text(), flags=re.DOTALL)
    found = SHIPPED.search(said)
    assert found is None, said[max(0, found.start() - 200) : found.end() + 200]


def test_its_checks_are_those_of_every_feed(bikes: BikesProject) -> None:
    said = bikes.millrace("check")
    checks = ("duplicates", "gaps", "newest_snapshot", "rows_per_hour")
    listed = bikes.millrace("list", "--format", "csv")
    assert re.findall(r"^check,(\w+),", listed, re.MULTILINE) == list(checks)
    assert f"{len(checks)} checks, nothing wrong" in said  # its source names no entities
    assert re.search(rf"bikes +│ {DAY} 23:59:00 │ +1440 │ false", said)


@pytest.mark.parametrize("name", SERVING)
def test_a_command_serves_until_it_is_stopped(bikes: BikesProject, name: str) -> None:
    arguments, ready = SERVING[name]
    with bikes.serving(arguments, ready) as line:
        assert not SHIPPED.search(line)


def test_its_simulated_feed_is_polled_now_and_for_past_times(bikes: BikesProject, tmp_path: Path) -> None:
    with bikes.serving(*SERVING["simulate"]) as line:
        there = {"MILLRACE_SOURCE_BIKES_URL": line.strip(), "MILLRACE_HOME": str(tmp_path / "polled")}
        said = bikes.millrace("poll", "bikes", "--at", f"{DAY}T08:00", **there)
        times = ["--from", f"{DAY}T08:00", "--to", f"{DAY}T08:05", "--every", "1m"]
        said += bikes.millrace("backfill", "bikes", *times, **there)
        said += bikes.millrace("run", "bikes", **there)
        said += bikes.millrace("query", "SELECT count(*) AS snapshots FROM prod.bikes", **there)
    assert not SHIPPED.search(said)
    assert re.search(r"snapshots\D+6\b", said)


@pytest.mark.parametrize("engine", [pytest.param("spark", marks=(*SPARK_MARKS, pytest.mark.soak))])
def test_its_tables_are_the_same_on_another_engine(bikes: BikesProject, engine: str) -> None:
    assert not SHIPPED.search(bikes.millrace("verify", "--engine", engine, "--every", "1h"))


def test_every_command_is_here() -> None:
    tried = {arguments[0] for arguments in [*READING.values(), *(one for one, _ in SERVING.values())]}
    assert tried | ELSEWHERE | IN_AN_ACCOUNT == set(COMMANDS)
