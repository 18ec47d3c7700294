"""`millrace quarantine` and `millrace status` on a lake with a fault in it, and a retry that is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from millrace.errors import UsageError
from millrace.firehose.local_spool import LocalDeliveryStream
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import Outcome
from millrace.ingestors.sources.taxi_availability import SOURCE
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.quarantine import drop_item, list_items, retry_items, show_item
from millrace.usecases.status import status_rows
from tests.end_to_end.feed import response, serving
from tests.end_to_end.small_lake import NOON, imbalances, lake_at, run, seen

FEW = replace(SOURCE, plausibility=replace(SOURCE.plausibility, entities_min=2))
MAINTENANCE = b"<html>We will be back soon</html>"


def answer(asked: datetime | None) -> tuple[int, bytes]:
    """One taxi in minute 1, a page in minute 2, else three taxis."""
    assert asked is not None
    if asked.minute == 2:
        return 200, MAINTENANCE
    count = 1 if asked.minute == 1 else 3
    return 200, response([f"[{103.8 + taxi / 1000:.3f},1.3]" for taxi in range(count)], asked - timedelta(seconds=2))


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Minutes 0 to 2, polled when a snapshot of one taxi did not seem plausible: minutes 1 and 2 are in quarantine."""
    home = tmp_path_factory.mktemp("quarantine") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        handler = runtime.poll_handler()
        outcomes = [handler.poll(FEW, NOON + timedelta(minutes=m), historical=True).outcome for m in range(3)]
        assert outcomes == [Outcome.DELIVERED, Outcome.QUARANTINED, Outcome.QUARANTINED]
    return home


@pytest.fixture
def home(faulty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(faulty, tmp_path / "lake"))


def opened(home: Path) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated"))


def millrace(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "millrace", *arguments, "--home", str(home), "--format", "json"]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


def ids(runtime: LocalRuntime) -> dict[str, str]:
    return {row["code"]: row["item_id"] for row in list_items(runtime, None, None)}


def test_a_retry_after_the_fix_fills_the_gap_and_the_ledger_balances(home: Path) -> None:
    with opened(home) as runtime:
        run(runtime)
        assert seen(runtime) == [3]
        rows, all_delivered = retry_items(runtime, [], None, everything=True)
        assert {row["outcome"] for row in rows} == {"redriven", "waiting"}
        assert not all_delivered
        run(runtime)
        assert seen(runtime) == [3, 1]
        assert [row["state"] for row in list_items(runtime, SOURCE.name, None)].count("waiting") == 1
        counted, off = audit_rows(runtime, [], lambda done, of: None)
    assert off == []
    assert [(row["attempts"], row["quarantined"], row["accepted"], row["published"]) for row in counted] == [
        (4, 2, 2, 2)
    ]


@pytest.mark.parametrize("point", ["spool.before_commit", "spool.committed", "flush.written", "quarantine.written"])
def test_a_retry_that_is_killed_anywhere_is_harmless_to_do_again(home: Path, point: str) -> None:
    with opened(home) as runtime:
        item_id = ids(runtime)["too_few"]
    killed = millrace(home, "quarantine", "retry", item_id, MILLRACE_KILL_AT=point)
    assert killed.returncode == -signal.SIGKILL
    with opened(home) as runtime:
        assert isinstance(runtime.stream, LocalDeliveryStream)
        runtime.stream.recover()
        assert imbalances(runtime) == []
        rows, all_delivered = retry_items(runtime, [item_id], None, everything=False)
        assert all_delivered, rows
        run(runtime)
        assert seen(runtime) == [3, 1]
        counted, off = audit_rows(runtime, [], lambda done, of: None)
    assert off == []
    assert [(row["attempts"], row["duplicate"]) for row in counted] == [(4, 0)], "the same records, not more"


def test_what_is_dropped_stays_in_the_ledger_without_its_bytes(home: Path) -> None:
    with opened(home) as runtime:
        item_id = ids(runtime)["not_json"]
        assert drop_item(runtime, item_id, "maintenance")["state"] == "dropped"
        shown = show_item(runtime, item_id, None)
        assert (shown["note"], shown["bytes"], shown["body"]) == ("maintenance", len(MAINTENANCE), "")
        assert len(shown["sha256"]) == 64
        assert imbalances(runtime) == []
        with pytest.raises(UsageError, match="Its bytes are gone"):
            show_item(runtime, item_id, home / "x")


def test_the_choice_of_items_must_be_plain(home: Path) -> None:
    with opened(home) as runtime:
        none: list[str] = []
        for ids_given, source, everything in ((none, None, False), (["a"], None, True), (none, SOURCE.name, True)):
            with pytest.raises(UsageError, match="exactly one way"):
                retry_items(runtime, ids_given, source, everything=everything)


def test_list_show_and_drop_at_the_command_line(home: Path, tmp_path: Path) -> None:
    listed = json.loads(millrace(home, "quarantine", "list", "--state", "waiting").stdout)
    (page,) = [row for row in listed if row["code"] == "not_json"]
    target = tmp_path / "body"
    (shown,) = json.loads(millrace(home, "quarantine", "show", page["item_id"], "--output", str(target)).stdout)
    assert target.read_bytes() == MAINTENANCE == shown["body"].encode()
    assert shown["attempt_outcome"] == "quarantined"
    dropped = millrace(home, "quarantine", "drop", page["item_id"], "--reason", "maintenance")
    assert json.loads(dropped.stdout)[0]["state"] == "dropped"
    assert millrace(home, "quarantine", "retry", page["item_id"]).returncode == 2


def test_status_tells_of_the_streak_and_exits_with_1_until_it_is_over(home: Path) -> None:
    result = millrace(home, "status")
    rain, taxis, polls = json.loads(result.stdout)
    assert result.returncode == 1
    assert "quarantined, 2 polls since 2024-05-30 04:01:00: not_json" in result.stderr
    assert (taxis["last_snapshot"], taxis["age_seconds"]) == ("2024-05-30 03:59:58", 122)
    assert (taxis["objective_seconds"], taxis["waiting"], taxis["pending"]) == (600, 2, "2024-05-30")
    assert (rain["source"], rain["last_snapshot"], rain["streak"]) == ("rainfall", None, "")
    assert (taxis["last_run"], polls["source"], polls["pending"]) == (None, "polls", "2024-05-30")

    with serving(answer) as url, lake_at(home, url) as runtime:
        handler = runtime.poll_handler()
        handler.poll(SOURCE, NOON + timedelta(minutes=3), historical=True)
        run(runtime)
        (_, taxis, _), problems = status_rows(runtime)
        assert (problems, taxis["streak"], taxis["age_seconds"]) == ([], "", 2)
        assert (taxis["pending"], taxis["last_run_state"]) == ("", "succeeded")

        handler.poll(SOURCE, NOON + timedelta(minutes=62), historical=True)
        _, problems = status_rows(runtime)
        assert "taxi_availability: the last snapshot is 0:59:02 old; the objective is 0:10:00" in problems


def test_simulate_names_the_faults_that_it_knows() -> None:
    command = [sys.executable, "-m", "millrace", "simulate", "--port", "0", "--misbehave", "sulk"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert "unknown misbehaviour 'sulk'" in result.stderr
    assert "standing_still" in result.stderr
