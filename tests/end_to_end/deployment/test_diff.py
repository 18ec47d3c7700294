"""What a deployment would change, said by CloudFormation, with nothing changed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from typing import Any

from tests.end_to_end.deployment.commands import Deployer, Ended


def test_a_new_stack_is_shown_and_not_made(prepared: Deployer) -> None:
    found = prepared.changes()

    assert found["PollOfBikes"]["change"] == "add"
    client = prepared.clients.client("cloudformation")
    assert [one["StackName"] for one in client.describe_stacks()["Stacks"]] == ["millrace-dev-bootstrap"]
    keys = [one["Key"] for one in prepared.clients.s3.list_objects_v2(Bucket=prepared.artefacts)["Contents"]]
    assert {key.partition("-")[0] for key in keys} <= {"template", "stripped/template"}, "no code is uploaded"


def test_what_is_replaced_and_what_is_lost_is_marked(prepared: Deployer) -> None:
    prepared.done("deploy", "--stage", "dev", "--yes")
    before = prepared.stack

    same = prepared.run("diff", "--stage", "dev")
    assert (same.status, same.out) == (0, "")
    assert "stack millrace-dev is as the project and the stage say" in same.said
    assert re.search(r"drift: CloudFormation looked at [1-9]\d* of \d+ resources; changed by .*: 0\n", same.said)

    prepared.write_stage('[lake]\nbucket = "another-name-of-a-lake"\n')
    (prepared.root / "sources" / "bikes.py").rename(prepared.root / "sources" / "wheels.py")
    (prepared.root / "sources" / "wheels.py").write_text(
        (prepared.root / "sources" / "wheels.py").read_text().replace("bikes", "wheels")
    )
    table = prepared.root / "sql" / "staging" / "bike.sql"
    table.write_text(table.read_text().replace("raw.bikes", "raw.wheels"))
    found = prepared.changes()

    assert found["LakeBucket"]["change"] in ("replace", "modify or replace")  # see ministack.py
    assert found["LakeBucket"]["mind"] == "", "its policy keeps it"
    assert found["PollLogOfBikes"] == {
        "change": "remove",
        "resource": "PollLogOfBikes",
        "type": "AWS::Logs::LogGroup",
        "properties": "",
        "mind": "its log would be lost",
    }
    assert found["PollOfWheels"]["change"] == "add"
    assert without_drift(prepared.stack) == without_drift(before)
    assert prepared.proposed() == []


def without_drift(stack: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in stack.items() if name != "DriftInformation"}


def test_what_the_service_would_refuse_is_marked_and_not_deployed(prepared: Deployer) -> None:
    prepared.done("deploy", "--stage", "dev", "--yes")
    client = prepared.clients.client("cloudformation")
    stack = client.get_template(StackName="millrace-dev")["TemplateBody"]
    stream = stack["Resources"]["DeliveryStream"]["Properties"]["ExtendedS3DestinationConfiguration"]
    stream["DynamicPartitioningConfiguration"]["Enabled"] = False  # as if it had been deployed without
    prepared.redeploy(stack)

    found = prepared.changes()
    assert found["DeliveryStream"]["mind"].startswith(
        "the service refuses it: dynamic partitioning is set when a stream"
    )

    refused = prepared.run("deploy", "--stage", "dev", "--yes")
    assert refused.status == 1
    assert (
        "stack millrace-dev cannot become this: DeliveryStream (AWS::KinesisFirehose::DeliveryStream)" in refused.said
    )
    assert prepared.proposed() == []


def test_what_others_changed_is_shown_and_is_not_undone(prepared: Deployer) -> None:
    """MiniStack looks at fewer types than AWS, and at fewer properties of each."""
    prepared.done("deploy", "--stage", "dev", "--yes")
    queue = prepared.clients.sqs.get_queue_url(QueueName="millrace_dev_new_objects")["QueueUrl"]
    prepared.clients.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "17"})
    prepared.clients.client("logs").delete_log_group(logGroupName="/aws/lambda/millrace-dev-poll-bikes")

    found = prepared.changes()

    assert set(found) == {"NewObjects", "PollLogOfBikes"}, "nothing is to be deployed"
    assert (found["NewObjects"]["change"], found["NewObjects"]["properties"]) == ("drift", "VisibilityTimeout")
    assert re.fullmatch(r"VisibilityTimeout is 17, and is \d+ in the template", found["NewObjects"]["mind"])
    assert found["PollLogOfBikes"]["mind"] == "it is not there any more"
    assert prepared.done("diff", "--stage", "dev", "--no-drift").out == ""
    shown = prepared.done("diff", "--stage", "dev")
    assert "drift" in shown.out
    assert "changed by others than CloudFormation: 2" in shown.said


def test_a_resource_added_by_hand_is_in_the_changes_and_in_the_cost(prepared: Deployer) -> None:
    template = json.loads(prepared.done("synth", "--stage", "dev").out)
    metric = {"MetricName": "Findings", "Namespace": "By hand", "Statistic": "Sum", "Period": 300}
    alarm = {**metric, "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    template["Resources"]["ByHand"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}
    (prepared.root / "by-hand.json").write_text(json.dumps(template))
    given = ("--stage", "dev", "--template", "by-hand.json")

    without = prepared.done("diff", "--stage", "dev", "--format", "json")
    compared = prepared.done("diff", *given, "--format", "json")
    priced = costs(prepared.done("cost", *given, "--format", "csv"))

    others = [one for one in json.loads(compared.out) if one not in json.loads(without.out)]
    # A version is named by what its function reads, as the lake's bucket, whose name `synth` does not know.
    [added] = [one for one in others if one["type"] != "AWS::Lambda::Version"]
    assert (added["change"], added["resource"], added["type"]) == ("add", "ByHand", "AWS::CloudWatch::Alarm")
    of_all, of_stage = cost_once_deployed(compared.said), cost_once_deployed(without.said)
    assert of_all > of_stage
    of_stage_alone = costs(prepared.done("cost", "--stage", "dev", "--format", "csv"))
    assert float(priced["alarms"]["quantity"]) == float(of_stage_alone["alarms"]["quantity"]) + 1
    assert float(priced[""]["usd"]) == of_all, "the total"
    refused = prepared.run("diff", "--stage", "dev", "--template", "nowhere.json")
    assert (refused.status, "cannot read nowhere.json" in refused.said) == (2, True)


def costs(ended: Ended) -> dict[str, dict[str, str]]:
    """The rows of `millrace cost`, by item."""
    return {one["item"]: one for one in csv.DictReader(ended.out.splitlines())}


def cost_once_deployed(said: str) -> float:
    [dollars] = re.findall(r"([\d.]+) US dollars once it is deployed", said)
    return float(dollars)
