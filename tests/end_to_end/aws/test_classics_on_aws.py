"""The three classics of docs/examples on a lake on AWS: crawlers of Glue, objects of S3, statements of Athena."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from millrace.athena_sql.ports import Statement
from millrace.aws.glue_layout import crawled_database, dataset_crawler
from millrace.infra.project.project import Project
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.runtime.base import Runtime
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import run_workflow
from tests.contracts import aws
from tests.end_to_end.aws.aws_jobs import Evening, on_athena
from tests.end_to_end.aws.aws_lake import KEYS, AwsLake, aws_lake
from tests.end_to_end.aws.classics import CLASSICS, DAY, copy_from, receipts

RECEIPT = "struct<name:string,area:string>", "struct<parts:array<struct<kind:string,cents:int>>,total_cents:int>"
OF_RECEIPTS = {"ride_id": "string", "paid_at": "string", "driver": RECEIPT[0], "note": "string", "fare": RECEIPT[1]}
OPEN_BUCKET = "open-data-of-a-test"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsLake]:
    with aws_lake(tmp_path_factory.mktemp("classics"), {}, Evening()) as made, on_athena(made) as lake:
        yield lake


@pytest.fixture
def runtime(deployed: AwsLake, tmp_path: Path) -> Iterator[AwsRuntime]:
    shutil.copytree(CLASSICS, tmp_path / "classics")
    copy_from(tmp_path / "classics", f"s3://{OPEN_BUCKET}/cases/")
    settings, project = deployed.settings, Project.find(tmp_path / "classics")
    clients = AwsClients(settings.aws, KEYS)
    with AwsRuntime(settings, clients=clients, clock=deployed.clock, project=project) as runtime, ending_crawls():
        yield runtime


@contextmanager
def ending_crawls() -> Iterator[None]:
    """Inside, crawls of moto end when they are looked at; else only listing them ends one."""
    from moto.moto_api import state_manager

    state_manager.set_transition("glue::crawl", transition={"progression": "immediate"})
    yield
    state_manager.unset_transition("glue::crawl")


def crawled(runtime: AwsRuntime, dataset: str, columns: dict[str, str]) -> None:
    """The crawler that the stack makes of a dataset, and the table that it would make, which moto's does not."""
    stage, glue = runtime.settings.aws.stage, runtime.clients.glue
    folder, database = runtime.storage.location(f"{dataset}/"), crawled_database(stage)
    if database not in {one["Name"] for one in glue.get_databases()["DatabaseList"]}:
        glue.create_database(DatabaseInput={"Name": database})
    glue.create_crawler(
        Name=dataset_crawler(stage, dataset), Role="r", DatabaseName=database, Targets={"S3Targets": [{"Path": folder}]}
    )
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": dataset,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "json"},
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": type_} for name, type_ in columns.items()],
                "Location": folder,
                "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
            },
        },
    )


def run(runtime: Runtime, workflow: str, *days: str) -> None:
    record = run_workflow(runtime, workflow, days, full=False, progress=lambda _: None)
    assert record.state == "succeeded", record.error


def report(runtime: Runtime) -> tuple[bytes, list[str]]:
    """The CSV of the day, and the keys of what is there of it."""
    folder = f"reports/ride_receipts/dt={DAY}/"
    current = json.loads(runtime.storage.get(f"{folder}_current.json"))
    return runtime.storage.get(current["csv"]), [found.key for found in runtime.storage.list(folder)]


def test_the_daily_report_has_the_same_bytes_as_on_one_machine(runtime: AwsRuntime, tmp_path: Path) -> None:
    crawled(runtime, "reports_in", OF_RECEIPTS)
    text = receipts().text(DAY, 7, 40).encode()
    runtime.storage.put(f"reports_in/{DAY}.json", text)

    for _ in range(2):
        run(runtime, "daily_report", DAY.isoformat())

    with LocalRuntime(Settings(tmp_path / "lake", "simulated"), project=runtime.project) as local:
        local.storage.put(f"reports_in/{DAY}.json", text)
        run(local, "daily_report", DAY.isoformat())
        here, _ = report(local)
    there, keys = report(runtime)
    assert there == here
    assert there.count(b"\r\n") > 80
    assert [key.rpartition(".")[2] for key in keys if not key.endswith("_current.json")].count("csv") == 1
    assert len(keys) == 3  # the pointer, the CSV and one file of Parquet: nothing of the first run


def test_two_jobs_start_a_crawler_each(runtime: AwsRuntime) -> None:
    for name in ("two_jobs_in", "two_jobs_out"):
        crawled(runtime, name, {"number": "int", "square": "int"})

    run(runtime, "two_jobs")

    stage = runtime.settings.aws.stage
    crawls = [
        runtime.clients.glue.list_crawls(CrawlerName=dataset_crawler(stage, name))["Crawls"]
        for name in ("two_jobs_in", "two_jobs_out")
    ]
    assert [len(one) for one in crawls] == [1, 1]
    sums = runtime.readers_engine().query(Statement("q", "SELECT number, square FROM crawled.two_jobs_out"))
    assert sums.rows == [(55, 385)]


def test_open_data_of_a_public_bucket_is_ready_for_athena(runtime: AwsRuntime) -> None:
    s3 = aws.clients().s3
    s3.create_bucket(Bucket=OPEN_BUCKET, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
    for key, text in {
        "cases/a.json": b'{"positive": 1}\n',
        "cases/b.json": b'{"positive": 2}\n',
        "cases/c.txt": b"",
    }.items():
        s3.put_object(Bucket=OPEN_BUCKET, Key=key, Body=text, ACL="public-read")
    crawled(runtime, "cases", {"positive": "int"})

    run(runtime, "open_data_copy")

    found = runtime.readers_engine().query(Statement("q", "SELECT positive FROM crawled.cases ORDER BY 1"))
    assert found.rows == [(1,), (2,)]
    run(runtime, "open_data_copy")
    [newest] = runtime.runs.runs("open_data_copy", limit=1)
    [copied] = [one for one in runtime.runs.jobs(newest.run_id) if one.job == "copy"]
    assert (copied.rows, (copied.output or {})["files"]) == (0, 2)
