"""A proxy between a process and AWS, which sees every request of any client, and brings the faults of a plan.

`Faults` does the same through botocore's events, which other clients (Spark's connector for S3, in Java) do not have.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.doubles.faults import IDEMPOTENT, Fault, changes, refused, throttled
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer, forwarded


@dataclass(frozen=True)
class AwsRequest:
    """`number`: from 1, with retries counted. `path`: for S3, `/bucket/key?query`. `operation`: such as
    `dynamodb.GetItem`; for S3, `s3.` and the HTTP method. `copies`: whether it copies an object. `by_jvm`: whether it
    comes from the AWS SDK for Java. `body`: its parameters; for S3 none.
    """

    number: int
    method: str
    path: str
    operation: str
    copies: bool
    by_jvm: bool
    body: bytes = b""

    @property
    def changes(self) -> bool:
        if self.operation.startswith("s3."):
            return self.method not in ("GET", "HEAD")
        return changes(self.operation)


class AwsProxy:
    """Forwards to `url` until it is closed. `requests`: those of the living process, each with its fault.

    `kill` ends the process. The request that is killed, and all later ones, are not forwarded.
    """

    def __init__(self, url: str, plan: Callable[[AwsRequest], Fault], kill: Callable[[], None] = lambda: None) -> None:
        self.requests: list[tuple[AwsRequest, Fault]] = []
        self.kill = kill
        self._plan, self._to = plan, urlsplit(url).netloc
        self._done: dict[bytes, LoopbackResponse] = {}
        self._dead = False
        self._lock = threading.Lock()
        self._server = LoopbackServer(self._respond)
        self.url = self._server.url

    def hit(self, fault: Fault) -> list[AwsRequest]:
        """The requests that had this fault."""
        return [request for request, had in self.requests if had is fault]

    def close(self) -> None:
        self._server.close()

    def _respond(self, asked: LoopbackRequest) -> LoopbackResponse | None:
        request, fault = self._next(asked)
        match fault:
            case Fault.KILLED:
                return None
            case Fault.THROTTLED:
                return LoopbackResponse(*throttled(request.operation))
            case Fault.REFUSED:
                return LoopbackResponse(*refused(request.operation))
        if request.operation in IDEMPOTENT and asked.body in self._done:
            return self._done[asked.body]
        answer = forwarded(self._to, asked.method, asked.path, asked.headers.items(), asked.body)
        if fault is Fault.LOST:
            self._done[asked.body] = answer
            return None
        return answer

    def _next(self, asked: LoopbackRequest) -> tuple[AwsRequest, Fault]:
        with self._lock:
            request = _request(len(self.requests) + 1, asked)
            if self._dead:
                return request, Fault.KILLED
            fault = self._plan(request)
            self.requests.append((request, fault))
            if fault is Fault.KILLED:
                self._dead = True
                self.kill()
            return request, fault


def _request(number: int, asked: LoopbackRequest) -> AwsRequest:
    target = asked.headers.get("X-Amz-Target", "")
    service, _, operation = (target or f"s3.{asked.method}").rpartition(".")
    service = service.removeprefix("AWS").removeprefix("Amazon").partition("_")[0].lower()
    return AwsRequest(
        number,
        asked.method,
        asked.path,
        f"{service}.{operation}",
        copies="x-amz-copy-source" in asked.headers,
        by_jvm="aws-sdk-java" in asked.headers.get("User-Agent", ""),
        body=asked.body if target else b"",
    )
