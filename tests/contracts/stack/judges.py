"""The judges, each a function from a template to what it refuses, a text each; slow ones take several templates.

`create_calls` are botocore's service models; `firehose` is the tests' double of the stream, with jq's own program;
`schedules` reads cron as EventBridge does; `event_ruler` is what EventBridge matches events with, and `asl_validator`
knows the Amazon States Language. `glue` and `promises`
are rules of ours, guards that what was mended stays so: what Glue's documents say of a workflow, and what Millrace
promises of every deployment. Of the slow ones, `cfn_lint` has CloudFormation's resource schemas and rules, `parliament`
knows IAM's actions, `cdk_nag` has the CDK's classes, validation and rules, and `checkov` rules of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from millrace.errors import DefinitionError
from millrace.infra.judges.judging import Template, aws_models
from millrace.infra.judges.references import resolved
from millrace.schedules.expressions import UTC_ZONE, read_schedule
from tests.contracts.stack.accepted import not_accepted
from tests.contracts.stack.glue_rules import glue
from tests.contracts.stack.outside.asl_validator import asl_validator
from tests.contracts.stack.outside.cdk_nag import cdk_nag
from tests.contracts.stack.outside.cfn_lint import cfn_lint
from tests.contracts.stack.outside.checkov import checkov
from tests.contracts.stack.outside.event_ruler import event_ruler
from tests.contracts.stack.outside.parliament import parliament
from tests.contracts.stack.promises import promises
from tests.doubles.firehose import check_destination

_NOW = datetime(2026, 11, 30, tzinfo=UTC_ZONE)
_RECORD = {"source": "bikes", "dt": "2024-05-30", "hour": "08", "payload": {"source": "x"}}
_KEY = re.compile(r"!\{partitionKeyFromQuery:([^}]*)\}")
_PREFIX = re.compile(r"raw/!\{partitionKeyFromQuery:source\}/dt=!\{partitionKeyFromQuery:dt\}/hour=.*/")


def create_calls(template: Template) -> list[str]:
    return [str(one) for one in aws_models(template)]


def firehose(template: Template) -> list[str]:
    """Every delivery stream: its destination, and its partition keys of one record."""
    return [
        f"{title}: {problem}"
        for title, one in resolved(template).items()
        if one["Type"] == "AWS::KinesisFirehose::DeliveryStream"
        for problem in _destination(one["Properties"]["ExtendedS3DestinationConfiguration"])
    ]


def _destination(given: Mapping[str, Any]) -> Iterator[str]:
    try:
        check_destination(given)
    except (ValueError, KeyError) as error:
        yield f"the double refuses it: {error}"
    if not given.get("DynamicPartitioningConfiguration", {}).get("Enabled"):
        yield "partition keys are not read"
    processors = given.get("ProcessingConfiguration", {}).get("Processors", [])
    parameters = {one["ParameterName"]: one["ParameterValue"] for each in processors for one in each["Parameters"]}
    keys = _jq(parameters.get("MetadataExtractionQuery", ""))
    if keys is None:
        yield "jq cannot run the query"
        return
    wanted = set(_KEY.findall(given["Prefix"]))
    if missing := wanted - {name for name, value in keys.items() if isinstance(value, str) and value}:
        yield f"the query gives no text for {', '.join(sorted(missing))}"
    if surplus := keys.keys() - wanted:
        yield f"the prefix has not the keys {', '.join(sorted(surplus))}"
    if any(keys.get(name) != _RECORD[name] for name in wanted if name in _RECORD):
        yield "a key is not the envelope's own"
    if "AppendDelimiterToRecord" in {one["Type"] for one in processors}:
        yield "records have their own line feed already"
    if not _PREFIX.fullmatch(given["Prefix"]):
        yield "objects would not lie where raw objects are looked for"


def _jq(query: str) -> dict[str, Any] | None:
    """What jq's program makes of one record; as Firehose's, Debian's is version 1.6."""
    program = shutil.which("jq")
    if program is None:
        assert not os.environ.get("CI"), "jq is not installed"
        pytest.skip("jq is not installed")
    done = subprocess.run([program, "-c", query], input=json.dumps(_RECORD), capture_output=True, text=True, timeout=30)
    found = json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None
    return found if isinstance(found, dict) else None


def schedules(template: Template) -> list[str]:
    """Expressions and time zones of schedules and triggers."""
    found = []
    for title, one in resolved(template).items():
        given = one["Properties"]
        if one["Type"] == "AWS::Scheduler::Schedule":
            text, zone = given.get("ScheduleExpression", ""), given.get("ScheduleExpressionTimezone", "UTC")
        elif one["Type"] == "AWS::Glue::Trigger" and "Schedule" in given:
            text, zone = given["Schedule"], "UTC"
            if not text.startswith("cron("):
                found.append(f"{title}: Glue takes cron alone")
        else:
            continue
        try:
            schedule = read_schedule(text, ZoneInfo(zone))
            if schedule.next_after(_NOW) is None:
                found.append(f"{title}: it never comes")
        except (DefinitionError, ZoneInfoNotFoundError, ValueError) as error:
            found.append(f"{title}: {error}")
    return found


JUDGES: Mapping[str, Callable[[Template], list[str]]] = {
    "create_calls": create_calls,
    "firehose": firehose,
    "schedules": schedules,
    "event_ruler": event_ruler,
    "asl_validator": asl_validator,
    "glue": glue,
    "promises": promises,
}

# They take seconds for a template, and are asked about several at once.
SLOW: Mapping[str, Callable[[Sequence[Template]], list[list[str]]]] = {
    "cfn_lint": cfn_lint,
    "parliament": parliament,
    "cdk_nag": cdk_nag,
    "checkov": checkov,
}


def findings(judge: str, templates: Sequence[Template]) -> list[list[str]]:
    """What a judge says of each template, also what is accepted."""
    return SLOW[judge](templates) if judge in SLOW else [JUDGES[judge](one) for one in templates]


def refusals(judge: str, templates: Sequence[Template]) -> list[list[str]]:
    """What a judge refuses in each template: what it says, but for what is accepted (`accepted.toml`)."""
    return [not_accepted(judge, said) for said in findings(judge, templates)]
