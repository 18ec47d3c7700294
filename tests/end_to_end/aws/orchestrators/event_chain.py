"""Events of Lambda and EventBridge: invocations that are queued, made again and given up; and a bus with the rules of
the template, of which Amazon's own event-ruler says which match.

Sources: Lambda developer guide, "Asynchronous invocation", "Capturing records of Lambda asynchronous invocations";
EventBridge API reference, PutEvents.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from urllib.parse import unquote

from millrace.infra.stack.orchestration.events import JOB_ENDED_OF
from tests.contracts.stack.outside.event_ruler import matches_rule
from tests.contracts.stack.templates import of_type
from tests.doubles.lambda_runtime import LambdaAnswer
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse

_TRIES = 3  # an asynchronous invocation is made once, and twice more
_SECONDS = 300
MadeInvocation = Callable[[Mapping[str, Any]], LambdaAnswer]


@dataclass(frozen=True)
class DeliveredBy:
    """How events come: `copies` of each, `shuffled` with what else waits."""

    copies: int = 1
    shuffled: bool = False


@dataclass(frozen=True)
class RoutedTemplate:
    """The resources of a stack with a router."""

    resources: Mapping[str, Any]

    @cached_property
    def rules(self) -> list[tuple[str, str]]:
        """Of those whose target is the router: the pattern, and what it is given in place of the event, or ""."""
        rules = of_type(self.resources, "Events::Rule")
        router = next(one["Targets"][0]["Arn"] for title, one in rules.items() if title.startswith(JOB_ENDED_OF))
        targets = ((one["EventPattern"], one["Targets"][0]) for one in rules.values())
        return [(json.dumps(pattern), one.get("Input", "")) for pattern, one in targets if one["Arn"] == router]

    @property
    def job_function(self) -> str:
        """The ARN of the version that the router starts."""
        variables = self.resources["Router"]["Properties"]["Environment"]["Variables"]
        return str(variables["MILLRACE_AWS_JOB_FUNCTION"])


@dataclass
class EventChain:
    """The two functions of a template, and what invokes them. `router`, `jobs`: make one invocation of a function."""

    router: MadeInvocation
    jobs: MadeInvocation
    by: DeliveredBy
    template: RoutedTemplate
    _waiting: list[Callable[[], None]] = field(default_factory=list)
    _under_way: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _chance: random.Random = field(default_factory=lambda: random.Random(1))

    def answered(self, request: LoopbackRequest) -> LoopbackResponse:
        """As Lambda and EventBridge answer."""
        if "/invocations" in request.path:
            assert request.headers["X-Amz-Invocation-Type"] == "Event"
            assert unquote(request.path.split("/")[3]) == self.template.job_function
            event = json.loads(request.body)
            self._add(lambda: self._make(event))
            return LoopbackResponse(202, b"")
        assert request.headers["X-Amz-Target"] == "AWSEvents.PutEvents", request.headers
        entries = json.loads(request.body)["Entries"]
        for one in entries:
            self.put({"source": one["Source"], "detail-type": one["DetailType"], "detail": json.loads(one["Detail"])})
        ids = [{"EventId": str(uuid.uuid4())} for _ in entries]
        return LoopbackResponse(200, json.dumps({"FailedEntryCount": 0, "Entries": ids}).encode())

    def start(self, schedule: str, key: str) -> None:
        """A schedule of the template fires for this time."""
        text = self.template.resources[schedule]["Properties"]["Target"]["Input"]
        self.ask(json.loads(text.replace("<aws.scheduler.scheduled-time>", key)))

    def ask(self, event: Mapping[str, Any]) -> None:
        """The router is invoked with this."""
        self._add(lambda: self._route(event))

    def settle(self) -> None:
        """Until nothing waits, and nothing is under way."""
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            with self._lock:
                if not self._waiting and not self._under_way:
                    return
                task = self._waiting.pop(self._place()) if self._waiting else None
                self._under_way += task is not None
            if task is None:
                time.sleep(0.02)
                continue
            try:
                task()
            finally:
                with self._lock:
                    self._under_way -= 1
        raise AssertionError("the chain of events has no end")

    def _place(self) -> int:
        return self._chance.randrange(len(self._waiting)) if self.by.shuffled else 0

    def _add(self, task: Callable[[], None]) -> None:
        with self._lock:
            self._waiting.append(task)

    def put(self, event: Mapping[str, Any]) -> None:
        """An event on the bus: each rule that matches has the router invoked with it."""
        whole = {**_ENVELOPE, "id": str(uuid.uuid4()), **event}
        text = json.dumps(whole)
        for pattern, asked in self.template.rules:
            if matches_rule(text, pattern):
                given = json.loads(asked) if asked else whole
                for _ in range(self.by.copies):
                    self._add(partial(self._route, given))

    def _route(self, event: Mapping[str, Any]) -> None:
        for _ in range(_TRIES):
            if not (answer := self.router(event)).failed:
                return
        raise AssertionError(f"the router fails at {event}: {answer.body}")

    def _make(self, call: Mapping[str, Any]) -> None:
        for _ in range(_TRIES):
            if not (answer := self.jobs(call)).failed:
                return
        detail = {
            "version": "1.0",
            "requestContext": {"functionArn": self.template.job_function, "condition": "RetriesExhausted"},
            "requestPayload": dict(call),
            "responsePayload": answer.body,
        }
        kind = "Lambda Function Invocation Result - Failure"
        self.put({"source": "lambda", "detail-type": kind, "detail": detail})


_ENVELOPE = {"version": "0", "account": "123456789012", "region": "ap-southeast-1", "resources": []}
