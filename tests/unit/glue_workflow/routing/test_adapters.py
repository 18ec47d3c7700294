"""The router's adapters on AWS: events on the bus, and invocations of the function of jobs."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from millrace.errors import ServiceBusy
from millrace.glue_workflow.routing.eventbridge import JOB_CHANGED, RUN_CHANGED, BusStateChanges
from millrace.glue_workflow.routing.glue_jobs import EndedJobRun, JobsOfGlue, ended_job_run
from millrace.glue_workflow.routing.lambda_jobs import LambdaJobs
from millrace.glue_workflow.routing.ports import RoutedCall, StateChange
from millrace.infra.entrypoints.glue_job import GlueArguments
from tests.contracts import aws
from tests.doubles.spy import Spy
from tests.unit.glue_workflow.compilers.graphs import ON_GLUE

CHANGE = StateChange("rainfall", "r1", 1, "failed", job="crawl", error="it broke")
CALL = RoutedCall("rainfall", "events:rainfall/k", "r1", 1, "crawl", 2, "arn:aws:lambda:x:1:function:jobs:7")


@dataclass
class _Invoked:
    """In place of Lambda's client."""

    given: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **given: Any) -> dict[str, Any]:
        self.given.append(given)
        return {"StatusCode": 202}


def test_a_change_is_an_event_of_its_stage_on_the_default_bus() -> None:
    """It reaches a queue by a rule with the pattern that the stack has."""
    events, sqs = aws.clients().client("events"), aws.clients().client("sqs")
    queue = sqs.create_queue(QueueName="changes")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    detail = {"stage": ["uat"], "workflow": ["rainfall"]}
    pattern = {"source": ["millrace"], "detail-type": [JOB_CHANGED], "detail": detail}
    events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": arn}])

    for stage, change in (("dev", CHANGE), ("uat", CHANGE), ("uat", StateChange("rainfall", "r1", 1, "failed"))):
        BusStateChanges(events, stage).announce(change)

    [message] = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    sent = json.loads(message["Body"])["detail"]
    assert sent == {"stage": "uat", **msgspec.to_builtins(CHANGE)}
    assert RUN_CHANGED != JOB_CHANGED


def test_an_event_that_the_bus_did_not_take_is_an_error() -> None:
    """The answer is HTTP 200."""
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}]}
    client = Spy(aws.clients().client("events"), {"put_events": lambda real, **given: refused})

    with pytest.raises(ServiceBusy, match="did not take an event: ThrottlingException: slow down"):
        BusStateChanges(client, "uat").announce(CHANGE)


def test_a_call_is_an_asynchronous_invocation_of_the_version_that_the_run_began_with() -> None:
    client = _Invoked()

    LambdaJobs(client, "arn:aws:lambda:x:1:function:jobs:8").start(CALL)

    [given] = client.given
    assert (given["FunctionName"], given["InvocationType"]) == (CALL.by, "Event")
    assert msgspec.json.decode(given["Payload"], type=RoutedCall) == CALL


class TestJobsOfGlue:
    """`large` is made by Glue."""

    @staticmethod
    def started(call: RoutedCall) -> tuple[list[Any], _Invoked]:
        """The runs of the job of Glue, and what Lambda was given."""
        glue, lambdas = aws.clients().glue, _Invoked()
        name = f"millrace_uat{uuid.uuid4().hex}_graph-large"
        stage = name.removeprefix("millrace_").removesuffix("_graph-large")
        glue.create_job(Name=name, Role="r", Command={"Name": "glueetl", "ScriptLocation": "s3://b/k"})

        JobsOfGlue(glue, stage, {"graph": ON_GLUE}.__getitem__, LambdaJobs(lambdas, "arn:jobs:7")).start(call)

        return list(glue.get_job_runs(JobName=name)["JobRuns"]), lambdas

    def test_a_job_that_says_so_is_a_run_of_a_job_of_glue_which_is_given_the_call(self) -> None:
        call = msgspec.structs.replace(CALL, workflow="graph", job="large")
        [run], lambdas = self.started(call)

        assert lambdas.given == []
        assert (run["Arguments"]["--workflow"], run["Arguments"]["--job"]) == ("graph", "large")
        assert GlueArguments.of([text for pair in run["Arguments"].items() for text in pair]).call
        ended = ended_job_run(aws.clients().glue, run["JobName"], run["Id"])
        assert ended is not None
        assert ended.call == call

    def test_another_one_is_a_call_of_the_function(self) -> None:
        runs, lambdas = self.started(msgspec.structs.replace(CALL, workflow="graph", job="small"))

        assert (len(runs), len(lambdas.given)) == (0, 1)

    @pytest.mark.parametrize(
        ("run", "error"),
        [
            ({"JobRunState": "SUCCEEDED"}, ""),
            ({"JobRunState": "FAILED", "ErrorMessage": "it broke"}, "FAILED: it broke"),
            ({"JobRunState": "STOPPED"}, "STOPPED: its process died, or was stopped"),
        ],
    )
    def test_glue_says_how_a_run_ended(self, run: dict[str, str], error: str) -> None:
        given = {"Arguments": {"--call": msgspec.json.encode(CALL).decode()}, **run}
        glue: Any = Spy(aws.clients().glue, {"get_job_run": lambda real, **asked: {"JobRun": given}})

        assert ended_job_run(glue, "millrace_uat_prod", "jr_1") == EndedJobRun(CALL, error)

    def test_a_run_that_no_router_started_is_nobodys(self) -> None:
        glue: Any = Spy(
            aws.clients().glue, {"get_job_run": lambda real, **asked: {"JobRun": {"JobRunState": "FAILED"}}}
        )

        assert ended_job_run(glue, "millrace_uat_prod", "jr_1") is None
