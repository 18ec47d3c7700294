"""A lake that lost its state, or whose files were damaged: it is named, refused and remade."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from millrace.errors import LakeError, UsageError
from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.audit import audit_rows
from millrace.usecases.doctor import examine, rebuild_state
from millrace.usecases.queries import run_query
from millrace.usecases.status import status_rows
from millrace.usecases.versions import release, roll_back, version_rows
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, expected, imbalances, lake_at, poll_minutes, run, seen
from tests.end_to_end.versioned_lake import DAY, STAGING, TABLE, reopened

REFUSED = r"state\.db is missing.*doctor --rebuild-state"
STATE = ("state.db", "state.db-wal", "state.db-shm")


def lose_state(home: Path) -> None:
    for name in STATE:
        (home / name).unlink(missing_ok=True)


def silent(done: int, of: int) -> None:
    """Progress that nobody looks at."""


def rebuilt(home: Path) -> list[str]:
    with reopened(home) as runtime:
        return rebuild_state(runtime, silent)


def prod_rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every published table, with its audit columns."""
    with reopened(home) as runtime:
        names = runtime.catalog.tables()
        return {name: sorted(run_query(runtime, f"SELECT * FROM {name}").rows, key=str) for name in names}


def a_prod_file(home: Path) -> Path:
    with reopened(home) as runtime:
        (version,) = runtime.catalog.current(TABLE)
    return home / version.files[0].key


def test_a_healthy_lake_has_nothing_wrong(home: Path) -> None:
    with reopened(home) as runtime:
        assert examine(runtime, silent, deep=True) == []
        assert audit_rows(runtime, [], silent, deep=True)[1] == []


def no_file(state: Path) -> None:
    """The state is lost, and nothing took its place."""


