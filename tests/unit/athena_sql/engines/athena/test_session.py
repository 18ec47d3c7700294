"""One query on Athena, against a service that answers as the test says. (Rows and SQL: the contract suite.)"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from millrace.athena_sql.engines.athena.limits import MAX_QUERY_BYTES
from millrace.athena_sql.engines.athena.session import AthenaQueries, AthenaSettings
from millrace.athena_sql.ports import Column, Statement
from millrace.clock import ManualClock
from millrace.errors import LeaseLost, QueryError, RetryLater

pytest.importorskip("botocore", reason="boto3 is not installed (millrace[aws])")
from botocore.exceptions import ClientError

START = datetime(2024, 5, 30, tzinfo=UTC)
ASKED = Statement("your query", "SELECT 1")


class AthenaService:
    """Gives `states` one after the other, the last one for ever. `throttles`: how many starts it throttles. `invalid`:
    the message with which it refuses to stop a query, and to start one if there are no states. `busy_stops`: how many
    stops it throttles."""

    def __init__(
        self, states: Sequence[str], reason: str = "", throttles: int = 0, invalid: str = "", busy_stops: int = 0
    ) -> None:
        self.states, self.reason, self.throttles, self.invalid = list(states), reason, throttles, invalid
        self.busy_stops = busy_stops
        self.started: list[dict[str, Any]] = []
        self.stopped: list[str] = []
        self.pages: list[dict[str, Any]] = []

    def start_query_execution(self, **call: Any) -> dict[str, str]:
        self.started.append(call)
        if len(self.started) <= self.throttles:
            raise self._throttled()
        if self.invalid and not self.states:
            raise self._refusal()
        return {"QueryExecutionId": "q-1"}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        status = {"State": state, "StateChangeReason": self.reason}
        sql = self.started[-1]["QueryString"]
        return {"QueryExecution": {"Query": sql, "Status": status, "Statistics": {"DataScannedInBytes": 1234}}}

    def stop_query_execution(self, **call: str) -> None:
        self.stopped.append(call["QueryExecutionId"])
        if len(self.stopped) <= self.busy_stops:
            raise self._throttled()
        if self.invalid:
            raise self._refusal()

    def get_query_results(self, **call: Any) -> dict[str, Any]:
        return self.pages[int(call.get("NextToken", 0))]

    def _throttled(self) -> ClientError:
        return ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "Rate exceeded"}}, "Start")

    def _refusal(self) -> ClientError:
        return ClientError({"Error": {"Code": "InvalidRequestException", "Message": self.invalid}}, "Start")


class NotedSlots:
    """Slots of which none is free until one has been asked for `busy` times. `asked`: by whom, and "" for each that was
    freed. `on_asked` is called each time.
    """

    def __init__(self, busy: int, on_asked: Callable[[], None] = lambda: None) -> None:
        self.busy, self.on_asked = busy, on_asked
        self.asked: list[str] = []

    def take(self, holder: str) -> bool:
        self.asked.append(holder)
        self.on_asked()
        return len(self.asked) > self.busy

    def free(self, holder: str) -> None:
        assert holder in self.asked
        self.asked.append("")


def queries(
    service: AthenaService, clock: ManualClock, slots: NotedSlots | None = None, **settings: Any
) -> AthenaQueries:
    return AthenaQueries(
        service,  # type: ignore[arg-type]
        AthenaSettings(output="s3://bucket/results/", **settings),
        clock,
        random=lambda: 1.0,
        timer=lambda: clock.now().timestamp(),
        slots=slots,
    )


def test_it_waits_with_growing_pauses_and_counts_what_was_scanned() -> None:
    clock, service = ManualClock(START), AthenaService(["QUEUED", "RUNNING", "RUNNING", "SUCCEEDED"])
    asked = queries(service, clock)
    assert asked.run(ASKED, "SELECT 1") == "q-1"
    assert (clock.now() - START).total_seconds() == pytest.approx(0.1 + 0.2 + 0.4)
    assert (asked.take_scanned(), asked.take_scanned()) == (1234, 0)


def test_a_start_that_is_throttled_is_tried_again_with_the_same_token() -> None:
    service = AthenaService(["SUCCEEDED"], throttles=3)
    queries(service, ManualClock(START)).run(ASKED, "SELECT 1")
    tokens = {call["ClientRequestToken"] for call in service.started}
    assert len(service.started) == 4
    assert len(tokens) == 1
    assert len(tokens.pop()) >= 32, "Athena's minimum"


def test_a_start_that_is_throttled_on_every_try_can_be_retried_later() -> None:
    with pytest.raises(RetryLater, match="AWS throttles"):
        queries(AthenaService(["SUCCEEDED"], throttles=99), ManualClock(START)).run(ASKED, "SELECT 1")


def test_a_query_that_takes_too_long_is_stopped() -> None:
    service = AthenaService(["RUNNING"])
    with pytest.raises(QueryError, match="more than 60 s"):
        queries(service, ManualClock(START), timeout=60).run(ASKED, "SELECT 1")
    assert service.stopped == ["q-1"]


def test_a_stop_that_athena_refuses_does_not_hide_the_timeout() -> None:
    service = AthenaService(["RUNNING"], invalid="query q-1 has ended")
    with pytest.raises(QueryError, match="more than 60 s"):
        queries(service, ManualClock(START), timeout=60).run(ASKED, "SELECT 1")
    assert service.stopped == ["q-1"]


def test_a_query_that_athena_cannot_parse_is_an_error_in_its_words_with_the_line() -> None:
    service = AthenaService([], invalid="line 1:8: mismatched input 'FROM'. Expecting: <expression>")
    with pytest.raises(QueryError) as raised:
        queries(service, ManualClock(START)).run(Statement("your query", "SELECT\nFROM t"), "SELECT FROM t")
    assert str(raised.value) == "your query: mismatched input 'FROM'. Expecting: <expression> (line 2, at `FROM t`)."


def test_a_failure_is_reported_in_athenas_words_with_the_line() -> None:
    """Athena's place is in the text that it got, which is one line, however many the statement has."""
    asked = Statement("your query", "SELECT\n  x,\n  y\nFROM t\nWHERE y > 1")
    for place, message in (
        ("1:8", "your query: TYPE_MISMATCH: no such thing (line 2, at `x, y FROM t AS t WHERE y > 1`)."),
        ("1:11", "your query: TYPE_MISMATCH: no such thing (at `y FROM t AS t WHERE y > 1`)."),
        ("9:9", "your query: TYPE_MISMATCH: no such thing."),
    ):
        service = AthenaService(["FAILED"], f"TYPE_MISMATCH: line {place}: no such thing")
        with pytest.raises(QueryError) as raised:
            queries(service, ManualClock(START)).run(asked, "SELECT x, y FROM t AS t WHERE y > 1")
        assert str(raised.value) == message


