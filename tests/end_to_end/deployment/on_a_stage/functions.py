"""A stand-in of AWS Lambda on loopback: it takes calls of functions, and a test says what they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer

FunctionAnswer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _none(event: Mapping[str, Any]) -> Mapping[str, Any]:
    raise AssertionError("the test says no answer")


@dataclass
class Functions:
    """`called`: the function and the event of each call; what `answer` raises is the function's own error."""

    url: str = ""
    answer: FunctionAnswer = _none
    called: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def respond(self, request: LoopbackRequest) -> LoopbackResponse:
        if request.method == "GET":  # of a function, the versions: none is old
            is_of_versions = request.path.partition("?")[0].endswith("/versions")
            return LoopbackResponse(200, b'{"Versions": []}') if is_of_versions else LoopbackResponse(501, b"{}")
        event = json.loads(request.body)
        self.called.append((request.path.split("/")[3], event))
        try:
            return LoopbackResponse(200, json.dumps(self.answer(event)).encode())
        except Exception as error:  # noqa: BLE001 - as Lambda answers any error of a function
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return LoopbackResponse(200, json.dumps(told).encode(), (("X-Amz-Function-Error", "Unhandled"),))


@contextmanager
def functions() -> Iterator[Functions]:
    seen = Functions()
    with closing(LoopbackServer(seen.respond)) as server:
        seen.url = server.url
        yield seen
