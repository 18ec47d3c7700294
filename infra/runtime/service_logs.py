"""What AWS logged of a step of a run: lines of CloudWatch, of the function of jobs and of Glue's jobs.

A step writes a line with the run's id when it begins and when it ends. Where that line is, in a container's stream or
in that of a Glue job's run, is what the step wrote, and what the service wrote about it. Sources: CloudWatch Logs API
reference, FilterLogEvents; Lambda developer guide, "Sending function logs to CloudWatch"; Glue developer guide,
"Logging for AWS Glue jobs".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from millrace.aws.calls import unless_gone

MOST_LINES = 500  # of one step: the last ones
_MOST_PAGES = 20  # of answers to one question
_MOST_STREAMS = 20
_AROUND = timedelta(seconds=10)  # the clocks of a step and of its service differ, and a report comes after the end


@dataclass(frozen=True, slots=True)
class LoggedLine:
    """`place`: the log group and the stream."""

    at: datetime
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class ServiceLog:
    """The lines of a step, oldest first. `groups`: where they were looked for; `is_cut`: whether there are earlier
    ones.
    """

    groups: tuple[str, ...]
    lines: tuple[LoggedLine, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True)
class CloudWatchLogs:
    """The log groups of a stage's jobs. `client`: of CloudWatch Logs."""

    client: Any
    stage: str

    @property
    def groups(self) -> tuple[str, ...]:
        """Those that the stack makes for jobs, and Glue's own, to which a job's standard error goes."""
        jobs = f"millrace-{self.stage}-jobs"
        return f"/aws/lambda/{jobs}", f"/aws-glue/{jobs}", "/aws-glue/jobs/error"

    def of_step(self, run_id: str, since: datetime, until: datetime) -> ServiceLog:
        """The lines between these times. A group that is not there has none. Raises ServiceRefused, ServiceBusy."""
        times = {"startTime": _stamp(since - _AROUND), "endTime": _stamp(until + _AROUND)}
        found: list[LoggedLine] = []
        is_cut = False
        for group in self.groups:
            with unless_gone("logs", group):
                streams = list(dict.fromkeys(one["logStreamName"] for one in self._events(group, times, run_id)))
                for stream in streams[:_MOST_STREAMS]:
                    lines = deque(self._lines(group, times, stream), maxlen=MOST_LINES + 1)
                    is_cut = is_cut or len(lines) > MOST_LINES
                    found += lines
        found.sort(key=lambda line: line.at)
        return ServiceLog(self.groups, tuple(found[-MOST_LINES:]), is_cut or len(found) > MOST_LINES)

    def _lines(self, group: str, times: dict[str, int], stream: str) -> Iterator[LoggedLine]:
        for event in self._events(group, {**times, "logStreamNames": [stream]}):
            at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
            yield LoggedLine(at, f"{group} {stream}", event["message"].rstrip("\n"))

    def _events(self, group: str, asked: dict[str, Any], text: str = "") -> Iterator[dict[str, Any]]:
        """`text`: what the events contain."""
        containing = {"filterPattern": f'"{text}"'} if text else {}
        pages = self.client.get_paginator("filter_log_events").paginate(logGroupName=group, **asked, **containing)
        for number, page in enumerate(pages, start=1):
            yield from page["events"]
            if number == _MOST_PAGES:
                return


def _stamp(at: datetime) -> int:
    return int(at.timestamp() * 1000)
