"""The packaged poll and a packaged run, each under its own role of the stack, where permissions are looked at.

MiniStack looks at those of code with AUTH=true; what services do with their roles is in
`tests/end_to_end/aws/permissions/integrations.py`. MiniStack has neither Firehose's layout (the double writes the raw
object) nor Spark, which runs here, nor Glue's BatchDeletePartition: a run's calls of Glue go to moto, which looks at no
permissions, and are held to the role in `test_packaged_glue` and `tests/end_to_end/aws/permissions/`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import SystemClock
from millrace.firehose.stream_definition import StreamDefinition
from millrace.infra.judges.references import ACCOUNT, REGION
from millrace.infra.packaging.artefacts import poll_zip
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients, Credentials
from millrace.lake.s3 import S3Storage
from millrace.settings import AwsSettings, Secret, Settings
from millrace.state.dynamo_keys import table_definition
from tests.contracts import aws
from tests.contracts.engines import SPARK_MARKS
from tests.doubles.firehose import FirehoseDouble
from tests.doubles.firehose_server import FirehoseServer
from tests.end_to_end.aws.aws_jobs import STAGE, START, Evening, poll_rain
from tests.end_to_end.aws.aws_lake import make_databases
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import GlueJobs
from tests.end_to_end.aws.permissions.roles import stack_view
from tests.end_to_end.deployment.ministack import clients_at, ministack, running

STACK = stack_view(STAGE)
BUCKET = STACK.bucket.rpartition(":")[2]
NAMES = AwsSettings(stage=STAGE)
ASKED_BESIDES = {"sqs:DeleteMessage": "sqs:DeleteMessageBatch"}  # MiniStack asks for it, and IAM has no such action


@dataclass(frozen=True)
class EnforcingAccount:
    """An account with what the stack would make there, for whoever has its first keys."""

    url: str
    feeds: Mapping[str, str]
    home: Path

    @cached_property
    def clients(self) -> AwsClients:
        return clients_at(self.url, ACCOUNT)

    def furnish(self) -> None:
        """The stack's bucket, table, stream and queue, by their names."""
        clients = self.clients
        place: Any = {"LocationConstraint": REGION}
        clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        clients.dynamodb.create_table(**table_definition(NAMES.state_table))
        clients.sqs.create_queue(QueueName=NAMES.queue_name)
        given: Any = StreamDefinition(NAMES.stream_name).destination(STACK.bucket, f"arn:aws:iam::{ACCOUNT}:role/raw")
        clients.firehose.create_delivery_stream(
            DeliveryStreamName=NAMES.stream_name, ExtendedS3DestinationConfiguration=given
        )

    def keys_of(self, title: str, without: str = "") -> dict[str, str]:
        """Those of a session of a role of the template. `without`: an action that is taken from it."""
        [policy] = STACK.resources[title]["Properties"]["Policies"]
        document = json.loads(json.dumps(policy["PolicyDocument"]))
        for one in document["Statement"]:
            allowed = [action for action in one["Action"] if action != without]
            one["Action"] = [*allowed, *(ASKED_BESIDES[action] for action in allowed if action in ASKED_BESIDES)]
        document["Statement"] = [one for one in document["Statement"] if one["Action"]]
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        iam, name = self.clients.client("iam"), f"{title}{without.replace(':', '-')}"
        trusted = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document))
        user = self._user_who_takes(role)
        found = user.client("sts").assume_role(RoleArn=role, RoleSessionName="packaged")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }

    def _user_who_takes(self, role: str) -> AwsClients:
        iam, name = self.clients.client("iam"), f"taker-of-{role.rpartition('/')[2]}"
        iam.create_user(UserName=name)
        may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}
        document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        settings = AwsSettings(region=REGION, endpoint_url=self.url)
        return AwsClients(settings, Credentials(key["AccessKeyId"], Secret(key["SecretAccessKey"])))

    @property
    def queue(self) -> str:
        """Its address."""
        return self.clients.sqs.get_queue_url(QueueName=NAMES.queue_name)["QueueUrl"]

    def environ(self, given: Mapping[str, Any]) -> dict[str, str]:
        """Settings that the template gives, and where this account and its feeds are."""
        own = {name: value for name, value in given.items() if name.startswith("MILLRACE_")}
        return {
            **own,
            "MILLRACE_AWS_QUEUE_URL": self.queue,
            "MILLRACE_AWS_REGION": REGION,
            "MILLRACE_AWS_ENDPOINT_URL": self.url,
            "MILLRACE_AWS_ENDPOINT_URL_GLUE": aws.endpoint(),
            "MILLRACE_FEED": "simulated",
            "MILLRACE_HOME": str(self.home),
            "MILLRACE_SOURCE_RAINFALL_URL": self.feeds["rainfall"],
        }

    def runtime(self, **endpoints: str) -> AwsRuntime:
        at = AwsSettings(
            stage=STAGE,
            region=REGION,
            bucket=BUCKET,
            endpoint_url=self.url,
            endpoints={"glue": aws.endpoint(), **endpoints},
            queue=self.queue,
        )
        settings = Settings(self.home, "simulated", source_urls=dict(self.feeds), aws=at, runtime="aws")
        return AwsRuntime(settings, clients=AwsClients(at, Credentials(ACCOUNT, Secret("testing"))), clock=Evening())


