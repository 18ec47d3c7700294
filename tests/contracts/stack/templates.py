"""The templates that are judged: of every stage, of stages with other options, and of a project of many sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from millrace.infra.stack.deployment import Deployment, ScheduledSource, StackDefinitions
from millrace.infra.stack.packaged.artefacts import Artefacts
from millrace.infra.stack.template import SynthesisedStack, synthesise
from millrace.infra.stages.reading import read_stage
from millrace.infra.stages.stage import NetworkOptions, Stage
from millrace.lake.datasets import CrawledDataset, FileFormat
from millrace.project.folder import shipped_folder
from millrace.settings import STAGES
from tests.shipped import PROJECT
from tests.unit.glue_workflow.compilers.graphs import BRANCHES, ITEMS, ON_GLUE, ROUNDS, graph, python

ARTEFACTS = Artefacts("artefacts", "poll-1a2b3c.zip", "job-1a2b3c.zip", "wheels-1a2b3c.zip", "glue_job-1a2b3c.py")
KEY = "arn:aws:kms:ap-southeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PERSON = "arn:aws:iam::123456789012:role/grafana"


TOPIC = "arn:aws:sns:eu-west-1:123456789012:people"


def shipped_stage(name: str) -> Stage:
    return read_stage(name, shipped_folder())


def _stages() -> dict[str, Stage]:
    prod, dev = shipped_stage("prod"), shipped_stage("dev")
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    return {
        **{name: shipped_stage(name) for name in STAGES},
        "dev, everything by a key of one's own": replace(
            dev,
            lake=replace(dev.lake, kms_key=KEY, bucket="some-lake"),
            access=replace(dev.access, grafana=PERSON, permissions_boundary=boundary, role_prefix="team-"),
            api_keys={"rainfall": "ssm:/feeds/rain", "taxi_availability": "secretsmanager:feeds/taxis"},
            alerts=replace(dev.alerts, notify=("sns:own", f"sns:{TOPIC}"), notify_from="ssm:webhooks"),
            tags={"team": "feeds", "cost center": "12/3"},
        ),
        "prod, shared roles and fused jobs": replace(
            prod,
            access=replace(prod.access, roles="shared", grafana=PERSON),
            athena=replace(prod.athena, named_queries=True),
            workflow=replace(prod.workflow, jobs="fused", glue_version="5.1"),
            alerts=replace(prod.alerts, emails=("on-call@example.org",)),
        ),
        "staging, by a key of the stack's own": replace(
            shipped_stage("staging"),
            lake=replace(dev.lake, kms_key="own"),
            workflow=replace(dev.workflow, crawler=True, metrics=True),
            access=replace(dev.access, grafana=PERSON),
        ),
        "prod, jobs and a source in a VPC": replace(
            prod,
            network=NetworkOptions(
                "vpc-0a1b2c3d4e5f60718",
                (
                    "subnet-0a1b2c3d:ap-southeast-1a",
                    "subnet-1a1b2c3d:ap-southeast-1b",
                    "subnet-2a1b2c3d:ap-southeast-1b",
                ),
                ("rtb-0a1b2c3d",),
                ("sg-0a1b2c3d",),
                ("rainfall",),
                ("monitoring",),
            ),
            api_keys={"rainfall": "ssm:/feeds/rain", "taxi_availability": "ssm:/feeds/taxis"},
            alerts=replace(prod.alerts, notify=("sns:own",), notify_from="secretsmanager:webhooks"),
        ),
        "uat, by state machines": replace(
            shipped_stage("uat"),
            workflow=replace(dev.workflow, orchestrator="stepfunctions"),
            alerts=replace(prod.alerts, notify=("sns:own",)),
        ),
        "prod, by state machines and a key of one's own": replace(
            prod,
            lake=replace(prod.lake, kms_key=KEY),
            workflow=replace(prod.workflow, orchestrator="stepfunctions", memory_mb=1024, timeout_seconds=600),
            access=replace(prod.access, roles="shared", role_prefix="team-"),
            alerts=replace(prod.alerts, notify_from="ssm:webhooks", emails=("on-call@example.org",)),
        ),
        "uat, by events": replace(
            shipped_stage("uat"),
            workflow=replace(dev.workflow, orchestrator="events"),
        ),
        "prod, by events and a key of the stack's own": replace(
            prod,
            lake=replace(prod.lake, kms_key="own"),
            workflow=replace(prod.workflow, orchestrator="events", crawler=True, memory_mb=1024, timeout_seconds=600),
            access=replace(prod.access, roles="shared", role_prefix="team-"),
            alerts=replace(prod.alerts, notify=("sns:own",), notify_from="ssm:webhooks"),
        ),
        "test, without orchestrator": replace(
            shipped_stage("test"),
            workflow=replace(dev.workflow, orchestrator="none"),
            ingest=replace(dev.ingest, architecture="x86_64", python="3.13"),
            athena=replace(dev.athena, prepared_statements=False),
        ),
    }


STAGED: Mapping[str, Stage] = _stages()


@cache
def definitions() -> StackDefinitions:
    return StackDefinitions.of(PROJECT)


WITH_DATASETS = "staging, by a key of the stack's own"


@cache
def with_datasets() -> StackDefinitions:
    """The shipped project with datasets whose form a crawler infers."""
    datasets = CrawledDataset("fares", FileFormat.PARQUET), CrawledDataset("reports_in", FileFormat.JSON)
    return replace(definitions(), crawled=datasets)


WITH_GRAPHS = "prod, by state machines and a key of one's own"
WITH_GLUE_JOBS = "prod, by events and a key of the stack's own"
# What Glue can express: jobs side by side, and a schedule in a zone that triggers do not know.
_ON_GLUE = replace(
    graph(
        python("one"),
        python("other"),
        python("last", "one", "other"),
        schedule="cron(0 1 * * ? *)",
        zone="Europe/Berlin",
    ),
    name="nightly",
)
# What state machines can: also a branch, items, rounds, and jobs of Glue.
_GRAPHS = {"branches": BRANCHES, "each_day": ITEMS, "rounds": ROUNDS, "on_glue": ON_GLUE}


@cache
def project_of(name: str) -> StackDefinitions:
    """The shipped project, in some stages with what it has not itself."""
    if name == WITH_DATASETS:
        return replace(with_datasets(), composed=(_ON_GLUE,))
    if name == WITH_GRAPHS:
        composed = tuple(replace(one, name=called, schedule="rate(1 hour)") for called, one in _GRAPHS.items())
        return replace(definitions(), composed=(*composed, _ON_GLUE))
    if name == WITH_GLUE_JOBS:
        return replace(definitions(), composed=(replace(ON_GLUE, name="on_glue", schedule="rate(1 hour)"),))
    return definitions()


@cache
def synthesised_for(name: str) -> SynthesisedStack:
    return synthesise(Deployment(STAGED[name], project_of(name), ARTEFACTS))


def of_many_sources(number: int) -> StackDefinitions:
    """A project of as many sources, each with the workflow of a shipped one."""
    shipped = definitions()
    polls = [one for one in shipped.workflows if one.source == "polls"]
    names = [f"feed_{one:02}" for one in range(number)]
    [like] = [one for one in shipped.workflows if one.name == shipped.polled[0].name]
    return StackDefinitions(
        "many",
        tuple(ScheduledSource(name, "rate(5 minutes)", "Europe/Berlin") for name in names),
        tuple(sorted([*names, "polls"])),
        (*(replace(like, name=name, source=name) for name in names), *polls),
    )


def content(name: str) -> dict[str, Any]:
    return dict(synthesised_for(name).content)


def of_type(resources: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The properties of each resource of a type, such as `Glue::Job`, by logical id."""
    return {title: one["Properties"] for title, one in resources.items() if one["Type"] == f"AWS::{kind}"}


def written(stack: SynthesisedStack, folder: Path) -> Path:
    file = folder / "template.json"
    file.write_text(stack.text)
    return file
