"""Stages: what is read from their files, and what is refused with its line."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from millrace.errors import DefinitionError, UnknownName
from millrace.infra.stages.reading import read_stage
from millrace.infra.stages.stage import (
    AccessOptions,
    AlertOptions,
    AthenaOptions,
    IngestOptions,
    LakeOptions,
    NetworkOptions,
    Stage,
    WorkflowOptions,
)
from millrace.project.folder import ProjectFolder, shipped_folder
from millrace.settings import STAGES

REGION = 'region = "eu-west-1"\n'
SUBNETS = "subnets = ['subnet-0a1b2c3d:eu-west-1a']"
ELSEWHERE = SUBNETS.replace("west", "east")


def stage(root: Path, text: str) -> Stage:
    (root / "stages").mkdir()
    (root / "stages" / "dev.toml").write_text(text)
    return read_stage("dev", ProjectFolder(root, "bikes"))


@pytest.mark.parametrize("name", STAGES)
def test_each_shipped_stage_is_read(name: str) -> None:
    found = read_stage(name, shipped_folder())

    assert (found.name, found.file.name) == (name, f"{name}.toml")
    assert found.schedules == (name not in ("dev", "test"))


def test_a_project_without_a_file_has_the_stage_that_ships(tmp_path: Path) -> None:
    assert read_stage("prod", ProjectFolder(tmp_path, "bikes")) == read_stage("prod", shipped_folder())


def test_a_file_of_the_project_replaces_the_one_that_ships(tmp_path: Path) -> None:
    text = REGION + '[ingest]\narchitecture = "x86_64"\n[alerts]\nemails = ["a@example.org"]\n[tags]\nteam = "bikes"\n'
    found = stage(tmp_path, text)

    assert (found.region, found.schedules) == ("eu-west-1", True)
    assert found.ingest == IngestOptions(architecture="x86_64")
    assert (found.alerts.emails, found.tags) == (("a@example.org",), {"team": "bikes"})


def test_the_shipped_dev_stage_shows_every_key() -> None:
    text = (shipped_folder().folder("stages") / "dev.toml").read_text()
    sections = (LakeOptions, IngestOptions, WorkflowOptions, AthenaOptions, AlertOptions, AccessOptions, NetworkOptions)
    keys = [one.name for kind in sections for one in fields(kind)]

    assert [key for key in ("region", "account", "schedules", "log_days", *keys) if f"\n{key} = " not in text] == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("schedules = true\n", 1, "region is missing. Give a region, such as ap-southeast-1."),
        (f'{REGION}\nreigon = "x"\n', 3, "the key 'reigon' is unknown. Choose of: region, account, "),
        (f"{REGION}[lake]\nbuckets = 3\n", 3, "[lake] has the unknown key 'buckets'. Choose of: bucket, kms_key, "),
        (f"{REGION}[lakes]\nbucket = 'x'\n", 2, "the key 'lakes' is unknown."),
        (f"{REGION}lake = 3\n", 2, "lake is no section. Write [lake] on a line of its own."),
        ('region = "Singapore"\n', 1, "region is 'Singapore'. Give a region, such as"),
        (f"{REGION}account = 12\n", 2, "account is 12. Give an account's twelve digits, in quotes, or empty."),
        (f"{REGION}log_days = 8\n", 2, "log_days is 8. Give one of 1, 3, 5, 7,"),
        (f"{REGION}[lake]\n\n'noncurrent_days' = true\n", 4, "noncurrent_days is True. Give a whole number from 1"),
        (f"{REGION}[ingest]\nbuffer_seconds = 59\n", 3, "buffer_seconds is 59. Give a whole number from 60 to 900."),
        (f"{REGION}[workflow]\nworkers = 1\n", 3, "workers is 1. Give a whole number from 2 to 299."),
        (f"{REGION}[access]\nroles = 'all'\n", 3, "roles is 'all'. Give one of each, shared."),
        (f"{REGION}[alerts]\nemails = ['me']\n", 3, "emails is ['me']. Give a list of at most 20, each an e-mail"),
        (f"{REGION}[tags]\n'aws:x' = 'y'\n", 3, "the tag 'aws:x' is 'y'."),
        (f"{REGION}[tags]\nteam = 'a;b'\n", 3, "the tag 'team' is 'a;b'. Give letters, digits, blanks and"),
        (f"{REGION}[api_keys]\nbikes = 'secret'\n", 3, "bikes is 'secret'. Give ssm: and a parameter's name, or"),
        (f"{REGION}[network]\nvpc = 'vpc-12'\n", 3, "vpc is 'vpc-12'. Give the id of a VPC, such as vpc-0a1b2c3d, or"),
        (f"{REGION}[network]\nvpc = 'vpc-0a1b2c3d'\n", 2, "subnets is missing in [network]. Give a list of at most 16"),
        (f"{REGION}[network]\n{SUBNETS}\n", 2, "vpc is missing in [network]. Give the id of a VPC, such as"),
        (f"{REGION}[network]\nendpoints = ['s3']\n", 2, "or leave out all of [network]."),
        (f"{REGION}[network]\nsources = ['bikes']\n", 2, "vpc is missing in [network]. Give the id of a VPC, such as"),
        (f"{REGION}[network]\nsources = 'bikes'\n", 3, "sources is 'bikes'. Give a list of at most 100, each the name"),
        (
            f"{REGION}[network]\nvpc = 'vpc-0a1b2c3d'\n{SUBNETS}\nroute_tables = []\n",
            5,
            "route_tables is missing in [network]. Give a list of at most 16, each the id of a route table",
        ),
        (
            f"{REGION}[network]\nendpoints = ['s4']\n",
            3,
            "endpoints is ['s4']. Give a list of at most 10, each one of s3,",
        ),
        (
            f"{REGION}[network]\nvpc = 'vpc-0a1b2c3d'\n{ELSEWHERE}\nroute_tables = ['rtb-12345678']",
            4,
            "subnet-0a1b2c3d is in eu-east-1a. Give a subnet in eu-west-1, the stage's region.",
        ),
        ("region =\n", 0, "cannot read"),
    ],
)
def test_a_wrong_key_is_refused_with_its_line_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        stage(tmp_path, text)

    assert said in str(refused.value)
    assert str(tmp_path / "stages" / "dev.toml") in str(refused.value)
    assert refused.value.line == line


def test_there_are_five_stages() -> None:
    with pytest.raises(UnknownName, match="Choose one of: dev, prod, staging, test, uat"):
        read_stage("production", shipped_folder())


def test_an_empty_text_is_left_to_its_default(tmp_path: Path) -> None:
    assert stage(tmp_path, f'{REGION}[access]\ngrafana = ""\n').access == AccessOptions()
