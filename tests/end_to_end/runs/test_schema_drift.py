"""What `crawl` does about a feed that changes its shape, in objects that no poll has let through."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from millrace.firehose.envelope import Snapshot, to_record
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.run_request import Only, RunRequest
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.notify.recording import RecordingNotifier
from millrace.usecases.polls import poll_once
from tests.end_to_end.feed import SINGAPORE, response, serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, expected, imbalances, lake_at, poll_minutes, run, seen
from tests.shipped import PIPELINES

AT = NOON + timedelta(minutes=30)
DAY = "2024-05-30"
COUNT = "$.features[0].properties.taxi_count"
EAST = "$.features[0].geometry.coordinates[0][0]"


def write_by_hand(runtime: LocalRuntime, old: str, new: str) -> str:
    """A raw object whose record has `new` where the feed has `old`; newer than all of its hour."""
    body = response(["[103.8,1.3]"], AT).decode()
    assert old in body
    record = to_record(Snapshot(SOURCE, SINGAPORE, AT, AT, AT, body.replace(old, new).encode()))
    key = RAW_LAYOUT.object(SOURCE, record.dt, record.hour, "zzz-by-hand")
    runtime.storage.put(key, gzip.compress(record.data))
    return key


def run_day(runtime: LocalRuntime, told: RecordingNotifier) -> RunRecord:
    runner = runtime.runner()
    telling = WorkflowRunner(replace(runner.services, notifier=told), runner.leases)
    return telling.run(PIPELINES.workflow(SOURCE), RunRequest(Only((DAY,))))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"taxi_count":1', '"taxi_count":"2549"', f'{COUNT}: declared int, found str ("2549")'),
        ('"taxi_count":1,', "", f"{COUNT}: declared int, found nothing"),
        ("[103.8,1.3]", '["103.8",1.3]', f'{EAST}: declared float, found str ("103.8")'),
    ],
)  # fmt: skip
def test_a_changed_type_stops_the_source_before_staging(tmp_path: Path, old: str, new: str, message: str) -> None:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        before = {table: runtime.catalog.history(table) for table in PIPELINES.workflow(SOURCE).tables}
        key = write_by_hand(runtime, old, new)
        record = run_day(runtime, RecordingNotifier())
        assert record.state == "failed"
        assert record.error.startswith(f"source {SOURCE}: {message} in {key}.")
        assert [job.job for job in runtime.runs.jobs(record.run_id)] == ["crawl"]
        assert {table: runtime.catalog.history(table) for table in PIPELINES.workflow(SOURCE).tables} == before
        assert seen(runtime) == expected([1])
        run(runtime, "polls")  # another source goes on


def test_an_object_that_is_no_record_is_set_aside_and_the_run_goes_on(tmp_path: Path) -> None:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        strange = (b"not gzip", gzip.compress(b"[1]"), gzip.compress(b"{}\n"), gzip.compress(b"{}" * 99)[:-9])
        for number, bytes_ in enumerate(strange):
            runtime.storage.put(RAW_LAYOUT.object(SOURCE, DAY, "12", f"zzz{number}"), bytes_)
            record = run_day(runtime, RecordingNotifier())
            assert record.state == "succeeded", record.error
            assert seen(runtime) == expected([1])
            assert len(list(runtime.quarantine.items(SOURCE))) == number + 1
        assert imbalances(runtime) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [('"healthy"', r'"\ud800"'), ('"crs":{', f'"crs":{{"deep":{"[" * 2000}{"]" * 2000},')],
    ids=["a lone surrogate", "too deep"],
)
def test_a_record_that_cannot_be_read_is_set_aside_and_the_run_goes_on(tmp_path: Path, old: str, new: str) -> None:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        write_by_hand(runtime, old, new)
        record = run_day(runtime, RecordingNotifier())
        assert record.state == "succeeded", record.error
        assert seen(runtime) == expected([1])
        assert [item.code for item in runtime.quarantine.items(SOURCE)] == ["unreadable_record"]
        assert imbalances(runtime) == []


def test_a_number_beyond_a_double_stops_nothing_in_an_unread_field(tmp_path: Path) -> None:
    def odd(asked: datetime | None) -> tuple[int, bytes]:
        status, body = answer(asked)
        digits = b"9" * 1000
        return status, body.replace(b'"taxi_count"', b'"host_id":9085e20999,"serial":%b,"taxi_count"' % digits)

    with serving(odd) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        write_by_hand(runtime, '"taxi_count"', f'"older_than_the_rule":{"9" * 5000},"taxi_count"')
        assert run_day(runtime, RecordingNotifier()).state == "succeeded"
        assert seen(runtime) == [*expected([1]), 1]


def test_a_payload_that_readers_differ_on_is_quarantined_and_holds_nothing_up(tmp_path: Path) -> None:
    def repeated(asked: datetime | None) -> tuple[int, bytes]:
        status, body = answer(asked)
        again = b'"coordinates":[],"coordinates"' if asked and asked.minute == 2 else b'"coordinates"'
        return status, body.replace(b'"coordinates"', again)

    with serving(repeated) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        assert poll_once(runtime, SOURCE, (NOON + timedelta(minutes=2)).isoformat()).result.reason.startswith(
            "duplicate_name: an object has the name 'coordinates' more than once"
        )
        poll_minutes(runtime, [3])
        run(runtime)
        assert seen(runtime) == expected([1, 3])
        assert imbalances(runtime) == []


def test_a_new_field_is_reported_once_and_kept(tmp_path: Path) -> None:
    def wider(asked: datetime | None) -> tuple[int, bytes]:
        status, body = answer(asked)
        return status, body.replace(b'"taxi_count"', b'"updated_by":"x","taxi_count"')

    told = RecordingNotifier()
    with serving(wider) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        first = run_day(runtime, told)
        poll_minutes(runtime, [2])
        second = run_day(runtime, told)
        assert (first.state, second.state) == ("succeeded", "succeeded")
        path = "$.features[].properties.updated_by"
        logs = [runtime.runs.jobs(one.run_id)[0].log for one in (first, second)]
        assert [path in log for log in logs] == [True, False]
        objects = [runtime.storage.get(found.key) for found in runtime.storage.list(f"raw/{SOURCE}/")]
        assert all(b'"updated_by":"x"' in gzip.decompress(one) for one in objects)
        write_by_hand(runtime, '"taxi_count"', '"other":1,"updated_by":2,"taxi_count"')
        third = run_day(runtime, told)
        log = runtime.runs.jobs(third.run_id)[0].log
        assert "$.features[].properties.other" in log
        assert path not in log
        assert told.events == [], "the poll has told it"
