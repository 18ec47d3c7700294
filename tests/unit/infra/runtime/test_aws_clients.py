"""AWS clients: made at first use, configured, and without secrets in any text."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from millrace.errors import LakeError, SettingError
from millrace.infra.runtime.aws_clients import AwsClients, Credentials
from millrace.lake.s3 import S3Storage
from millrace.settings import AwsSettings, Secret
from tests.contracts import aws

SETTINGS = AwsSettings(region="eu-west-1", endpoint_url="http://127.0.0.1:9")
CREDENTIALS = Credentials("AKIDKEYID", Secret("the-secret-key"), Secret("the-session-token"))
SECRETS = ("AKIDKEYID", "the-secret-key", "the-session-token")


def test_nothing_is_imported_or_made_before_a_client_is_asked_for() -> None:
    loaded: list[str] = []

    def load(name: str) -> ModuleType:
        loaded.append(name)
        raise ImportError(name)

    clients = AwsClients(SETTINGS, CREDENTIALS, load=load)
    assert loaded == []
    with pytest.raises(SettingError, match=r"pip install 'millrace\[aws\]'"):
        clients.s3  # noqa: B018
    assert loaded == ["boto3"]


def test_a_client_is_made_once_with_retries_time_outs_region_and_endpoint() -> None:
    aws.endpoint()
    clients = AwsClients(SETTINGS, CREDENTIALS)
    assert clients.s3 is clients.s3
    for name in ("s3", "dynamodb", "glue", "athena", "firehose"):
        meta = getattr(clients, name).meta
        assert (meta.region_name, meta.endpoint_url) == ("eu-west-1", "http://127.0.0.1:9")
        assert (meta.config.connect_timeout, meta.config.read_timeout) == (5.0, 10.0 if name == "dynamodb" else 60.0)
        assert meta.config.retries["mode"] in ("standard", "adaptive")
        assert meta.config.retries["total_max_attempts"] == (2 if name == "firehose" else 5)


def test_credentials_show_in_no_repr_log_or_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    clients = AwsClients(AwsSettings(region="eu-west-1", endpoint_url=aws.endpoint()), CREDENTIALS)
    with pytest.raises(LakeError) as caught:
        S3Storage(clients.s3, "there-is-no-such-bucket").put("raw/a", b"x")
    shown = [
        repr(clients),
        repr(CREDENTIALS),
        str(vars(clients)),
        caplog.text,
        *traceback.format_exception(caught.value),
    ]
    for secret in SECRETS:
        assert all(secret not in text for text in shown)


_WITHOUT = """
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.errors import SettingError
from millrace.lake.s3 import S3Storage
from millrace.settings import AwsSettings
import sys
for settings in (AwsSettings(), AwsSettings(region="eu-west-1", endpoint_url="http://127.0.0.1:9")):
    try:
        S3Storage(AwsClients(settings).client("s3"), "b").put("raw/a", b"")
        AwsClients(settings).glue
    except SettingError as error:
        print(error)
try:
    AwsClients(AwsSettings()).glue
except SettingError as error:
    print(error)
"""


def child(environ: dict[str, str], folder: Path, code: str) -> list[str]:
    """Output of code in a process without any AWS account: it must not find that of this process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MILLRACE_"))}
    alone = {"HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", **environ}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**kept, **alone}, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_without_credentials_or_region_the_message_says_what_to_set(tmp_path: Path) -> None:
    aws.endpoint()
    no_credentials, again, no_region = child({}, tmp_path, _WITHOUT)
    assert no_credentials == again
    assert no_credentials.startswith(
        "there are no AWS credentials that can be used. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID"
    )
    assert no_region.startswith("there is no AWS region that can be used for glue")
    assert "Set MILLRACE_AWS_REGION or AWS_REGION" in no_region


def test_a_missing_profile_is_named(tmp_path: Path) -> None:
    aws.endpoint()
    code = _WITHOUT.split("for settings")[0] + (
        "\ntry:\n    AwsClients(AwsSettings()).s3\nexcept SettingError as error:\n    print(error)"
    )
    (said,) = child({"AWS_PROFILE": "nobody"}, tmp_path, code)
    assert "(nobody) could not be found. Set AWS_PROFILE to a profile that aws configure list-profiles shows." in said


def test_the_client_of_any_service_can_be_made(tmp_path: Path) -> None:
    aws.endpoint()
    queue: Any = AwsClients(SETTINGS, CREDENTIALS).client("sqs")
    assert queue.meta.endpoint_url == "http://127.0.0.1:9"
