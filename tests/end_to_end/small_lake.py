"""A small lake whose every state is known: a feed of three taxis a minute, and what readers must see of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.end_to_end.feed import SINGAPORE, response

SOURCE = "taxi_availability"
NOON = datetime(2024, 5, 30, 12, 0, tzinfo=SINGAPORE)


def answer(asked: datetime | None) -> tuple[int, bytes]:
    """Minute m of the day has m % 7 + 1 taxis, observed two seconds before it was asked for."""
    assert asked is not None
    count = asked.minute % 7 + 1
    positions = [f"[{103.8 + taxi / 1000:.3f},1.3{taxi}]" for taxi in range(count)]
    return 200, response(positions, asked - timedelta(seconds=2))


def lake_at(home: Path, url: str) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated", source_urls={SOURCE: url}))


def poll_minutes(runtime: LocalRuntime, minutes: Sequence[int]) -> None:
    for minute in minutes:
        assert poll_once(runtime, SOURCE, (NOON + timedelta(minutes=minute)).isoformat()).delivered


def expected(minutes: Sequence[int]) -> list[int]:
    """The taxis that readers must see for these minutes, in their order."""
    return [(NOON + timedelta(minutes=minute)).minute % 7 + 1 for minute in minutes]


def seen(runtime: LocalRuntime) -> list[int]:
    rows = run_query(runtime, "SELECT taxis FROM prod.taxi_availability ORDER BY observed_at").rows
    return [int(taxis) for (taxis,) in rows]  # type: ignore[arg-type]


def staged(runtime: LocalRuntime) -> int:
    return int(run_query(runtime, "SELECT count(*) FROM staging.taxi_position").rows[0][0])  # type: ignore[arg-type]


def run(runtime: LocalRuntime, workflow: str = SOURCE) -> None:
    record = run_workflow(runtime, workflow, [], full=False, progress=lambda _: None)
    assert record.state == "succeeded", record.error


def imbalances(runtime: LocalRuntime) -> list[str]:
    return audit_rows(runtime, [], lambda done, of: None)[1]


def listed_files(runtime: LocalRuntime) -> dict[str, list[str]]:
    """The files that the plain lists beside the versions name, by table."""
    found = {}
    for table in runtime.catalog.tables():
        found[table] = (runtime.home / table.replace(".", "/") / "_current.txt").read_text("utf-8").splitlines()
    return found


def current_files(runtime: LocalRuntime) -> dict[str, list[str]]:
    """The files that readers see, by table, as the catalog has them."""
    return {
        table: [file.key for version in runtime.catalog.current(table) for file in version.files]
        for table in runtime.catalog.tables()
    }
