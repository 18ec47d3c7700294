"""Every row of the fault table in docs/faults.md, fault by fault, through the simulated feed and both workflows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.http.fetcher import Fetcher
from millrace.ingestors.http.rate_budget import NO_LIMIT
from millrace.ingestors.http.requests_fetcher import RequestsFetcher, Timeouts
from millrace.ingestors.ports import Outcome, PollResult, Source
from millrace.ingestors.simulator.misbehaviour import CATALOGUE, only, requested_between
from millrace.ingestors.simulator.simulation import SimulatedSnapshot
from millrace.ingestors.simulator.singapore.city import SimulatedCity
from millrace.ingestors.simulator.singapore.taxi_misbehaviour import CATALOGUE as OF_TAXIS
from millrace.ingestors.sources.taxi_availability import SOURCE
from millrace.lake.keys import failed_body
from millrace.notify.ports import Event
from millrace.notify.recording import RecordingNotifier
from millrace.settings import Settings
from millrace.testing.faults import RefusedConnection
from millrace.usecases.audit import audit_rows
from millrace.usecases.polls import backfill_between
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.doubles.simulated_feeds import shipped_feeds

KNOWN = {**CATALOGUE, **OF_TAXIS}
TABLE = Path(__file__).resolve().parents[3] / "docs" / "faults.md"
NOON = datetime(2024, 5, 30, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LASTS = {"standing_still": 5}  # polls; other faults last one
BROAD = replace(SOURCE, plausibility=replace(SOURCE.plausibility, entities_max=1_000_000))
LASTING = {"refused", "timeout", "cut", "server_error", "unavailable", "too_many_requests", "too_many_requests_bare"}
BETWEEN = 2  # good polls around each fault


class SmallTown:
    """Every sixteenth taxi of the city: enough to fail with, and quick."""

    def __init__(self) -> None:
        self._city = SimulatedCity(1)
        self.snapshot_time = self._city.snapshot_time

    def snapshot(self, instant: datetime) -> SimulatedSnapshot:
        found = self._city.snapshot(instant)
        document = json.loads(found.document)
        feature = document["features"][0]
        feature["geometry"]["coordinates"] = taxis = feature["geometry"]["coordinates"][::16]
        feature["properties"]["taxi_count"] = len(taxis)
        return replace(found, entities=len(taxis), document=json.dumps(document).encode())


TOWN = SmallTown()


@dataclass(frozen=True)
class FaultRow:
    """A row of the table: the faults' names, the ledger's term, and the kinds of messages."""

    faults: tuple[str, ...]
    term: str
    kinds: frozenset[str]


def rows() -> list[FaultRow]:
    lines = [line for line in TABLE.read_text().split("\n\n")[2].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]
    return [
        FaultRow(tuple(re.findall(r"`(\w+)`", names)), term, frozenset(re.findall(r"`(feed\.\w+)`", message)))
        for _, names, _, term, message in cells
    ]


ROWS = {row.faults: row for row in rows()}
BACKFILLED = ("another_day",)


FETCHERS: dict[str, Fetcher] = {"refused": RefusedConnection(), "timeout": RequestsFetcher(Timeouts(5.0, 0.04, 5.0))}


@dataclass
class Played:
    """A lake after one row's faults, each between good minutes."""

    row: FaultRow
    runtime: LocalRuntime
    clock: ManualClock
    listener: RecordingNotifier
    results: dict[datetime, PollResult] = field(default_factory=dict)
    slots: dict[str, list[datetime]] = field(default_factory=dict)
    messages: dict[datetime, list[Event]] = field(default_factory=dict)

    def poll(self, slot: datetime, source: Source = SOURCE, fetcher: Fetcher | None = None) -> None:
        self.clock.set(slot + timedelta(seconds=1))
        said = len(self.listener.events)
        handler = self.runtime.poll_handler(NO_LIMIT, fetcher=fetcher)
        self.results[slot] = handler.poll(source, slot, historical=True)
        self.messages[slot] = self.listener.events[said:]

    @property
    def good(self) -> list[datetime]:
        bad = {slot for slots in self.slots.values() for slot in slots}
        return [slot for slot in self.results if slot not in bad]

    def kinds(self, fault: str) -> list[str]:
        """What was said in the fault's minutes and the one after it."""
        minutes = [*self.slots[fault], self.slots[fault][-1] + MINUTE]
        return [event.kind for slot in minutes for event in self.messages[slot]]

    def prod(self) -> dict[datetime, int]:
        found = run_query(self.runtime, "SELECT observed_at, taxis FROM prod.taxi_availability").rows
        assert len({time for time, _ in found}) == len(found)
        return {time.replace(tzinfo=UTC): taxis for time, taxis in found}  # type: ignore[union-attr, misc, call-arg]

    def ledger(self) -> Counter[str]:
        """The terms of all partitions, which balance."""
        counted, imbalances = audit_rows(self.runtime, [], lambda done, of: None)
        assert imbalances == []
        total: Counter[str] = Counter()
        for one in counted:
            total.update({term: value for term, value in one.items() if isinstance(value, int)})
        return total


