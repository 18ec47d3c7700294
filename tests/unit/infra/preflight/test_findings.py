"""What an account answers is botocore's Stubber's to hold to AWS's models: moto knows few of these quotas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from millrace.errors import ServiceBusy
from millrace.infra.deployment.account import StageAccount
from millrace.infra.preflight.findings import AccountFinding, RoomVerdict
from millrace.infra.preflight.lake_formation import lake_formation_finding
from millrace.infra.preflight.quotas import FUNCTION, GLUE_JOB, GLUE_WORKFLOW, ROLE, StackNeeds, quota_findings
from millrace.infra.runtime.aws_clients import AwsClients, Credentials
from millrace.infra.stages.reading import read_stage
from millrace.settings import AwsSettings, Secret
from millrace.usecases.deployment.preflight import too_little_room
from millrace.usecases.deployment.stack import synthesised
from tests.shipped import PROJECT

StubbedAnswer = tuple[str, Mapping[str, Any]] | tuple[str, str]  # an operation, and its answer or the code of its error
NOW = datetime(2026, 11, 30, tzinfo=UTC)
BY_IAM = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]
IAM_DECIDES: StubbedAnswer = (
    "get_data_lake_settings",
    {"DataLakeSettings": {"CreateDatabaseDefaultPermissions": BY_IAM, "CreateTableDefaultPermissions": BY_IAM}},
)


def account(answers: Mapping[str, Sequence[StubbedAnswer]]) -> AwsClients:
    """Clients that give these answers, by service, in this order."""
    stub = pytest.importorskip("botocore.stub", reason="botocore is not installed: pip install 'millrace[aws]'")

    def stubbed(client: Any) -> None:
        stubber = stub.Stubber(client)
        for operation, answer in answers.get(client.meta.service_model.service_name, ()):
            if isinstance(answer, str):
                stubber.add_client_error(operation, answer, http_status_code=400)
            else:
                stubber.add_response(operation, dict(answer))
        stubber.activate()

    return AwsClients(AwsSettings(region="eu-west-1"), Credentials("testing", Secret("testing")), on_created=stubbed)


def quota(value: float) -> StubbedAnswer:
    return "get_service_quota", {"Quota": {"Value": value}}


def found(
    answers: Mapping[str, Sequence[StubbedAnswer]], wanted: dict[str, int], **there: int
) -> dict[str, AccountFinding]:
    clients = account({"lakeformation": [IAM_DECIDES], **answers})
    needs = StackNeeds(wanted, {GLUE_JOB: there.get("jobs", 0)})
    findings = (*quota_findings(clients, needs), lake_formation_finding(clients, "dev"))
    return {one.what: one for one in findings}


def jobs(count: int) -> StubbedAnswer:
    return "list_jobs", {"JobNames": [f"job_{at}" for at in range(count)]}


def test_what_the_stack_makes_has_to_fit_beside_what_there_is() -> None:
    for taken, verdict in ((15, RoomVerdict.ENOUGH), (16, RoomVerdict.SHORT)):
        answers = {"glue": [jobs(taken)], "service-quotas": [quota(20)]}
        finding = found(answers, {GLUE_JOB: 5})["Glue jobs"]
        assert finding.verdict is verdict
        assert finding.about == f"{taken} of 20 are taken, and the stack makes 5 more"


def test_what_the_deployed_stack_has_already_is_not_asked_for_again() -> None:
    answers = {"glue": [jobs(18)], "service-quotas": [quota(20)]}
    assert found(answers, {GLUE_JOB: 7}, jobs=5)["Glue jobs"].verdict is RoomVerdict.ENOUGH
    assert "Glue jobs" not in found({}, {GLUE_JOB: 5}, jobs=5)


def test_all_pages_are_counted() -> None:
    pages: list[StubbedAnswer] = [
        ("list_crawlers", {"CrawlerNames": ["a", "b"], "NextToken": "more"}),
        ("list_crawlers", {"CrawlerNames": ["c"]}),
    ]
    findings = found({"glue": pages, "service-quotas": [quota(3)]}, {"AWS::Glue::Crawler": 1})
    assert findings["Glue crawlers"].about.startswith("3 of 3")
    assert findings["Glue crawlers"].verdict is RoomVerdict.SHORT


def test_a_quota_that_nobody_raised_is_the_default_of_aws() -> None:
    answers: dict[str, list[StubbedAnswer]] = {
        "glue": [jobs(0)],
        "service-quotas": [
            ("get_service_quota", "NoSuchResourceException"),
            ("get_aws_default_service_quota", {"Quota": {"Value": 1000}}),
        ],
    }
    assert "0 of 1,000" in found(answers, {GLUE_JOB: 5})["Glue jobs"].about


def test_a_new_account_runs_ten_functions_at_once() -> None:
    limit: StubbedAnswer = ("get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": 10}})
    for functions, verdict in ((10, RoomVerdict.ENOUGH), (11, RoomVerdict.SHORT)):
        assert found({"lambda": [limit]}, {FUNCTION: functions})["functions at once"].verdict is verdict


def test_roles_are_counted_by_iam_itself() -> None:
    summary: StubbedAnswer = ("get_account_summary", {"SummaryMap": {"Roles": 990, "RolesQuota": 1000}})
    assert found({"iam": [summary]}, {ROLE: 11})["IAM roles"].verdict is RoomVerdict.SHORT


def test_a_job_of_each_workflow_runs_at_once() -> None:
    lists: StubbedAnswer = ("list_workflows", {})
    answers: dict[str, list[StubbedAnswer]] = {"glue": [lists], "service-quotas": [quota(250), quota(1)]}
    assert found(answers, {GLUE_WORKFLOW: 2})["Glue job runs at once"].verdict is RoomVerdict.SHORT


def test_what_the_caller_may_not_read_is_not_checked_and_names_the_action() -> None:
    answers: dict[str, list[StubbedAnswer]] = {
        "glue": [jobs(0)],
        "service-quotas": [("get_service_quota", "AccessDeniedException")],
        "lakeformation": [("get_data_lake_settings", "AccessDeniedException")],
    }
    findings = found(answers, {GLUE_JOB: 5})
    assert {one.verdict for one in findings.values()} == {RoomVerdict.UNKNOWN}
    assert "servicequotas:GetServiceQuota" in findings["Glue jobs"].about
    assert "lakeformation:GetDataLakeSettings" in findings["Lake Formation"].about


def test_where_lake_formation_decides_it_is_said_what_to_grant() -> None:
    empty: StubbedAnswer = ("get_data_lake_settings", {"DataLakeSettings": {"CreateTableDefaultPermissions": []}})
    finding = found({"lakeformation": [empty]}, {})["Lake Formation"]
    assert finding.verdict is RoomVerdict.GRANTS
    for needed in ("database creator", "millrace_dev_prod", "millrace_dev_candidate", "data location", "DESCRIBE"):
        assert needed in finding.about
    assert "crawled" not in finding.about


def test_lake_formation_has_to_let_the_crawler_of_datasets_make_their_tables() -> None:
    empty: StubbedAnswer = ("get_data_lake_settings", {"DataLakeSettings": {"CreateTableDefaultPermissions": []}})

    about = lake_formation_finding(account({"lakeformation": [empty]}), "dev", crawled=True).about

    assert "the role of the crawler of datasets the same on millrace_dev_crawled;" in about
    assert about.endswith(
        "DESCRIBE and SELECT on millrace_dev_raw, millrace_dev_staging, millrace_dev_prod, millrace_dev_crawled."
    )


def test_an_account_that_throttles_is_asked_again_later() -> None:
    with pytest.raises(ServiceBusy):
        found({"lakeformation": [("get_data_lake_settings", "ThrottlingException")]}, {})


def deployed(there: Mapping[str, int], **answers: Sequence[StubbedAnswer]) -> StageAccount:
    """The account of stage dev, in which a stack has so many resources of these types."""
    stack = {"StackName": "millrace-dev", "StackId": "one", "StackStatus": "CREATE_COMPLETE", "CreationTime": NOW}
    about = {"ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": NOW}
    resources = [
        {**about, "LogicalResourceId": f"One{at}", "PhysicalResourceId": f"one-{at}", "ResourceType": kind}
        for kind, count in there.items()
        for at in range(count)
    ]
    cloudformation: list[StubbedAnswer] = [
        ("describe_stacks", {"Stacks": [stack]}),
        ("list_stack_resources", {"StackResourceSummaries": resources}),
    ]
    clients = account({"cloudformation": cloudformation, **answers})
    return StageAccount(read_stage("dev", PROJECT.folder), "123456789012", clients)


def wanted() -> Counter[str]:
    return Counter(one["Type"] for one in synthesised(PROJECT, "dev").content["Resources"].values())


def test_a_deployment_that_needs_no_more_asks_for_no_quota() -> None:
    """It would be told that no function may run."""
    limit: StubbedAnswer = ("get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": 0}})

    assert list(too_little_room(deployed(wanted(), **{"lambda": [limit]}), PROJECT)) == []
    assert list(too_little_room(deployed({}, **{"lambda": [limit]}), PROJECT)) != []


def test_a_deployment_goes_on_where_quotas_are_not_answered() -> None:
    fewer = wanted() - Counter({GLUE_JOB: 1})
    at = deployed(fewer, glue=[("list_jobs", "ThrottlingException")])

    [told] = too_little_room(at, PROJECT)
    assert told.startswith("not all quotas were looked at: ")
    assert "Glue jobs" in told
