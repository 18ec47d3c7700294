"""The template and the packaged code of a stage, as files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from millrace.errors import DefinitionError, UsageError
from millrace.infra.project.project import Project
from millrace.usecases.deployment.stack import WrittenStack, synthesised, write_stack
from tests.contracts.stack.templates import KEY
from tests.end_to_end.aws.packaged.functions import WHEELS
from tests.shipped import PROJECT
from tests.unit.infra.project.project_files import BIKE, BIKES, project, source


def written(folder: Path, of: Project = PROJECT) -> WrittenStack:
    """The test is skipped where the wheels cannot be had."""
    try:
        return write_stack(of, "dev", folder, WHEELS)
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the wheels of what is packaged cannot be had: {error}")


def test_the_same_project_and_stage_give_the_same_files(tmp_path: Path) -> None:
    first, again = written(tmp_path / "first"), written(tmp_path / "deep" / "again")

    digests = [
        [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in one.files] for one in (first, again)
    ]
    assert digests[0] == digests[1]
    template, *packaged = first.files
    parameters = json.loads(template.read_text())["Parameters"]
    *named, release = [file.name for file in packaged]
    assert [parameters[name]["Default"] for name in ("PollZip", "JobZip", "WheelsZip", "GlueScript")] == named
    assert release.startswith("release-")
    assert packaged[0].stat().st_size < 5_000_000


def test_what_the_policy_of_a_key_needs_is_written_beside_the_template(tmp_path: Path) -> None:
    root = project(
        tmp_path / "bikes", {**BIKES, "stages/dev.toml": f'region = "eu-west-1"\n[lake]\nkms_key = "{KEY}"\n'}
    )
    found = written(tmp_path / "stack", root)

    policy = json.loads((tmp_path / "stack" / "kms-key-policy.json").read_text())
    assert tmp_path / "stack" / "kms-key-policy.json" in found.files
    assert {one["Sid"] for one in policy["Statement"]} >= {"BucketToTopic", "TopicToQueues", "RulesToAlerts", "Logs"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=r"cannot write .*file/stack"):
        write_stack(PROJECT, "dev", tmp_path / "file" / "stack", WHEELS)


def of_fifty_sources(root: Path) -> Path:
    """A project outside of the checkout: fifty feeds, each with its table."""
    for number in range(50):
        name = f"feed_{number:02}"
        files = {
            f"sources/{name}.py": source(name),
            f"sql/staging/{name}.sql": BIKE.replace("raw.bikes", f"raw.{name}"),
        }
        project(root, files)
    return root


def test_a_project_of_fifty_sources_is_refused_with_numbers_or_fits(tmp_path: Path) -> None:
    root = of_fifty_sources(tmp_path / "feeds")

    with pytest.raises(DefinitionError, match=r"it has 8\d\d resources, and may have 500"):
        synthesised(Project.find(root), "prod")

    (root / "stages").mkdir()
    own = 'region = "eu-west-1"\n[access]\nroles = "shared"\n[workflow]\njobs = "fused"\n'
    (root / "stages" / "prod.toml").write_text(own)
    content = synthesised(Project.find(root), "prod").content
    types = [one["Type"] for one in content["Resources"].values()]
    assert (types.count("AWS::Lambda::Function"), types.count("AWS::Glue::Workflow")) == (51, 51)
    assert len(types) <= 500


def test_the_template_passes_through_the_package_command_of_aws(tmp_path: Path) -> None:
    """`aws cloudformation package` would upload local files that it finds in it, and there are none."""
    (tmp_path / "template.json").write_text(synthesised(PROJECT, "dev").text)
    command = [str(Path(sys.executable).with_name("aws")), "cloudformation", "package", "--use-json"]
    command += ["--template-file", "template.json", "--s3-bucket", "artefacts", "--output-template-file", "out.json"]
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}

    subprocess.run(command, cwd=tmp_path, env={**os.environ, **keys}, check=True, capture_output=True, timeout=60)

    before, after = ((tmp_path / name).read_text() for name in ("template.json", "out.json"))
    assert json.loads(after) == json.loads(before)


def test_the_command_says_what_bills_by_the_hour(tmp_path: Path) -> None:
    network = 'vpc = "vpc-0a1b2c3d"\nsubnets = ["subnet-0a1b2c3d:eu-west-1a"]\nroute_tables = ["rtb-0a1b2c3d"]\n'
    root = project(tmp_path, {**BIKES, "stages/dev.toml": f'region = "eu-west-1"\n[network]\n{network}'})
    command = [sys.executable, "-m", "millrace", "synth", "--stage", "dev"]

    done = subprocess.run(
        command, cwd=root.folder.root, env=os.environ, check=True, capture_output=True, text=True, timeout=120
    )

    assert "bills by the hour: 3 interface endpoints (glue, logs, sqs) in 1 zone" in done.stderr
    assert json.loads(done.stdout)["Resources"]["EndpointOfGlue"]
