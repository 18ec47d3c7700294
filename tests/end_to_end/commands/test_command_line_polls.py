"""poll, backfill, simulate and demo, as processes against a feed on loopback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.end_to_end.commands.test_command_line import millrace
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer


@pytest.fixture
def feed() -> Iterator[dict[str, Any]]:
    """The environment that leads to a feed of our own."""
    with serving(answer) as url:
        yield {"MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": url, "MILLRACE_FEED": "simulated"}


def rows(*arguments: str, home: Path, **environment: Any) -> list[dict[str, object]]:
    result = millrace(*arguments, "--home", str(home), "--format", "json", **environment)
    assert "Traceback" not in result.stderr
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_a_poll_says_what_came_and_the_same_again_is_a_duplicate(tmp_path: Path, feed: dict[str, Any]) -> None:
    poll = ["poll", SOURCE, "--at", "2024-05-30T12:03"]
    (first,) = rows(*poll, home=tmp_path, **feed)
    (second,) = rows(*poll, home=tmp_path, **feed)

    assert (first["outcome"], first["entities"], first["dt"]) == ("delivered", 4, "2024-05-30")
    assert first["observed_at"] == "2024-05-30 04:02:58"
    assert second["outcome"] == "duplicate"


def test_a_feed_that_is_not_there_is_an_attempt_and_exit_status_1(tmp_path: Path) -> None:
    with serving(answer) as url:
        pass  # nobody listens there any more
    gone: dict[str, Any] = {"MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": url, "MILLRACE_FEED": "simulated"}
    result = millrace("poll", SOURCE, "--home", str(tmp_path), "--format", "json", **gone)

    (row,) = json.loads(result.stdout)
    assert (result.returncode, row["outcome"]) == (1, "failed")
    assert row["reason"]
    polls = rows("query", "SELECT outcome, tries FROM ops.polls", home=tmp_path)
    assert [row["outcome"] for row in polls] == ["failed"]


def test_a_backfill_skips_what_was_answered_before(tmp_path: Path, feed: dict[str, Any]) -> None:
    def backfill(start: str, end: str) -> dict[str, object]:
        call = ["backfill", SOURCE, "--from", f"2024-05-30T{start}", "--to", f"2024-05-30T{end}", "--rate", "0"]
        (row,) = rows(*call, home=tmp_path, **feed)
        return row

    first, second = backfill("12:00", "12:03"), backfill("12:02", "12:05")

    assert (first["slots"], first["accepted"], first["skipped"]) == (4, 4, 0)
    assert (second["slots"], second["accepted"], second["skipped"]) == (4, 2, 2)


def test_what_is_implausible_is_kept_and_the_exit_status_is_1(tmp_path: Path) -> None:
    def nothing(_: datetime | None) -> tuple[int, bytes]:
        return 200, b'{"api_info":{"status":"healthy"},"message":"no results found"}'

    with serving(nothing) as url:
        environment: dict[str, Any] = {"MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": url, "MILLRACE_FEED": "simulated"}
        result = millrace("poll", SOURCE, "--home", str(tmp_path), **environment)

    assert result.returncode == 1
    (item,) = (tmp_path / "quarantine").rglob("*.json")
    assert json.loads(item.read_text())["code"] == "no_results"
    audit = millrace("audit", "--home", str(tmp_path))
    assert audit.returncode == 0, audit.stderr


def test_simulate_serves_until_its_input_closes() -> None:
    command = [sys.executable, "-m", "millrace", "simulate", "--port", "0", "--exit-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        url = process.stdout.readline().strip()
        with urlopen(f"{url}?date_time=2024-05-30T08:00:00") as response:
            body = json.load(response)
        process.stdin.close()
        assert process.wait(60) == 0
    properties = body["features"][0]["properties"]
    assert properties["taxi_count"] == len(body["features"][0]["geometry"]["coordinates"])


def test_the_demo_goes_from_poll_to_page(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    result = millrace("demo", "--minutes", "5", "--home", str(home))

    assert result.returncode == 0, result.stderr
    assert "The feeds are simulated" in result.stderr
    assert "Snapshots of 2024-05-30: 5 of taxi_availability, 1 of rainfall" in result.stderr
    assert re.search(r"prod\.rainfall +1\n", result.stderr)
    assert "The ledger balances" in result.stderr
    assert "Simulated feed" in (home / "preview.html").read_text()


def test_the_demo_leaves_a_folder_that_is_not_its_own_alone(tmp_path: Path) -> None:
    (tmp_path / ".millrace-demo").mkdir()
    (tmp_path / ".millrace-demo" / "precious.txt").write_text("mine")
    command = [sys.executable, "-m", "millrace", "demo", "--minutes", "1"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert result.returncode == 2
    assert "not a lake of the demo" in result.stderr
    assert (tmp_path / ".millrace-demo" / "precious.txt").read_text() == "mine"


def test_a_backfill_of_the_future_is_refused(tmp_path: Path) -> None:
    times = ["--from", "2024-05-30T08:00", "--to", "2999-05-30T08:00"]
    result = millrace("backfill", SOURCE, *times, "--home", str(tmp_path), MILLRACE_FEED="simulated")

    assert result.returncode == 2
    assert "the last time, 2999-05-30 08:00:00+0800, is in the future" in result.stderr
    assert not (tmp_path / "raw").exists()


def test_a_backfill_whose_responses_are_all_quarantined_has_exit_status_1(tmp_path: Path) -> None:
    with serving(lambda _: (200, b"<html>")) as url:
        result = millrace(
            *["backfill", SOURCE, "--from", "2024-05-30T08:00", "--to", "2024-05-30T08:01", "--home", str(tmp_path)],
            MILLRACE_FEED="simulated",
            MILLRACE_SOURCE_TAXI_AVAILABILITY_URL=url,
        )

    assert result.returncode == 1, result.stderr
