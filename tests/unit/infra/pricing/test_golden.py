"""What items cost, computed by hand: AWS's own examples first, then the shipped stages at the prices that ship."""

from __future__ import annotations

from dataclasses import replace

import pytest

from millrace.infra.pricing.charges import Charge, CostEstimate
from millrace.infra.pricing.price_list import PriceList, read_prices
from millrace.infra.pricing.rounding import (
    GIGABYTE,
    TERABYTE,
    crawl_seconds,
    gigabyte_seconds,
    job_seconds,
    query_bytes,
    record_bytes,
)
from millrace.infra.pricing.template_view import Frequencies
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.stage import NetworkOptions
from millrace.settings import STAGES
from tests.contracts.stack.templates import STAGED, WITH_DATASETS, WITH_GRAPHS, content, definitions
from tests.unit.infra.pricing.priced import line, priced

PRICES = read_prices()


def of(key: str, quantity: float, prices: PriceList = PRICES) -> CostEstimate:
    return CostEstimate.of(prices, [Charge(key, quantity, "X", "")])


def test_firehose_as_in_the_example_of_its_pricing_page() -> None:
    """1,000 records a second of 3 KB, rounded up to 5 KB: 1,000 x 5 KB / 1,048,576 KB = 0.004768 GB a second; x
    86,400 x 30 = 12,359.62 GB a month; x 0.029 = 358.43.
    """
    gigabytes = 1_000 * 86_400 * 30 * record_bytes(3 * 1024) / GIGABYTE

    assert round(gigabytes, 2) == 12_359.62
    assert round(of("firehose.ingestion", gigabytes).list_usd, 2) == 358.43


def test_lambda_as_in_the_first_example_of_its_pricing_page() -> None:
    """3,000,000 times 1 s at 512 MB: 1,500,000 GB-s, of which 400,000 are free: 1,100,000 x 0.00001667 = 18.34;
    and 3,000,000 requests, of which 1,000,000 are free: 2 x 0.20 = 0.40. Together 18.74.
    """
    then = PRICES.overridden({"lambda": {"compute_x86_64": {"usd": 0.00001667}}})
    computed = of("lambda.compute_x86_64", 3_000_000 * gigabyte_seconds(1, 512), then)
    requested = of("lambda.requests", 3_000_000)

    assert (round(computed.usd, 2), round(requested.usd, 2)) == (18.34, 0.40)
    assert round(computed.usd + requested.usd, 2) == 18.74
    assert round(computed.list_usd, 2) == 25.01  # 1,500,000 x 0.00001667 = 25.005


def test_glue_as_in_the_example_of_its_pricing_page() -> None:
    """A Spark job of 15 minutes with 6 DPUs: 6 x 1/4 hour x 0.44 = 0.66."""
    assert round(of("glue.dpu", 6 * job_seconds(15 * 60) / 3600).list_usd, 2) == 0.66


def test_athena_as_in_the_example_of_its_pricing_page() -> None:
    """A query that scans 3 TB: 3 x 5 = 15."""
    assert of("athena.scanned", query_bytes(3 * TERABYTE) / TERABYTE).list_usd == 15


def test_an_hourly_crawler_costs_53_dollars_for_each_dpu() -> None:
    """730 crawls that are billed as ten minutes: 730 / 6 hours x 0.44 = 53.53."""
    assert round(of("glue.crawler", 730 * crawl_seconds(20) / 3600).list_usd, 2) == 53.53


@pytest.mark.parametrize(
    ("used", "billed"),
    [
        (record_bytes(1), 5 * 1024),
        (record_bytes(5 * 1024), 5 * 1024),
        (record_bytes(5 * 1024 + 1), 10 * 1024),
        (query_bytes(0), 10 * 2**20),
        (query_bytes(10 * 2**20 + 1), 11 * 2**20),
        (job_seconds(12.2), 60),
        (job_seconds(60.2), 61),
        (crawl_seconds(601), 601),
        (gigabyte_seconds(0.0012, 1024), 0.002),
        (gigabyte_seconds(0.3, 1024), 0.3),
    ],
)
def test_what_is_used_is_rounded_up(used: float, billed: float) -> None:
    assert used == billed


def test_prod_pays_for_glue_by_the_minute_that_each_job_is_billed_at_least() -> None:
    """Three workflows of five jobs, every 15 minutes: 730 x 4 x 15 = 43,800 runs, 60 s (40 + 15, a minute at
    least) on two workers of 1 DPU (Glue chooses their number): 43,800 x 2 / 60 = 1,460 DPU-hours; x 0.44 =
    642.40.
    """
    found = line(priced(content("prod")), "glue.dpu")

    assert round(found.quantity, 6) == 1_460
    assert round(found.usd, 2) == 642.40


def test_fused_jobs_run_longer_and_are_billed_once() -> None:
    """Three workflows every 15 minutes: 8,760 runs of 40 + 5 x 15 = 115 s on two workers: 8,760 x 115 x 2 / 3,600
    = 559.67 DPU-hours; x 0.44 = 246.25.
    """
    found = line(priced(content("prod, shared roles and fused jobs")), "glue.dpu")

    assert (round(found.quantity, 2), round(found.usd, 2)) == (559.67, 246.25)