def schedule(row: FaultRow) -> dict[str, list[datetime]]:
    slots, minute = {}, BETWEEN
    for fault in row.faults:
        lasts = LASTS.get(fault, 1)
        slots[fault] = [NOON + MINUTE * (minute + number) for number in range(lasts)]
        minute += lasts + BETWEEN
    return slots


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[FaultRow], Played]]:
    """Each row is played once, when its first test asks for it."""
    with ExitStack() as closing:
        yield cache(lambda row: closing.enter_context(lake_of(row, tmp_path_factory.mktemp("faults"))))


@pytest.fixture
def played(request: pytest.FixtureRequest, lakes: Callable[[FaultRow], Played]) -> Played:
    return lakes(ROWS[request.param])


@contextmanager
def lake_of(row: FaultRow, folder: Path) -> Iterator[Played]:
    slots = schedule(row)
    misbehaviours = [
        only(requested_between(when[0], when[-1] + MINUTE), KNOWN[fault]())
        for fault, when in slots.items()
        if fault in KNOWN
    ]
    clock, listener = ManualClock(NOON), RecordingNotifier()
    with shipped_feeds(clock, TOWN, misbehaviours=misbehaviours) as simulator:
        settings = Settings(
            home=folder / "lake", feed="simulated", source_urls={SOURCE.name: simulator.urls[SOURCE.name]}
        )
        with LocalRuntime(settings, clock=clock, notifier=listener) as runtime:
            lake = Played(row, runtime, clock, listener, slots=slots)
            play(lake)
            simulator.release()
            yield lake


