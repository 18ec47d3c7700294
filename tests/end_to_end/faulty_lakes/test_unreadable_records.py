"""One record that no engine can read, or that is not wanted, holds up no other record and no other partition."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from millrace.errors import UsageError
from millrace.glue_workflow.record_exclusion import read_lines
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.notify.recording import RecordingNotifier
from millrace.settings import Settings
from millrace.time_keys import parse_time
from millrace.usecases.quarantine import after_taking, retry_items, take_record
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.end_to_end.faulty_lakes.test_lost_state import lose_state, rebuilt
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, expected, imbalances, lake_at, run, seen

DAY = "2024-05-30"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of minutes 1 to 4 in one raw object, and of one snapshot of the next day; no run yet."""
    home = tmp_path_factory.mktemp("unreadable") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        stream = runtime.stream
        for minute in (1, 2, 3, 4):
            slot = f"2024-05-30T12:{minute:02d}"
            assert poll_with(runtime, slot)
        stream.flush(everything=True)
        assert poll_with(runtime, "2024-05-31T12:03")
    return home


def poll_with(runtime: LocalRuntime, slot: str) -> bool:
    """A poll whose record stays in the buffer, as between two flushes of `up`."""
    source, handler = runtime.sources[SOURCE], runtime.poll_handler()
    return handler.poll(source, parse_time(slot, source.timezone), historical=True).outcome == "delivered"


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "lake"))


def raw_of(home: Path) -> Path:
    (path,) = (home / "raw" / SOURCE / f"dt={DAY}").rglob("*.json.gz")
    return path


def key_of(home: Path) -> str:
    return raw_of(home).relative_to(home).as_posix()


def spoil(home: Path, old: bytes, new: bytes, line: int = 1) -> list[bytes]:
    """Change one record of the raw object by hand; its lines."""
    path = raw_of(home)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    assert len(lines) == 4
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new)
    path.write_bytes(gzip.compress(b"".join(lines)))
    return lines


def opened(home: Path) -> LocalRuntime:
    return lake_at(home, "http://127.0.0.1:9")


