"""The duties of a lake on AWS: what keeps it in order besides polls and runs, each over what `up` and commands call.

A duty is a generator: of what it found, and of None before each part, where it may be stopped with everything before it
whole. What is left then is done the next time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from millrace.errors import JobTimeout, LeaseHeld
from millrace.ingestors.polling.backfill import BackfillSummary
from millrace.ingestors.ports import PollResult
from millrace.schedules.names import Duty, poll_schedule
from millrace.time_keys import stored
from millrace.usecases.audit import audit_lake, days_with_polls
from millrace.usecases.quarantine import waiting_longer
from millrace.usecases.runs import end_dead_run, list_unannounced, overdue_run, why_dead
from millrace.usecases.status import feed_problems
from millrace.usecases.versions import vacuum_parts

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.ingestors.polling.gaps import GapFiller

AUDITED_DAYS = 3  # as many as the daily listing looks at
WAITING = timedelta(hours=1)  # in quarantine, until somebody is told
_JUST_NOW = timedelta(minutes=5)  # an event comes some seconds after what it tells of, and perhaps again
_COMPARED = 80  # characters of an error: a service may cut it

_log = logging.getLogger("millrace.tend")


@dataclass(frozen=True, slots=True)
class DutyFinding:
    """Something that somebody has to look at. `subject`: such as a source; a duty tells of each once."""

    subject: str
    message: str


@dataclass(frozen=True)
class DutyContext:
    """What a duty works on. `filler`: the one of this process; `has_time`: whether a further part can be done.

    `after`: the detail of the service's event after which the duty is done; {}: the clock has it done.
    """

    runtime: Runtime
    filler: Callable[[], GapFiller]
    has_time: Callable[[], bool]
    after: Mapping[str, Any] = field(default_factory=dict)


DutyParts = Generator[DutyFinding | None]


def feeds(context: DutyContext) -> DutyParts:
    runtime = context.runtime
    for source in runtime.polled:
        yield None
        if runtime.switches.is_on(poll_schedule(source.name)):
            yield from (DutyFinding(source.name, problem) for problem in feed_problems(runtime, source))


def gaps(context: DutyContext) -> DutyParts:
    """Of the sources that this process reaches. Raises JobTimeout between two polls once there is no time left."""

    def hurry(summary: BackfillSummary, latest: PollResult | None) -> None:
        if not context.has_time():
            raise JobTimeout(f"{summary.slots - summary.done} slots are left for the next time.")

    context.runtime.secrets.forget()  # a key may have been replaced since this process read it
    filler, unreached = context.filler(), context.runtime.settings.aws.unreached
    for source in context.runtime.polled:
        yield None
        if source.name in unreached:
            _log.info("gaps.left", extra={"source": source.name, "reason": "its feed is reached from a VPC alone"})
        elif source.has_history:
            filler.note_recent_gaps(source)
            summary = filler.fill(source, hurry)
            if summary is not None and summary.failed:
                yield DutyFinding(source.name, f"{summary.failed} of {summary.slots} slots could not be filled")


def runs(context: DutyContext) -> DutyParts:
    """Each run that its execution left under way is ended, which is told as the failure of a run.

    A job or an execution that ended badly, by the event, and that no run tells of, is found.
    """
    has_told = False
    for name, workflow in context.runtime.pipelines.workflows.items():
        yield None
        try:
            ended = end_dead_run(context.runtime, workflow)
        except LeaseHeld as error:  # somebody works on it: what is dead is found the next time
            _log.info("run.waits", extra={"workflow": name, "reason": error.message})
        else:
            if ended is not None:
                has_told = True
                _log.warning("run.ended", extra={"workflow": name, "run_id": ended.run_id, "reason": ended.error})
        if problem := overdue_run(context.runtime, workflow):
            yield DutyFinding(name, problem)
    if context.after and not has_told and not _is_told(context.runtime, context.after):
        yield _bad_end(context.after)


def _is_told(runtime: Runtime, event: Mapping[str, Any]) -> bool:
    """Whether a run that just ended has told of it: one of that execution, one whose error the service was given as the
    reason, or one that was ended since its process had died.
    """
    why, since = _words(event.get("message")), runtime.clock.now() - _JUST_NOW
    newest = [run for name in runtime.pipelines.workflows for run in runtime.runs.runs(name, limit=1)]
    return any(
        run.execution == event.get("executionArn") or _words(run.error)[:_COMPARED] in why or run.error == why_dead(run)
        for run in newest
        if run.error and run.finished_at is not None and run.finished_at > since
    )


def _bad_end(event: Mapping[str, Any]) -> DutyFinding:
    """Of a job of Glue, or of an execution of a state machine."""
    if "executionArn" in event:
        return DutyFinding(
            event["executionArn"], f"the execution ended as {event.get('status')}, and no run tells of it"
        )
    subject = f"{event.get('jobName')} {event.get('jobRunId')}"
    why = f": {event['message']}" if event.get("message") else ""
    return DutyFinding(subject, f"the Glue job ended as {event.get('state')}, and no run tells of it{why}")


def _words(text: object) -> str:
    return " ".join(str(text or "").split())


def quarantine(context: DutyContext) -> DutyParts:
    for source, items in waiting_longer(context.runtime, WAITING).items():
        oldest = items[0]
        since = stored(oldest.quarantined_at)
        yield DutyFinding(source, f"{len(items)} items wait, the oldest since {since} UTC: {oldest.reason}")


def listing(context: DutyContext) -> DutyParts:
    for name, workflow in context.runtime.pipelines.refinements.items():
        yield None
        for day, missed in list_unannounced(context.runtime, workflow).items():
            _log.warning("listed", extra={"workflow": name, "partition": day, "objects": missed})


def audit(context: DutyContext) -> DutyParts:
    for day in reversed(days_with_polls(context.runtime, AUDITED_DAYS)):
        yield None
        for problem in audit_lake(context.runtime, [day], lambda done, of: None, on_record=True).problems:
            subject, _, message = problem.partition(": ")
            yield DutyFinding(subject, message or problem)


def vacuum(context: DutyContext) -> DutyParts:
    for part in vacuum_parts(context.runtime, dry_run=False):
        yield None
        try:
            removed = part()
        except LeaseHeld as error:  # a run is under way: its workflow's turn comes the next time
            _log.info("vacuum.waits", extra={"reason": error.message})
        else:
            sizes = {"objects": sum(len(one.keys) for one in removed), "bytes": sum(one.size for one in removed)}
            _log.info("vacuumed", extra=sizes)


DUTIES: Mapping[Duty, Callable[[DutyContext], DutyParts]] = {
    Duty.FEEDS: feeds,
    Duty.GAPS: gaps,
    Duty.RUNS: runs,
    Duty.QUARANTINE: quarantine,
    Duty.LISTING: listing,
    Duty.AUDIT: audit,
    Duty.VACUUM: vacuum,
}
