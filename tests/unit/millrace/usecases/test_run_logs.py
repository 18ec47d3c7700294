"""Of which jobs `runs show --logs` tells, and what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.errors import UnknownName
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.infra.runtime.local import LocalRuntime
from millrace.infra.runtime.service_logs import LoggedLine, ServiceLog
from millrace.settings import Settings
from millrace.usecases.runs import JobLog, job_log, logged_jobs

NOW = datetime(2024, 5, 30, 12, tzinfo=UTC)
RUN = RunRecord("r1", "bikes", 2, RunState.FAILED, NOW, NOW)
CRAWL = JobRecord("r1", 1, "crawl", RunState.SUCCEEDED, NOW, NOW, log="2 objects")
BROKEN = JobRecord("r1", 2, "days", RunState.FAILED, NOW, NOW, error="no such day", log="read 1\nread 2")
ITEM = replace(CRAWL, job="days[2024-05-30]", attempt=2)


def names(records: list[JobRecord], name: str = "") -> list[str]:
    return [one.job for one in logged_jobs(RUN, records, name)]


def test_without_a_name_the_jobs_that_failed_else_all_are_told_of() -> None:
    assert names([CRAWL, replace(BROKEN, attempt=1), ITEM, BROKEN]) == ["days"]
    assert names([CRAWL, replace(BROKEN, state=RunState.INTERRUPTED)]) == ["days"]
    assert names([CRAWL, ITEM]) == ["crawl", "days[2024-05-30]"]
    assert names([CRAWL, replace(BROKEN, attempt=1), replace(BROKEN, state=RunState.SUCCEEDED)]) == ["crawl", "days"]


def test_a_job_is_told_of_with_its_items_and_an_unknown_one_is_refused() -> None:
    assert names([CRAWL, ITEM, BROKEN], "days") == ["days[2024-05-30]", "days"]
    with pytest.raises(UnknownName, match="dais"):
        names([CRAWL, BROKEN], "dais")


def test_a_process_of_this_machine_has_what_the_run_store_keeps(tmp_path: Path) -> None:
    with LocalRuntime(Settings(tmp_path)) as runtime:
        found = job_log(runtime, RUN, BROKEN)
    assert found.service is None
    assert [row["line"] for row in found.rows()] == ["no such day", "read 1", "read 2"]


def test_lines_of_a_service_come_after_with_their_time_and_place() -> None:
    service = ServiceLog(("group",), (LoggedLine(NOW, "group stream", "Traceback"),))
    *_, last = JobLog(BROKEN, service).rows()
    told = {"job": "days", "attempt": 2, "state": "failed", "at": "2024-05-30 12:00:00"}
    assert last == {**told, "place": "group stream", "line": "Traceback"}
