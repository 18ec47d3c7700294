"""Processes that die while Spark writes to S3: before any of its own requests there, and before any of the others.

Spark's are seen by a proxy: botocore's events, by which the same is tested on Athena, tell nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock, SystemClock
from millrace.glue_workflow.versions.retention import RemovalReason
from millrace.settings import EngineName
from millrace.usecases.versions import vacuum
from tests.contracts import aws
from tests.contracts.engines import SPARK_MARKS
from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault
from tests.end_to_end.aws.aws_jobs import (
    FIVE,
    STAGE,
    START,
    Evening,
    ledgers,
    on_athena,
    poll_rain,
    rain,
    rain_of_a_local_run,
    run_in_a_process,
    run_rain,
)
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake

pytestmark = [*SPARK_MARKS]


def sparks(request: AwsRequest) -> bool:
    return request.changes and request.by_jvm


def others(request: AwsRequest) -> bool:
    return request.changes and not request.by_jvm


def uploads(request: AwsRequest) -> bool:
    """What a task has written, to where readers of a folder do not look."""
    return sparks(request) and request.path.endswith(".parquet") and request.method == "PUT" and not request.copies


def commits(request: AwsRequest) -> bool:
    """To its place: S3 knows no rename."""
    return sparks(request) and request.copies and "/_temporary/" not in request.path


def clears(request: AwsRequest) -> bool:
    """What was copied to its place goes from where it was: one object, or several in one request."""
    return sparks(request) and (request.method == "DELETE" or request.path.endswith(("?delete", "?delete=")))


NthRequest = tuple[Callable[[AwsRequest], bool], int]  # the n-th request of a kind


def dies_before(place: NthRequest) -> Callable[[AwsRequest], Fault]:
    (kind, nth), counted = place, count(1)

    def plan(request: AwsRequest) -> Fault:
        return Fault.KILLED if kind(request) and next(counted) == nth else Fault.NONE

    return plan


SOME = [(uploads, 1), (commits, 2), (clears, 1)]
SPARKS_LAST, OTHERS_LAST = (sparks, 31), (others, 73)  # a run makes fewer changes
PLACES = [*((sparks, n) for n in range(1, 32)), *((others, n) for n in range(1, 74, 4))]
EVERY = [pytest.param(PLACES[n : n + 6], id=f"from {n}", marks=pytest.mark.soak) for n in range(0, len(PLACES), 6)]


@pytest.mark.parametrize("places", [pytest.param(SOME, id="some", marks=pytest.mark.soak), *EVERY])
def test_a_process_with_spark_that_dies_loses_nothing(
    feeds: dict[str, str], tmp_path: Path, places: Sequence[NthRequest]
) -> None:
    """It dies again and again, and in the end it does not. Readers have the old rows or the new ones."""
    slots = [START]
    died: list[NthRequest] = []
    with aws_lake(tmp_path / "aws", feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            poll_rain(runtime, START)
            run_rain(runtime, lake)
            rows = len(rain(runtime))
        for place in [*places, None]:
            if rows == len(slots):
                slots.append(slots[-1] - FIVE)
                with lake.runtime() as runtime:
                    poll_rain(runtime, slots[-1])
                    lake.double.deliver(everything=True)
            with closing(AwsProxy(aws.endpoint(), dies_before(place) if place else never)) as proxy:
                ended = run_in_a_process(lake, EngineName.SPARK, "rainfall", proxy=proxy)
            died += [place] if place and not ended else []
            with lake.runtime() as runtime:
                found = rain(runtime)
                assert len(found) == len(slots) or (not ended and len(found) == rows), place
                rows = len(found)
                ledgers(runtime)
        assert garbage(lake) == []
    assert died == SOME or places is not SOME
    assert not {SPARKS_LAST, OTHERS_LAST} & set(died), "then there are more changes, and more places to die at"
    assert found == rain_of_a_local_run(feeds, tmp_path / "local", slots)


def never(request: AwsRequest) -> Fault:
    return Fault.NONE


def garbage(lake: AwsLake) -> list[dict[str, Any]]:
    """What vacuum would find two days later that a run should have removed, or that is on no record."""
    later = ManualClock(SystemClock().now() + timedelta(days=2))
    with replace(lake, clock=later).runtime() as runtime:
        return [
            row for row in vacuum(runtime, dry_run=True) if row["reason"] in (RemovalReason.DEAD, RemovalReason.ORPHAN)
        ]
