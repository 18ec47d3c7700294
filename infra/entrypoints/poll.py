"""The Lambda function that polls a source: EventBridge Scheduler calls `handler` for each scheduled time.

The event names both: `{"source": "rainfall", "scheduled_time": "2026-11-30T06:30:00Z"}`. The poll is for the
scheduled time, whenever within its minute the schedule fires. What the feed answers is an outcome, and on record. A
poll that cannot make it durable raises DeliveryError, so that its invocation fails.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Annotated, Any

import msgspec

# What a runtime imports at its first poll is imported here, at the cold start.
import millrace.firehose.firehose_stream
import millrace.firehose.object_quarantine
import millrace.ingestors.health.dynamo
import millrace.ingestors.http.retry
import millrace.ingestors.http.shared_reservations
import millrace.ingestors.polling.failed_bodies
import millrace.ingestors.source_check
import millrace.notify.selection
import millrace.project.python_files
import millrace.schedules.dynamo
import millrace.state.dynamo  # noqa: F401
from millrace.event_input import read_event
from millrace.infra.entrypoints.bundle import packaged_settings
from millrace.infra.entrypoints.metrics import Metric, MetricName, metric_line
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.base import Runtime
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.ports import Outcome, PollResult, Source
from millrace.json_logs import log_as_json_lines
from millrace.schedules.names import poll_schedule

_log = logging.getLogger(__name__)

_REFUSED = (401, 403)  # the key may have been replaced since it was read
_METRICS = {
    Outcome.DELIVERED: MetricName.POLLS_DELIVERED,
    Outcome.QUARANTINED: MetricName.POLLS_QUARANTINED,
    Outcome.FAILED: MetricName.POLLS_FAILED,
}


class ScheduledPoll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The event. `scheduled_time` has an offset, as Scheduler's `<aws.scheduler.scheduled-time>`."""

    source: str
    scheduled_time: Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass
class LambdaPolls:
    """The polls of one container, which share a runtime and its connections. `write` is given the lines of metrics."""

    runtime: Runtime
    write: Callable[[str], object] = field(default=print)

    def poll(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The outcome, for the log of a synchronous call. Raises UsageError, SettingError, DeliveryError, LakeError."""
        asked = _asked(event)
        source = self.runtime.project.source(asked.source)
        if not self.runtime.switches.is_on(poll_schedule(source.name)):
            self._tell([], {"Source": source.name, "PollsSkipped": 1})
            return {"source": source.name, "outcome": "skipped"}
        result = self._polled(source, asked.scheduled_time)
        self._tell_result(result, asked)
        return {"source": source.name, "outcome": str(result.outcome), "snapshot_id": result.snapshot_id}

    @cached_property
    def _handler(self) -> PollHandler:
        return self.runtime.poll_handler()

    def _polled(self, source: Source, slot: datetime) -> PollResult:
        result = self._once(source, slot)
        if result.status in _REFUSED and source.name in self.runtime.settings.api_key_names:
            self.runtime.secrets.forget()
            return self._once(source, slot)
        return result

    def _once(self, source: Source, slot: datetime) -> PollResult:
        result = self._handler.poll(source, slot)
        self.runtime.stream.flush(everything=True)
        return result

    def _tell_result(self, result: PollResult, asked: ScheduledPoll) -> None:
        delay = (self.runtime.clock.now() - asked.scheduled_time).total_seconds()
        fields: dict[str, Any] = {"Source": result.source, "PollDelay": delay}
        if result.entities is not None:
            fields["PollEntities"] = result.entities
        self._tell([Metric(_METRICS[result.outcome], 1)], fields)
        _log.info(
            "polled",
            extra={
                "source": result.source,
                "outcome": result.outcome.value,
                "entities": result.entities,
                "reason": result.reason,
            },
        )

    def _tell(self, metrics: list[Metric], fields: Mapping[str, Any]) -> None:
        dimensions = {"Stage": self.runtime.settings.aws.stage}
        self.write(metric_line(dimensions, metrics, self.runtime.clock.now(), fields))


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What Lambda calls."""
    return _polls().poll(event)


@cache
def _polls() -> LambdaPolls:
    log_as_json_lines()
    return LambdaPolls(AwsRuntime(packaged_settings()))


def _asked(event: Mapping[str, Any]) -> ScheduledPoll:
    hint = 'Send {"source": NAME, "scheduled_time": an instant with its offset}.'
    return read_event(event, ScheduledPoll, what="the event of a poll", hint=hint)
