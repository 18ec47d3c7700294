"""A deployment while a run is under way: the run ends, nothing is lost, and the next one publishes all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from millrace.errors import RetryLater
from millrace.infra.entrypoints.node import ALL, make_node
from millrace.infra.entrypoints.protocol_calls import ProtocolCalls
from millrace.infra.runtime.local import LocalRuntime
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, expected, imbalances, lake_at, poll_minutes, seen

BEFORE, AFTER = "1a2b3c", "4d5e6f"


def calls(runtime: LocalRuntime) -> ProtocolCalls:
    return ProtocolCalls(runtime, write=lambda line: None)


def test_nodes_of_two_releases_do_not_make_one_run(tmp_path: Path) -> None:
    with (
        serving(answer) as url,
        lake_at(tmp_path, url) as lake,
        LocalRuntime(replace(lake.settings, release=BEFORE)) as before,
        LocalRuntime(replace(lake.settings, release=AFTER)) as after,
    ):
        poll_minutes(lake, [1, 2])
        lake.stream.flush(everything=True)
        for job in ("crawl", "delete", "create_parquet"):
            assert make_node(calls(before), SOURCE, "wr_1", job).state == "running"
        with pytest.raises(RetryLater, match=rf"of release {BEFORE}, and this process has .* of release {AFTER}\."):
            make_node(calls(after), SOURCE, "wr_1", "quality_check")

        [ended] = lake.runs.runs(SOURCE)
        assert (ended.state, ended.release) == ("failed", BEFORE)
        assert imbalances(lake) == []

        done = make_node(calls(after), SOURCE, "wr_2", ALL)
        assert (done.state, done.release) == ("succeeded", AFTER)
        assert seen(lake) == expected([1, 2])
        assert imbalances(lake) == []