SPOILED = {
    "a cast that fails": (b'"coordinates":[[', b'"coordinates":[["x"],['),
    "no JSON": (b'"payload":', b'"payload":#'),
    "a time that is none": (b'"polled_at":"2', b'"polled_at":"x'),
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_the_run_sets_the_record_aside_and_publishes_all_others(home: Path, spoiled: tuple[bytes, bytes]) -> None:
    lines = spoil(home, *spoiled)
    before, key, told = raw_of(home).read_bytes(), key_of(home), RecordingNotifier()
    with LocalRuntime(Settings(home=home, feed="simulated"), notifier=told) as runtime:
        run(runtime)
        run(runtime, "polls")

        assert seen(runtime) == [*expected([1, 3, 4]), 4]  # and the next day's
        (item,) = runtime.quarantine.items(SOURCE)
        assert (item.code, item.body, item.dt) == ("unreadable_record", lines[1], DAY)
        assert imbalances(runtime) == []
        (event,) = told.events
        assert (event.kind, event.subject) == ("record.set_aside", SOURCE)
        assert (event.details["items"], event.details["objects"]) == ([item.item_id], [key])
        assert event.message.startswith(f"1 unreadable records of {key} are in quarantine: ")
    assert next((home / RAW_LAYOUT.excluded).rglob("*.gz")) == home / RAW_LAYOUT.excluded / key
    assert (home / key).read_bytes() == before


def test_the_ledger_knows_the_record_as_rejected(home: Path) -> None:
    spoil(home, *SPOILED["a cast that fails"])
    with opened(home) as runtime:
        run(runtime)
        (ledger,) = runtime.audit().ledgers([DAY])

        assert (ledger.accepted, ledger.published, ledger.rejected, ledger.lost) == (4, 3, 1, ())


def test_of_an_object_that_was_cut_the_whole_records_are_published(home: Path) -> None:
    path = raw_of(home)
    data = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(data[: len(data) // 2], 0)[:-12] + b"")
    with opened(home) as runtime:
        run(runtime)

        assert seen(runtime)[0] == expected([1])[0]
        assert seen(runtime)[-1] == 4
        assert {item.code for item in runtime.quarantine.items(SOURCE)} == {"unreadable_record"}


def test_a_statement_that_fails_on_everything_sets_nothing_aside(home: Path) -> None:
    path = raw_of(home)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(line.replace(b'"polled_at":"2', b'"polled_at":"x') for line in lines)))
    with opened(home) as runtime:
        record = run_workflow(runtime, SOURCE, [DAY], full=False, progress=lambda _: None)

        assert record.state == "failed"
        assert list(runtime.quarantine.items(SOURCE)) == []


@pytest.mark.parametrize("lines", [None, b"no record\n"], ids=["no object", "no record"])
def test_a_touched_partition_without_records_comes_off_the_pending_list(home: Path, lines: bytes | None) -> None:
    told = RecordingNotifier()
    with LocalRuntime(Settings(home=home, feed="simulated"), notifier=told) as runtime:
        day = "2024-06-05"
        if lines:
            runtime.storage.put(f"raw/{SOURCE}/dt={day}/hour=00/one.json.gz", gzip.compress(lines))
        runtime.pending.add(SOURCE, day, runtime.clock.now())
        run(runtime)
        run(runtime)

        assert runtime.pending.touched(SOURCE) == []
        first = runtime.runs.runs(SOURCE, limit=2)[1]
        assert f"{day}: no raw object; the partition stays as it is" in runtime.runs.jobs(first.run_id)[0].log
        assert told.kinds == (["record.set_aside"] if lines else [])
        assert seen(runtime) == [*expected([1, 2, 3, 4]), 4]


class TestTake:
    def taken(self, runtime: LocalRuntime, minute: int) -> str:
        rows = run_query(runtime, f"SELECT snapshot_id FROM raw.{SOURCE} ORDER BY observed_at").rows
        return str(rows[minute - 1][0])

    def test_the_next_run_builds_the_partition_again_without_it(self, home: Path) -> None:
        with opened(home) as runtime:
            run(runtime)
            one = self.taken(runtime, 2)
            (row,) = take_record(runtime, one, "a test's data")
            assert (row["code"], row["reason"], row["state"]) == ("taken_back", "a test's data", "waiting")
            assert imbalances(runtime) == []

            run(runtime)
            assert seen(runtime) == [*expected([1, 3, 4]), 4]
            (ledger,) = runtime.audit().ledgers([DAY])
            assert (ledger.accepted, ledger.published, ledger.rejected, ledger.pending) == (4, 3, 1, 0)
            assert imbalances(runtime) == []

    def test_a_second_record_of_the_same_object_can_be_taken(self, home: Path) -> None:
        with opened(home) as runtime:
            for minute in (2, 2):  # the second is minute 3 by then
                take_record(runtime, self.taken(runtime, minute), "a test's data")
            run(runtime)

            assert seen(runtime) == [*expected([1, 4]), 4]
            assert imbalances(runtime) == []

    def test_of_a_partition_s_only_record_it_says_that_readers_still_see_it(self, home: Path) -> None:
        with opened(home) as runtime:
            run(runtime)
            first, *_, next_day = (self.taken(runtime, minute) for minute in range(1, 6))
            for one, said in ((first, "builds the partition again without it"), (next_day, "readers see it until")):
                take_record(runtime, one, "a test's data")
                assert said in after_taking(runtime, one)
            run(runtime)

            assert seen(runtime) == [*expected([2, 3, 4]), 4]
            assert runtime.pending.touched(SOURCE) == []

    def test_it_stays_out_after_state_was_remade(self, home: Path) -> None:
        with opened(home) as runtime:
            take_record(runtime, self.taken(runtime, 2), "a test's data")
            run(runtime)
        lose_state(home)
        rebuilt(home)
        with opened(home) as runtime:
            run(runtime)
            assert seen(runtime) == [*expected([1, 3, 4]), 4]
            assert imbalances(runtime) == []

    def test_it_is_not_parsed_again_by_a_retry(self, home: Path) -> None:
        with opened(home) as runtime:
            take_record(runtime, self.taken(runtime, 2), "a test's data")
            rows, delivered = retry_items(runtime, [], None, True)

            assert (rows[0]["outcome"], delivered) == ("waiting", False)

    @pytest.mark.parametrize(
        ("snapshot_id", "said"),
        [
            ("nonsense", "not the id of a snapshot"),
            ("taxi_availability-20240530T040000Z-0000000000000000", "no record"),
        ],
    )
    def test_an_id_that_raw_does_not_have_is_refused(self, home: Path, snapshot_id: str, said: str) -> None:
        with opened(home) as runtime, pytest.raises(UsageError, match=said):
            take_record(runtime, snapshot_id, "why")


def test_the_lines_of_an_object_come_back_as_they_are(home: Path) -> None:
    with opened(home) as runtime:
        assert b"".join(read_lines(runtime.storage, key_of(home))) == gzip.decompress(raw_of(home).read_bytes())
