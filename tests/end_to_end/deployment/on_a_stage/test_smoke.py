"""`deploy --smoke`: one poll by the deployed function, one run, one query; then how the stage stands, by `status`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from millrace.infra.entrypoints.poll import LambdaPolls
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients, Credentials
from millrace.settings import AwsSettings, Secret, Settings
from tests.end_to_end.deployment.conftest import in_an_account
from tests.end_to_end.deployment.ministack import REGION
from tests.end_to_end.deployment.on_a_stage.functions import Functions, functions
from tests.end_to_end.deployment.on_a_stage.live_stage import LiveStage, surroundings
from tests.end_to_end.deployment.on_a_stage.subscriptions import WAITING, Subscriptions, subscriptions
from tests.end_to_end.project.bikes import FILES

DEPLOY = ("deploy", "--yes", "--smoke")
MAIL, TEAM = "ops@example.org", "team@example.org"
CONFIRMED = "arn:aws:sns:ap-southeast-1:123456789012:millrace-dev-alerts:1"
NOT_CONFIRMED = f"{MAIL} has not confirmed the subscription of alarms: the link is in a mail"
NOBODY = "nobody is told of alarms: no receiver is confirmed ([alerts] emails of the stage)"
FAILED = "millrace: the stage is deployed, and its smoke test failed at the poll: "


@dataclass(frozen=True)
class TriedStage:
    stage: LiveStage
    lambdas: Functions
    topic: Subscriptions


@pytest.fixture(scope="module")
def tried(ministack_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TriedStage]:
    """A stage, which the first test deploys."""
    folder = tmp_path_factory.mktemp("smoke")
    with (
        in_an_account(ministack_url, folder / "project", FILES) as deployer,
        surroundings(deployer, folder / "home") as stage,
        functions() as lambdas,
        subscriptions() as topic,
    ):
        deployer.write_stage(f'[alerts]\nemails = ["{MAIL}"]\nalarms = false\n')
        deployer.done("bootstrap", "--stage", "dev", "--yes")
        environ = {
            **stage.deployer.environ,
            "MILLRACE_AWS_ENDPOINT_URL_LAMBDA": lambdas.url,
            "MILLRACE_AWS_ENDPOINT_URL_SNS": topic.url,
        }
        yield TriedStage(replace(stage, deployer=replace(stage.deployer, environ=environ)), lambdas, topic)


def test_a_stage_is_deployed_and_tried_from_feed_to_reader(tried: TriedStage) -> None:
    stage = tried.stage
    tried.topic.listed = [("email", MAIL, WAITING)]
    with _function(stage) as polls, _delivering(stage):
        tried.lambdas.answer = polls.poll
        said = stage.done(*DEPLOY).said.splitlines()

    [(function, event)] = tried.lambdas.called
    assert (function, event["source"]) == ("millrace-dev-poll-bikes", "bikes")
    parts = [line.removeprefix("smoke test: ") for line in said if line.startswith("smoke test: ")]
    [day] = {one["partitions"] for one in stage.rows("runs")}
    [found] = stage.rows("query", f"SELECT count(*) AS n FROM staging.station WHERE dt = DATE '{day}'")
    assert parts == [
        "polls bikes once",
        "waits until the stream has delivered, for 480 s at most",
        "runs bikes once",
        f"a query finds {found['n']} rows of {day} in staging.station",
        "from feed to reader, all parts work",
    ]
    assert found["n"] == 2
    assert {NOT_CONFIRMED, NOBODY} <= {*said}
    assert tried.topic.topics == stage.outputs("AlertsTopic")


@pytest.mark.parametrize(
    ("listed", "colour", "told"),
    [
        ([("email", MAIL, WAITING)], "amber", [NOT_CONFIRMED, NOBODY]),
        ([("email", MAIL, WAITING), ("email", TEAM, CONFIRMED)], "amber", [NOT_CONFIRMED]),
        ([], "amber", [NOBODY]),
        ([("email", MAIL, CONFIRMED), ("https", "https://x.example/secret", CONFIRMED)], "green", []),
    ],
)
def test_a_stage_is_amber_until_its_receivers_have_confirmed(
    tried: TriedStage, listed: list[tuple[str, str, str]], colour: str, told: list[str]
) -> None:
    tried.topic.listed = listed

    first, *lines = tried.stage.done("status").said.splitlines()

    assert first.startswith("stack millrace-dev is in CREATE_COMPLETE, with poll-")
    assert lines == [*told, f"stage dev is {colour}"]


def test_who_may_not_ask_for_receivers_is_told_the_permission(tried: TriedStage) -> None:
    tried.topic.denied = True

    said = tried.stage.done("status").said

    tried.topic.denied = False
    assert "who is told of alarms is not known: permission SNS:ListSubscriptionsByTopic is missing for topic" in said
    assert said.endswith("stage dev is amber\n")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"outcome": "failed"}, "the feed bikes gave no snapshot (failed). The attempt is on record in ops.polls"),
        ({"outcome": "skipped"}, "the schedule poll-bikes is switched off. Give millrace schedules enable poll-bikes"),
    ],
)
def test_a_poll_that_gives_nothing_is_one_message(tried: TriedStage, answer: Mapping[str, Any], told: str) -> None:
    tried.lambdas.answer = lambda event: answer

    failed = tried.stage.run(*DEPLOY)

    assert failed.status == 1
    assert failed.said.splitlines()[-1].startswith(f"{FAILED}{told}")


def test_a_function_that_fails_is_named_with_its_reason(tried: TriedStage) -> None:
    def broken(event: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ImportError("No module named 'bikes'")

    tried.lambdas.answer = broken

    failed = tried.stage.run(*DEPLOY)

    assert failed.status == 1
    assert failed.said.splitlines()[-1] == (
        f"{FAILED}function millrace-dev-poll-bikes failed: No module named 'bikes'."
        " See its log, /aws/lambda/millrace-dev-poll-bikes."
    )


@contextmanager
def _function(stage: LiveStage) -> Iterator[LambdaPolls]:
    """The function that polls, with the names that the stack gives to it."""
    given, root = stage.deployer.environ, stage.deployer.root
    names = AwsSettings(
        region=REGION,
        bucket=stage.deployer.lake,
        endpoint_url=given["MILLRACE_AWS_ENDPOINT_URL"],
        endpoints={"firehose": given["MILLRACE_AWS_ENDPOINT_URL_FIREHOSE"]},
    )
    feeds = {"bikes": given["MILLRACE_SOURCE_BIKES_URL"]}
    settings = Settings(root, "simulated", source_urls=feeds, aws=names, runtime="aws", project=root)
    keys = Credentials(stage.deployer.account, Secret("testing"))
    with AwsRuntime(settings, clients=AwsClients(names, keys)) as runtime:
        yield LambdaPolls(runtime, write=lambda line: None)


@contextmanager
def _delivering(stage: LiveStage) -> Iterator[None]:
    """The stream delivers at once, as the service does after the time for which it buffers."""
    ended = threading.Event()

    def deliver() -> None:
        while not ended.wait(0.2):
            stage.firehose.deliver(everything=True)

    thread = threading.Thread(target=deliver)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
