"""State machines, as their interpreters have them: what is started, what it calls, and how it ended."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from millrace.glue_workflow.compilers.states import ALERTS_TOPIC, GLUE_JOB, JOB_FUNCTION, PARTITION
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


# Makes a job of Glue, by the name that the definition has and the arguments; gives its state, and why it failed.
GlueJobMade = Callable[[str, Mapping[str, str]], tuple[str, str]]


def _no_glue(name: str, arguments: Mapping[str, str]) -> tuple[str, str]:
    raise AssertionError(f"nothing starts the Glue job {name}")


@dataclass
class CalledServices:
    """What machines call: the function, jobs of Glue, and the topic, whose messages are `told`."""

    function: CalledFunction
    told: list[str] = field(default_factory=list)
    glue_job: GlueJobMade = _no_glue

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
    return re.sub(rf"\$\{{{GLUE_JOB}([\w-]+)\}}", r"\1", text)
