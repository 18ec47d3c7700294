"""A judge of workflows, triggers, jobs, crawlers and of what is in a VPC: what the documents of Glue and Lambda say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from millrace.infra.judges.references import resolved
from millrace.lake.keys import CRAWLED, OWN_FOLDERS

_MOST_CRAWLERS = 2  # that a trigger starts, and that it watches


def glue(template: Mapping[str, Any]) -> list[str]:
    """Each fault, after the name of its resource."""
    resources = resolved(template)
    triggers = {title: one["Properties"] for title, one in resources.items() if one["Type"] == "AWS::Glue::Trigger"}
    jobs = {
        one["Properties"]["Name"]: one["Properties"] for one in resources.values() if one["Type"] == "AWS::Glue::Job"
    }
    crawlers = {title: one["Properties"] for title, one in resources.items() if one["Type"] == "AWS::Glue::Crawler"}
    nodes = jobs.keys() | {one["Name"] for one in crawlers.values()}
    found = [f"{title}: {problem}" for title, one in triggers.items() for problem in _trigger(one, nodes)]
    found += [f"{name}: {problem}" for name, one in jobs.items() for problem in _glue_job(one)]
    found += [f"{name}: {problem}" for name, problem in _graphs(template, triggers)]
    found += [f"{title}: {problem}" for title, problem in _networks(resources)]
    return found + [f"{title}: {problem}" for title, one in crawlers.items() for problem in _crawler(one)]


def _trigger(given: Mapping[str, Any], nodes: Collection[str]) -> Iterator[str]:
    """`nodes`: the names of all jobs and crawlers."""
    conditions = given.get("Predicate", {}).get("Conditions", [])
    started, watched = set(map(_node, given["Actions"])), set(map(_node, conditions))
    if given["Type"] == "CONDITIONAL" and not given.get("StartOnCreation"):
        yield "it is never started"
    if any(one.get("LogicalOperator") != "EQUALS" for one in conditions):
        yield "each condition needs LogicalOperator"
    if any("State" not in one and "CrawlState" not in one for one in conditions):
        yield "each condition needs a state"
    if any(("CrawlerName" in one) != ("CrawlState" in one) for one in conditions):
        yield "a crawl and a job have states of their own"
    if any("CrawlerName" in one and "Arguments" in one for one in given["Actions"]):
        yield "a crawler takes no arguments"
    if any(sum("CrawlerName" in one for one in named) > _MOST_CRAWLERS for named in (given["Actions"], conditions)):
        yield "it has more crawlers than a trigger takes"
    if started & watched:
        yield "it starts what it watches"
    for name in (started | watched) - set(nodes):
        yield f"there is no job or crawler {name}"


def _node(named: Mapping[str, Any]) -> str:
    return str(named.get("JobName") or named.get("CrawlerName"))


def _glue_job(given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("GlueVersion") not in ("5.1", "6.0"):
        yield f"the version {given.get('GlueVersion')} is none that Millrace runs on"
    if given.get("NumberOfWorkers", 0) < 2:
        yield "Spark needs two workers"
    if given.get("WorkerType") == "G.025X":
        yield "G.025X is for streams"
    if given.get("MaxRetries") != 0:
        yield "the run protocol tries again, not Glue"


def _graphs(template: Mapping[str, Any], triggers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each trigger of a workflow but one is made after another, and one alone starts it, by the clock or on demand."""
    for name in {one["WorkflowName"] for one in triggers.values()}:
        of_it = [title for title, one in triggers.items() if one["WorkflowName"] == name]
        free = [title for title in of_it if not template["Resources"][title].get("DependsOn")]
        if len(free) != 1:
            yield name, f"{', '.join(free)} are made at the same time"
        if sum(triggers[title]["Type"] in ("SCHEDULED", "ON_DEMAND") for title in of_it) != 1:
            yield name, "one trigger alone starts it"