def a_header(state: Path) -> None:
    """As by a tool that opened it, and set what SQLite writes at once."""
    with closing(sqlite3.connect(state)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
    assert state.stat().st_size > 0


@pytest.mark.parametrize("instead", [no_file, Path.touch, a_header], ids=["no file", "an empty file", "a header"])
class TestLostState:
    @pytest.fixture
    def home(self, home: Path, instead: Callable[[Path], object]) -> Path:
        lose_state(home)
        instead(home / "state.db")
        return home

    def state(self, home: Path) -> bytes | None:
        return (home / "state.db").read_bytes() if (home / "state.db").exists() else None

    def test_it_is_no_new_lake_for_any_command(self, home: Path) -> None:
        before = self.state(home)
        for use in (seen, run, status_rows, lambda runtime: runtime.stream):
            with (
                reopened(home) as runtime,
                pytest.raises(LakeError, match=REFUSED),
            ):
                use(runtime)
        assert self.state(home) == before

    def test_the_audit_names_what_is_on_no_record_and_makes_no_state_file(self, home: Path) -> None:
        before = self.state(home)
        with reopened(home) as runtime:
            said = "\n".join(imbalances(runtime))

        assert f"{STAGING} version " in said
        assert f"{TABLE} version " in said
        assert f"{SOURCE} {DAY}: pending: the partition is not on the pending list" in said
        assert self.state(home) == before

    def test_the_doctor_says_what_mends_it(self, home: Path) -> None:
        with reopened(home) as runtime:
            (found,) = examine(runtime, silent)

        assert (found.place, "millrace doctor --rebuild-state" in found.mend) == ("state.db", True)

    def test_it_is_remade(self, home: Path) -> None:
        assert any("snapshots that were in flight" in note for note in rebuilt(home))
        with reopened(home) as runtime:
            assert seen(runtime) == expected([1, 2, 3, 4, 5])
            assert imbalances(runtime) == []


class TestDamagedState:
    def test_a_damaged_state_file_is_named(self, home: Path) -> None:
        lose_state(home)
        (home / "state.db").write_bytes(b"no database " * 1000)
        with reopened(home) as runtime:
            (found,) = examine(runtime, silent)

        assert (found.place, "file is not a database" in found.message) == ("state.db", True)


class TestRebuild:
    def test_readers_see_the_same_rows_and_the_audit_balances(self, home: Path) -> None:
        before = prod_rows(home)
        lose_state(home)

        rebuilt(home)

        assert prod_rows(home) == before
        assert len(before) >= 6
        with reopened(home) as runtime:
            assert audit_rows(runtime, [], silent, deep=True)[1] == []
            assert examine(runtime, silent) == []

    def test_versions_runs_and_the_pending_list_are_as_before(self, home: Path) -> None:
        def known(runtime: LocalRuntime) -> object:
            versions = [
                [(row["version"], row["state"], row["published_at"], row["replaced_at"], row["rows"]) for row in rows]
                for rows in (version_rows(runtime, TABLE, DAY), version_rows(runtime, STAGING, DAY))
            ]
            runs = [(one.run_id, one.workflow, one.state, one.partitions) for one in runtime.runs.runs()]
            return versions, runs, [one.dt for one in runtime.pending.touched(SOURCE)]

        with reopened(home) as runtime:
            before = known(runtime)
        lose_state(home)
        rebuilt(home)
        with reopened(home) as runtime:
            assert known(runtime) == before

    def test_a_rollback_still_holds_and_its_release_too(self, home: Path) -> None:
        with reopened(home) as runtime:
            roll_back(runtime, TABLE, DAY, None, dry_run=False, show=lambda *_: None)
        lose_state(home)
        rebuilt(home)
        with reopened(home) as runtime:
            assert seen(runtime) == expected([1, 2, 3, 4])
            run(runtime)
            assert seen(runtime) == expected([1, 2, 3, 4])
            assert imbalances(runtime) == []
            release(runtime, TABLE, DAY)
        lose_state(home)
        rebuilt(home)
        with reopened(home) as runtime:
            run(runtime)
            assert seen(runtime) == expected([1, 2, 3, 4, 5])

    def test_what_was_polled_and_in_no_run_yet_is_run_next_and_nothing_is_accepted_twice(self, home: Path) -> None:
        with serving(answer) as url:
            with lake_at(home, url) as runtime:
                poll_minutes(runtime, [6])
            lose_state(home)
            rebuilt(home)
            with lake_at(home, url) as runtime:
                poll_minutes(runtime, [6])
                run(runtime)
                assert seen(runtime) == expected([1, 2, 3, 4, 5, 6])
                (ledger,) = runtime.audit().ledgers([DAY])
                assert (ledger.accepted, ledger.duplicate) == (6, 1)
                assert imbalances(runtime) == []

    def test_the_old_state_file_is_kept(self, home: Path) -> None:
        (home / "state.db").write_bytes(b"no database " * 1000)
        for name in STATE[1:]:
            (home / name).unlink(missing_ok=True)

        notes = rebuilt(home)

        (kept,) = home.glob("state.db.before-*")
        assert kept.read_bytes() == b"no database " * 1000
        assert any(str(kept) in note for note in notes)
        with reopened(home) as runtime:
            assert imbalances(runtime) == []

    def test_a_readable_state_file_gives_up_what_is_in_flight_first(self, home: Path) -> None:
        with serving(answer) as url:
            runtime = lake_at(home, url)
            poll_minutes(runtime, [6])
            runtime.state.close()  # as a process that dies: nothing is flushed
        rebuilt(home)
        with reopened(home) as runtime:
            run(runtime)
            assert seen(runtime) == expected([1, 2, 3, 4, 5, 6])

    def test_a_lake_of_before_the_journal_gets_the_newest_complete_versions_and_says_so(self, home: Path) -> None:
        before = prod_rows(home)
        lose_state(home)
        shutil.rmtree(home / "ops" / "published")

        notes = rebuilt(home)

        assert any("before publications were recorded" in note for note in notes)
        assert prod_rows(home) == before
        with reopened(home) as runtime:
            assert audit_rows(runtime, [], silent, deep=True)[1] == []


class TestFiles:
    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (lambda file: file.write_bytes(b"garbage"), "the file has 7 bytes, but the catalog recorded"),
            (lambda file: file.write_bytes(b"x" * file.stat().st_size), "footer is not the one that was published"),
            (lambda file: file.unlink(), "the file is missing"),
        ],
        ids=["garbage", "same size", "missing"],
    )
    def test_a_file_that_is_not_as_published_is_named(
        self, home: Path, damage: Callable[[Path], object], said: str
    ) -> None:
        file = a_prod_file(home)
        damage(file)
        with reopened(home) as runtime:
            (line,) = imbalances(runtime)
            (found,) = examine(runtime, silent)

        assert line.startswith(f"{file.relative_to(home)}: ")
        assert said in line
        assert f"millrace run taxi_availability --partition {DAY}" in found.mend

    def test_damage_inside_a_file_is_found_by_a_deep_audit(self, home: Path) -> None:
        file = a_prod_file(home)
        data = bytearray(file.read_bytes())
        data[4:200] = b"\x55" * 196
        file.write_bytes(data)
        with reopened(home) as runtime:
            assert imbalances(runtime) == []
            (line,) = audit_rows(runtime, [], silent, deep=True)[1]

        assert str(file.relative_to(home)) in line

    @pytest.mark.parametrize("data", [b"garbage", None], ids=["damaged", "missing"])
    def test_a_query_says_that_the_lake_is_at_fault(self, home: Path, data: bytes | None) -> None:
        file = a_prod_file(home)
        file.unlink() if data is None else file.write_bytes(data)
        with reopened(home) as runtime, pytest.raises(LakeError, match="millrace doctor") as raised:
            seen(runtime)

        assert str(file) in str(raised.value)
        assert not isinstance(raised.value, UsageError)

    def test_a_damaged_raw_object_keeps_no_other_partition_from_being_counted(self, home: Path) -> None:
        with serving(answer) as url, lake_at(home, url) as runtime:
            from millrace.usecases.polls import poll_once

            assert poll_once(runtime, SOURCE, "2024-05-31T12:01").delivered
        broken = next((home / "raw" / SOURCE / f"dt={DAY}").rglob("*.json.gz"))
        broken.write_bytes(broken.read_bytes()[:-20])
        with reopened(home) as runtime:
            rows, problems = audit_rows(runtime, [], silent)

        assert [row["dt"] for row in rows] == ["2024-05-31"]
        assert any(str(broken) in line for line in problems)