def test_a_cancelled_query_is_reported_as_stopped() -> None:
    with pytest.raises(QueryError, match="stopped"):
        queries(AthenaService(["CANCELLED"]), ManualClock(START)).run(ASKED, "SELECT 1")


def test_a_query_that_is_too_long_for_athena_is_refused_before_it_is_sent() -> None:
    service = AthenaService(["SUCCEEDED"])
    with pytest.raises(QueryError, match="fewer partitions"):
        queries(service, ManualClock(START)).run(ASKED, "x" * (MAX_QUERY_BYTES + 1))
    assert service.started == []


@pytest.mark.parametrize(("minutes", "asked", "expected"), [(30, True, True), (30, False, False), (0, True, False)])
def test_results_are_reused_where_it_is_asked_for(minutes: int, asked: bool, expected: bool) -> None:
    service = AthenaService(["SUCCEEDED"])
    queries(service, ManualClock(START), reuse_minutes=minutes).run(ASKED, "SELECT 1", reuse=asked)
    assert ("ResultReuseConfiguration" in service.started[0]) is expected


def test_rows_of_all_pages_become_python_values() -> None:
    kinds = ["varchar", "integer", "decimal", "date", "timestamp", "boolean", "double"]
    info = [{"Name": f"c{n}", "Type": kind, "Precision": 9, "Scale": 2} for n, kind in enumerate(kinds)]
    header = [f"c{n}" for n in range(len(kinds))]
    first = ["Bedok", "7", "1.50", "2024-05-30", "2024-05-30 08:00:00.000", "true", "0.5"]
    service = AthenaService(["SUCCEEDED"])
    service.pages = [
        {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": info}, "Rows": [row(header), row(first)]}, "NextToken": "1"},
        {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": info}, "Rows": [row([None] * len(kinds))]}},
    ]
    result = queries(service, ManualClock(START)).result("q-1")
    assert result.columns[1:3] == (Column("c1", "int"), Column("c2", "decimal(9,2)"))
    assert result.rows == [
        ("Bedok", 7, Decimal("1.50"), date(2024, 5, 30), datetime(2024, 5, 30, 8), True, 0.5),  # noqa: DTZ001
        (None,) * len(kinds),
    ]


def row(texts: Sequence[str | None]) -> dict[str, Any]:
    return {"Data": [{} if text is None else {"VarCharValue": text} for text in texts]}


def test_the_ids_of_queries_are_told_before_they_are_waited_for() -> None:
    service, told = AthenaService(["RUNNING", "SUCCEEDED"]), list[list[str]]()
    asked = queries(service, ManualClock(START))

    def note(query_ids: Sequence[str]) -> None:
        assert len(service.states) == 2, "nobody has asked for its state yet"
        told.append(list(query_ids))

    with asked.noting(note):
        asked.run(ASKED, "SELECT 1")
    service.states = ["SUCCEEDED"]
    asked.run(ASKED, "SELECT 1")
    assert told == [["q-1"]]


def test_a_query_whose_id_cannot_be_noted_is_stopped() -> None:
    service = AthenaService(["RUNNING"])
    asked = queries(service, ManualClock(START))

    def note(_: Sequence[str]) -> None:
        raise LeaseLost("the claim was lost.")

    with pytest.raises(LeaseLost), asked.noting(note):
        asked.run(ASKED, "SELECT 1")
    assert service.stopped == ["q-1"]


def test_a_stop_that_is_throttled_is_sent_again() -> None:
    service = AthenaService(["CANCELLED"], busy_stops=2)
    service.started.append({"QueryString": "SELECT 1"})
    queries(service, ManualClock(START)).settle(["q-1"])
    assert service.stopped == ["q-1"] * 3


def test_queries_of_a_dead_process_are_stopped_and_their_final_state_waited_for() -> None:
    clock, service = ManualClock(START), AthenaService(["RUNNING", "RUNNING", "SUCCEEDED"])
    service.started.append({"QueryString": "SELECT 1"})
    queries(service, clock).settle(["q-1"])
    assert (service.stopped, service.states) == (["q-1"], ["SUCCEEDED"])
    assert clock.now() > START


def test_a_query_waits_until_a_slot_is_free_and_frees_it() -> None:
    clock, slots = ManualClock(START), NotedSlots(3)
    service = AthenaService(["SUCCEEDED"])
    queries(service, clock, slots).run(ASKED, "SELECT 1")
    assert (len(slots.asked), slots.asked[-1], len(set(slots.asked))) == (5, "", 2)
    assert (clock.now() - START).total_seconds() == pytest.approx(0.1 + 0.2 + 0.4)


def test_a_slot_is_renewed_while_its_query_runs_and_freed_when_it_fails() -> None:
    slots = NotedSlots(0)
    with pytest.raises(QueryError, match="more than 100 s"):
        queries(AthenaService(["RUNNING"]), ManualClock(START), slots, timeout=100).run(ASKED, "SELECT 1")
    assert 3 <= slots.asked.count(slots.asked[0]) <= 4
    assert slots.asked[-1] == ""


def test_who_waits_for_a_slot_is_stopped_as_a_query_is() -> None:
    slots = NotedSlots(9, lambda: asked.stop_all() if len(slots.asked) == 2 else None)
    service = AthenaService(["SUCCEEDED"])
    asked = queries(service, ManualClock(START), slots)
    with pytest.raises(QueryError, match="stopped"):
        asked.run(ASKED, "SELECT 1")
    assert (service.started, len(slots.asked)) == ([], 2)


def test_who_waits_starts_no_query_in_the_slot_of_one_that_was_stopped() -> None:
    class StoppedMeanwhile(ManualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            asked.stop_all()

    slots, service = NotedSlots(1), AthenaService(["SUCCEEDED"])
    asked = queries(service, StoppedMeanwhile(START), slots)
    with pytest.raises(QueryError, match="stopped"):
        asked.run(ASKED, "SELECT 1")
    assert (service.started, len(slots.asked)) == ([], 1)


def test_where_no_slot_is_ever_free_it_can_be_tried_later() -> None:
    service = AthenaService(["SUCCEEDED"])
    with pytest.raises(RetryLater, match=r"no query of the stage's jobs has ended for 6\d s"):
        queries(service, ManualClock(START), NotedSlots(999), timeout=60).run(ASKED, "SELECT 1")
    assert service.started == []