def play(lake: Played) -> None:
    fault_of = {slot: fault for fault, slots in lake.slots.items() for slot in slots}
    last = max(fault_of)
    for minute in range((last - NOON) // MINUTE + BETWEEN + 1):
        slot = NOON + MINUTE * minute
        fault = fault_of.get(slot, "")
        if fault not in BACKFILLED:
            lake.poll(slot, BROAD if fault == "large" else SOURCE, FETCHERS.get(fault))
    lake.runtime.stream.flush(everything=True)
    for workflow in ("taxi_availability", "polls"):
        record = run_workflow(lake.runtime, workflow, [], full=False, progress=lambda _: None)
        assert record.state == "succeeded", record.error


def cases(*but: str) -> list[Any]:
    return [
        pytest.param(row.faults, fault, id=fault) for row in ROWS.values() for fault in row.faults if fault not in but
    ]


def test_the_table_holds_every_fault_that_can_be_simulated() -> None:
    named = [fault for row in ROWS.values() for fault in row.faults]
    assert sorted(named) == sorted([*(set(KNOWN) - {"level_shift"}), "refused"])


@pytest.mark.parametrize(("played", "fault"), cases("some_outside", *BACKFILLED), indirect=["played"])
def test_a_fault_ends_where_the_table_says(played: Played, fault: str) -> None:
    slots, results = played.slots[fault], played.results
    last = results[slots[-1]]
    if played.row.term in ("failed", "quarantined"):
        assert last.outcome == played.row.term
    else:
        assert last.outcome is Outcome.DELIVERED
        assert last.duplicate is (played.row.term == "duplicate")
    assert last.tries == (4 if fault in LASTING else 2 if fault.endswith("_once") else 1)

    assert set(played.kinds(fault)) == played.row.kinds
    assert len(played.kinds(fault)) == len(played.row.kinds), "each is said once"

    readers = played.prod()
    assert (TOWN.snapshot_time(slots[-1]) in readers) is (played.row.term == "accepted"), "a gap, unless delivered"


@pytest.mark.parametrize(
    "played",
    [row.faults for row in ROWS.values() if row.faults != ("some_outside",)],
    indirect=True,
    ids=lambda f: f[0],
)
def test_the_good_snapshots_around_it_are_there_and_the_ledger_balances(played: Played) -> None:
    expected = {r.observed_at: r.entities for r in played.results.values() if r.observed_at}  # the last one counts
    assert played.prod() == expected
    assert 0 not in expected.values()
    assert {TOWN.snapshot_time(slot) for slot in played.good} <= set(expected)
    assert all(played.results[slot].outcome is Outcome.DELIVERED for slot in played.good)

    ledger, row = played.ledger(), played.row
    assert ledger["attempts"] == len(played.results)
    wanted = sum(len(slots) for slots in played.slots.values())
    if row.faults == ("standing_still",):
        wanted -= 1  # its first answer was new
    terms = {term: ledger[term] for term in ("failed", "duplicate", "quarantined", "superseded")}
    assert {term: count for term, count in terms.items() if count} == ({row.term: wanted} if row.term in terms else {})
    assert ledger["published"] == len(expected)


@pytest.mark.parametrize("played", [next(iter(ROWS))], indirect=True)
def test_the_beginning_of_a_failed_attempts_body_is_kept(played: Played) -> None:
    sizes = {}
    for fault, (slot,) in played.slots.items():
        key = failed_body(SOURCE.name, "2024-05-30", played.results[slot].poll_id)
        kept = [played.runtime.storage.get(found.key) for found in played.runtime.storage.list(key)]
        sizes[fault] = len(kept[0]) if kept else None
        assert f"due at {slot + MINUTE:%Y-%m-%d %H:%M:%S}" in played.messages[slot][0].message
    assert sizes["too_large"] == 64 * 1024
    assert sizes["refused"] is sizes["timeout"] is None
    assert sizes["server_error"] == len("Internal Server Error\n")
    assert 0 < (sizes["cut"] or 0) <= 64 * 1024


@pytest.mark.parametrize("played", [("duplicated_taxis",)], indirect=True)
def test_what_is_quarantined_waits_with_its_bytes_even_over_the_record_limit(played: Played) -> None:
    (item,) = played.runtime.quarantine.items()
    assert len(json.loads(item.body)["features"][0]["geometry"]["coordinates"]) == 40_000
    assert len(item.body) > 1000 * 1024
    assert item.code == "too_many"


@pytest.mark.parametrize("played", [("large",)], indirect=True)
def test_a_large_body_is_an_object_of_its_own(played: Played) -> None:
    (slot,) = played.slots["large"]
    named = [
        found.key for found in played.runtime.storage.list("raw/") if str(played.results[slot].snapshot_id) in found.key
    ]
    assert len(named) == 1


@pytest.mark.parametrize("played", [("some_outside",)], indirect=True)
def test_a_few_rows_outside_are_set_aside_by_rule(played: Played) -> None:
    (slot,) = played.slots["some_outside"]
    result = played.results[slot]
    assert result.entities is not None
    outside = -(-result.entities // 33)
    assert played.kinds("some_outside") == []
    ledger = played.ledger()
    assert (ledger["published"], ledger["rows_set_aside"]) == (len(played.results), outside)
    assert played.prod() == {
        r.observed_at: (r.entities or 0) - (outside if at == slot else 0) for at, r in played.results.items()
    }


@pytest.mark.parametrize("played", [BACKFILLED], indirect=True)
def test_a_backfill_answered_with_another_day_leaves_its_slot_a_gap(played: Played) -> None:
    (slot,) = played.slots["another_day"]
    again = slot + timedelta(seconds=10)  # within the half minute of one snapshot
    outcome = backfill_between(
        played.runtime, SOURCE.name, slot.isoformat(), again.isoformat(), "10s", 0, lambda done, of: None
    )
    assert {name: count for name, count in asdict(outcome.summary).items() if count} == {
        "slots": 2,
        "accepted": 1,
        "duplicate": 1,
    }
    record = run_workflow(played.runtime, SOURCE.name, [], full=False, progress=lambda _: None)
    assert record.partitions == ("2024-05-29",)
    day_before = TOWN.snapshot_time(slot - timedelta(days=1))
    readers = played.prod()
    assert day_before in readers
    assert TOWN.snapshot_time(slot) not in readers
    assert {TOWN.snapshot_time(good) for good in played.good} == set(readers) - {day_before}
    assert [event.kind for event in played.listener.events] == []
    assert played.ledger()["duplicate"] == 1
