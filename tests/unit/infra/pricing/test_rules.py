"""Rules: each type of the template has one or costs nothing, and what is added by hand is in the sum or an error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from millrace.errors import DefinitionError
from millrace.infra.pricing.price_list import read_prices
from millrace.infra.pricing.rules import FREE, RULES
from millrace.infra.pricing.services import jobs
from millrace.infra.pricing.template_view import Frequencies
from millrace.infra.pricing.workload import WorkflowShape
from tests.contracts.stack.templates import STAGED, WITH_DATASETS, content
from tests.unit.infra.pricing.priced import line, priced, with_resource, workload

FUNCTION = {"MemorySize": 1024, "Architectures": ["x86_64"]}


@pytest.mark.parametrize("name", STAGED)
def test_each_type_has_a_rule_or_costs_nothing(name: str) -> None:
    types = {one["Type"] for one in content(name)["Resources"].values()}

    assert types - RULES.keys() - FREE.keys() == set()
    assert RULES.keys() & FREE.keys() == set()
    assert priced(content(name)).lines


def test_a_resource_that_bills_and_has_no_rule_is_an_error() -> None:
    template = with_resource("prod", "Gateway", "AWS::EC2::NatGateway")

    with pytest.raises(
        DefinitionError, match=r"Gateway is of the type AWS::EC2::NatGateway, which has no price"
    ) as told:
        priced(template)
    assert '[resource."AWS::EC2::NatGateway"]' in told.value.hint


def test_a_price_of_ones_own_stands_for_a_rule() -> None:
    prices = read_prices().overridden({"resource": {"AWS::EC2::NatGateway": {"usd": 32.85}}})
    before, after = (
        priced(one, prices=prices)
        for one in (content("prod"), with_resource("prod", "Gateway", "AWS::EC2::NatGateway"))
    )

    assert round(after.usd - before.usd, 2) == 32.85
    assert line(after, "AWS::EC2::NatGateway").why == "Gateway, by a price of your own"


@pytest.mark.parametrize(
    ("kind", "properties", "key", "more"),
    [
        ("AWS::CloudWatch::Alarm", {"MetricName": "Errors", "Period": 300}, "cloudwatch.alarms", 1),
        ("AWS::CloudWatch::Alarm", {"MetricName": "Errors", "Period": 10}, "cloudwatch.fast_alarms", 1),
        ("AWS::CloudWatch::Dashboard", {}, "cloudwatch.dashboards", 1),
        ("AWS::KMS::Key", {}, "kms.keys", 1),
        (
            "AWS::EC2::VPCEndpoint",
            {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]},
            "vpc.endpoint_hours",
            1460,
        ),
        ("AWS::SNS::Subscription", {"TopicArn": {"Ref": "Alerts"}, "Protocol": "https"}, "sns.calls", 10),
        ("AWS::Glue::Crawler", {"Schedule": {"ScheduleExpression": "cron(0 * * * ? *)"}}, "glue.crawler", 730 / 6 * 2),
    ],
)
def test_what_is_added_by_hand_is_counted(kind: str, properties: dict[str, object], key: str, more: float) -> None:
    """Beside what the stage has, and nothing else changes."""
    before = {one.price.key: one.quantity for one in priced(content("prod")).lines}
    after = {one.price.key: one.quantity for one in priced(with_resource("prod", "ByHand", kind, **properties)).lines}

    changed = {one: after[one] - before.get(one, 0) for one in after if after[one] != before.get(one, 0)}
    assert round(changed.pop(key), 6) == round(more, 6)
    assert changed.keys() <= {"vpc.endpoint_data"}


def test_a_function_that_is_added_by_hand_is_counted_by_its_schedule() -> None:
    template = with_resource("prod", "Report", "AWS::Lambda::Function", **FUNCTION)
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Report"}}}
    schedule = {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": "rate(1 hour)",
            "Target": {"Arn": {"Ref": "ReportNow"}, "Input": "not JSON"},
        },
    }
    unscheduled, before = priced(template), line(priced(content("prod")), "lambda.requests").quantity
    scheduled = priced(
        {**template, "Resources": {**template["Resources"], "ReportNow": version, "ReportHourly": schedule}}
    )

    assert line(unscheduled, "lambda.requests").quantity == before
    assert round(line(scheduled, "lambda.requests").quantity - before, 6) == 730
    assert round(line(scheduled, "lambda.compute_x86_64").quantity, 6) == 730 * 5


@pytest.mark.parametrize(
    ("title", "kind", "properties", "message"),
    [
        ("Table", "AWS::DynamoDB::Table", {"BillingMode": "PROVISIONED"}, "Table has provisioned capacity"),
        ("Job", "AWS::Glue::Job", {"WorkerType": "Z.9X"}, "Job has workers of the type Z.9X"),
        ("Door", "AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Resource"}, "Door is an endpoint of the type Resource"),
        ("Function", "AWS::Lambda::Function", {"MemorySize": {"Ref": "Size"}}, r"Function \(AWS::Lambda::Function\)"),
        ("Clock", "AWS::Scheduler::Schedule", {"ScheduleExpressionTimezone": "Mars"}, "cannot be priced: ZoneInfo"),
    ],
)
def test_what_a_rule_cannot_price_is_an_error(
    title: str, kind: str, properties: dict[str, object], message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        priced(with_resource("prod", title, kind, **properties))


def test_others_of_a_type_do_not_count_the_lakes_content_twice() -> None:
    before = priced(content("prod")).list_usd

    for kind, properties in (
        ("AWS::S3::Bucket", {}),
        ("AWS::SQS::Queue", {}),
        ("AWS::SNS::Topic", {}),
        ("AWS::DynamoDB::Table", {"BillingMode": "PAY_PER_REQUEST"}),
        ("AWS::KinesisFirehose::DeliveryStream", {}),
        ("AWS::Athena::WorkGroup", {"Name": "analysts"}),
        ("AWS::Logs::LogGroup", {}),
    ):
        assert priced(with_resource("prod", "Another", kind, **properties)).list_usd == before, kind


def test_a_stage_in_which_nothing_starts_costs_what_stands_there_and_its_readers() -> None:
    """Dashboards are within what is always free; readers pay for their queries."""
    found = priced(content("dev"))

    assert {one.price.key for one in found.lines if one.usd} == {"athena.scanned", "s3.reads"}
    assert priced(content("dev"), viewers=0).usd == 0


def test_what_a_reader_says_stands_for_the_schedules() -> None:
    """Of each source and workflow: 2 sources x 60 x 730 polls, and 3 workflows x 2 x 730 runs of 5 jobs."""
    found = priced(content("dev"), Frequencies(polls_per_hour=60, runs_per_hour=2))

    assert round(line(found, "scheduler.invocations").quantity, 6) == 2 * 60 * 730
    assert round(line(found, "glue.dpu").quantity, 6) == round(3 * 2 * 730 * 5 * 2 / 60, 6)


def test_workers_of_a_number_that_is_fixed_are_all_billed() -> None:
    """Prod's four scale down to two; without scaling, twice as much, and with workers of 2 DPUs twice that."""
    template = content("prod")
    jobs = {title for title, one in template["Resources"].items() if one["Type"] == "AWS::Glue::Job"}
    fixed = {
        title: {**one, "Properties": {**one["Properties"], "DefaultArguments": {}, "WorkerType": "R.2X"}}
        if title in jobs
        else one
        for title, one in template["Resources"].items()
    }

    found = priced({**template, "Resources": fixed})
    assert round(line(found, "glue.memory_dpu").quantity, 6) == 1_460 * 2 * 2


def test_a_crawl_that_a_workflow_s_job_starts_is_charged_to_the_crawler_of_its_dataset() -> None:
    template = content(WITH_DATASETS)
    daily = WorkflowShape("", 3, 0, 0, crawled=("fares", "fares"))
    counted = workload(template, Frequencies(runs_per_hour=1))
    times = counted.view.runs["nightly"]
    charged = {
        title: next(iter(jobs.crawler(title, {}, replace(counted, flows={"nightly": daily})))).quantity
        for title in ("CrawlerOfFares", "CrawlerOfReportsIn")
    }

    assert times > 700
    assert charged == {"CrawlerOfFares": times * 2 * 600 / 3600 * 2, "CrawlerOfReportsIn": 0}
