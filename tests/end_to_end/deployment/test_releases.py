"""Releases: deployed again by their hash, and to another stage in another account."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from millrace.infra.stack.packaged.release import Release
from tests.end_to_end.deployment.commands import Deployer, Ended, uploaded

FUNCTION = "millrace-dev-poll-bikes"
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
    changed = msgspec.structs.replace(Release.read("x", content), **changes)
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

    foreign = msgspec.json.decode(msgspec.json.encode(release.definitions))
    others = msgspec.convert({**foreign, "project": "trams"}, type(release.definitions))
    said = refusal(put_release(prepared, known, definitions=others))
    assert f"is of the project trams, and this one is {release.definitions.project}." in said

    said = refusal(put_release(prepared, known, architecture="x86_64"))
    assert "was packaged for architecture x86_64, and stage dev says arm64." in said

    less = {name: key for name, key in release.artefacts.items() if name != "job_zip"}
    assert "has no JobZip, and stage dev needs it." in refusal(put_release(prepared, known, artefacts=less))

    prepared.clients.s3.put_object(Bucket=prepared.artefacts, Key=f"release-{'ab' * 16}.json", Body=release.content)
    assert "is not what its name says" in refusal("ab" * 16)

    said = refusal(put_release(prepared, known, state_format=0))
    assert "knows formats of state up to 0, and what stack millrace-dev has deployed writes 1." in said
    assert len(prepared.cloudformation.given) == before, "no change set was made"