@pytest.fixture(scope="module")
def account(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnforcingAccount]:
    interpreter = ministack()
    if interpreter is None:
        assert not os.environ.get("CI"), ".ci/install_ministack did not install it"
        pytest.skip("MiniStack is not installed: .ci/install_ministack")
    with running(interpreter, tmp_path_factory.mktemp("ministack"), {"AUTH": "true"}) as url:
        made = EnforcingAccount(url, feeds, tmp_path_factory.mktemp("home"))
        made.furnish()
        make_databases(STAGE)
        try:
            yield made
        finally:
            aws.drop_databases(STAGE)


def test_a_poll_has_what_it_needs_and_says_which_action_is_missing(account: EnforcingAccount, tmp_path: Path) -> None:
    title = "PollRoleOfRainfall"
    given = STACK.resources["PollOfRainfall"]["Properties"]["Environment"]["Variables"]
    function = PackagedFunction(built(poll_zip), "millrace.infra.entrypoints.poll.handler", tmp_path)
    event = {"source": "rainfall", "scheduled_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}

    with function.started(account.environ(given) | account.keys_of(title)) as container:
        answer = container.invoke(event)
        assert not answer.failed, (answer.body, container.said)
    assert answer.body["outcome"] == "delivered"

    for missing in (
        "firehose:PutRecordBatch",
        "dynamodb:GetItem",
    ):  # without the first, records go straight to the lake
        with function.started(account.environ(given) | account.keys_of(title, missing)) as container:
            refused = container.invoke(event)
        assert missing in f"{refused.body} {container.said}"


@pytest.mark.parametrize("job", [pytest.param("JobOfCrawl", marks=(*SPARK_MARKS, pytest.mark.soak))])
def test_a_whole_run_has_what_it_needs(account: EnforcingAccount, job: str, tmp_path: Path) -> None:
    """In one job on Spark: the roles of the others lack the queue alone."""
    _deliver(account)
    given = STACK.resources[job]["Properties"]["DefaultArguments"]
    settings = {name.removeprefix("--"): value for name, value in given.items()}

    done = GlueJobs.packaged(tmp_path).start("run", account.environ(settings) | account.keys_of("JobRoleOfCrawl"))

    if "UNRESOLVED DEPENDENCIES" in done.stderr and not os.environ.get("CI"):
        pytest.skip("Spark's connector for S3 cannot be had: no network, or no repository of Java packages")
    assert done.returncode == 0, done.stderr[-3000:]
    with account.runtime() as runtime:
        (run,) = runtime.runs.runs("rainfall", limit=9)
        assert run.state == "succeeded"
    published = aws.clients().glue.get_partitions(DatabaseName=f"millrace_{STAGE}_prod", TableName="rainfall")
    assert published["Partitions"]


def _deliver(account: EnforcingAccount) -> None:
    """One raw object, as Firehose writes it, and the message that S3 sends of it."""
    clients = account.clients
    stream = StreamDefinition(NAMES.stream_name).destination(STACK.bucket, f"arn:aws:iam::{ACCOUNT}:role/raw")
    double = FirehoseDouble(NAMES.stream_name, stream, S3Storage(clients.s3, BUCKET, ""), Evening())
    with closing(FirehoseServer(double)) as server, account.runtime(firehose=server.url) as runtime:
        poll_rain(runtime, START)
    before = _raw_keys(clients)
    double.deliver(everything=True)
    [key] = _raw_keys(clients) - before
    at = f"{SystemClock().now():%Y-%m-%dT%H:%M:%SZ}"
    record = {"eventName": "ObjectCreated:Put", "eventTime": at, "s3": {"object": {"key": key}}}
    clients.sqs.send_message(QueueUrl=account.queue, MessageBody=json.dumps({"Records": [record]}))


def _raw_keys(clients: AwsClients) -> set[str]:
    listed = clients.s3.list_objects_v2(Bucket=BUCKET, Prefix="raw/rainfall/")
    return {one["Key"] for one in listed.get("Contents", ())}
