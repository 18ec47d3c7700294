"""moto's interpreter of state machines.

It makes clients of services by one function of its own, and waits before a retry by Python's sleep: `moto_interpreter`
puts the test's services, and no wait, in their place.
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
from typing import Any
from unittest.mock import patch

from tests.contracts import aws
from tests.end_to_end.aws.orchestrators.state_machines import CalledServices, EndedExecution, deployed_text

_INTERPRETER = "moto.stepfunctions.parser.asl.component"
_TASKS = f"{_INTERPRETER}.state.exec.state_task"
_GLUE = f"{_TASKS}.service.state_task_service_glue"
_SECONDS = 300


@dataclass(frozen=True)
class MotoMachines:
    """StateMachines in moto."""

    services: CalledServices
    _job_runs: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def told(self) -> list[str]:
        return self.services.told

    def started(self, compiled: Mapping[str, Any], start: Mapping[str, Any]) -> str:
        client = aws.clients().client("stepfunctions")
        role = "arn:aws:iam::123456789012:role/machines"
        machine = client.create_state_machine(
            name=f"m{uuid.uuid4().hex}", definition=deployed_text(compiled), roleArn=role
        )
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

    def invoke(self, **given: Any) -> dict[str, Any]:
        """As Lambda's API."""
        answer = self.services.invoke(given["FunctionName"], json.loads(given["Payload"]))
        failed = {"FunctionError": "Unhandled"} if answer.failed else {}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer.body).encode()), **failed}

    def start_job_run(self, **given: Any) -> dict[str, Any]:
        """As Glue's API."""
        run_id = f"jr_{uuid.uuid4().hex}"
        self._job_runs[run_id] = self.services.glue_job(given["JobName"], given["Arguments"])
        return {"JobRunId": run_id}

    def get_job_run(self, **given: Any) -> dict[str, Any]:
        """As Glue's API."""
        state, why = self._job_runs[given["RunId"]]
        return {"JobRun": {"Id": given["RunId"], "JobRunState": state, "ErrorMessage": why}}

    def publish(self, **given: Any) -> dict[str, Any]:
        """As SNS's API."""
        self.services.publish(given["TopicArn"], given["Message"])
        return {"MessageId": str(uuid.uuid4())}


@contextmanager
def _jobs_that_are_waited_for() -> Iterator[None]:
    """moto makes what interrupts a wait only for the other pattern of its kind; without it, `.sync` fails."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition

    both = {ResourceCondition.Sync, ResourceCondition.WaitForTaskToken}
    with patch(f"{_GLUE}._SUPPORTED_INTEGRATION_PATTERNS", both):
        yield


@contextmanager
def moto_interpreter(services: CalledServices) -> Iterator[MotoMachines]:
    """State machines of moto are really executed, with these services for their tasks."""
    from moto.core.config import default_user_config

    aws.endpoint()
    made = MotoMachines(services)

    def client_for(**_: Any) -> MotoMachines:
        return made

    with (
        patch.dict(default_user_config, {"stepfunctions": {"execute_state_machine": True}}),
        patch(f"{_TASKS}.lambda_eval_utils.boto_client_for", client_for),
        patch(f"{_TASKS}.service.state_task_service_sns.boto_client_for", client_for),
        patch(f"{_GLUE}.boto_client_for", client_for),
        _jobs_that_are_waited_for(),
        patch(f"{_INTERPRETER}.common.retry.retrier_decl.time", SimpleNamespace(sleep=lambda seconds: None)),
    ):
        yield made
