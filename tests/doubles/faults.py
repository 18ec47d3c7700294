"""Faults between a process and AWS: throttling, lost answers, and the end of the process between two calls.

botocore's own events report every request just before it is sent.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError


class Fault(Enum):
    NONE = "none"
    THROTTLED = "throttled"  # the service refuses the request with a throttling error
    REFUSED = "refused"  # the service refuses the request: who asks has not the permission
    LOST = "lost"  # the service carries the request out, and its answer never arrives
    KILLED = "killed"  # the process dies before this request is sent, and sends no other


class Killed(BaseException):
    """The death of the process, which nothing catches."""


# By botocore's ClientRequestToken, DynamoDB answers a repeated request as it did the first time; moto does not.
IDEMPOTENT = {"dynamodb.TransactWriteItems"}

_THROTTLED = {"SlowDown", "ThrottlingException", "503"}  # 503: for a HEAD request, whose answer has no body
_CHANGES = ("Create", "Delete", "Put", "Start", "Transact", "Update", "Batch", "Receive")


def changes(operation: str) -> bool:
    """Whether an operation changes anything."""
    verb = operation.partition(".")[2]
    return verb.startswith(_CHANGES) and not verb.startswith("BatchGet")


# The fault for a request, given its number (from 1) and its operation, such as `s3.PutObject`.
Plan = Callable[[int, str], Fault]


class Faults:
    """Faults for the clients of `AwsClients`, by its `watch`. `calls`: the operations requested, with retries; `hit`:
    those that had a fault."""

    def __init__(self, plan: Plan = lambda number, operation: Fault.NONE) -> None:
        self.plan = plan
        self.calls: list[str] = []
        self.hit: list[str] = []
        self._done: dict[Any, AWSResponse] = {}
        self._dead = False
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:
        client.meta.events.register("before-send", partial(self._sending, client))
        without_pauses(client)

    def _sending(self, client: Any, event_name: str, request: Any, **_: Any) -> AWSResponse | None:
        operation = event_name.removeprefix("before-send.")
        fault = self._next(operation)
        match fault:
            case Fault.KILLED:
                raise Killed
            case Fault.LOST:
                self._done[request.body] = client._endpoint.http_session.send(request)
                raise ConnectionClosedError(endpoint_url=request.url)
            case Fault.THROTTLED:
                return _answered(request.url, *throttled(operation))
            case Fault.REFUSED:
                return _answered(request.url, *refused(operation))
        return self._done.get(request.body) if operation in IDEMPOTENT else None

    def _next(self, operation: str) -> Fault:
        with self._lock:
            if self._dead:
                return Fault.KILLED
            self.calls.append(operation)
            fault = self.plan(len(self.calls), operation)
            self._dead = fault is Fault.KILLED
            if fault is not Fault.NONE:
                self.hit.append(operation)
            return fault


def without_pauses(client: Any) -> None:
    """Let botocore retry at once after a fault of the plan; its real pauses would slow the tests down."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"needs-retry.{service}", _again_at_once)


def _again_at_once(response: tuple[Any, dict[str, Any]] | None, caught_exception: Exception | None, **_: Any) -> Any:
    """The pause in seconds; None leaves it to botocore."""
    code = response[1].get("Error", {}).get("Code") if response else ""
    return 0.0 if code in _THROTTLED or isinstance(caught_exception, ConnectionClosedError) else None


class _Body:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._data


def _answered(url: str, status: int, body: bytes) -> AWSResponse:
    return AWSResponse(url, status, HTTPHeaders(), _Body(body))


def throttled(operation: str) -> tuple[int, bytes]:
    """The status and the body with which the service of an operation throttles it."""
    if operation.startswith("s3."):
        return 503, b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
    return 400, json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()


def refused(operation: str) -> tuple[int, bytes]:
    """The status and the body with which the service of an operation refuses who has not the permission."""
    if operation.startswith("s3."):
        return 403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    return 400, json.dumps({"__type": "AccessDeniedException", "message": "not authorized"}).encode()
