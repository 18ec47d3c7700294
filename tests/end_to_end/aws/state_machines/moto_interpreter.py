"""moto's interpreter of state machines: it executes what the compiler gives, byte for byte but for the stack's names.

It makes clients of services by one function of its own, and waits before a retry by Python's sleep: `moto_interpreter`
puts the test's function and topic, and a note of each wait, in their place.
"""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol
from unittest.mock import patch

from millrace.glue_workflow.compilers.step_functions import ALERTS_TOPIC, JOB_FUNCTION, PARTITION
from tests.contracts import aws
from tests.doubles.lambda_runtime import LambdaAnswer

_INTERPRETER = "moto.stepfunctions.parser.asl.component"
_TASKS = f"{_INTERPRETER}.state.exec.state_task"
_NAMES = {
    PARTITION: "aws",
    JOB_FUNCTION: f"arn:aws:lambda:{aws.REGION}:123456789012:function:millrace-uat-jobs:1",
    ALERTS_TOPIC: f"arn:aws:sns:{aws.REGION}:123456789012:millrace-uat-alerts",
}
_SECONDS = 300


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


@dataclass
class Orchestration:
    """What the interpreter has called: `told`, the messages that it published; `waits`, the seconds before retries."""

    function: CalledFunction
    told: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def started(self, compiled: Mapping[str, Any], start: Mapping[str, Any]) -> str:
        """The ARN of an execution of a compiled workflow; a state machine of its own."""
        text = json.dumps(compiled)
        for name, value in _NAMES.items():
            text = text.replace(f"${{{name}}}", value)
        client = aws.clients().client("stepfunctions")
        role = "arn:aws:iam::123456789012:role/machines"
        machine = client.create_state_machine(name=f"m{uuid.uuid4().hex}", definition=text, roleArn=role)
        given = {"stateMachineArn": machine["stateMachineArn"], "input": json.dumps(start)}
        return str(client.start_execution(**given, name=uuid.uuid4().hex)["executionArn"])

    def ended(self, execution: str) -> EndedExecution:
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            found = aws.clients().client("stepfunctions").describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return EndedExecution(execution, found["status"], found.get("error", ""), found.get("cause", ""))
            time.sleep(0.1)
        raise AssertionError(f"{execution} does not end")

    def executed(self, compiled: Mapping[str, Any], start: Mapping[str, Any] | None = None) -> EndedExecution:
        return self.ended(self.started(compiled, start or {}))

    def invoke(self, **given: Any) -> dict[str, Any]:
        """As Lambda's API."""
        assert given["FunctionName"] == _NAMES[JOB_FUNCTION]
        answer = self.function(json.loads(given["Payload"]))
        failed = {"FunctionError": "Unhandled"} if answer.failed else {}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer.body).encode()), **failed}

    def publish(self, **given: Any) -> dict[str, Any]:
        """As SNS's API."""
        assert given["TopicArn"] == _NAMES[ALERTS_TOPIC]
        self.told.append(given["Message"])
        return {"MessageId": str(uuid.uuid4())}


@contextmanager
def moto_interpreter(function: CalledFunction) -> Iterator[Orchestration]:
    """State machines of moto are really executed, with this function for each task."""
    from moto.core.config import default_user_config

    aws.endpoint()
    made = Orchestration(function)

    def client_for(**_: Any) -> Orchestration:
        return made

    with (
        patch.dict(default_user_config, {"stepfunctions": {"execute_state_machine": True}}),
        patch(f"{_TASKS}.lambda_eval_utils.boto_client_for", client_for),
        patch(f"{_TASKS}.service.state_task_service_sns.boto_client_for", client_for),
        patch(f"{_INTERPRETER}.common.retry.retrier_decl.time", SimpleNamespace(sleep=made.waits.append)),
    ):
        yield made
