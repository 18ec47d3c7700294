"""Deaths of processes before calls that change something: plans of them, the proxies that carry them out, and what is
done, and done again by the next process.

Every service has a proxy before it, so the calls are enumerated as they come, whichever client makes them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Generic, TypeVar

from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault
from tests.end_to_end.aws.aws_lake import AwsLake

# Whether the process dies now, given the calls so far that change something; it has not sent the last of them.
Dies = Callable[[Sequence[str]], bool]


class Changes:
    """A plan of faults that notes the calls that change something, in the order in which they come, each with the part
    of what is done that makes it. `part`: whose calls count; by default all.
    """

    def __init__(self, dies: Dies = lambda seen: False, part: str = "") -> None:
        self.seen: list[str] = []
        self.reached = False
        self._dies, self._part, self._now, self._lock = dies, part, "", threading.Lock()

    def enter(self, part: str) -> None:
        self._now = part

    def __call__(self, request: AwsRequest) -> Fault:
        if not request.changes or self._part not in ("", self._now):
            return Fault.NONE
        with self._lock:
            if self.reached:
                return Fault.KILLED
            self.seen.append(f"{self._now} {request.operation}".lstrip())
            self.reached = self._dies(self.seen)
            return Fault.KILLED if self.reached else Fault.NONE


def before(nth: int) -> Dies:
    return lambda seen: len(seen) == nth


def at(places: Iterable[int]) -> Iterator[Changes]:
    for nth in places:
        yield Changes(before(nth))


def everywhere(part: str = "") -> Iterator[Changes]:
    """Plans to die before the first call of a part, the second, and so on; the last is not reached."""
    for nth in count(1):
        plan = Changes(before(nth), part)
        yield plan
        if not plan.reached:
            return


def of_each_kind() -> Iterator[Changes]:
    """Plans to die before the middle one of the calls of each kind: each operation in each part. Two come before: the
    first leaves what a new lake lacks to be made, the second records.
    """
    yield Changes()
    recording = Changes()
    yield recording
    for kind, calls in Counter(recording.seen).items():
        plan = Changes(before_one_of(kind, (calls + 1) // 2))
        yield plan
        assert plan.reached, kind


def before_one_of(kind: str, nth: int) -> Dies:
    return lambda seen: seen[-1] == kind and seen.count(kind) == nth


PlanT = TypeVar("PlanT", bound=Callable[[AwsRequest], Fault])


@dataclass(frozen=True)
class Front(Generic[PlanT]):
    """A lake with a proxy before each of its services."""

    lake: AwsLake
    proxies: tuple[AwsProxy, ...]
    plan: PlanT

    def kill_by(self, kill: Callable[[], None]) -> None:
        for proxy in self.proxies:
            proxy.kill = kill


@contextmanager
def before_all(lake: AwsLake, plan: PlanT) -> Iterator[Front[PlanT]]:
    at = lake.settings.aws
    with ExitStack() as closing_all:

        def front(url: str) -> AwsProxy:
            return closing_all.enter_context(closing(AwsProxy(url, plan)))

        others = {service: front(url) for service, url in at.endpoints.items()}
        aws_itself = front(at.endpoint_url)
        through = replace(
            at, endpoint_url=aws_itself.url, endpoints={service: one.url for service, one in others.items()}
        )
        yield Front(replace(lake, settings=replace(lake.settings, aws=through)), (aws_itself, *others.values()), plan)


def hidden_messages_come_again() -> None:
    """As after the visibility timeout: moto's clock cannot be set, so its messages are."""
    from moto.sqs.models import sqs_backends

    for regions in sqs_backends.values():
        for backend in regions.values():
            for queue in backend.queues.values():
                for message in queue._messages:
                    message.visible_at = 0


class ProcessDied(Exception):
    """The process died."""


# What an orchestrator or a schedule does, and does again after a death. Raises ProcessDied, by the front's kill.
Deed = Callable[[AwsLake, Front[Changes] | None], None]


def survived(deed: Deed, lake: AwsLake, plan: Changes) -> Changes:
    """The deed, in processes that die as planned, and once more where one died."""
    try:
        with before_all(lake, plan) as front:
            deed(lake, front)
    except ProcessDied:
        assert plan.reached, "the process ended by itself"
        hidden_messages_come_again()
        deed(lake, None)
    else:
        assert not plan.reached
    return plan
