"""A stage whose runs events drive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from millrace.environment import load
from millrace.glue_workflow.compilers.event_rules import EventRules
from millrace.infra.entrypoints.router import AskedRun
from millrace.infra.judges.references import resolved
from millrace.infra.runtime.executions import router_name
from millrace.infra.runtime.local import LocalRuntime
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from millrace.settings import STAGES, Settings
from tests.contracts.stack.judges import JUDGES, refusals
from tests.contracts.stack.outside.event_ruler import matches_rule
from tests.contracts.stack.templates import ARTEFACTS, content, definitions, of_type, shipped_stage
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import SLOTS, Evening, rain_of_a_local_run

STAGE = "uat, by events"
MOST_ALARMS, MOST_METRICS_OF_AN_ALARM = 10, 10


def by_events(name: str) -> Deployment:
    stage = shipped_stage(name)
    return Deployment(replace(stage, workflow=replace(stage.workflow, orchestrator="events")), definitions(), ARTEFACTS)


def properties(title: str) -> Any:
    return resolved(content(STAGE))[title]["Properties"]


@pytest.mark.parametrize("judge", JUDGES)
def test_every_shipped_stage_is_silent(judge: str) -> None:
    stacks = [synthesise(by_events(name)).content for name in STAGES]

    assert refusals(judge, stacks) == [[]] * len(STAGES)


def test_rules_are_what_the_compiler_gives_with_the_stacks_names() -> None:
    compiled = json.dumps(EventRules().compile(definitions().workflows[1])["Rules"])
    arn = "arn:aws:lambda:ap-southeast-1:123456789012:function:millrace-uat-jobs"
    expected = json.loads(compiled.replace("${Stage}", "uat").replace("${JobFunctionArn}", arn))

    made = [properties(title) for title in ("JobEndedOfRainfall", "CallFailedOfRainfall")]

    assert [one["EventPattern"] for one in made] == [one["EventPattern"] for one in expected]
    assert [one["Name"] for one in made] == [f"millrace_uat_{one['Name']}" for one in expected]
    targets = [one["Targets"][0]["Arn"] for one in made]
    assert all(one == properties("StartOfRainfall")["Target"]["Arn"] for one in targets)


def test_a_start_names_its_workflow_and_its_scheduled_time() -> None:
    sent = properties("StartOfRainfall")["Target"]["Input"].replace("<aws.scheduler.scheduled-time>", "now")

    asked = json.loads(sent)
    assert AskedRun(asked["workflow"], asked["start"]).workflow == "rainfall"
    assert asked["start"] == {"key": "now"}


def test_the_router_and_the_sweep_start_one_version_of_the_function_of_jobs() -> None:
    resources = content(STAGE)["Resources"]
    started = [
        resources[title]["Properties"]["Environment"]["Variables"]["MILLRACE_AWS_JOB_FUNCTION"]["Ref"]
        for title in ("Router", "Tend")
    ]
    [version] = [title for title in resources if title.startswith("VersionOfJobs")]

    assert started == [version, version]
    found = load(environ=properties("Router")["Environment"]["Variables"])
    assert found.aws.job_function.startswith("arn:aws:lambda:ap-southeast-1:123456789012:function:millrace-uat-jobs:")
    assert properties("Router")["FunctionName"] == router_name("uat")


def test_what_lambda_gives_up_goes_to_the_bus_and_of_the_router_to_the_queue() -> None:
    places = [
        properties(title)["DestinationConfig"]["OnFailure"]["Destination"]
        for title in ("JobsInvocation", "RouterInvocation")
    ]

    assert places[0] == "arn:aws:events:ap-southeast-1:123456789012:event-bus/default"
    assert places[1].startswith("arn:aws:sqs:")


def test_there_is_nothing_of_glue_but_the_catalog_and_no_state_machine() -> None:
    kinds = {one["Type"] for one in content(STAGE)["Resources"].values()}

    assert {one for one in kinds if one.startswith("AWS::Glue")} == {"AWS::Glue::Database", "AWS::Glue::Table"}
    assert not any(one.startswith("AWS::StepFunctions") for one in kinds)
    assert "RunsCutShort" not in content(STAGE)["Resources"], "the router knows of it itself"


def test_people_are_told_once_of_a_run_that_failed() -> None:
    """By a rule, or by the end of the run."""
    stage = replace(by_events("uat").stage, alerts=replace(by_events("uat").stage.alerts, notify=("sns:own",)))
    by_end = synthesise(Deployment(stage, definitions(), ARTEFACTS)).content["Resources"]

    assert "RunsFailed" in content(STAGE)["Resources"]
    assert "RunsFailed" not in by_end


def by_objects(orchestrator: str = "events") -> Deployment:
    """The stage uat, whose rainfall is refined as its objects come."""
    stage, shipped = shipped_stage("uat"), definitions()
    flows = tuple(
        replace(one, on_objects_every_minutes=15) if one.name == "rainfall" else one for one in shipped.workflows
    )
    options = replace(stage.workflow, orchestrator=orchestrator)
    return Deployment(replace(stage, workflow=options), replace(shipped, workflows=flows), ARTEFACTS)


def test_the_bucket_tells_the_bus_only_where_objects_start_a_workflow() -> None:
    def tells(template: Mapping[str, Any]) -> bool:
        told = template["Resources"]["LakeBucket"]["Properties"]["NotificationConfiguration"]
        return "EventBridgeConfiguration" in told

    assert tells(synthesise(by_objects()).content)
    assert not tells(synthesise(by_objects("stepfunctions")).content)
    assert not tells(content(STAGE))


@pytest.mark.parametrize("judge", JUDGES)
def test_a_stage_whose_objects_start_runs_is_silent(judge: str) -> None:
    recorded = {"event_ruler"}  # which knows no object
    assert judge in recorded or refusals(judge, [synthesise(by_objects()).content]) == [[]]


def test_a_raw_object_of_the_source_starts_its_workflow_and_what_a_run_writes_starts_nothing(tmp_path: Path) -> None:
    """By Amazon's own matcher: everything that a poll and a run leave in a lake."""
    resources = resolved(synthesise(by_objects()).content)
    rules = of_type(resources, "Events::Rule")
    bucket = resources["LakeBucket"]["Properties"]["BucketName"]

    def matches(key: str) -> list[str]:
        event = {
            "version": "0",
            "id": "1",
            "account": "123456789012",
            "region": "ap-southeast-1",
            "resources": [],
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}, "reason": "PutObject"},
        }
        text = json.dumps(event)
        return [title for title, one in rules.items() if matches_rule(text, json.dumps(one["EventPattern"]))]

    with shipped_feeds(Evening()) as feeds:
        rain_of_a_local_run(dict(feeds.urls), tmp_path, SLOTS[:2])
    with LocalRuntime(Settings(tmp_path, "simulated")) as runtime:
        keys = [one.key for one in runtime.storage.list("")]
    raw = [key for key in keys if key.startswith("raw/rainfall/")]
    others = [key for key in keys if key not in raw]

    assert {title for key in raw for title in matches(key)} == {"ObjectsOfRainfall"}
    assert any(key.startswith("prod/") for key in others), others
    assert {title for key in others for title in matches(key)} == set()


@pytest.mark.parametrize("name", STAGES)
def test_alarms_keep_to_their_limits(name: str) -> None:
    alarms = of_type(synthesise(by_events(name)).content["Resources"], "CloudWatch::Alarm")

    assert len(alarms) <= MOST_ALARMS
    looks_at = [sum("MetricStat" in metric for metric in one.get("Metrics", ())) for one in alarms.values()]
    assert max(looks_at, default=0) <= MOST_METRICS_OF_AN_ALARM