def test_prod_pays_for_polls_by_records_of_five_kilobytes() -> None:
    """A month has 43,800 minutes. Taxis: 43,800 records of 115,850 bytes, 23 steps of 5,120 = 117,760. Rain,
    every five minutes: 8,760 of 9,470 bytes, 2 steps = 10,240. Attempts: 52,560 of 670 bytes, 1 step = 5,120.
    Together 5,157,888,000 + 89,702,400 + 269,107,200 = 5,516,697,600 bytes = 5.137825 GB; x 0.029 = 0.149.
    """
    found = line(priced(content("prod")), "firehose.ingestion")

    assert round(found.quantity, 6) == 5.137825
    assert round(found.list_usd, 3) == 0.149


def test_partitioned_objects_are_those_of_each_source_and_interval() -> None:
    """A buffer of 300 s: 8,760 intervals a month, in each of which taxis, rain and attempts come: 26,280 objects;
    x 0.005 / 1,000 = 0.1314. With a poll of each source an hour: 730 + 730 of sources, and 1,460 attempts: 2,920.
    """
    assert round(line(priced(content("prod")), "firehose.partitioned_objects").list_usd, 4) == 0.1314
    hourly = priced(content("prod"), Frequencies(polls_per_hour=1))
    assert round(line(hourly, "firehose.partitioned_objects").quantity, 6) == 2_920


def test_functions_are_billed_by_milliseconds_and_memory() -> None:
    """52,560 polls of 1 s at 256 MB: 13,140 GB-s. Duties at 512 MB, 5 s: 2,920 + 730 + 2,920 + 730 = 7,300 x 2.5
    = 18,250; the daily ones 60 s: 3 x 30.4167 x 30 = 2,737.5. Together 34,127.5, x 0.0000133334 = 0.4550; all
    within the free 400,000.
    """
    found = line(priced(content("prod")), "lambda.compute_arm64")

    assert round(found.quantity, 3) == 34_127.5
    assert (round(found.list_usd, 4), found.usd) == (0.4550, 0)


def test_readers_pay_ten_megabytes_for_each_panel() -> None:
    """Three viewers, 8 hours a day, a refresh each minute of six panels: 3 x 8 x 30.4167 x 60 x 6 = 262,800
    queries of 10 MB = 2.506256 TB. Gaps: 730 x 3 = 2,190, audits: 30.4167 x 3 x 1.5 = 136.875 queries: 0.022191
    TB. x 5 = 12.64.
    """
    found = line(priced(content("prod"), viewers=3, refresh_seconds=60), "athena.scanned")

    assert round(found.quantity, 6) == round(2.506256 + 0.022191, 6)
    assert round(found.usd, 2) == 12.64


def test_replaced_versions_are_kept_for_retention_and_as_noncurrent() -> None:
    """Of taxis, a day has 1,440 records and 96 runs, each of which writes half a day of staging (720 x 18,500
    bytes), kept for 1 + 90 days, and of prod (720 x 46), kept for 7 + 90: 96 x (13,320,000 x 91 + 33,120 x 97) =
    116,671,933,440 bytes. Of rain, 288 records: 96 x 144 x (57 x 91 + 20 x 97) = 98,523,648. Of attempts, 1,728:
    96 x 864 x (37 x 91 + 2 x 97) = 295,363,584. Together 117,065,820,672 = 109.0260 GB; x 0.023 = 2.51.
    """
    found = line(priced(content("prod")), "s3.superseded")

    assert round(found.quantity, 4) == 109.0260
    assert round(found.usd, 2) == 2.51


def test_interface_endpoints_are_billed_by_zone_and_hour() -> None:
    """Those of Glue, logs and SQS in two zones: 3 x 2 x 730 hours x 0.01 = 43.80. Gateways cost nothing."""
    subnets = ("subnet-0a1b2c3d:ap-southeast-1a", "subnet-1a1b2c3d:ap-southeast-1b")
    network = NetworkOptions("vpc-0a1b2c3d", subnets, ("rtb-0a1b2c3d",))
    stack = synthesise(Deployment(replace(STAGED["prod"], network=network), definitions()))
    found = line(priced(stack.content), "vpc.endpoint_hours")

    assert (found.quantity, round(found.usd, 2)) == (4_380, 43.80)


def test_glues_own_metrics_are_billed_as_custom_ones() -> None:
    """Where a stage asks for them: 27 + 15 series of each run, and as many of all runs of a job. A job has 8,760 runs
    a month, each in one hour, and there are five: 5 x 42 x (8,760 + 730) / 730 = 2,730. Beside them three series of
    polls, those of four duties that are done each hour, and of three a day, 30.4167 / 730 each: 7.125. Of 2,737.125
    ten are free: 2,727.125 x 0.30 = 818.14.
    """
    workflow = replace(STAGED["prod"].workflow, metrics=True)
    stack = synthesise(Deployment(replace(STAGED["prod"], workflow=workflow), definitions()))
    found = line(priced(stack.content), "cloudwatch.metrics")

    assert (round(found.quantity, 3), round(found.usd, 2)) == (2_737.125, 818.14)


