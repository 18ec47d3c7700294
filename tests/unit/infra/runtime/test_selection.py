"""The choice of the runtime."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.environment import load
from millrace.errors import UsageError
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.local import LocalRuntime
from millrace.infra.runtime.selection import require_local, runtime_class
from millrace.settings import AwsSettings, Settings


def test_the_settings_choose_the_runtime() -> None:
    assert runtime_class(load(environ={})) is LocalRuntime
    assert runtime_class(load(environ={"MILLRACE_RUNTIME": "aws"})) is AwsRuntime


def test_what_needs_a_lake_in_a_folder_refuses_one_on_aws(tmp_path: Path) -> None:
    local = LocalRuntime(Settings(tmp_path))
    assert require_local(local, "the page") is local
    on_aws = AwsRuntime(Settings(tmp_path, aws=AwsSettings(bucket="ours"), runtime="aws"))
    with pytest.raises(UsageError, match=r"the page needs a lake in a folder\. Leave out --stage"):
        require_local(on_aws, "the page")
