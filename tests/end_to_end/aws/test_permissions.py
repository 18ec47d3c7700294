"""The roles of the stack, beside the calls that polls and runs really make.

Each call is allowed, and what no call needs is allowed for a reason. The run is made on Athena, without whose own calls
it is that of a Glue job on Spark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest

from millrace.aws.glue_layout import candidate_database, databases, raw_database, work_database
from millrace.clock import ManualClock, SystemClock
from millrace.infra.entrypoints.poll import LambdaPolls
from millrace.infra.judges.references import ACCOUNT, REGION, resolved
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.lake.keys import EXPORTS
from millrace.schedules.names import Duty
from millrace.service.tend import LambdaDuties
from millrace.usecases.runs import run_workflow
from tests.contracts import aws
from tests.contracts.stack.templates import content
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import SLOTS, STAGE, Evening, on_athena
from tests.end_to_end.aws.aws_lake import KEYS, PREFIX, AwsLake, aws_lake

SOURCE = "rainfall"

# Actions whose name is not that of the operation (Service Authorization Reference).
NAMES = {
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
}
_TRANSACTED = {
    "Put": "dynamodb:PutItem",
    "Delete": "dynamodb:DeleteItem",
    "Update": "dynamodb:UpdateItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
# What none of the recorded calls needs, and who does, by role.
OTHERS = {
    "PollRoleOfRainfall": {
        "logs:CreateLogStream": "Lambda writes the log",
        "logs:PutLogEvents": "Lambda writes the log",
        "sqs:SendMessage": "Lambda sends what failed to the queue",
    },
    "JobRoleOfCrawl": {
        "logs:CreateLogStream": "Glue writes the log",
        "logs:PutLogEvents": "Glue writes the log",
        "cloudwatch:PutMetricData": "Glue writes the metrics of its jobs",
        "glue:GetWorkflowRun": "a run asks whether the Glue run that holds its lease has ended",
        "glue:UpdateTable": "a table that is stored whole is pointed to its new version",
        "s3:DeleteObject": "the job delete removes what dead runs left, and versions past their retention",
        "s3:AbortMultipartUpload": "Spark gives up a file that it writes in parts",
    },
    "TendRole": {
        "logs:CreateLogStream": "Lambda writes the log",
        "logs:PutLogEvents": "Lambda writes the log",
        "sqs:SendMessage": "Lambda sends what failed to the queue",
        "glue:GetWorkflowRun": "the vacuum asks whether the Glue run that holds a lease has ended",
        "s3:GetBucketLocation": "Athena writes results as the caller",
        "s3:AbortMultipartUpload": "Athena writes results as the caller",
        "s3:ListMultipartUploadParts": "Athena writes results as the caller",
        "athena:StartQueryExecution": "statements",
        "athena:GetQueryExecution": "statements",
        "athena:GetQueryResults": "statements",
        "athena:StopQueryExecution": "a duty that has no time left",
        "athena:GetWorkGroup": "Athena reads the workgroup's settings as the caller",
        "glue:GetDatabase": "Athena reads the catalog as the caller",
        "glue:GetTables": "work tables",
        "glue:GetPartitions": "Athena reads the catalog as the caller",
        "glue:BatchGetPartition": "Athena reads the catalog as the caller",
        "glue:GetTable": "the vacuum completes a flip that was interrupted",
        "glue:CreateTable": "the same, and work tables",
        "glue:UpdateTable": "the same",
        "glue:BatchDeleteTable": "the same, and work tables",
        "glue:BatchCreatePartition": "the same, and work tables",
        "glue:BatchUpdatePartition": "the same",
        "glue:BatchDeletePartition": "the same",
        "sqs:DeleteMessage": "messages about new objects, of which the runs have left none",
        "dynamodb:Scan": "the vacuum looks for texts of state that no item names, of which there are none",
    },
}


@dataclass
class ActionRecording:
    """The actions of calls that clients made, each with the ARNs that it is about, as the stack names them."""

    lake: AwsLake
    needed: set[tuple[str, str]] = field(default_factory=set)

    def watch(self, client: Any) -> None:
        client.meta.events.register("provide-client-params", self._note)

    def _note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        service, operation = model.service_model.service_name, model.name
        if service == "athena" or params.get("DatabaseName") == work_database(STAGE):
            return
        for action in _actions(service, operation, params):
            self.needed |= {(action, arn) for arn in self._arns(service, params)}

    def _arns(self, service: str, params: Mapping[str, Any]) -> Iterator[str]:
        place = f"{REGION}:{ACCOUNT}"
        match service:
            case "s3":
                bucket = f"arn:aws:s3:::millrace-{STAGE}-lake-{ACCOUNT}-{REGION}"
                keys = [one["Key"] for one in params.get("Delete", {}).get("Objects", [])]
                keys += [params["Key"]] if "Key" in params else []
                yield from [f"{bucket}/{key.removeprefix(f'{PREFIX}/')}" for key in keys] or [bucket]
            case "dynamodb":
                yield f"arn:aws:dynamodb:{place}:table/millrace_{STAGE}_state"
            case "firehose":
                yield f"arn:aws:firehose:{place}:deliverystream/millrace_{STAGE}_raw"
            case "sqs":
                yield f"arn:aws:sqs:{place}:millrace_{STAGE}_new_objects"
            case "glue":
                database = params["DatabaseName"]
                yield f"arn:aws:glue:{place}:catalog"
                yield f"arn:aws:glue:{place}:database/{database}"
                yield f"arn:aws:glue:{place}:table/{database}/{params.get('TableName') or params.get('Name', 'any')}"
            case _:
                yield f"arn:aws:{service}:{place}:?"


def _actions(service: str, operation: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    if operation == "TransactWriteItems":
        return tuple(_TRANSACTED[kind] for one in params["TransactItems"] for kind in one)
    return NAMES.get(f"{service}:{operation}", (f"{service}:{operation}",))


@dataclass(frozen=True)
class Role:
    """What a role of the stack allows: pairs of an action and a pattern of ARNs."""

    title: str
    allowed: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, title: str) -> Role:
        [policy] = resolved(content(STAGE))[title]["Properties"]["Policies"]
        pairs = set()
        for statement in policy["PolicyDocument"]["Statement"]:
            patterns = statement["Resource"]
            for action in statement["Action"]:
                pairs |= {(action, one) for one in ([patterns] if isinstance(patterns, str) else patterns)}
        return cls(title, frozenset(pairs))

    @property
    def actions(self) -> set[str]:
        return {action for action, _ in self.allowed}

    def refused(self, needed: set[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted(
            (action, arn)
            for action, arn in needed
            if not any(action == one and fnmatchcase(arn, pattern) for one, pattern in self.allowed)
        )

    def unneeded(self, needed: set[tuple[str, str]]) -> str:
        made = {action for action, _ in needed}
        return ", ".join(sorted(self.actions - made - OTHERS[self.title].keys()))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[tuple[str, str]]]]:
    """The calls of two polls by the function, each followed by a run on Athena."""
    home = tmp_path_factory.mktemp("permissions")
    with shipped_feeds(Evening()) as simulator, aws_lake(home, simulator.urls, Evening(), stage=STAGE) as deployed:
        _make_databases()
        with on_athena(deployed) as lake:
            polls, runs = ActionRecording(lake), ActionRecording(lake)
            for slot in SLOTS[:2]:
                with lake.runtime(watch=polls.watch) as runtime:
                    event = {"source": SOURCE, "scheduled_time": slot.isoformat()}
                    assert LambdaPolls(runtime, write=lambda _: None).poll(event)["outcome"] == "delivered"
                lake.double.deliver(everything=True)
                with lake.runtime(watch=runs.watch) as runtime:
                    run = run_workflow(runtime, SOURCE, [], full=False, progress=lambda _: None)
                    assert run.state == "succeeded", run.error
            yield {"polls": polls.needed, "runs": runs.needed, "duties": _duties(lake)}


def _duties(lake: AwsLake) -> set[tuple[str, str]]:
    """The calls of all duties: a gap is filled, something is found and told, old versions are removed."""
    calls, later = ActionRecording(lake), ManualClock(SystemClock().now() + timedelta(days=9))
    clients = AwsClients(lake.settings.aws, KEYS, on_created=calls.watch)
    with AwsRuntime(lake.settings, clients=clients, clock=later, feed_clock=ManualClock(SLOTS[5])) as runtime:
        runtime.storage.put(f"{EXPORTS}/left", b"1")
        duties = LambdaDuties(runtime, lambda _: None)
        told = {duty: duties.tend({"duty": duty}, lambda: 900.0) for duty in Duty}
    assert all(one["finished"] for one in told.values())
    assert set(told[Duty.RUNS]["found"])
    return calls.needed


def _make_databases() -> None:
    """As the stack does."""
    names = (*databases(STAGE).values(), raw_database(STAGE), candidate_database(STAGE), work_database(STAGE))
    for name in names:
        aws.clients().glue.create_database(DatabaseInput={"Name": name})


def test_a_function_that_polls_may_make_its_calls(recorded: dict[str, set[tuple[str, str]]]) -> None:
    assert Role.of("PollRoleOfRainfall").refused(recorded["polls"]) == []


def test_a_function_that_polls_may_do_nothing_else(recorded: dict[str, set[tuple[str, str]]]) -> None:
    assert Role.of("PollRoleOfRainfall").unneeded(recorded["polls"]) == ""


def test_the_function_of_duties_may_make_its_calls(recorded: dict[str, set[tuple[str, str]]]) -> None:
    assert Role.of("TendRole").refused(recorded["duties"]) == []


def test_the_function_of_duties_may_do_nothing_else(recorded: dict[str, set[tuple[str, str]]]) -> None:
    assert Role.of("TendRole").unneeded(recorded["duties"]) == ""


def test_the_jobs_may_make_their_calls(recorded: dict[str, set[tuple[str, str]]]) -> None:
    assert Role.of("JobRoleOfCrawl").refused(recorded["runs"]) == []


def test_the_jobs_may_do_nothing_else(recorded: dict[str, set[tuple[str, str]]]) -> None:
    assert Role.of("JobRoleOfCrawl").unneeded(recorded["runs"]) == ""


@pytest.mark.parametrize("title", OTHERS)
def test_what_others_need_is_allowed(title: str) -> None:
    assert OTHERS[title].keys() - Role.of(title).actions == set()


def test_the_jobs_differ_in_who_reads_the_queue_alone() -> None:
    crawl = Role.of("JobRoleOfCrawl").allowed
    queue = {pair for pair in crawl if pair[0].startswith("sqs:")}

    assert queue
    for kind in ("Delete", "CreateParquet", "QualityCheck", "Prod"):
        assert Role.of(f"JobRoleOf{kind}").allowed == crawl - queue
