"""A source that no workflow refines yet: it is polled, kept and audited like the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.polling.backfill import backfill
from millrace.ingestors.polling.history import EnginePollHistory
from millrace.ingestors.ports import DatabaseQuery, FileDrop, Source
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.queries import run_query
from millrace.usecases.schedules import schedule_rows
from millrace.usecases.status import status_rows
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import FILES, write_project
from tests.end_to_end.project.bikes import answer as bikes
from tests.end_to_end.small_lake import NOON, SOURCE, answer
from tests.shipped import PROJECT


def test_its_snapshots_are_pending_and_the_ledger_balances(tmp_path: Path) -> None:
    plain = replace(PROJECT.source(SOURCE), name="plain")
    with serving(answer) as url:
        settings = Settings(home=tmp_path, feed="simulated", source_urls={"plain": url})
        with LocalRuntime(settings, sources={"plain": plain}) as runtime:
            assert runtime.poll_handler().poll(plain, NOON, historical=True).dt == "2024-05-30"
            runtime.stream.flush(everything=True)

            assert run_query(runtime, "SELECT count(*) FROM raw.plain").rows == [(1,)]
            (ledger,), imbalances = audit_rows(runtime, [], lambda done, of: None)
    assert imbalances == []
    assert (ledger["source"], ledger["accepted"], ledger["pending"], ledger["published"]) == ("plain", 1, 1, 0)


def test_what_no_workflow_refines_may_stay_pending_for_ever(tmp_path: Path) -> None:
    """A source of another workflow may not; both are measured in the feed's time, as `status` does."""
    taxis = PROJECT.source(SOURCE)
    sources = {SOURCE: taxis, "plain": replace(taxis, name="plain")}
    clock = ManualClock(NOON + timedelta(minutes=1))
    with serving(answer) as url:
        settings = Settings(home=tmp_path, feed="simulated", source_urls=dict.fromkeys(sources, url))
        with LocalRuntime(settings, feed_clock=clock, sources=sources) as runtime:
            for source in sources.values():
                runtime.poll_handler().poll(source, NOON, historical=True)
            runtime.stream.flush(everything=True)
            assert audit_rows(runtime, [], lambda done, of: None)[1] == []

            clock.set(NOON + timedelta(hours=25, minutes=1))
            runtime.poll_handler().poll(sources["plain"], NOON + timedelta(hours=25), historical=True)
            runtime.stream.flush(everything=True)
            found = audit_rows(runtime, [], lambda done, of: None)[1]
    assert found == [f"{SOURCE} 2024-05-30: pending: for 1 day, 0:59:00, more than 1 day, 0:00:00"]


def test_what_a_broken_workflow_leaves_pending_may_not_wait_for_ever(tmp_path: Path) -> None:
    root = write_project(tmp_path / "bikes", {**FILES, "sql/staging/station.sql": "oops"})
    clock = ManualClock(NOON)
    with serving(bikes, parameter="at") as url:
        settings = Settings(home=tmp_path / "lake", feed="simulated", source_urls={"bikes": url})
        with LocalRuntime(settings, feed_clock=clock, project=Project.find(root)) as runtime:
            for slot in (NOON, NOON + timedelta(hours=25)):
                clock.set(slot)
                runtime.poll_handler().poll(runtime.sources["bikes"], slot, historical=True)
                runtime.stream.flush(everything=True)
            found = audit_rows(runtime, [], lambda done, of: None)[1]
    assert found == ["bikes 2024-05-30: pending: for 1 day, 1:00:00, more than 1 day, 0:00:00"]


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (FileDrop("/srv/drops", "*.json"), "the source 'plain' is a file drop, which cannot be polled yet"),
        (DatabaseQuery("census", "SELECT 1"), "the source 'plain' is a database query, which cannot be polled yet"),
    ],
)
def test_a_source_of_another_origin_is_listed_and_never_polled(
    tmp_path: Path, origin: FileDrop | DatabaseQuery, words: str
) -> None:
    plain = replace(PROJECT.source(SOURCE), name="plain", origin=origin)
    with LocalRuntime(Settings(home=tmp_path), sources={"plain": plain}) as runtime:
        with pytest.raises(UsageError, match=words):
            runtime.poll_handler().poll(plain, NOON)
        with pytest.raises(UsageError, match=r"cannot be asked for past times\. Only .* an HttpFeed is polled"):
            backfill_plain(runtime, plain)

        assert runtime.polled == []
        assert not any("plain" in row["schedule"] for row in schedule_rows(runtime))
        assert [row["source"] for row in status_rows(runtime)[0]] == ["plain", "polls"]
        assert run_query(runtime, "SELECT count(*) FROM raw.plain").rows == [(0,)]
        assert audit_rows(runtime, [], lambda done, of: None) == ([], [])


def backfill_plain(runtime: LocalRuntime, plain: Source) -> None:
    history = EnginePollHistory(runtime.engine)
    backfill(runtime.poll_handler(), plain, NOON, NOON, plain.interval, history=history)
