"""Settings from the environment: defaults, precedence, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.errors import SettingError
from millrace.settings import AthenaAccess, AwsSettings, Secret, Settings, TlsFiles, load


def test_defaults() -> None:
    assert load(environ={}) == Settings(home=Path(".millrace"), feed="live", source_urls={}, api_keys={}, kill_at="")


def test_an_empty_variable_is_not_set() -> None:
    assert load(environ={"MILLRACE_HOME": "", "MILLRACE_FEED": "", "MILLRACE_SOURCE_TAXI_URL": ""}) == load(environ={})


def test_home_on_the_command_line_takes_precedence() -> None:
    environ = {"MILLRACE_HOME": "/from/environment"}
    assert load(environ=environ).home == Path("/from/environment")
    assert load(Path("here"), environ).home == Path("here")


def test_settings_by_source() -> None:
    settings = load(
        environ={
            "MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": "http://127.0.0.1:9/x",
            "MILLRACE_SOURCE_TAXI_AVAILABILITY_API_KEY": "s3cret",
            "MILLRACE_SOURCE__URL": "http://of.no/source",
            "MILLRACE_FEED": "simulated",
        }
    )
    assert settings.source_urls == {"taxi_availability": "http://127.0.0.1:9/x"}
    assert settings.api_keys["taxi_availability"].reveal() == "s3cret"
    assert settings.feed == "simulated"


def test_a_key_is_shown_nowhere() -> None:
    settings = load(environ={"MILLRACE_SOURCE_TAXI_API_KEY": "s3cret"})
    secret = Secret("s3cret")
    assert "s3cret" not in f"{settings} {settings!r} {secret} {secret!r} {[secret]} {settings.api_keys}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("MILLRACE_FEED", "Live"), ("MILLRACE_SOURCE_TAXI_URL", "127.0.0.1:80"), ("MILLRACE_SOURCE_TAXI_URL", "ftp://x")],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{name} is '{value}'"):
        load(environ={name: value})


def test_the_place_on_aws() -> None:
    assert load(environ={}).aws == AwsSettings()
    given = {
        "MILLRACE_STAGE": "uat",
        "MILLRACE_AWS_REGION": "ap-southeast-1",
        "MILLRACE_AWS_BUCKET": "our-lake",
        "MILLRACE_AWS_PREFIX": "/taxis/",
        "MILLRACE_AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    }
    found = load(environ=given).aws
    assert found == AwsSettings("uat", "ap-southeast-1", "our-lake", "taxis", "", "http://127.0.0.1:4566")
    assert found.state_table == "millrace_uat_state"
    assert load(environ={"MILLRACE_AWS_STATE_TABLE": "ours"}).aws.state_table == "ours"


def test_the_region_of_other_tools_is_used_unless_millrace_has_its_own() -> None:
    assert load(environ={"AWS_REGION": "eu-west-1"}).aws.region == "eu-west-1"
    assert load(environ={"AWS_REGION": "eu-west-1", "MILLRACE_AWS_REGION": "us-east-1"}).aws.region == "us-east-1"


def test_a_lake_on_aws_needs_a_bucket() -> None:
    with pytest.raises(SettingError, match=r"no bucket is set for the lake\. Set MILLRACE_AWS_BUCKET"):
        AwsSettings().required_bucket()
    assert AwsSettings(bucket="our-lake").required_bucket() == "our-lake"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MILLRACE_STAGE", "production"),
        ("MILLRACE_AWS_BUCKET", "s3://our-lake"),
        ("MILLRACE_AWS_ENDPOINT_URL", "localhost:4566"),
    ],
)
def test_a_bad_value_about_aws_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{name} is '{value}'"):
        load(environ={name: value})


def test_the_runtime_and_the_engine() -> None:
    assert (load(environ={}).runtime, load(environ={}).engine) == ("local", None)
    found = load(environ={"MILLRACE_RUNTIME": "aws", "MILLRACE_ENGINE": "spark"})
    assert (found.runtime, found.engine) == ("aws", "spark")


def test_names_on_aws_follow_from_the_stage_unless_they_are_set() -> None:
    at = load(environ={"MILLRACE_STAGE": "uat"}).aws
    assert (at.stream_name, at.queue_name, at.queue, at.workgroup, at.reuse_minutes) == (
        *("millrace_uat_raw", "millrace_uat_new_objects", "", "primary", 0),
    )
    given = {"STREAM": "ours", "QUEUE_URL": "http://127.0.0.1/q", "WORKGROUP": "ours", "REUSE_MINUTES": "60"}
    at = load(environ={f"MILLRACE_AWS_{name}": value for name, value in given.items()}).aws
    assert (at.stream_name, at.queue, at.workgroup, at.reuse_minutes) == ("ours", "http://127.0.0.1/q", "ours", 60)


def test_single_services_may_have_an_address_of_their_own() -> None:
    environ = {
        "MILLRACE_AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "MILLRACE_AWS_ENDPOINT_URL_ATHENA": "http://127.0.0.1:2",
    }
    at = load(environ=environ).aws
    assert (at.endpoint("s3"), at.endpoint("athena")) == ("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert AwsSettings().endpoint("s3") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MILLRACE_RUNTIME", "cloud"),
        ("MILLRACE_ENGINE", "pandas"),
        ("MILLRACE_AWS_ENDPOINT_URL_ATHENA", "127.0.0.1:8765"),
        ("MILLRACE_AWS_REUSE_MINUTES", "an hour"),
        ("MILLRACE_AWS_REUSE_MINUTES", "10081"),
    ],
)
def test_a_bad_value_about_the_runtime_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{name} is '{value}'"):
        load(environ={name: value})


def test_the_keys_and_the_certificate_of_the_athena_endpoint() -> None:
    assert (load(environ={}).athena, load(environ={}).athena_tls) == (None, None)
    keys = load(environ={"MILLRACE_ATHENA_ACCESS_KEY": "AKIDEXAMPLE", "MILLRACE_ATHENA_SECRET_KEY": "s3cret"}).athena
    assert isinstance(keys, AthenaAccess)
    assert (keys.key_id, keys.secret.reveal()) == ("AKIDEXAMPLE", "s3cret")
    files = {"MILLRACE_ATHENA_CERTIFICATE": "certificate.pem", "MILLRACE_ATHENA_KEY": "key.pem"}
    assert load(environ=files).athena_tls == TlsFiles(Path("certificate.pem"), Path("key.pem"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MILLRACE_ATHENA_ACCESS_KEY", "MILLRACE_ATHENA_SECRET_KEY"),
        ("MILLRACE_ATHENA_CERTIFICATE", "MILLRACE_ATHENA_KEY"),
    ],
)
def test_one_of_two_variables_that_belong_together_is_refused(one: str, other: str) -> None:
    for given in (one, other):
        with pytest.raises(SettingError, match=f"only one of {one} and {other} is set. Set both, or neither."):
            load(environ={given: "x", ({one, other} - {given}).pop(): ""})
