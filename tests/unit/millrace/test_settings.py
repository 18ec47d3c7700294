from __future__ import annotations

from pathlib import Path

import pytest

from millrace.errors import SettingError
from millrace.settings import Secret, Settings, load


def test_defaults() -> None:
    assert load(environ={}) == Settings(home=Path(".millrace"), feed="live", source_urls={}, api_keys={}, kill_at="")


def test_an_empty_variable_is_not_set() -> None:
    assert load(environ={"MILLRACE_HOME": "", "MILLRACE_FEED": "", "MILLRACE_SOURCE_TAXI_URL": ""}) == load(environ={})


def test_home_on_the_command_line_goes_first() -> None:
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


def test_a_key_shows_itself_nowhere() -> None:
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
