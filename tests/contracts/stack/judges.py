"""The judges, each a function from a template to what it refuses, a text each.

`create_calls` are botocore's service models; `cfn_lint` has CloudFormation's resource schemas and rules; `firehose` is
the tests' double of the stream, with jq's own program; `schedules` reads cron as EventBridge does; `parliament` knows
IAM's actions. `glue` and `promises` are rules of ours: what Glue's documents say of a workflow, and what Millrace
promises of every deployment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from millrace.errors import DefinitionError
from millrace.infra.stack.access import WILDCARDS
from millrace.infra.stack.limits import MOST_POLICY_BYTES, policy_bytes
from millrace.lake.keys import EXPORTS
from millrace.schedules.expressions import UTC_ZONE, read_schedule
from tests.contracts.stack.calls import calls
from tests.contracts.stack.policies import parliament
from tests.contracts.stack.resolved import REGION, resolved
from tests.contracts.stack.shapes import refused
from tests.doubles.firehose import check_destination

Template = Mapping[str, Any]

_RECORD = {"source": "bikes", "dt": "2024-05-30", "hour": "08", "payload": {"source": "x"}}
_KEY = re.compile(r"!\{partitionKeyFromQuery:([^}]*)\}")
_PREFIX = re.compile(r"raw/!\{partitionKeyFromQuery:source\}/dt=!\{partitionKeyFromQuery:dt\}/hour=.*/")


def create_calls(template: Template) -> list[str]:
    """References to nothing, and what a create call would not take."""
    try:
        resources = resolved(template)
    except KeyError as error:
        return [f"a reference to {error}"]
    found = []
    for title, one in resources.items():
        try:
            made = calls(one["Type"], one["Properties"])
        except KeyError as error:
            found.append(f"{title}: {error} is missing")
            continue
        found += [f"{title}: {problem}" for call in made for problem in refused(*call)]
    return found


def cfn_lint(template: Template) -> list[str]:
    from cfnlint.api import ManualArgs, lint

    matches = lint(json.dumps(template), config=ManualArgs(regions=[REGION]))
    return [f"{_title(match.path)}: {match.rule.id} {match.message}" for match in matches]


def _title(path: list[Any]) -> str:
    return str(path[1]) if len(path) > 1 else ""


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
            if schedule.next_after(_now()) is None:
                found.append(f"{title}: it never comes")
        except (DefinitionError, ZoneInfoNotFoundError, ValueError) as error:
            found.append(f"{title}: {error}")
    return found


def _now() -> Any:
    from datetime import datetime

    return datetime(2026, 11, 30, tzinfo=UTC_ZONE)


def glue(template: Template) -> list[str]:
    """Workflows, triggers and jobs, as Glue's documents say of them."""
    resources = resolved(template)
    triggers = {title: one["Properties"] for title, one in resources.items() if one["Type"] == "AWS::Glue::Trigger"}
    jobs = {
        one["Properties"]["Name"]: one["Properties"] for one in resources.values() if one["Type"] == "AWS::Glue::Job"
    }
    found = [f"{title}: {problem}" for title, one in triggers.items() for problem in _trigger(one, jobs)]
    found += [f"{name}: {problem}" for name, one in jobs.items() for problem in _glue_job(one)]
    found += [f"{name}: {problem}" for name, problem in _graphs(template, triggers)]
    return found


def _trigger(given: Mapping[str, Any], jobs: Mapping[str, Any]) -> Iterator[str]:
    conditions = given.get("Predicate", {}).get("Conditions", [])
    started = {one.get("JobName") for one in given["Actions"]}
    watched = {one.get("JobName") for one in conditions}
    if given["Type"] == "SCHEDULED" and "Schedule" not in given:
        yield "it has no schedule"
    if given["Type"] == "CONDITIONAL" and not conditions:
        yield "it watches nothing"
    if given["Type"] == "CONDITIONAL" and not given.get("StartOnCreation"):
        yield "it is never started"
    if len(conditions) > 1 and "Logical" not in given["Predicate"]:
        yield "several conditions need Logical"
    if any(one.get("LogicalOperator") != "EQUALS" for one in conditions):
        yield "each condition needs LogicalOperator"
    if any("State" not in one for one in conditions):
        yield "each condition needs a state"
    if started & watched:
        yield "it starts what it watches"
    for name in (started | watched) - jobs.keys():
        yield f"there is no job {name}"


