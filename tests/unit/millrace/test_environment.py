"""Settings from the environment: defaults, precedence, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.environment import java, load
from millrace.errors import SettingError
from millrace.settings import AthenaAccess, AwsSettings, Secret, SecretName, Settings, TlsFiles


def test_defaults() -> None:
    assert load(environ={}) == Settings(home=Path(".millrace"), feed="live", source_urls={}, api_keys={}, kill_at="")


def test_the_lake_is_beside_the_project_s_file_from_every_folder_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "sql" / "prod"
    below.mkdir(parents=True)
    (tmp_path / "millrace.toml").touch()
    monkeypatch.chdir(below)
    assert load(environ={}).home == tmp_path / ".millrace"
    monkeypatch.chdir("/")
    assert load(environ={}).home == Path(".millrace")
    assert load(environ={"MILLRACE_PROJECT": str(tmp_path)}).home == tmp_path / ".millrace"
    assert load(environ={"MILLRACE_PROJECT": str(tmp_path), "MILLRACE_HOME": "lake"}).home == Path("lake")


def test_an_empty_variable_is_not_set() -> None:
    assert load(environ={"MILLRACE_HOME": "", "MILLRACE_FEED": "", "MILLRACE_SOURCE_TAXI_URL": ""}) == load(environ={})


def test_java_is_that_of_java_home_and_else_the_one_on_the_path(tmp_path: Path) -> None:
    for folder in ("home/bin", "path"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "java").touch(0o755)
    path, home, without = (str(tmp_path / name) for name in ("path", "home", "without"))
    assert java({"PATH": path, "JAVA_HOME": home}) == f"{home}/bin/java"
    assert java({"PATH": path}) == f"{path}/java"
    assert java({"PATH": path, "JAVA_HOME": without}) is None, "Spark's launcher looks nowhere else"
    assert java({}) is None


def test_home_on_the_command_line_takes_precedence() -> None:
    environ = {"MILLRACE_HOME": "/from/environment"}
    assert load(environ=environ).home == Path("/from/environment")
    assert load(Path("here"), environ).home == Path("here")


def test_variables_that_are_given_take_precedence_and_the_others_stay() -> None:
    environ = {"MILLRACE_STAGE": "dev", "MILLRACE_AWS_BUCKET": "lake"}
    found = load(environ=environ, given={"MILLRACE_STAGE": " uat "}).aws
    assert (found.stage, found.bucket) == ("uat", "lake")


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


def test_a_secret_can_be_named_instead_of_given() -> None:
    settings = load(
        environ={
            "MILLRACE_SOURCE_TAXI_API_KEY_FROM": "ssm:/feeds/taxis",
            "MILLRACE_NOTIFY_FROM": "secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:hooks",
        }
    )
    assert settings.api_key_names == {"taxi": SecretName("ssm", "/feeds/taxis")}
    assert settings.notify_name == SecretName("secretsmanager", "arn:aws:secretsmanager:eu-west-1:1:secret:hooks")
    assert (settings.api_keys, settings.notify) == ({}, ())
    key = "MILLRACE_SOURCE_TAXI_API_KEY"
    with pytest.raises(SettingError, match=f"{key} and {key}_FROM are both set"):
        load(environ={key: "1", f"{key}_FROM": "ssm:/x"})
    both = load(environ={"MILLRACE_NOTIFY": "https://a/", "MILLRACE_NOTIFY_FROM": "ssm:/x"})
    assert ([one.reveal() for one in both.notify], both.notify_name) == (["https://a/"], SecretName("ssm", "/x"))
    for wrong in ("/feeds/taxis", "ssm:", "s3:key"):
        with pytest.raises(SettingError, match="MILLRACE_SOURCE_TAXI_API_KEY_FROM is"):
            load(environ={"MILLRACE_SOURCE_TAXI_API_KEY_FROM": wrong})


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


def test_queries_of_jobs_have_no_limit_unless_it_is_set() -> None:
    assert load(environ={}).aws.job_queries == 0
    assert load(environ={"MILLRACE_AWS_JOB_QUERIES": "5"}).aws.job_queries == 5


def test_sources_that_are_not_reached_are_a_list() -> None:
    assert load(environ={}).aws.unreached == ()
    assert load(environ={"MILLRACE_AWS_UNREACHED_SOURCES": "orders, stock,"}).aws.unreached == ("orders", "stock")


def test_private_hosts_that_jobs_may_copy_from() -> None:
    assert load(environ={"MILLRACE_PRIVATE_HOSTS": "127.0.0.1:8000, Data.Inside:443"}).private_hosts == (
        "127.0.0.1:8000",
        "data.inside:443",
    )


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
        ("MILLRACE_AWS_JOB_QUERIES", "-1"),
        ("MILLRACE_AWS_JOB_QUERIES", "201"),
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


def test_blanks_around_any_value_are_removed() -> None:
    given = {
        "MILLRACE_HOME": "/a lake",
        "MILLRACE_FEED": "simulated",
        "MILLRACE_RUNTIME": "aws",
        "MILLRACE_ENGINE": "spark",
        "MILLRACE_STAGE": "uat",
        "MILLRACE_KILL_AT": "point",
        "MILLRACE_SOURCE_TAXI_URL": "http://127.0.0.1:9/feed",
        "MILLRACE_AWS_REGION": "eu-west-1",
        "MILLRACE_AWS_BUCKET": "our-lake",
        "MILLRACE_AWS_PREFIX": "/taxis/",
        "MILLRACE_AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "MILLRACE_AWS_ENDPOINT_URL_ATHENA": "http://127.0.0.1:2",
        "MILLRACE_AWS_REUSE_MINUTES": "60",
        "MILLRACE_ATHENA_CERTIFICATE": "certificate.pem",
        "MILLRACE_ATHENA_KEY": "key.pem",
        "MILLRACE_ATHENA_OUTPUT": "s3://our/results/",
    }
    for around in (" ", "\n", "\r\n", "\t", "\u00a0"):
        assert load(environ={name: f"{around}{value}{around}" for name, value in given.items()}) == load(environ=given)
    keys = load(environ={"MILLRACE_SOURCE_TAXI_API_KEY": " s3cret\n", "AWS_REGION": "eu-west-1\n"})
    assert (keys.api_keys["taxi"].reveal(), keys.aws.region) == ("s3cret", "eu-west-1")


def test_a_variable_of_blanks_is_not_set() -> None:
    assert load(environ={"MILLRACE_HOME": " ", "MILLRACE_FEED": "\n", "MILLRACE_SOURCE_TAXI_URL": "\t"}) == load(
        environ={}
    )


@pytest.mark.parametrize(
    "name", ["MILLRACE_HOME", "MILLRACE_SOURCE_TAXI_URL", "MILLRACE_SOURCE_TAXI_API_KEY", "MILLRACE_AWS_QUEUE_URL"]
)
@pytest.mark.parametrize("inside", ["\n", "\r", "\t", "\0", "\u200b", "\ufeff"])
def test_a_line_break_or_an_invisible_character_inside_is_refused_unseen(name: str, inside: str) -> None:
    with pytest.raises(SettingError, match=f"{name} has a line break") as caught:
        load(environ={name: f"http://s3cret{inside}.example/"})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://", "http:///x", "http://[::1", "http://a b/", "http://a/x y", "http://a:99999/", "http://a:x/", "a.b/x"],
)
def test_an_address_that_can_never_be_asked_is_refused_by_name(url: str) -> None:
    for name in ("MILLRACE_SOURCE_TAXI_URL", "MILLRACE_AWS_ENDPOINT_URL_S3"):
        with pytest.raises(SettingError, match=f"{name} is "):
            load(environ={name: url})


def test_credentials_in_an_address_are_shown_nowhere() -> None:
    url = "http://user:s3cret@127.0.0.1/feed"
    settings = load(environ={"MILLRACE_SOURCE_TAXI_URL": url})
    assert settings.source_urls == {"taxi": url}
    assert "s3cret" not in f"{settings} {settings!r}"
    for wrong in ("ftp://user:s3cret@x/", "user:s3cret@x/", "http://user:s3c@ret@x y/"):
        with pytest.raises(SettingError, match=r"MILLRACE_SOURCE_TAXI_URL is '.*\*\*\*@x") as caught:
            load(environ={"MILLRACE_SOURCE_TAXI_URL": wrong})
        assert "s3c" not in str(caught.value)
    with pytest.raises(SettingError, match="MILLRACE_AWS_ENDPOINT_URL has a user or a password") as caught:
        load(environ={"MILLRACE_AWS_ENDPOINT_URL": url})
    assert "s3cret" not in str(caught.value)
