"""What stands before the local Athena endpoint, whose only workgroup is `primary`: it takes queries of any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer, forwarded


@dataclass
class Workgroups:
    """`asked`: the workgroup and the address of results of each query, in their order."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def take(self) -> set[str]:
        """The workgroups of the queries since the last call."""
        found = {name for name, _ in self.asked}
        self.asked.clear()
        return found


@contextmanager
def workgroups(endpoint: str) -> Iterator[Workgroups]:
    """`endpoint`: the address of the endpoint."""
    seen, to = Workgroups(), urlsplit(endpoint).netloc

    def respond(request: LoopbackRequest) -> LoopbackResponse:
        given = json.loads(request.body)
        if "QueryString" in given:
            seen.asked.append((given["WorkGroup"], given["ResultConfiguration"]["OutputLocation"]))
            given["WorkGroup"] = "primary"
        headers = [(name, request.headers[name]) for name in ("Content-Type", "X-Amz-Target")]
        return forwarded(to, "POST", request.path, headers, json.dumps(given).encode())

    with closing(LoopbackServer(respond)) as server:
        seen.url = server.url
        yield seen
