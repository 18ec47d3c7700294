"""Releases: deployed again by their hash, and to another stage in another account."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.stack.packaged.release import Release
from millrace.state.dynamo_format import TableFormat
from millrace.state.formats import TABLE_FORMAT
from tests.end_to_end.deployment.commands import Deployer, Ended, uploaded
from tests.end_to_end.deployment.ministack import REGION, clients_at

FUNCTION = "millrace-dev-poll-bikes"
TABLES_FOLLOW = "tables stay as they are: the next run of each workflow makes of them what this release needs"
NAMED = re.compile(r"^release ([0-9a-f]{32})", re.MULTILINE)


def release_of(ended: Ended) -> str:
    [found] = NAMED.findall(ended.said)
    return str(found)


def code_of(of: Deployer) -> str:
    """The hash of the code that the schedule of the source starts."""
    target = of.clients.client("scheduler").get_schedule(Name="bikes", GroupName="millrace-dev-polls")["Target"]
    version = target["Arn"].rpartition(":")[2]
    assert version.isdigit(), "it names a version"
    found = of.clients.client("lambda").get_function_configuration(FunctionName=FUNCTION, Qualifier=version)
    return str(found["CodeSha256"])


def versions(of: Deployer) -> list[str]:
    found = of.clients.client("lambda").list_versions_by_function(FunctionName=FUNCTION)["Versions"]
    return sorted(one["Version"] for one in found if one["Version"] != "$LATEST")


def with_other_code(of: Deployer) -> None:
    source = of.root / "sources" / "bikes.py"
    source.write_text(f"{source.read_text()}\nANOTHER = True\n")


def test_a_stage_goes_back_to_the_release_before(prepared: Deployer) -> None:
    first = release_of(prepared.done("deploy", "--stage", "dev", "--yes"))
    old_code = code_of(prepared)
    with_other_code(prepared)
    second = release_of(prepared.done("deploy", "--stage", "dev", "--yes"))
    assert second != first
    assert code_of(prepared) != old_code
    assert versions(prepared) == ["1", "2"], "what has begun on the old code ends on it"

    back = prepared.done("deploy", "--stage", "dev", "--artefact", first[:8], "--yes")

    assert release_of(back) == first
    assert uploaded(back) == []
    assert TABLES_FOLLOW in back.said
    assert code_of(prepared) == old_code
    assert {one["OutputKey"]: one["OutputValue"] for one in prepared.stack["Outputs"]}["Release"] == first
    again = prepared.done("deploy", "--stage", "dev", "--artefact", first, "--yes")
    assert "nothing was changed" in again.said

    client = prepared.clients.client("lambda")
    for memory in range(300, 306):  # as if it had been deployed often
        client.update_function_configuration(FunctionName=FUNCTION, MemorySize=memory)
        client.publish_version(FunctionName=FUNCTION)
    assert len(versions(prepared)) == 9
    cleared = prepared.done("deploy", "--stage", "dev", "--artefact", first, "--yes")
    assert "removed 3 old versions of functions" in cleared.said
    assert versions(prepared) == ["3", "5", "6", "7", "8", "9"], "the newest five, and the one that is deployed"


def put_release(of: Deployer, like: str, **changes: Any) -> str:
    """Another release in the stage's bucket; its hash."""
    content = of.clients.s3.get_object(Bucket=of.artefacts, Key=f"release-{like}.json")["Body"].read()
    changed = Release.written(msgspec.structs.replace(Release.read("x", content).parts, **changes))
    of.clients.s3.put_object(Bucket=of.artefacts, Key=changed.file, Body=changed.content)
    return changed.hash


def test_what_is_no_release_of_the_stage_is_refused(prepared: Deployer) -> None:
    known = release_of(prepared.done("deploy", "--stage", "dev", "--yes"))
    before = len(prepared.cloudformation.given)
    release = Release.read(
        "x", prepared.clients.s3.get_object(Bucket=prepared.artefacts, Key=f"release-{known}.json")["Body"].read()
    )

    def refusal(given: str) -> str:
        refused = prepared.run("deploy", "--stage", "dev", "--artefact", given, "--yes")
        assert refused.status == 2, refused.said
        return refused.said

    assert "--artefact 'v1.2' is not the hash of a release. Give at least six digits" in refusal("v1.2")
    said = refusal("ffffff" if not known.startswith("ffffff") else "000000")
    assert f"in s3://{prepared.artefacts}. There are, the newest first: {known} (" in said

    foreign = msgspec.json.decode(msgspec.json.encode(release.parts.definitions))
    others = msgspec.convert({**foreign, "project": "trams"}, type(release.parts.definitions))
    said = refusal(put_release(prepared, known, definitions=others))
    assert f"is of the project trams, and this one is {release.parts.definitions.project}." in said

    said = refusal(put_release(prepared, known, architecture="x86_64"))
    assert "was packaged for architecture x86_64, and stage dev says arm64." in said

    said = refusal(put_release(prepared, known, python="3.13"))
    assert "was packaged for python 3.13, and stage dev says 3.14." in said

    prepared.write_stage('[workflow]\norchestrator = "glue"\n')
    with_jobs = {**release.parts.artefacts, "wheels_zip": "wheels.zip", "glue_script": "job.py"}
    said = refusal(put_release(prepared, known, artefacts=with_jobs, glue_version="5.1"))
    assert "was packaged for glue_version 5.1, and stage dev says 6.0. Deploy from the project itself" in said
    prepared.write_stage()

    less = {name: key for name, key in release.parts.artefacts.items() if name != "job_zip"}
    assert "has no JobZip, and stage dev needs it." in refusal(put_release(prepared, known, artefacts=less))

    prepared.clients.s3.put_object(Bucket=prepared.artefacts, Key=f"release-{'ab' * 16}.json", Body=release.content)
    assert "is not what its name says" in refusal("ab" * 16)

    said = refusal(put_release(prepared, known, state_format=0))
    assert "knows formats of state up to 0, and the state table millrace_dev_state has 1." in said
    TableFormat(prepared.clients.dynamodb, "millrace_dev_state", TABLE_FORMAT + 1).mark()  # as a newer Millrace does
    newer = f"up to {TABLE_FORMAT}, and the state table millrace_dev_state has {TABLE_FORMAT + 1}. Nothing was changed."
    assert newer in refusal(known)
    own = prepared.run("deploy", "--stage", "dev", "--yes")
    assert (own.status, f"this Millrace knows formats of state {newer}" in own.said) == (2, True), own.said
    assert len(prepared.cloudformation.given) == before, "no change set was made"


