"""The template and the packaged code of a stage, as files."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from millrace.errors import UsageError
from millrace.usecases.deployment.stack import WrittenStack, write_stack
from tests.end_to_end.aws.packaged import WHEELS
from tests.shipped import PROJECT


def written(folder: Path) -> WrittenStack:
    """The test is skipped where the wheels cannot be had."""
    try:
        return write_stack(PROJECT, "dev", folder, WHEELS)
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
    assert [parameters[name]["Default"] for name in ("PollZip", "WheelsZip", "GlueScript")] == [
        file.name for file in packaged
    ]
    assert packaged[0].stat().st_size < 5_000_000


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=r"cannot write .*file/stack"):
        write_stack(PROJECT, "dev", tmp_path / "file" / "stack", WHEELS)
