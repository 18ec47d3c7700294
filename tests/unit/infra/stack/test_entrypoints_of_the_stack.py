"""What the template gives to functions and jobs is what these read: events, arguments, settings."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import msgspec
import pytest

from millrace.environment import load
from millrace.glue_workflow.compilers.glue_triggers import FUSED
from millrace.infra.entrypoints.glue_job import GlueArguments
from millrace.infra.entrypoints.node import ALL
from millrace.infra.entrypoints.poll import ScheduledPoll
from millrace.infra.judges.references import resolved
from millrace.infra.stack.packaged import artefacts
from millrace.schedules.names import Duty
from millrace.service.tend import ScheduledDuty
from millrace.settings import AwsSettings
from tests.contracts.stack.templates import content, definitions

OWN_KEY = "dev, everything by a key of one's own"


def properties(stage: str, title: str) -> Any:
    return resolved(content(stage))[title]["Properties"]


def places(settings: AwsSettings) -> tuple[str, ...]:
    return settings.bucket, settings.state_table, settings.stream_name, settings.workgroup, settings.queue


def expected(stage: str) -> tuple[str, ...]:
    return (
        properties(stage, "LakeBucket")["BucketName"],
        properties(stage, "StateTable")["TableName"],
        properties(stage, "DeliveryStream")["DeliveryStreamName"],
        properties(stage, "JobsWorkgroup")["Name"],
        f"https://sqs.ap-southeast-1.amazonaws.com/123456789012/{properties(stage, 'NewObjects')['QueueName']}",
    )


@pytest.mark.parametrize("stage", ["uat", "prod"])
def test_a_function_finds_what_the_stack_made(stage: str) -> None:
    found = load(environ=properties(stage, "PollOfRainfall")["Environment"]["Variables"])

    assert (found.runtime, found.aws.stage) == ("aws", stage)
    assert places(found.aws) == expected(stage)


def test_secrets_are_named_and_not_given() -> None:
    found = load(environ=properties(OWN_KEY, "PollOfRainfall")["Environment"]["Variables"])

    assert found.api_key_names["rainfall"].name == "/feeds/rain"
    assert found.notify_name is not None
    assert found.api_keys == {}


def test_the_event_of_a_schedule_is_one_that_the_function_reads() -> None:
    text = properties("uat", "ScheduleOfRainfall")["Target"]["Input"]
    sent = json.loads(text.replace("<aws.scheduler.scheduled-time>", "2026-11-30T06:30:00Z"))

    assert msgspec.convert(sent, ScheduledPoll).source == "rainfall"


def test_the_event_of_a_duty_is_one_that_the_function_reads() -> None:
    sent = json.loads(properties("uat", "DutyOfAudit")["Target"]["Input"])

    assert msgspec.convert(sent, ScheduledDuty).duty is Duty.AUDIT


def test_the_function_of_duties_polls_every_source() -> None:
    found = load(environ=properties(OWN_KEY, "Tend")["Environment"]["Variables"])

    assert found.api_key_names.keys() == {"rainfall", "taxi_availability"}


@pytest.mark.parametrize(("stage", "job"), [("uat", "crawl"), ("prod, shared roles and fused jobs", ALL)])
def test_a_glue_job_reads_its_arguments(stage: str, job: str) -> None:
    [action] = properties(stage, "StartTriggerOfRainfall")["Actions"]
    [started] = [one["Properties"] for one in resolved(content(stage)).values() if _has_name(one, action["JobName"])]
    own = {"--WORKFLOW_NAME": "millrace_uat_rainfall", "--WORKFLOW_RUN_ID": "wr_1"}
    given = {**started["DefaultArguments"], **action["Arguments"], **own}

    found = GlueArguments.of([word for pair in given.items() for word in pair])

    assert (found.workflow, found.job, found.execution) == ("rainfall", job, "glue:millrace_uat_rainfall/wr_1")
    assert places(load(environ=found.settings).aws) == expected(stage)


def _has_name(one: Any, name: str) -> bool:
    return bool(one["Type"] == "AWS::Glue::Job" and one["Properties"]["Name"] == name)


def test_handlers_are_there() -> None:
    for handler in artefacts.ZIP_OF:
        module, _, name = handler.rpartition(".")
        assert callable(getattr(import_module(module), name))
    assert FUSED == ALL


def test_every_job_of_a_workflow_has_its_trigger() -> None:
    template = resolved(content("uat"))
    made = [one["Properties"] for one in template.values() if one["Type"] == "AWS::Glue::Trigger"]
    asked = [(one["Actions"][0]["Arguments"]["--workflow"], one["Actions"][0]["Arguments"]["--job"]) for one in made]

    assert sorted(asked) == sorted((flow.name, job.name) for flow in definitions().workflows for job in flow.jobs)
