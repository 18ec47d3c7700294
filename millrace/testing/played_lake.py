"""A lake of a project, in a folder of its own, into which one source's feed is played over HTTP on loopback.

A good poll, and every fault, with another good poll after each that delivered something. Then the feed stands still, is
polled around the source's local midnight, and answers days late. Then the source's workflow runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from millrace.clock import ManualClock
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.refinement import Refinement
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.http.fetcher import Fetcher
from millrace.ingestors.http.rate_budget import NO_LIMIT
from millrace.ingestors.ports import Outcome, PollResult, Source
from millrace.ingestors.simulator.feed import FeedRequest, FeedResponse, Misbehaviour, SimulatedFeed
from millrace.ingestors.simulator.server import Simulator
from millrace.ingestors.simulator.simulation import SimulatedSnapshots
from millrace.notify.recording import RecordingNotifier
from millrace.settings import Settings
from millrace.testing.faults import FAULTS, good, snapshot_of
from millrace.usecases.audit import LakeAudit, audit_lake
from millrace.usecases.runs import run_workflow

GOOD, STANDING_STILL, MIDNIGHT, LATE = "good", "standing_still", "midnight", "late"
LATE_DAYS = 3
_MIDDLE = 12  # o'clock, when the story begins


@dataclass
class PlayedLake:
    """`results` and `told` (kinds of events): by the scene's name, in order."""

    project: Project
    source: Source
    runtime: LocalRuntime
    began: datetime
    results: dict[str, list[PollResult]] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)

    @property
    def polls(self) -> list[PollResult]:
        return [one for results in self.results.values() for one in results]

    @property
    def smallest_day(self) -> str:
        """The partition with the fewest snapshots, among those that have any."""
        return min(Counter(one.dt for one in self.polls if one.dt).items(), key=lambda one: one[1])[0]

    @cached_property
    def workflow(self) -> Refinement | None:
        """The source's workflow, if its project has one."""
        found = (one for one in self.runtime.pipelines.refinements.values() if one.source == self.source.name)
        return next(found, None)

    @cached_property
    def run(self) -> RunRecord | None:
        return self.rerun(full=False)

    def rerun(self, *, full: bool = True) -> RunRecord | None:
        """A run of the source's workflow; None without one."""
        if self.workflow is None:
            return None
        return run_workflow(self.runtime, self.workflow.name, [], full=full, progress=lambda _: None)

    @cached_property
    def audited(self) -> LakeAudit:
        """The audit after the first run."""
        _ = self.run
        return audit_lake(self.runtime, [], lambda done, of: None)

    def ledger(self, term: str) -> int:
        """A term's sum over all partitions."""
        return sum(getattr(ledger, term) for ledger in self.audited.ledgers if ledger.source == self.source.name)


@contextmanager
def played(
    project: Project, source: Source, snapshots: SimulatedSnapshots, day: datetime, folder: Path
) -> Iterator[PlayedLake]:
    """The lake after all polls; `day`: the time of a recorded response, which gives the story's date."""
    began = day.astimezone(source.timezone).replace(hour=_MIDDLE, minute=0, second=0, microsecond=0)
    clock, feed_clock, told = ManualClock(began), ManualClock(began), RecordingNotifier()
    play = _Play(began)
    feed = SimulatedFeed(source, snapshots, feed_clock, misbehaviours=[play])
    with Simulator({source.name: feed}) as simulator:
        settings = Settings(home=folder, feed="simulated", source_urls=simulator.urls)
        with LocalRuntime(settings, clock=clock, feed_clock=feed_clock, notifier=told, project=project) as runtime:
            lake = PlayedLake(project, source, runtime, began)
            _Player(lake, clock, feed_clock, told, play).play()
            yield lake


@dataclass
class _Play:
    """What the feed does now, from scene to scene. `before`: the time of the last good snapshot."""

    before: datetime
    now: Misbehaviour = good

    def __call__(self, request: FeedRequest, response: FeedResponse) -> FeedResponse:
        return self.now(request, response)


@dataclass(frozen=True)
class _Player:
    lake: PlayedLake
    clock: ManualClock
    feed_clock: ManualClock
    told: RecordingNotifier
    play_now: _Play

    def play(self) -> None:
        source = self.lake.source
        self.good_poll()
        for name, fault in FAULTS.items():
            if fault.why_not(source):
                continue
            self.next(name, fault.make(source, self.play_now.before), fault.fetcher and fault.fetcher())
            if self.lake.results[name][-1].outcome is Outcome.DELIVERED:
                self.good_poll()
        self.good_poll()
        for _ in range(source.still_polls):
            self.next(STANDING_STILL, snapshot_of(lambda request: self.play_now.before))
        midnight = self._midnight()
        self.at(MIDNIGHT, midnight - timedelta(seconds=1))
        self.at(MIDNIGHT, midnight)
        self.next(LATE, snapshot_of(lambda request: self.lake.began - timedelta(days=LATE_DAYS)))
        self.good_poll()
        self.lake.runtime.stream.flush(everything=True)
        self.clock.set(self.feed_clock.now())

    def good_poll(self) -> None:
        self.next(GOOD)
        self.play_now.before = self.feed_clock.now()

    def next(self, scene: str, misbehaviour: Misbehaviour = good, fetcher: Fetcher | None = None) -> None:
        self.at(scene, self.feed_clock.now() + self.lake.source.interval, misbehaviour, fetcher)

    def at(
        self, scene: str, instant: datetime, misbehaviour: Misbehaviour = good, fetcher: Fetcher | None = None
    ) -> None:
        self.clock.set(instant)
        self.feed_clock.set(instant)
        self.play_now.now = misbehaviour
        events = len(self.told.events)
        handler = self.lake.runtime.poll_handler(NO_LIMIT, fetcher=fetcher)
        self.lake.results.setdefault(scene, []).append(handler.poll(self.lake.source, instant))
        self.lake.told.setdefault(scene, []).extend(event.kind for event in self.told.events[events:])

    def _midnight(self) -> datetime:
        """The next local midnight, as an instant."""
        zone = self.lake.source.timezone
        tomorrow = (self.feed_clock.now() + timedelta(seconds=2)).astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time.min, zone).astimezone(UTC)
