"""A judge of what Millrace promises of every deployment, whatever the stage says, and no other judge looks at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from millrace.glue_workflow.compilers.states import all_states
from millrace.infra.judges.references import ACCOUNT, REGION, resolved
from millrace.infra.stack.access import WILDCARDS
from millrace.infra.stack.limits import MOST_POLICY_BYTES, policy_bytes
from millrace.lake.keys import EXPORTS


def promises(template: Mapping[str, Any]) -> list[str]:
    """Each broken promise, after the name of its resource."""
    found, known = [], resolved(template)
    for title, one in template["Resources"].items():
        given = known[title]["Properties"]
        rule = _PROMISES.get(one["Type"])
        found += [f"{title}: {problem}" for problem in (rule(one, given) if rule else ())]
        found += [f"{title}: {problem}" for problem in (*_statements(given), *_principals(given))]
        if policy_bytes(one) > MOST_POLICY_BYTES:
            found.append(f"{title}: its policies are too long")
    return found + [f"{title}: {problem}" for title, problem in _roles_of_functions(known)]


def _roles_of_functions(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """By the role of a function that is in a VPC Lambda makes its interfaces, if it may delete any at all."""
    inside = {one["Properties"].get("Role") for one in known.values() if "VpcConfig" in one["Properties"]}
    for title, one in known.items():
        name = one["Properties"].get("RoleName", f"millrace-{title.lower()}-1a2b3c")
        if one["Type"] == "AWS::IAM::Role" and f"arn:aws:iam::{ACCOUNT}:role/{name}" in inside:
            allowed = {
                (action, resource)
                for policy in one["Properties"]["Policies"]
                for statement in policy["PolicyDocument"]["Statement"]
                for action in statement["Action"]
                for resource in _listed(statement["Resource"])
            }
            missing = [action for action, resource in _OF_LAMBDA.items() if (action, resource) not in allowed]
            if missing:
                yield title, f"Lambda makes no network interface without {', '.join(missing)}"


_EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
# As the Lambda developer guide has it: some take no resource, and deleting is asked for of every resource.
_OF_LAMBDA = {
    **dict.fromkeys(("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"), "*"),
    "ec2:CreateNetworkInterface": f"{_EC2}:network-interface/*",
    **dict.fromkeys(("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"), f"{_EC2}:network-interface/*"),
    "ec2:DeleteNetworkInterface": f"{_EC2}:*/*",
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _bucket(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if one.get("DeletionPolicy") != "Retain" or one.get("UpdateReplacePolicy") != "Retain":
        yield "it does not outlive the stack"
    if "ObjectEventsPolicy" not in one.get("DependsOn", []):
        yield "S3 tries the topic before it may publish there"
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
    sent = given["Target"].get("Input", "")
    if '"duty"' not in sent and "<aws.scheduler.scheduled-time>" not in sent:
        yield "the event has not the scheduled time"
    if "DeadLetterConfig" not in given["Target"]:
        yield "an event that cannot be sent is lost"
    if not _KEEPS_ITS_CODE.fullmatch(given["Target"]["Arn"]):
        yield "the code that it starts changes under it"


_OF_A_VERSION = r"arn:aws:lambda:[^:]+:\d+:function:[^:]+:\d+"
# `_machine` holds state machines to it; a run of Glue's jobs refuses code that is not what it began with.
_KEEPS_ITS_CODE = re.compile(
    rf"{_OF_A_VERSION}|arn:aws:states:[^:]+:\d+:stateMachine:[^:]+|arn:aws:scheduler:::aws-sdk:glue:startWorkflowRun"
)


def _machine(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    for title, state in all_states(given["Definition"]):
        function = state.get("Parameters", {}).get("FunctionName")
        if function and not re.fullmatch(_OF_A_VERSION, function):
            yield f"the code that {title} calls changes under an execution"


def _version(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if one.get("DeletionPolicy") != "RetainExceptOnCreate" or one.get("UpdateReplacePolicy") != "Retain":
        yield "what has begun on it cannot end on it"


def _invocation(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if given["FunctionName"].endswith(_TRIED_AGAIN):
        if given.get("MaximumRetryAttempts") != 2:
            yield "what may pass by itself ends a run"
        return
    if given.get("MaximumRetryAttempts") != 0 or given.get("MaximumEventAgeInSeconds", 21_600) > 60:
        yield "a failed poll is tried again in another minute than its own"


_TRIED_AGAIN = ("-jobs", "-router")  # calls that do their work once, however often they are made


def _state(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if one.get("DeletionPolicy") != "Retain":
        yield "it does not outlive the stack"
    if given.get("TimeToLiveSpecification") != {"AttributeName": "expires_at", "Enabled": True}:
        yield "items that have expired stay"
    if given.get("BillingMode") != "PAY_PER_REQUEST":
        yield "it bills by the hour"


def _raw_table(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    table = given["TableInput"]
    if table["TableType"] == "VIRTUAL_VIEW":
        return
    if [column["Name"] for column in table["StorageDescriptor"]["Columns"]] != ["line"]:
        yield "a payload would not stay as it came"
    if not table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith(".LazySimpleSerDe"):
        yield "a line would be parsed"
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


def _alarm(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("MetricName") == "Findings" and given.get("TreatMissingData") != "breaching":
        yield "a duty that does not run is told to nobody"


def _key(one: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if one.get("DeletionPolicy") != "Retain" or one.get("UpdateReplacePolicy") != "Retain":
        yield "what it encrypts outlives it"
    if not given.get("EnableKeyRotation"):
        yield "it is never rotated"


_PROMISES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[str]]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::EventInvokeConfig": _invocation,
    "AWS::Lambda::Version": _version,
    "AWS::StepFunctions::StateMachine": _machine,
    "AWS::DynamoDB::Table": _state,
    "AWS::Glue::Table": _raw_table,
    "AWS::Athena::WorkGroup": _work_group,
    "AWS::CloudWatch::Alarm": _alarm,
}


def _statements(given: Mapping[str, Any]) -> Iterator[str]:
    """The statements of roles allow no action on everything but those that have no resource."""
    for policy in given.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement.get("Resource")
            if resources == "*" or (isinstance(resources, list) and "*" in resources):
                yield from (f"{one} on everything" for one in actions if one not in WILDCARDS)
        if any(count > 1 for count in Counter(_actions(policy)).values()):
            yield "an action stands twice in a statement"


def _principals(given: Mapping[str, Any]) -> Iterator[str]:
    """The services that are let in are services that there are: IAM takes a misspelt one in some policies."""
    for name in ("PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy"):
        for statement in given.get(name, {}).get("Statement", []):
            principal = statement.get("Principal", {})
            service = principal.get("Service") if isinstance(principal, Mapping) else None
            if service and service.removesuffix(".amazonaws.com") not in _SERVICES:
                yield f"there is no service {service}"


_SERVICES = {"cloudwatch", "events", "firehose", "glue", "lambda", f"logs.{REGION}", "s3", "scheduler", "sns", "states"}


def _actions(policy: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for number, statement in enumerate(policy["PolicyDocument"]["Statement"]):
        yield from ((number, action) for action in statement["Action"])
