"""The pipeline that the documents show: it can be read, its commands exist, and its order is that of the stages."""

from __future__ import annotations

import configparser
import importlib
import os
import shlex
import subprocess
from typing import Any

import click
import pytest
from typer.main import get_command

from millrace.cli.terminal.app import app
from millrace.settings import STAGES
from tests.end_to_end.documents import ROOT

FOLDER = ROOT / "infra" / "examples" / "pipeline"
WORKFLOW: dict[Any, Any] = importlib.import_module("yaml").safe_load((FOLDER / "deploy.yml").read_text())
JOBS = WORKFLOW["jobs"]
COMMANDS = [
    (job, line)
    for job, one in JOBS.items()
    for step in one["steps"]
    for line in step.get("run", "").splitlines()
    if line.startswith("millrace ")
]


def profiles() -> set[str]:
    read = configparser.ConfigParser()
    read.read(FOLDER / "aws_config")
    return {name.removeprefix("profile ") for name in read.sections()}


@pytest.mark.parametrize(("job", "line"), COMMANDS)
def test_a_command_exists_with_its_options_and_values(job: str, line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    group: Any = get_command(app)
    command = group.get_command(click.Context(group), name)
    assert command is not None, f"there is no command {name}"

    given = command.make_context(name, list(arguments)).params  # raises for an option that there is not

    stages = [value for key, value in given.items() if key in ("stage", "source", "target")]
    assert set(stages) <= set(STAGES)
    if "yes" in given:
        assert given["yes"], "there is nobody to ask"
    if given.get("profile"):
        assert given["profile"] in profiles()
        assert given["profile"] != JOBS[job]["env"]["AWS_PROFILE"]


def test_a_change_is_shown_then_deployed_then_promoted() -> None:
    by_job = {job: [line for name, line in COMMANDS if name == job] for job in JOBS}

    assert [line.split()[1] for line in by_job["show"]] == ["validate", "synth", "diff"]
    assert JOBS["show"]["if"] == "github.event_name == 'pull_request'"
    assert [line.split()[1] for line in by_job["dev"]] == ["deploy"]
    assert JOBS["dev"]["if"] == "github.event_name == 'push'"
    assert [line.split()[1] for line in by_job["prod"]] == ["promote"]
    assert (JOBS["prod"]["needs"], JOBS["prod"]["environment"]) == ("dev", "prod")


def test_each_job_takes_a_role_by_a_token_and_no_key() -> None:
    assert WORKFLOW["permissions"]["id-token"] == "write"
    assert {one["env"]["AWS_PROFILE"] for one in JOBS.values()} == profiles()
    assert WORKFLOW["env"]["AWS_CONFIG_FILE"].endswith("/ci/aws_config")
    for one in JOBS.values():
        runs = [step["run"] for step in one["steps"] if "run" in step]
        assert runs[0] == "ci/prepare"
    text = "".join(file.read_text() for file in FOLDER.iterdir())
    assert "aws_access_key_id" not in text.lower()


def test_the_token_is_where_the_profiles_look_for_it() -> None:
    script = (FOLDER / "prepare").read_text()
    read = configparser.ConfigParser()
    read.read(FOLDER / "aws_config")

    for name in read.sections():
        assert f"> {read[name]['web_identity_token_file']}" in script
    assert os.access(FOLDER / "prepare", os.X_OK)
    assert subprocess.run(["sh", "-n", FOLDER / "prepare"], check=False).returncode == 0
