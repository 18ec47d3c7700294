"""Which addresses a copy may read."""

from __future__ import annotations

import pytest

from millrace.errors import UsageError
from millrace.ingestors.open_data.addresses import AddressCheck

NAMES = {"data.example.org": ["93.184.215.14"], "inside.example.org": ["93.184.215.14", "10.0.0.7"]}


def check(*private: str) -> AddressCheck:
    return AddressCheck(private, lambda host, port: NAMES.get(host, [host] if host[0].isdigit() or ":" in host else []))


@pytest.mark.parametrize("url", ["https://data.example.org/a.csv", "http://93.184.215.14/a", "https://of.no.dns/a"])
def test_the_internet_may_be_read(url: str) -> None:
    check().refuse(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/a.csv",
        "http://169.254.169.254/latest/meta-data/",
        "https://192.168.1.4/a",
        "http://10.0.0.7/a",
        "http://[::1]/a",
        "http://[::ffff:127.0.0.1]/a",
        "http://[fe80::1]/a",
        "http://100.64.0.1/a",
        "http://0.0.0.0/a",
        "https://inside.example.org/a",
    ],
)
def test_private_addresses_are_refused_also_behind_a_name(url: str) -> None:
    with pytest.raises(UsageError, match="private network") as told:
        check().refuse(url)
    assert "MILLRACE_PRIVATE_HOSTS" in told.value.hint


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/a.csv", "https://inside.example.org/a"])
def test_a_setting_names_the_private_hosts_that_may_be_read(url: str) -> None:
    check("127.0.0.1:8000", "inside.example.org:443").refuse(url)


def test_the_setting_names_one_port_of_a_host() -> None:
    with pytest.raises(UsageError):
        check("127.0.0.1:8000").refuse("http://127.0.0.1:9000/a.csv")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://data.example.org/a", "/etc/passwd", "http://", "http://[/a"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="no address of a file"):
        check().refuse(url)


def test_a_password_is_refused_and_not_told() -> None:
    with pytest.raises(UsageError, match="has a user or a password") as told:
        check().refuse("https://me:s3cret@data.example.org/a.csv")
    assert "s3cret" not in str(told.value)