def _glue_job(given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("GlueVersion") not in ("5.1", "6.0"):
        yield f"the version {given.get('GlueVersion')} is none that Millrace runs on"
    if "MaxCapacity" in given:
        yield "workers and MaxCapacity exclude each other"
    if given.get("NumberOfWorkers", 0) < 2:
        yield "Spark needs two workers"
    if given.get("WorkerType") == "G.025X":
        yield "G.025X is for streams"
    if given.get("MaxRetries") != 0:
        yield "the run protocol tries again, not Glue"


def _graphs(template: Template, triggers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each trigger of a workflow but one is made after another, and one alone is started by the clock."""
    for name in {one["WorkflowName"] for one in triggers.values()}:
        of_it = [title for title, one in triggers.items() if one["WorkflowName"] == name]
        free = [title for title in of_it if not template["Resources"][title].get("DependsOn")]
        if len(free) != 1:
            yield name, f"{', '.join(free)} are made at the same time"
        if sum(triggers[title]["Type"] == "SCHEDULED" for title in of_it) != 1:
            yield name, "one trigger alone starts it"


def promises(template: Template) -> list[str]:
    """What Millrace promises of every deployment, whatever the stage says."""
    found, known = [], resolved(template)
    for title, one in template["Resources"].items():
        given = known[title]["Properties"]
        rule = _PROMISES.get(one["Type"])
        found += [f"{title}: {problem}" for problem in (rule(one, given) if rule else ())]
        found += [f"{title}: {problem}" for problem in (*_statements(given), *_principals(given))]
        if policy_bytes(one) > MOST_POLICY_BYTES:
            found.append(f"{title}: its policies are too long")
    return found


def _bucket(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if one.get("DeletionPolicy") != "Retain" or one.get("UpdateReplacePolicy") != "Retain":
        yield "it does not outlive the stack"
    if given.get("VersioningConfiguration", {}).get("Status") != "Enabled":
        yield "what is removed cannot be restored"
    if "ObjectEventsPolicy" not in one.get("DependsOn", []):
        yield "S3 tries the topic before it may publish there"
    if list(given.get("PublicAccessBlockConfiguration", {}).values()) != [True] * 4:
        yield "it may be public"
    rules = given["LifecycleConfiguration"]["Rules"]
    if not any("NoncurrentVersionExpiration" in rule and "Prefix" not in rule for rule in rules):
        yield "what is replaced or removed is kept for ever"
    for rule in rules:
        ends = {"ExpirationInDays", "ExpirationDate", "Transitions", "Transition"} & rule.keys()
        if ends and rule.get("Prefix") != f"{EXPORTS}/":
            yield f"the rule {rule['Id']} ends current objects outside of {EXPORTS}/"


def _schedule(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    retry = given["Target"].get("RetryPolicy", {})
    if retry.get("MaximumRetryAttempts", 185) > 2 or retry.get("MaximumEventAgeInSeconds", 86_400) > 60:
        yield "a poll may come in another minute than its own"
    if given["FlexibleTimeWindow"].get("Mode") != "OFF":
        yield "a poll may come in another minute than its own"
    if "<aws.scheduler.scheduled-time>" not in given["Target"].get("Input", ""):
        yield "the event has not the scheduled time"
    if "DeadLetterConfig" not in given["Target"]:
        yield "an event that cannot be sent is lost"


def _invocation(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("MaximumRetryAttempts") != 0 or given.get("MaximumEventAgeInSeconds", 21_600) > 60:
        yield "a failed poll is tried again in another minute than its own"
    if "OnFailure" not in given.get("DestinationConfig", {}):
        yield "a failed poll is told to nobody"


def _state(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if one.get("DeletionPolicy") != "Retain":
        yield "it does not outlive the stack"
    if not given.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
        yield "it cannot be restored"
    if given.get("BillingMode") != "PAY_PER_REQUEST":
        yield "it bills by the hour"


def _raw_table(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    table = given["TableInput"]
    if table["TableType"] == "VIRTUAL_VIEW":
        return
    if [column["Name"] for column in table["StorageDescriptor"]["Columns"]] != ["line"]:
        yield "a payload would not stay as it came"
    if not re.search(r"dt=\$\{dt\}/hour=\$\{hour\}/$", table["Parameters"].get("storage.location.template", "")):
        yield "partitions are looked for elsewhere"
    if not table["Parameters"].get("projection.dt.range", "").endswith(",NOW+1DAYS"):
        yield "a local day may be ahead of UTC's"


def _work_group(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    options = given["WorkGroupConfiguration"]
    if options.get("EngineVersion", {}).get("SelectedEngineVersion") != "Athena engine version 3":
        yield "statements are written for engine 3"
    if not options.get("EnforceWorkGroupConfiguration"):
        yield "whoever asks may write results elsewhere, without encryption"
    if f"/{EXPORTS}/" not in options.get("ResultConfiguration", {}).get("OutputLocation", ""):
        yield "results are never removed"


def _rule(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """As EventBridge reads patterns: fields have lists of values, and tests in them are objects."""
    yield from _pattern(given["EventPattern"], "")


def _pattern(pattern: Mapping[str, Any], place: str) -> Iterator[str]:
    for name, value in pattern.items():
        if isinstance(value, Mapping):
            yield from _pattern(value, f"{place}{name}.")
        elif not isinstance(value, list) or not value:
            yield f"the pattern's {place}{name} is no list of values"
        else:
            tests = [one for one in value if isinstance(one, Mapping)]
            yield from (f"the pattern's {place}{name} has {test}" for test in tests if not test.keys() <= _TESTS)


_TESTS = {"prefix", "suffix", "anything-but", "numeric", "exists", "wildcard", "equals-ignore-case", "cidr"}


def _log_group(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if "RetentionInDays" not in given:
        yield "it is kept for ever"


_PROMISES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[str]]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Lambda::EventInvokeConfig": _invocation,
    "AWS::DynamoDB::Table": _state,
    "AWS::Glue::Table": _raw_table,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Athena::WorkGroup": _work_group,
    "AWS::Events::Rule": _rule,
}


def _statements(given: Mapping[str, Any]) -> Iterator[str]:
    """The statements of roles allow no action on everything but those that have no resource."""
    for policy in given.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement.get("Resource")
            if resources == "*" or (isinstance(resources, list) and "*" in resources):
                yield from (f"{one} on everything" for one in actions if one not in WILDCARDS)
            yield from (f"all of {one}" for one in actions if one.endswith("*"))
        if any(count > 1 for count in Counter(_actions(policy)).values()):
            yield "an action stands twice in a statement"


def _principals(given: Mapping[str, Any]) -> Iterator[str]:
    """The services that are let in are services that there are: IAM takes a misspelt one in some policies."""
    for name in ("PolicyDocument", "AssumeRolePolicyDocument"):
        for statement in given.get(name, {}).get("Statement", []):
            principal = statement.get("Principal", {})
            service = principal.get("Service") if isinstance(principal, Mapping) else None
            if service and service.removesuffix(".amazonaws.com") not in _SERVICES:
                yield f"there is no service {service}"


_SERVICES = {"cloudwatch", "events", "firehose", "glue", "lambda", "s3", "scheduler", "sns"}


def _actions(policy: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for number, statement in enumerate(policy["PolicyDocument"]["Statement"]):
        yield from ((number, action) for action in statement["Action"])


JUDGES: Mapping[str, Callable[[Template], list[str]]] = {
    "create_calls": create_calls,
    "cfn_lint": cfn_lint,
    "firehose": firehose,
    "schedules": schedules,
    "glue": glue,
    "promises": promises,
    "parliament": parliament,
}
