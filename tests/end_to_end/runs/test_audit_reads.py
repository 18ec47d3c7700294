"""What the audit reads of a lake of several days, and what happens in the lake meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.glue_workflow.ledger.balance import AgeLimits, Ledger
from millrace.glue_workflow.ports import PartitionVersion
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import PollResult
from millrace.lake.local import LocalStorage
from millrace.lake.storage import ObjectInfo
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, lake_at, poll_minutes, run

DAYS = 4


class ListedStorage(LocalStorage):
    """The storage of a lake; `listed` counts the listings by prefix."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.listed: Counter[str] = Counter()

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        self.listed[prefix] += 1
        return super().list(prefix)


class CountedCatalog:
    """The catalog of a lake, as far as the audit reads it; `asked` counts the tables."""

    def __init__(self, runtime: LocalRuntime) -> None:
        self.asked: Counter[str] = Counter()
        self._catalog = runtime.catalog

    def current(self, table: str) -> list[PartitionVersion]:
        self.asked[table] += 1
        return self._catalog.current(table)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[LocalRuntime]:
    """A minute of each of some days, all published."""
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [day * 24 * 60 for day in range(DAYS)])
        run(runtime)
        yield runtime


def test_it_lists_a_day_once_and_asks_for_the_pointers_of_a_table_once(lake: LocalRuntime) -> None:
    storage, catalog = ListedStorage(lake.home), CountedCatalog(lake)
    audit = replace(lake.audit(), storage=storage, catalog=catalog)  # type: ignore[arg-type]
    ledgers = [ledger for ledger in audit.ledgers() if ledger.source == SOURCE]

    assert [(ledger.published, list(ledger.imbalances(AgeLimits()))) for ledger in ledgers] == [(1, [])] * DAYS
    assert max(storage.listed.values()) == 1
    assert len([prefix for prefix in storage.listed if "dt=" in prefix]) == DAYS * (len(lake.sources) + 1)
    assert len([prefix for prefix in storage.listed if "excluded" in prefix]) == len(lake.sources) + 1
    assert max(catalog.asked.values()) == 1


def test_the_objects_of_a_day_are_looked_at_without_history(lake: LocalRuntime) -> None:
    storage, day = ListedStorage(lake.home), NOON.date().isoformat()
    audit = replace(lake.object_audit(), storage=storage)
    [version] = [one for one in lake.catalog.current("prod.taxi_availability") if one.partition == day]
    lake.storage.delete([version.files[0].key])

    assert list(map(str, audit.findings([day]))) == [f"{version.files[0].key}: the file is missing"]
    assert [prefix for prefix in storage.listed if f"/dt={day}/" not in prefix] == []


@pytest.mark.parametrize("rejected", [False, True])
def test_what_is_polled_meanwhile_is_no_imbalance(lake: LocalRuntime, *, rejected: bool) -> None:
    source, slot = lake.sources[SOURCE], NOON + timedelta(minutes=5)
    if rejected:
        source = replace(source, plausibility=replace(source.plausibility, entities_max=0))
    polled: list[PollResult] = []

    def meanwhile(done: int, of: int) -> None:
        if not polled:
            polled.append(lake.poll_handler().poll(source, slot, historical=True))

    ledgers = list(lake.audit(meanwhile).ledgers())
    assert polled[0].outcome == ("quarantined" if rejected else "delivered")
    assert [imbalance for ledger in ledgers for imbalance in ledger.imbalances(AgeLimits())] == []
    assert [ledger.attempts for ledger in ledgers if ledger.source == SOURCE] == [2, 1, 1, 1]


def test_what_a_run_publishes_meanwhile_is_no_imbalance(lake: LocalRuntime) -> None:
    poll_minutes(lake, [1 + (DAYS - 1) * 24 * 60])
    published: list[int] = []

    def meanwhile(done: int, of: int) -> None:
        if done == DAYS - 1 and not published:
            run(lake)
            published.append(done)

    ledgers: list[Ledger] = list(lake.audit(meanwhile).ledgers())
    assert [imbalance for ledger in ledgers for imbalance in ledger.imbalances(AgeLimits())] == []
    assert [ledger.published for ledger in ledgers if ledger.source == SOURCE] == [1, 1, 1, 2]
    assert published
