"""The Lambda function that does a duty: EventBridge Scheduler calls `handler` with `{"duty": "audit"}`.

It stands here and not with the other handlers, since duties call use cases, as `millrace up` does. A duty stops where
it is whole, a minute before Lambda would end its process; what the engine does is interrupted half a minute later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, cached_property
from typing import Any

import msgspec

# What a runtime imports at its first duty is imported here, at the cold start.
import millrace.athena_sql.engines.athena.catalog_tables
import millrace.athena_sql.engines.athena.engine
import millrace.firehose.firehose_stream
import millrace.firehose.object_quarantine
import millrace.glue_workflow.ledger.audit
import millrace.glue_workflow.ledger.objects
import millrace.glue_workflow.stores.aws.catalog
import millrace.glue_workflow.stores.aws.leases
import millrace.glue_workflow.stores.aws.runs
import millrace.infra.project.workflows
import millrace.ingestors.health.dynamo
import millrace.ingestors.http.shared_reservations
import millrace.notify.selection
import millrace.pending.dynamo
import millrace.schedules.dynamo
import millrace.state.dynamo  # noqa: F401
from millrace.errors import JobTimeout
from millrace.event_input import read_event
from millrace.glue_workflow.run.deadline import deadline
from millrace.glue_workflow.run.job_context import STOP_SECONDS
from millrace.glue_workflow.workflow import Job
from millrace.infra.entrypoints.bundle import packaged_settings
from millrace.infra.entrypoints.metrics import Metric, MetricName, metric_line
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.base import Runtime
from millrace.ingestors.polling.gaps import GapFiller
from millrace.json_logs import log_as_json_lines
from millrace.notify.ports import Event, EventKind
from millrace.schedules.names import Duty
from millrace.service.duties import DUTIES, DutyContext, DutyFinding
from millrace.state.dynamo_keys import DUTY, Key
from millrace.usecases.polls import gap_filler

_LONGEST = timedelta(minutes=15)  # of an invocation of Lambda

_log = logging.getLogger("millrace.tend")


class ScheduledDuty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The event. `after`: the detail of a service's event, such as that of a job of Glue that did not succeed."""

    duty: Duty
    after: dict[str, Any] = {}


@dataclass
class LambdaDuties:
    """The duties of one container, which share a runtime and its connections. `write` is given the lines of metrics."""

    runtime: Runtime
    write: Callable[[str], object] = field(default=print)

    def tend(self, event: Mapping[str, Any], time_left: Callable[[], float]) -> dict[str, Any]:
        """What was found, for the log of a synchronous call. `time_left`: the seconds until this process is ended.

        Raises UsageError for the event, and what the duty raises: an invocation that failed is in no metric.
        """
        asked = _asked(event)
        duty, began = asked.duty, self.runtime.clock.now()
        found, finished = self._done(asked, time_left)
        self._tell_people(duty, found, finished=finished)
        seconds = (self.runtime.clock.now() - began).total_seconds()
        told = {one.subject: one.message for one in found}
        _log.info("tended", extra={"duty": duty.value, "finished": finished, "seconds": seconds, "found": told})
        # What is left for the next time counts, too: a duty that never comes to its end has to be seen.
        metric = Metric(MetricName.FINDINGS, len(found) + (not finished))
        dimensions = {"Stage": self.runtime.settings.aws.stage, "Duty": duty.value}
        self.write(metric_line(dimensions, [metric], self.runtime.clock.now()))
        return {"duty": duty.value, "finished": finished, "found": told}

    @cached_property
    def _filler(self) -> GapFiller:
        return gap_filler(self.runtime, self.runtime.poll_handler())

    def _done(self, asked: ScheduledDuty, time_left: Callable[[], float]) -> tuple[list[DutyFinding], bool]:
        """What was found, and whether the duty came to its end."""
        duty, found = asked.duty, list[DutyFinding]()
        if self.runtime.kind is None and not asked.after:  # nothing was ever polled
            return found, True

        def has_time() -> bool:
            return time_left() > STOP_SECONDS

        context = DutyContext(self.runtime, lambda: self._filler, has_time, asked.after)
        try:
            with (
                deadline(Job(duty.value, timeout=_LONGEST), self.runtime.interrupt, time_left),
                closing(DUTIES[duty](context)) as parts,
            ):
                return found, _collected(parts, found, has_time)
        except JobTimeout as error:
            _log.warning("duty.unfinished", extra={"duty": duty.value, "reason": error.message})
            return found, False
        finally:
            if duty is Duty.GAPS:
                self.runtime.stream.flush(everything=True)

    def _tell_people(self, duty: Duty, found: Sequence[DutyFinding], *, finished: bool) -> None:
        """Of what was not found the last time; what is still there is in the log and the metric alone.

        What a duty did not come to is taken to be as it was.
        """
        key = Key(DUTY, duty.value)
        before = self.runtime.items.get(key)
        known = set(msgspec.json.decode(before, type=list[str])) if before else set()
        subjects = {one.subject for one in found} | (set() if finished else known)
        if subjects == known or not self.runtime.items.swap(key, before, msgspec.json.encode(sorted(subjects))):
            return  # where another invocation wrote meanwhile, it has told
        for one in found:
            if one.subject not in known:
                details = {"duty": duty.value}
                at = self.runtime.clock.now()
                self.runtime.notifier.notify(Event(EventKind.DUTY_FOUND, one.subject, one.message, at, details))


def _collected(parts: Iterator[DutyFinding | None], found: list[DutyFinding], has_time: Callable[[], bool]) -> bool:
    """Whether the parts came to their end; False where no time is left before one."""
    for one in parts:
        if one is not None:
            found.append(one)
        elif not has_time():
            return False
    return True


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls. `context`: its own object, which knows the time that is left."""
    return _duties().tend(event, lambda: context.get_remaining_time_in_millis() / 1000)


@cache
def _duties() -> LambdaDuties:
    log_as_json_lines()
    return LambdaDuties(AwsRuntime(packaged_settings()))


def _asked(event: Mapping[str, Any]) -> ScheduledDuty:
    hint = f"Send a duty: one of {', '.join(Duty)}."
    return read_event(event, ScheduledDuty, what="the event of a duty", hint=hint)
