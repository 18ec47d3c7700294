"""A dataset in a bucket, with the table that a crawler makes of it, read through Athena by its catalogued form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from millrace.athena_sql.ports import Statement
from millrace.aws.glue_layout import crawled_database, every_database
from millrace.errors import FormUnknown
from millrace.infra.judges.references import resolved
from millrace.infra.project.project import Project
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.usecases.tables import list_tables
from tests.contracts import aws
from tests.contracts.crawled import CENTS, FILES, OF_TOTALS, RECEIPTS, TOTALS, crawled_table
from tests.contracts.stack.templates import WITH_DATASETS, content, of_type
from tests.end_to_end.aws.aws_jobs import Evening, on_athena
from tests.end_to_end.aws.aws_lake import KEYS, AwsLake, aws_lake
from tests.unit.infra.project.project_files import project

OF_RECEIPTS = f"crawled.{RECEIPTS.name}"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Project:
    declared = {"datasets/receipts/dataset.toml": 'schema = "crawled"\nformat = "json"\n'}
    return project(tmp_path_factory.mktemp("own"), declared)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsLake]:
    with aws_lake(tmp_path_factory.mktemp("datasets"), {}, Evening()) as made, on_athena(made) as lake:
        yield lake


@pytest.fixture
def runtime(deployed: AwsLake, own: Project) -> Iterator[AwsRuntime]:
    settings = deployed.settings
    with AwsRuntime(settings, clients=AwsClients(settings.aws, KEYS), clock=deployed.clock, project=own) as runtime:
        yield runtime


def crawl(runtime: AwsRuntime) -> None:
    """The files, and what a crawler makes of them."""
    for key, data in FILES.items():
        runtime.storage.put(key, data)
    database = crawled_database(runtime.settings.aws.stage)
    glue = runtime.clients.glue
    glue.create_database(DatabaseInput={"Name": database})
    glue.create_table(DatabaseName=database, TableInput=crawled_table(runtime.storage.location(RECEIPTS.folder)))


def test_before_and_after_a_crawl(runtime: AwsRuntime) -> None:
    stage = runtime.settings.aws.stage
    with pytest.raises(FormUnknown) as told:
        runtime.readers_engine().query(Statement("q", TOTALS.format(OF_RECEIPTS)))
    assert told.value.hint.endswith(
        f"start the crawler: aws glue start-crawler --name millrace_{stage}_crawled_receipts."
    )

    crawl(runtime)

    engine = runtime.readers_engine()
    assert engine.query(Statement("q", TOTALS.format(OF_RECEIPTS))).rows == OF_TOTALS
    assert engine.query(Statement("q", CENTS.format(OF_RECEIPTS))).rows == [(860,)]
    assert [one.type for one in runtime.tables.columns(OF_RECEIPTS)][:3] == [
        "int",
        "string",
        "struct<total:double,parts:array<struct<kind:string,cents:int>>>",
    ]
    [listed] = [one for one in list_tables(runtime) if one["table"] == OF_RECEIPTS]
    assert listed["objects"] == 2


def test_the_database_goes_with_everything_else_of_a_stage() -> None:
    assert crawled_database("dev") in every_database("dev")


def test_glue_takes_the_crawler_of_the_stack() -> None:
    template = resolved(content(WITH_DATASETS))
    crawler = of_type(template, "Glue::Crawler")["CrawlerOfReportsIn"]
    glue = aws.clients().glue

    glue.create_crawler(**{name: value for name, value in crawler.items() if name != "Tags"}, Tags={"stage": "x"})
    try:
        found = glue.get_crawler(Name=crawler["Name"])["Crawler"]
        assert [one["Path"] for one in found["Targets"]["S3Targets"]] == [
            one["Path"] for one in crawler["Targets"]["S3Targets"]
        ]
        assert found["DatabaseName"] == "millrace_staging_crawled"
    finally:
        glue.delete_crawler(Name=crawler["Name"])