def _networks(resources: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each job has every connection; the machines of a connection reach each other, and AWS by its usual names."""
    connections = _of_type(resources, "Glue::Connection")
    names = [one["ConnectionInput"]["Name"] for one in connections.values()]
    for title, one in _of_type(resources, "Glue::Job").items():
        if one.get("Connections", {}).get("Connections", []) != names:
            yield title, "it is not in every subnet of the network"
    lets_in = {
        one["GroupId"]
        for one in _of_type(resources, "EC2::SecurityGroupIngress").values()
        if one["SourceSecurityGroupId"] == one["GroupId"]
        and (one["IpProtocol"], one["FromPort"], one["ToPort"]) == ("tcp", 0, 65_535)
    }
    zones = {}
    for title, one in connections.items():
        given = one["ConnectionInput"]["PhysicalConnectionRequirements"]
        zones[given["SubnetId"]] = given["AvailabilityZone"]
        if not lets_in & set(given["SecurityGroupIdList"]):
            yield title, "no group of it lets in its own members"
    yield from _functions_inside(resources, lets_in)
    for title, one in _of_type(resources, "EC2::VPCEndpoint").items():
        placed = [zones[subnet] for subnet in one.get("SubnetIds", []) if subnet in zones]
        if len(set(placed)) < len(placed):
            yield title, "an endpoint has one subnet of a zone"
        if one["VpcEndpointType"] == "Interface" and not one.get("PrivateDnsEnabled"):
            yield title, "nobody calls a service by the endpoint's own name"


def _functions_inside(resources: Mapping[str, Any], lets_in: set[str]) -> Iterator[tuple[str, str]]:
    """A function is in a VPC by subnets and groups, one of which reaches the endpoints."""
    for title, one in _of_type(resources, "Lambda::Function").items():
        given = one.get("VpcConfig")
        if given is not None and not given.get("SubnetIds"):
            yield title, "without subnets it is in no VPC"
        if given is not None and not lets_in & set(given.get("SecurityGroupIds", [])):
            yield title, "no group of it reaches the endpoints"


def _crawler(given: Mapping[str, Any]) -> Iterator[str]:
    if set(given["Targets"]) == {"S3Targets"} and given.get("DatabaseName", "").endswith(f"_{CRAWLED}"):
        yield from _dataset_crawler(given)
    else:
        yield from _raw_crawler(given)


def _dataset_crawler(given: Mapping[str, Any]) -> Iterator[str]:
    """Of folders that are not Millrace's own, a table each: at the second level, as the bucket is the first."""
    for path in (one["Path"] for one in given["Targets"]["S3Targets"]):
        scheme, _, place = path.partition("://")
        levels = place.strip("/").split("/")
        if scheme != "s3" or len(levels) < 2 or levels[1] in OWN_FOLDERS or not path.endswith("/"):
            yield f"{path} is no folder of a dataset"
        elif json.loads(given["Configuration"])["Grouping"].get("TableLevelConfiguration") != len(levels):
            yield f"the table of {path} would have the name of another folder"
    if given.get("SchemaChangePolicy") != {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}:
        yield "its tables do not follow the files, or go with them"
    if given.get("RecrawlPolicy", {}).get("RecrawlBehavior") != "CRAWL_EVERYTHING":
        yield "tables are brought up to date where all is crawled alone"


def _raw_crawler(given: Mapping[str, Any]) -> Iterator[str]:
    """Of declared tables alone, whose types stay as they are."""
    if set(given["Targets"]) != {"CatalogTargets"}:
        yield "it makes tables beside those that are declared"
    if given.get("SchemaChangePolicy") != {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}:
        yield "it changes declared tables"
    queues = any("EventQueueArn" in one for one in given["Targets"].get("CatalogTargets", []))
    if queues != (given.get("RecrawlPolicy", {}).get("RecrawlBehavior") == "CRAWL_EVENT_MODE"):
        yield "a queue of events and their mode belong together"


def _of_type(resources: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {title: one["Properties"] for title, one in resources.items() if one["Type"] == f"AWS::{kind}"}