class TestRaw:
    def test_raw_objects_of_an_unknown_source_are_named(self, home: Path) -> None:
        place = home / "raw" / "buses" / f"dt={DAY}" / "hour=12"
        place.mkdir(parents=True)
        (place / "one.json.gz").write_bytes(gzip.compress(b"{}\n"))
        with reopened(home) as runtime:
            (line,) = imbalances(runtime)

        assert line == "raw/buses/: 1 raw objects of a source that is not known here"

    def test_raw_objects_in_no_partition_are_named(self, home: Path) -> None:
        (home / "raw" / SOURCE / "stray.json.gz").write_bytes(gzip.compress(b"{}\n"))
        with reopened(home) as runtime:
            (line,) = imbalances(runtime)

        assert line == f"raw/{SOURCE}/stray.json.gz: a raw object in no partition"


def test_a_partition_that_is_asked_for_and_not_there_is_named(home: Path) -> None:
    with reopened(home) as runtime:
        rows, problems = audit_rows(runtime, [DAY, "2024-05-03"], silent)

    assert [row["dt"] for row in rows] == [DAY]
    assert problems == ["2024-05-03: no source has a poll or a snapshot of this partition"]


def test_a_poll_that_left_no_record_shows_as_a_gap_and_no_imbalance(home: Path) -> None:
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [9])
        (row,) = audit_rows(runtime, [DAY], silent)[0]

        assert (row["attempts"], row["unattempted"], row["balances"]) == (6, 3, True)


@pytest.mark.parametrize("only", [[], ["2024-05-31"]], ids=["all partitions", "one"])
def test_a_gap_across_midnight_shows_in_the_later_partition(home: Path, only: list[str]) -> None:
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [11 * 60 + 58, 12 * 60 + 4])
        row = audit_rows(runtime, only, silent)[0][-1]

        assert (row["dt"], row["attempts"], row["unattempted"], row["balances"]) == ("2024-05-31", 1, 5, True)
