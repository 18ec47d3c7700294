"""What a deployment would change, said by CloudFormation, with nothing changed."""

from __future__ import annotations

from tests.end_to_end.deployment.commands import Deployer


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
    assert prepared.stack == before
    assert prepared.proposed() == []


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