@pytest.mark.parametrize("name", STAGES)
def test_by_default_ten_series_and_ten_alarms_at_most_are_billed(name: str) -> None:
    """All of the series are within what is always free."""
    template = content(name)
    found = priced(template, Frequencies(polls_per_hour=60, runs_per_hour=4))
    alarms = [one for one in template["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]

    series = line(found, "cloudwatch.metrics")
    assert 0 < series.quantity <= 10
    assert series.usd == 0
    assert len(alarms) <= 10


def test_alarms_are_billed_by_the_metrics_that_they_look_at() -> None:
    """Seven of duties and that of late deliveries look at one each, that of dead letters at three queues, that of
    throttling at six: 17, of which ten are free: 7 x 0.10 = 0.70.
    """
    found = line(priced(content("prod")), "cloudwatch.alarms")

    assert (found.quantity, round(found.list_usd, 2), round(found.usd, 2)) == (17, 1.70, 0.70)


def test_the_table_of_state_is_billed_by_request_units_and_backed_up() -> None:
    """43,800 jobs of runs x 61 + 52,560 polls x 2 + 7,391.25 duties x 2 + 2,326.875 queries of duties x 4 = 2,801,010
    units; x 0.625 / 1,000,000 = 1.751. After 12 months 525,600 jobs of runs x 2,000 bytes = 0.979006 GB, whose
    backup costs x 0.20 = 0.1958.
    """
    found = priced(content("prod"))

    assert round(line(found, "dynamodb.writes").list_usd, 3) == 1.751
    assert round(line(found, "dynamodb.recovery").usd, 4) == 0.1958
    assert line(found, "dynamodb.storage").usd == 0, "25 GB are always free"


def test_a_key_of_the_stacks_own_costs_a_dollar_and_requests() -> None:
    """43,800 job runs and 91.25 of the daily graph's, 7,391.25 duties and 52,560 polls x 5 = 519,212.5, of which 20,000
    are free; x 0.03 / 10,000 = 1.50.
    """
    found = priced(content("staging, by a key of the stack's own"))

    assert line(found, "kms.keys").usd == 1
    assert round(line(found, "kms.requests").usd, 2) == 1.50
    assert not [one for one in priced(content("prod")).lines if one.service == "kms"]


def test_state_machines_are_billed_by_transitions() -> None:
    """Three workflows every 15 minutes: 8,760 executions of twelve states and the start: 113,880 transitions, of which
    4,000 are free: 109,880 x 0.025 / 1,000 = 2.747.
    """
    found = line(priced(content("uat, by state machines")), "stepfunctions.transitions")

    assert round(found.quantity, 6) == 113_880
    assert round(found.usd, 3) == 2.747


def test_runs_on_athena_pay_for_calls_and_for_ten_megabytes_of_each_query() -> None:
    """8,760 executions of seven calls, 10 s at 512 MB: 61,320 x 5 = 306,600 GB-s beside the 34,127.5 of polls and
    duties. Ten queries each: 87,600 x 10 MB = 0.8354 TB; x 5 = 4.177, beside what duties and readers scan.
    """
    runs = priced(content("uat, by state machines"))
    without = priced(content("uat, by state machines"), run_queries=0)

    assert round(line(runs, "lambda.compute_arm64").quantity, 1) == 340_727.5
    more = line(runs, "athena.scanned").list_usd - line(without, "athena.scanned").list_usd
    assert round(more, 3) == 4.177


def test_runs_that_events_drive_pay_for_calls_of_two_functions_and_for_events() -> None:
    """8,760 runs of five jobs, 10 s at 512 MB: 43,800 x 5 = 219,000 GB-s; the router at the start and at the end of
    each job, 0.5 s at 512 MB: 52,560 x 0.25 = 13,140; beside the 34,127.5 of polls and duties. As many events: 0.0526.
    """
    found = priced(content("uat, by events"))

    assert round(line(found, "lambda.compute_arm64").quantity, 1) == 266_267.5
    sent = line(found, "events.custom")
    assert (round(sent.quantity, 6), round(sent.usd, 4)) == (52_560, 0.0526)
    by_machines = line(priced(content("uat, by state machines")), "athena.scanned")
    assert line(found, "athena.scanned").quantity == by_machines.quantity


def test_jobs_of_glue_are_billed_for_what_starts_them() -> None:
    """One that a state machine waits for, at 730 executions a month; and three of a workflow that Scheduler starts each
    day, 365 / 12 times. Two workers, of one DPU each, for a minute: 2 / 60 DPU hours.
    """
    by_machines = line(priced(content(WITH_GRAPHS), Frequencies(runs_per_hour=1)), "glue.dpu")
    assert by_machines.quantity == pytest.approx(730 * 2 / 60)

    daily = [one for one in line(priced(content(WITH_DATASETS)), "glue.dpu").charges if "Nightly" in one.resource]
    assert len(daily) == 3
    assert sum(one.quantity for one in daily) == pytest.approx(3 * 365 / 12 * 2 / 60)
