"""State machines, as their interpreters have them: what is started, what it calls, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from millrace.glue_workflow.compilers.states import ALERTS_TOPIC, JOB_FUNCTION, PARTITION
from tests.contracts import aws
from tests.doubles.lambda_runtime import LambdaAnswer

_NAMES = {
    PARTITION: "aws",
    JOB_FUNCTION: f"arn:aws:lambda:{aws.REGION}:123456789012:function:millrace-uat-jobs:1",
    ALERTS_TOPIC: f"arn:aws:sns:{aws.REGION}:123456789012:millrace-uat-alerts",
}


class CalledFunction(Protocol):
    """The function of jobs."""

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer: ...


@dataclass(frozen=True)
class EndedExecution:
    """`error`, `cause`: of one that failed."""

    arn: str
    status: str
    error: str
    cause: str


class StateMachines(Protocol):
    """An interpreter of the language. `told`: the messages that its machines published."""

    @property
    def told(self) -> list[str]: ...

    def started(self, compiled: Mapping[str, Any], start: Mapping[str, Any]) -> str:
        """The ARN of an execution of a compiled workflow; a state machine of its own."""

    def ended(self, execution: str) -> EndedExecution:
        """Once it has."""


@dataclass
class CalledServices:
    """What machines call: the function, and the topic, whose messages are `told`."""

    function: CalledFunction
    told: list[str] = field(default_factory=list)

    def invoke(self, name: str, payload: Mapping[str, Any]) -> LambdaAnswer:
        assert name == _NAMES[JOB_FUNCTION]
        return self.function(payload)

    def publish(self, topic: str, message: str) -> None:
        assert topic == _NAMES[ALERTS_TOPIC]
        self.told.append(message)


def deployed_text(compiled: Mapping[str, Any]) -> str:
    """The definition, byte for byte but for the stack's names."""
    text = json.dumps(compiled)
    for name, value in _NAMES.items():
        text = text.replace(f"${{{name}}}", value)
    return text
