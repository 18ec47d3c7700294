"""event-ruler, the library that EventBridge matches events with: patterns, and what they match.

`.ci/install_event_ruler` installs it. The events are those that AWS documents for Glue, Step Functions and Lambda, and
Millrace's own (EventBridge user guide, "Events from AWS services"; Glue developer guide, "Automating AWS Glue with
EventBridge"; Step Functions developer guide, "Automating Step Functions event delivery"; Lambda developer guide,
"Capturing records of Lambda asynchronous invocations"), with names of this template's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from millrace.infra.judges.references import ACCOUNT, REGION, resolved
from tests.contracts.stack.outside.installed import installed

VERSION = "2.1.0"

_ENVELOPE = {
    "version": "0",
    "id": "abcdef00-1234-5678-9abc-def012345678",
    "source": "aws.glue",
    "account": ACCOUNT,
    "time": "2017-09-07T18:57:21Z",
    "region": REGION,
    "resources": [],
}
_RUN = "jr_abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
_FOREIGN = "somebody-elses"
_OF_JOBS = {"SUCCEEDED": "INFO", "FAILED": "ERROR", "TIMEOUT": "WARN", "STOPPED": "INFO"}  # state to severity
_OF_CRAWLERS = {
    "Started": {"message": "Crawler Started", "startTime": "2017-11-11T01:09:46Z"},
    "Succeeded": {"message": "Crawler Succeeded", "tablesCreated": "0", "tablesUpdated": "0", "runningTime (sec)": "7"},
    "Failed": {"message": "Crawler Failed", "errorMessage": "Internal Service Exception"},
}
_GOOD = {"SUCCEEDED", "Started", "Succeeded"}
# What a rule does with an event, by the service of its target: it tells people; it has the run looked at.
_TELLS, _LOOKS = "sns", "lambda"
ToDo = frozenset[str]


def event_ruler(template: Mapping[str, Any]) -> list[str]:
    """Patterns that are none; events that have to be told and are not, or twice; and what is told without need."""
    resources = resolved(template)
    patterns = {
        title: json.dumps(one["Properties"]["EventPattern"])
        for title, one in resources.items()
        if one["Type"] == "AWS::Events::Rule" and "EventPattern" in one["Properties"]
    }
    library = _ruler()
    problems = {title: library.RuleCompiler.check(pattern) for title, pattern in patterns.items()}
    found = [f"{title}: {problem}" for title, problem in problems.items() if problem]
    if found or not patterns:
        return found
    does = {title: _services(resources[title]) for title in patterns}
    matched = set()
    for title, wanted, event in _events(resources):
        met = [name for name, one in patterns.items() if library.Ruler.matchesRule(json.dumps(event), one)]
        matched |= {*met}
        detail = event["detail"]
        what = f"{event['detail-type']}, {detail.get('state') or detail.get('status') or 'given up'}"
        for service in sorted({_TELLS}.union(*does.values())):
            of_service = [name for name in met if service in does[name]]
            asked = {_asks(resources[name]) for name in of_service}
            if service in wanted and not 0 < len(of_service) == len(asked):
                found.append(f"{title}: of {what}, {', '.join(of_service) or 'nobody'} tells ({service})")
            if service not in wanted:
                found += [f"{name}: it tells of {what} of {title}" for name in of_service]
    return found + [f"{title}: it matches no recorded event" for title in sorted(patterns.keys() - matched)]


def _asks(rule: Mapping[str, Any]) -> str:
    """What the target is asked, where that is not the event: rules of several workflows may match one event."""
    [target] = rule["Properties"]["Targets"]
    return str(target.get("Input", ""))


def _services(rule: Mapping[str, Any]) -> set[str]:
    """Of a rule's target, by its ARN. A function that is given the event's detail tells of it, too."""
    [target] = rule["Properties"]["Targets"]
    service = str(target["Arn"]).split(":")[2]
    return {service, _TELLS} if service == "lambda" and "InputTransformer" in target else {service}


def _events(resources: Mapping[str, Any]) -> Iterator[tuple[str, ToDo, dict[str, Any]]]:
    """Logical id, what has to be done, and the event: of what this stack has, and of what others have.

    A state machine waits for the jobs of Glue that it starts, and tells of them itself.
    """
    waited_for = any(one["Type"] == "AWS::StepFunctions::StateMachine" for one in resources.values())
    if "Router" in resources:
        name = resources["Router"]["Properties"]["FunctionName"]
        done = {_LOOKS, _TELLS} if "RunsFailed" in resources else {_LOOKS}  # else a run's end tells the topic itself
        for flow in _routed(resources):
            yield from (("Router", wanted & done, event) for wanted, event in _of_router(name, flow))
        yield from ((_FOREIGN, ToDo(), event) for _, event in _of_router("millrace-elsewhere-router", "rainfall"))
    waited = _triggered(resources) | _routed_crawls(resources)
    for kind, name_of, made in (
        ("AWS::Glue::Job", "Name", _of_job),
        ("AWS::Glue::Crawler", "Name", lambda name: _of_crawler(name, name in waited)),
        ("AWS::StepFunctions::StateMachine", "StateMachineName", _of_machine),
    ):
        named = {title: one["Properties"][name_of] for title, one in resources.items() if one["Type"] == kind}
        for title, name in sorted(named.items()):
            if made is _of_job and (waited_for or "Router" in resources):
                yield from ((title, _of_started(resources, event), event) for _, event in made(name))
            else:
                yield from ((title, wanted, event) for wanted, event in made(name))
        yield from ((_FOREIGN, ToDo(), event) for _, event in made(_FOREIGN))


def _where(bad: bool, *done: str) -> ToDo:
    return ToDo(done if bad else ())


def _of_job(name: str) -> Iterator[tuple[ToDo, dict[str, Any]]]:
    for state, severity in _OF_JOBS.items():
        detail = {"jobName": name, "severity": severity, "state": state, "jobRunId": _RUN, "message": "Job run ended"}
        event = {**_ENVELOPE, "detail-type": "Glue Job State Change", "detail": detail}
        yield _where(state not in _GOOD, _TELLS, _LOOKS), event
    running = {
        "jobName": name,
        "severity": "INFO",
        "notificationCondition": {"NotifyDelayAfter": 1},
        "state": "RUNNING",
        "jobRunId": _RUN,
        "message": "Job is in RUNNING state",
        "startedOn": "2017-09-07T06:02:03Z",
    }
    yield ToDo([_TELLS]), {**_ENVELOPE, "detail-type": "Glue Job Run Status", "detail": running}


def _of_started(resources: Mapping[str, Any], event: Mapping[str, Any]) -> ToDo:
    """What is done with an event of a job that a state machine waits for, or that a router has started."""
    ended = event["detail-type"] == "Glue Job State Change"
    return _where(ended and "Router" in resources, _LOOKS)


def _triggered(resources: Mapping[str, Any]) -> set[str]:
    """The crawlers that triggers start, whose crawls no process waits for."""
    triggers = (one["Properties"] for one in resources.values() if one["Type"] == "AWS::Glue::Trigger")
    return {str(action.get("CrawlerName")) for one in triggers for action in one["Actions"]}


def _routed_crawls(resources: Mapping[str, Any]) -> set[str]:
    """The crawlers for whose crawls runs wait that a router drives: those that it may look at."""
    may = json.dumps(resources.get("RouterRole", {}))
    crawlers = (one["Properties"]["Name"] for one in resources.values() if one["Type"] == "AWS::Glue::Crawler")
    return {one for one in crawlers if f'crawler/{one}"' in may}


def _of_crawler(name: str, waited: bool) -> Iterator[tuple[ToDo, dict[str, Any]]]:
    for state, more in _OF_CRAWLERS.items():
        detail = {"accountId": ACCOUNT, "crawlerName": name, "state": state, **more}
        event = {**_ENVELOPE, "detail-type": "Glue Crawler State Change", "detail": detail}
        looked_at = _where(waited and state != "Started", _LOOKS)
        yield _where(state not in _GOOD, _TELLS) | looked_at, event


def _of_machine(name: str) -> Iterator[tuple[ToDo, dict[str, Any]]]:
    """A state machine tells of an execution that fails itself."""
    place = f"arn:aws:states:{REGION}:{ACCOUNT}"
    for status in ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"):
        detail = {
            "executionArn": f"{place}:execution:{name}:one",
            "stateMachineArn": f"{place}:stateMachine:{name}",
            "name": "one",
            "status": status,
            "startDate": 1551225271984,
            "stopDate": None if status == "RUNNING" else 1551225291984,
            "input": "{}",
            "output": None,
        }
        event = {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}
        yield _where(status in ("TIMED_OUT", "ABORTED"), _TELLS, _LOOKS), {**_ENVELOPE, **event}


def _routed(resources: Mapping[str, Any]) -> list[str]:
    """The workflows whose events rules look for."""
    details = [one["Properties"]["EventPattern"].get("detail", {}) for one in resources.values() if _is_rule(one)]
    return sorted({name for one in details for name in _names(one)})


def _names(detail: Mapping[str, Any]) -> list[str]:
    return [*detail.get("workflow", ()), *detail.get("requestPayload", {}).get("workflow", ())]


def _is_rule(one: Mapping[str, Any]) -> bool:
    return one["Type"] == "AWS::Events::Rule" and isinstance(one["Properties"].get("EventPattern"), Mapping)


def _of_router(name: str, flow: str) -> Iterator[tuple[ToDo, dict[str, Any]]]:
    """Of a router's runs: by Millrace, of each job and of the end; and by Lambda, of an invocation that it gave up."""
    stage = name.split("-")[1]
    of_run = {"workflow": flow, "run_id": "20261130T063000-1a2b", "attempt": 1}
    for state in ("succeeded", "skipped", "running", "failed"):
        detail = {"stage": stage, **of_run, "state": state, "job": "crawl"}
        event = {"source": "millrace", "detail-type": "Millrace Job State Change", "detail": detail}
        yield ToDo([_LOOKS]), {**_ENVELOPE, **event}
    for state in ("succeeded", "failed", "interrupted"):
        detail = {"stage": stage, **of_run, "state": state, "error": "it broke"}
        event = {"source": "millrace", "detail-type": "Millrace Run State Change", "detail": detail}
        yield _where(state != "succeeded", _TELLS), {**_ENVELOPE, **event}
    call = {**of_run, "execution": "events:rainfall/k", "job": "crawl", "number": 1, "by": "arn", "item": ""}
    detail = {
        "version": "1.0",
        "timestamp": "2019-11-14T18:16:05.568Z",
        "requestContext": {
            "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
            "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name.replace('-router', '-jobs')}:7",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": call,
        "responseContext": {"statusCode": 200, "executedVersion": "7", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Runtime.ExitError", "errorMessage": "the process ended"},
    }
    event = {"source": "lambda", "detail-type": "Lambda Function Invocation Result - Failure", "detail": detail}
    yield ToDo([_LOOKS]), {**_ENVELOPE, **event}


def matches_rule(event: str, pattern: str) -> bool:
    """Both as JSON."""
    return bool(_ruler().Ruler.matchesRule(event, pattern))


@cache
def _ruler() -> Any:
    """The library's package in a Java of its own, which ends with this process."""
    from py4j.java_gateway import (  # type: ignore[import-untyped]
        GatewayParameters,
        JavaGateway,
        launch_gateway,
    )

    jars = ":".join(str(one) for one in sorted(installed("event_ruler", VERSION).glob("*.jar")))
    port, token = launch_gateway(classpath=jars, die_on_exit=True, enable_auth=True)
    gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token))
    return gateway.jvm.software.amazon.event.ruler
