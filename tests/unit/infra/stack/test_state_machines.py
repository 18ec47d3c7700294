"""A stage whose workflows run on Step Functions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.compilers.step_functions import StepFunctions
from millrace.infra.entrypoints.protocol_calls import protocol_call
from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.reading import parsed_stage
from millrace.settings import STAGES
from tests.contracts.stack.judges import JUDGES, refusals
from tests.contracts.stack.templates import ARTEFACTS, content, definitions, of_type, shipped_stage

STAGE = "uat, by state machines"
MOST_ALARMS, MOST_METRICS_OF_AN_ALARM = 10, 10


def by_state_machines(name: str, **options: Any) -> Deployment:
    stage = shipped_stage(name)
    workflow = replace(stage.workflow, orchestrator="stepfunctions", **options)
    return Deployment(replace(stage, workflow=workflow), definitions(), ARTEFACTS)


@pytest.mark.parametrize("judge", JUDGES)
def test_every_shipped_stage_is_silent(judge: str) -> None:
    stacks = [synthesise(by_state_machines(name)).content for name in STAGES]

    assert refusals(judge, stacks) == [[]] * len(STAGES)


def test_a_state_machine_is_what_the_compiler_gives_with_the_stacks_names() -> None:
    resources = content(STAGE)["Resources"]
    [version] = [title for title in resources if title.startswith("VersionOfJobs")]
    text = json.dumps(resolved(content(STAGE))["MachineOfRainfall"]["Properties"]["Definition"])
    function = "arn:aws:lambda:ap-southeast-1:123456789012:function:millrace-uat-jobs:1"
    compiled = json.dumps(StepFunctions(timedelta(seconds=900), told_by_end=True).compile(definitions().workflows[1]))
    topic = "arn:aws:sns:ap-southeast-1:123456789012:millrace-uat-alerts"

    for name, value in {"Partition": "aws", "JobFunction": function, "AlertsTopic": topic}.items():
        compiled = compiled.replace(f"${{{name}}}", value)

    assert json.loads(text) == json.loads(compiled)
    assert version in json.dumps(resources["MachineOfRainfall"])


def test_a_start_names_its_scheduled_time_and_is_one_that_begin_reads() -> None:
    target = resolved(content(STAGE))["StartOfRainfall"]["Properties"]["Target"]
    sent = json.loads(target["Input"].replace("<aws.scheduler.scheduled-time>", "2026-11-30T06:30:00Z"))

    call = protocol_call({"call": "begin", "workflow": "rainfall", "execution": "E", "start": sent})

    assert call.start.key == "2026-11-30T06:30:00Z"
    assert target["Arn"].endswith(":stateMachine:millrace_uat_rainfall")


def test_there_is_nothing_of_glue_but_the_catalog() -> None:
    kinds = {one["Type"] for one in content(STAGE)["Resources"].values()}

    assert {one for one in kinds if one.startswith("AWS::Glue")} == {"AWS::Glue::Database", "AWS::Glue::Table"}


@pytest.mark.parametrize("name", STAGES)
def test_alarms_keep_to_their_limits(name: str) -> None:
    alarms = of_type(synthesise(by_state_machines(name)).content["Resources"], "CloudWatch::Alarm")

    assert len(alarms) <= MOST_ALARMS
    looks_at = [sum("MetricStat" in metric for metric in one.get("Metrics", ())) for one in alarms.values()]
    assert max(looks_at, default=0) <= MOST_METRICS_OF_AN_ALARM


def test_what_could_not_be_started_is_looked_at_by_an_alarm() -> None:
    metrics = resolved(content(STAGE))["DeadLetters"]["Properties"]["Metrics"]
    queues = [one["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for one in metrics if "MetricStat" in one]

    assert (
        resolved(content(STAGE))["RunFailures"]["Properties"].get("QueueName", "millrace-runfailures-1a2b3c") in queues
    )


def test_an_orchestrator_that_is_unknown_is_refused_and_those_that_there_are_named(tmp_path: Path) -> None:
    file = tmp_path / "dev.toml"
    file.write_text('region = "ap-southeast-1"\n[workflow]\norchestrator = "airflow"\n')

    with pytest.raises(DefinitionError, match="orchestrator is 'airflow'") as refused:
        parsed_stage(file)
    assert "glue, stepfunctions, events, none" in str(refused.value)
