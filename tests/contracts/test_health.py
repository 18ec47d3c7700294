"""The contract of the store of the feeds' health. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from millrace.ingestors.health.dynamo import DynamoHealth
from millrace.ingestors.health.feed_health import Health, HealthStore, MemoryHealth, Streak
from millrace.ingestors.health.sqlite import SqliteHealth
from millrace.state.dynamo_keys import HEALTH, Key
from millrace.state.sqlite import StateFile
from tests.contracts import aws

ADAPTERS: dict[str, Callable[[Path], HealthStore]] = {
    "memory": lambda folder: MemoryHealth(),
    "local": lambda folder: SqliteHealth(StateFile(folder / "state.db")),
    "dynamo": lambda folder: DynamoHealth(aws.new_place().state()),
}
AT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)
FULL = Health(AT, 3, AT, AT, True, Streak("failed", AT, 2, "why", ("failed",)), AT, ("$.a", "$.b"))
OLD = {"slot": AT, "observed_at": AT, "still": 3, "still_since": AT, "still_slot": AT}  # with or without `newest`


@pytest.fixture(params=ADAPTERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> HealthStore:
    return ADAPTERS[request.param](tmp_path)


def test_a_source_that_was_never_polled_has_empty_health(store: HealthStore) -> None:
    assert store.read("taxi") == Health()


def test_everything_comes_back_and_sources_are_separate(store: HealthStore) -> None:
    assert store.update("taxi", lambda _: FULL) == (Health(), FULL)
    assert store.update("taxi", lambda health: health) == (FULL, FULL)
    assert store.read("taxi") == FULL
    assert store.read("taxi_stand") == Health()


@pytest.mark.parametrize("adapter", ["local", "dynamo"])
@pytest.mark.parametrize(
    ("newest", "expected"), [({}, AT), ({"newest": AT + timedelta(hours=1)}, AT + timedelta(hours=1))]
)
def test_what_an_older_version_stored_is_read(
    adapter: str, newest: dict[str, datetime], expected: datetime, tmp_path: Path
) -> None:
    data = msgspec.json.encode(OLD | newest)
    store: HealthStore
    if adapter == "local":
        state = StateFile(tmp_path / "state.db")
        store = SqliteHealth(state)
        with state.transaction() as connection:
            connection.execute("INSERT INTO feed_health VALUES ('taxi', ?)", (data,))
    else:
        table = aws.new_place().state()
        store = DynamoHealth(table)
        table.update(Key(HEALTH, "taxi"), lambda _: data, fenced=False)
    assert store.read("taxi") == Health(AT, 3, AT, AT, newest_observed_at=expected)


def test_no_update_is_lost_between_threads(store: HealthStore) -> None:
    def once_more(_: int) -> None:
        store.update("taxi", lambda health: msgspec.structs.replace(health, unchanged_polls=health.unchanged_polls + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(once_more, range(40)))
    assert store.read("taxi").unchanged_polls == 40