@dataclass(frozen=True)
class TwoAccounts:
    """The stage dev in the account of `of`, and uat in one with its own bucket, in which `keys` are asked by."""

    of: Deployer
    other: str
    clients: AwsClients
    keys: Mapping[str, str]

    @property
    def artefacts(self) -> str:
        return f"millrace-uat-artefacts-{self.other}-{REGION}"

    def run(self, *arguments: str) -> Ended:
        return self.of.run(*arguments, **self.keys)

    def promoted(self, source: str = "dev", target: str = "uat") -> Ended:
        return self.run("promote", "--from", source, "--to", target, "--from-profile", "first", "--yes")


@pytest.fixture
def two(prepared: Deployer, ministack_url: str, tmp_path: Path) -> TwoAccounts:
    other = f"{int.from_bytes(os.urandom(4)):012d}"
    config = tmp_path / "config"
    config.write_text(f"[profile first]\naws_access_key_id = {prepared.account}\naws_secret_access_key = testing\n")
    keys = {"AWS_ACCESS_KEY_ID": other, "AWS_SECRET_ACCESS_KEY": "testing", "AWS_CONFIG_FILE": str(config)}
    for name in ("uat", "test"):
        stage = prepared.root / "stages" / f"{name}.toml"
        stage.write_text(f'region = "{REGION}"\n[workflow]\norchestrator = "none"\n[ingest]\nmemory_mb = 512\n')
    made = TwoAccounts(prepared, other, clients_at(ministack_url, other), keys)
    assert made.run("bootstrap", "--stage", "uat", "--yes").status == 0
    return made


def test_the_bytes_that_were_tested_go_to_another_account(two: TwoAccounts) -> None:
    release = release_of(two.of.done("deploy", "--stage", "dev", "--yes"))
    tested = two.of.clients.s3
    with_other_code(two.of)  # what the project is by now does not matter

    done = two.promoted()

    assert done.status == 0, done.said
    assert release_of(done) == release
    assert TABLES_FOLLOW in done.said
    keys = [one["Key"] for one in two.clients.s3.list_objects_v2(Bucket=two.artefacts)["Contents"]]
    copied = [key for key in keys if key.startswith(("poll-", "job-", "release-"))]
    assert sorted(re.findall(r"^copied (\S+)", done.said, re.MULTILINE)) == sorted(copied)
    assert len(copied) == 3
    for key in copied:
        here = two.clients.s3.get_object(Bucket=two.artefacts, Key=key)["Body"].read()
        assert here == tested.get_object(Bucket=two.of.artefacts, Key=key)["Body"].read()
    found = two.clients.client("lambda").get_function(FunctionName="millrace-uat-poll-bikes")["Configuration"]
    assert found["MemorySize"] == 512, "the template follows the second stage"
    assert f"with the code {copied[1]}" in found["Description"]

    again = two.promoted()
    assert "is there already" in again.said
    assert "stack millrace-uat has this release already: nothing was changed" in again.said


def test_what_cannot_be_promoted_is_said(two: TwoAccounts) -> None:
    for source, target, told in [
        ("dev", "dev", "stage dev cannot be promoted to itself. Name two stages"),
        ("test", "uat", "stage test was never deployed: there is no stack millrace-test in ap-southeast-1."),
        ("dev", "test", "stage dev was never deployed"),
        ("dev", "production", "unknown stage 'production'"),
    ]:
        refused = two.promoted(source, target)
        assert (refused.status, told in refused.said) == (2, True), refused.said
    unknown = two.run("promote", "--from", "dev", "--to", "uat", "--from-profile", "nobody", "--yes")
    assert unknown.status == 2
    assert "The config profile (nobody) could not be found." in unknown.said

    two.of.done("deploy", "--stage", "dev", "--yes")
    [key] = [
        one["Key"]
        for one in two.of.clients.s3.list_objects_v2(Bucket=two.of.artefacts)["Contents"]
        if one["Key"].startswith("poll-")
    ]
    two.of.clients.s3.put_object(Bucket=two.of.artefacts, Key=key, Body=b"other bytes", ChecksumAlgorithm="SHA256")
    refused = two.promoted()
    assert refused.status == 2
    assert f"s3://{two.of.artefacts}/{key} is not what its name says" in refused.said
    two.of.clients.s3.delete_object(Bucket=two.of.artefacts, Key=key)
    refused = two.promoted()
    assert refused.status == 2
    assert f"is not whole: s3://{two.of.artefacts}/{key} is not there." in refused.said
    kept = two.clients.s3.list_objects_v2(Bucket=two.artefacts).get("Contents", [])
    assert [one["Key"] for one in kept if one["Key"].startswith("poll-")] == []
