"""A lake on stand-ins of AWS: moto's S3, Glue, DynamoDB, SNS and SQS, and the double of Firehose."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from millrace.aws.glue_layout import candidate_database, databases, raw_database, work_database
from millrace.clock import Clock
from millrace.firehose.stream_definition import StreamDefinition
from millrace.glue_workflow.ports import Leases
from millrace.glue_workflow.stores.aws.leases import DynamoLeases
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients, Credentials
from millrace.lake.s3 import S3Storage
from millrace.settings import AwsSettings, EngineName, Secret, Settings
from millrace.state.dynamo_keys import table_definition
from tests.contracts import aws
from tests.doubles.firehose import FirehoseDouble
from tests.doubles.firehose_server import FirehoseServer
from tests.doubles.manual_timer import ManualTimer

KEYS = Credentials("testing", Secret("testing"), Secret("testing"))
PREFIX = "some/lake"


@dataclass(frozen=True)
class AwsLake:
    """What is deployed. `settings` name it; `double` is the delivery stream, which delivers when it is told to."""

    settings: Settings
    double: FirehoseDouble
    clock: Clock

    def runtime(
        self, *, watch: Callable[[Any], None] = lambda _: None, timer: ManualTimer | None = None
    ) -> TimelessRuntime:
        """A process's own. `watch` is shown its clients of AWS. `timer`: of leases, where several processes live."""
        made = TimelessRuntime(
            self.settings, clients=AwsClients(self.settings.aws, KEYS, on_created=watch), clock=self.clock
        )
        made.timer = timer or made.timer
        return made

    def with_athena(self, url: str) -> AwsLake:
        aws_settings = replace(self.settings.aws, endpoints={**self.settings.aws.endpoints, "athena": url})
        return replace(self, settings=replace(self.settings, aws=aws_settings))

    def through(self, url: str) -> AwsLake:
        """The same, with what is at this address before moto."""
        return replace(self, settings=replace(self.settings, aws=replace(self.settings.aws, endpoint_url=url)))


class TimelessRuntime(AwsRuntime):
    """In which no time passes: neither for a lease, nor until what was received and not deleted comes again."""

    hidden_seconds = 0

    @cached_property
    def timer(self) -> ManualTimer:
        return ManualTimer()

    @cached_property
    def leases(self) -> Leases:
        return DynamoLeases(self.table, timer=self.timer)


@contextmanager
def aws_lake(home: Path, urls: Mapping[str, str], clock: Clock, *, stage: str = "") -> Iterator[AwsLake]:
    """A lake of its own, by default with a stage of its own. `home`: what this machine keeps beside it.

    The stage's databases are its own, and go with it.
    """
    stage = stage or "".join(random.choices(string.ascii_lowercase, k=16))
    name = f"lake-{stage}-{random.randrange(10**9)}"
    clients = aws.clients()
    clients.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
    clients.dynamodb.create_table(**table_definition(f"{name}-state"))
    stream = StreamDefinition(f"{name}-raw").destination(f"arn:aws:s3:::{name}", "arn:aws:iam::123456789012:role/raw")
    double = FirehoseDouble(f"{name}-raw", stream, S3Storage(clients.s3, name, PREFIX), clock)
    server = FirehoseServer(double)
    settings = AwsSettings(
        stage=stage,
        region=aws.REGION,
        bucket=name,
        prefix=PREFIX,
        table=f"{name}-state",
        endpoint_url=aws.endpoint(),
        endpoints={"firehose": server.url},
        stream=f"{name}-raw",
        queue=_queue(clients, name),
    )
    try:
        yield AwsLake(Settings(home, "simulated", source_urls=dict(urls), aws=settings, runtime="aws"), double, clock)
    finally:
        server.close()
        clients.dynamodb.delete_table(TableName=settings.table)
        aws.drop_databases(stage)


def make_databases(stage: str) -> None:
    """As the stack does; without them a run makes those that it needs."""
    names = (*databases(stage).values(), raw_database(stage), candidate_database(stage), work_database(stage))
    for name in names:
        aws.clients().glue.create_database(DatabaseInput={"Name": name})


def _queue(clients: AwsClients, bucket: str) -> str:
    """S3 tells a topic of new raw objects, and the topic this queue, whose address it is."""
    sns, sqs = clients.client("sns"), clients.sqs
    queue = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name=bucket)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    only_raw: Any = {"Key": {"FilterRules": [{"Name": "prefix", "Value": f"{PREFIX}/raw/"}]}}
    told: Any = {"TopicArn": topic, "Events": ["s3:ObjectCreated:*"], "Filter": only_raw}
    clients.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [told]}
    )
    return queue


def environment(lake: AwsLake, engine: EngineName) -> dict[str, str]:
    """What tells another process of this lake. Its stage must be one of the settings'."""
    at = lake.settings.aws
    given = {
        "RUNTIME": "aws",
        "ENGINE": engine.value,
        "FEED": "simulated",
        "HOME": str(lake.settings.home),
        "STAGE": at.stage,
        "AWS_REGION": at.region,
        "AWS_BUCKET": at.bucket,
        "AWS_PREFIX": at.prefix,
        "AWS_STATE_TABLE": at.table,
        "AWS_STREAM": at.stream,
        "AWS_QUEUE_URL": at.queue,
        "AWS_ENDPOINT_URL": at.endpoint_url,
        **{f"AWS_ENDPOINT_URL_{service.upper()}": url for service, url in at.endpoints.items()},
        **{f"SOURCE_{name.upper()}_URL": url for name, url in lake.settings.source_urls.items()},
    }
    if at.job_function:
        given["AWS_JOB_FUNCTION"] = at.job_function
    if lake.settings.notify:
        given["NOTIFY"] = ",".join(one.reveal() for one in lake.settings.notify)
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    return {**{f"MILLRACE_{name}": value for name, value in given.items()}, **keys}
