"""The function of jobs, packaged, in containers of Lambda's runtime on a lake whose Athena is the local endpoint."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from millrace.settings import EngineName
from tests.doubles.lambda_runtime import LambdaAnswer, LambdaFailed, LambdaProcess
from tests.end_to_end.aws.aws_lake import AwsLake, environment
from tests.end_to_end.aws.orchestrators.trouble import Trouble
from tests.end_to_end.aws.packaged.deaths import before_all
from tests.end_to_end.aws.packaged.functions import PackagedFunction

InPlaceOf = Callable[[Mapping[str, Any]], LambdaAnswer | None]
DIED = LambdaAnswer(True, {"errorType": "Runtime.ExitError", "errorMessage": "the process ended"})


@dataclass
class JobContainers:
    """The function, as it is called: by two callers at once, in two containers. A job in trouble has one of its own.

    `instead`: what is answered in place of a container, None for what is called. `calls`: the jobs, `begin` and `end`.
    """

    function: PackagedFunction
    lake: AwsLake
    trouble: Trouble
    instead: InPlaceOf = lambda call: None
    calls: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: list[LambdaProcess] = field(default_factory=list)

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        self.calls.append(str(event.get("job") or event["call"]))
        if (found := self.instead(event)) is not None:
            return found
        if self.calls[-1] == self.trouble.job:
            return self._troubled(event)
        with self._lock:  # of what is unpacked
            container = self._kept.pop() if self._kept else self._started(self.lake)
        answer = container.invoke(event)
        self._kept.append(container)
        return answer

    def _troubled(self, event: Mapping[str, Any]) -> LambdaAnswer:
        with ExitStack() as closing:
            front = closing.enter_context(before_all(self.lake, self.trouble))
            container = closing.enter_context(self._started(front.lake))
            front.kill_by(container.kill)
            try:
                return container.invoke(event)
            except LambdaFailed:
                return DIED

    def _started(self, lake: AwsLake) -> LambdaProcess:
        return self.function.started(environment(lake, EngineName.ATHENA))

    def close(self) -> None:
        for one in self._kept:
            one.__exit__()
