"""Every command that works on a lake takes --stage, or says why it does not; and none takes it and looks elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command

from millrace.cli.terminal.app import app
from millrace.errors import SettingError, UsageError
from tests.end_to_end.commands.test_command_line import commands, millrace
from tests.end_to_end.faulty_lakes.test_broken_lakes import ARGUMENTS

HERE_ALONE = {"demo", "export", "generate", "preview", "up"}
PRICED = {"cost"}  # it prices a stage, and measures a lake in a folder


def options(command: str) -> dict[str, bool]:
    """Those of a command, and whether each is in its help."""
    found = get_command(app)
    for name in command.split():
        found = found.commands[name]  # type: ignore[attr-defined]
    return {name: not getattr(one, "hidden", False) for one in found.params for name in one.opts}


ON_A_LAKE = [one for one in map(" ".join, commands()) if "--home" in options(one) and one not in PRICED]
OF_A_STAGE = [one for one in ON_A_LAKE if options(one).get("--stage")]


def test_every_command_on_a_lake_takes_a_stage_or_says_why_it_does_not() -> None:
    assert [one for one in ON_A_LAKE if "--stage" not in options(one)] == []
    assert {*ON_A_LAKE} - {*OF_A_STAGE} == HERE_ALONE


@pytest.mark.parametrize("command", OF_A_STAGE)
def test_it_asks_for_the_account_of_the_stage_and_for_no_lake_here(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))

    with pytest.raises(SettingError, match="there are no AWS credentials that can be used"):
        app([*command.split(), *ARGUMENTS.get(command, []), "--stage", "dev"], standalone_mode=False)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", sorted(HERE_ALONE))
def test_a_command_for_this_machine_alone_says_why(command: str) -> None:
    with pytest.raises(UsageError, match=r"--stage makes no sense here: .+\. .*\bdev\b"):
        app([*command.split(), *ARGUMENTS.get(command, []), "--stage", "dev"], standalone_mode=False)


@pytest.mark.parametrize("command", OF_A_STAGE)
def test_the_help_has_an_example_of_a_stage(command: str) -> None:
    found = get_command(app)
    for name in command.split():
        found = found.commands[name]  # type: ignore[attr-defined]

    assert found.help is not None
    assert f"Of a stage: [bold]millrace {command} " in found.help
    assert " --stage dev" in found.help


def test_a_lake_is_in_a_folder_or_of_a_stage(tmp_path: Path) -> None:
    refused = millrace("status", "--home", str(tmp_path), "--stage", "dev")

    assert refused.returncode == 2
    assert refused.stderr == "millrace: a lake is in a folder (--home) or of a stage (--stage). Give one of them.\n"


def test_an_unknown_stage_is_told_from_those_that_there_are() -> None:
    refused = millrace("status", "--stage", "live")

    assert refused.returncode == 2
    assert "unknown stage 'live'. Choose one of: dev, prod, staging, test, uat." in refused.stderr
