"""Keys and credentials of requests: they reach the feed, and nothing else shows them."""

from __future__ import annotations

import inspect
import logging
import traceback
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3.exceptions
from requests.adapters import BaseAdapter

from millrace.errors import FeedUnavailable, MillraceError, SettingError
from millrace.ingestors.http.fetcher import Request
from millrace.ingestors.http.requests_fetcher import RequestsFetcher
from millrace.ingestors.http.retry import RetryingFetcher, default_policy
from millrace.settings import Secret
from tests.unit.ingestors.fakes import Time
from tests.unit.ingestors.loopback import hang_up, reply, serving

KEY = "k3y-that-nobody-may-see"


class Raising(BaseAdapter):
    """A transport that raises, or keeps the request and then raises."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.sent.append(request)
        raise self.error

    def close(self) -> None:
        pass


def foreign_errors() -> list[type[Exception]]:
    modules = (requests.exceptions, urllib3.exceptions)
    found = {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, requests.RequestException | urllib3.exceptions.HTTPError)
    }
    assert {requests.ReadTimeout, requests.exceptions.InvalidHeader, urllib3.exceptions.ReadTimeoutError} <= found
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", foreign_errors(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_error_of_the_http_libraries_comes_through(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    Exception.__init__(error, f"quoting {KEY}")
    fetcher = RequestsFetcher(transport=lambda: Raising(error))
    with pytest.raises(MillraceError) as caught:
        fetcher.fetch(Request("http://feed.example/taxis"))
    fetcher.close()
    assert isinstance(caught.value, FeedUnavailable | SettingError)
    assert KEY not in "".join(traceback.format_exception(caught.value))


class TestTheKey:
    def test_is_in_no_repr_error_or_log(self, fetcher: RequestsFetcher, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        with serving(hang_up) as server:
            request = Request(server.url.replace("http://", f"http://user:{KEY}@"), headers={"x-api-key": Secret(KEY)})
            with pytest.raises(FeedUnavailable) as caught:
                fetcher.fetch(request)
        assert server.seen[0][1]["x-api-key"] == KEY
        shown = [str(caught.value), repr(caught.value), repr(request), caplog.text]
        shown += traceback.format_exception(caught.value)
        assert not [text for text in shown if KEY in text]

    @pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\r\nX-Other: 1", f" {KEY}", f"{KEY}é"])
    def test_that_no_header_can_carry_is_refused_without_being_shown(self, fetcher: RequestsFetcher, key: str) -> None:
        with pytest.raises(SettingError, match="_API_KEY") as caught:
            fetcher.fetch(Request("http://127.0.0.1:1/", headers={"x-api-key": Secret(key)}))
        assert KEY not in "".join(traceback.format_exception(caught.value))

    def test_is_the_only_credential_that_is_sent(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "netrc").write_text("machine feed.example login me password secret\n")
        (tmp_path / "netrc").chmod(0o600)
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        transport = Raising(requests.ConnectionError("not now"))
        fetcher = RequestsFetcher(transport=lambda: transport)
        with pytest.raises(FeedUnavailable):
            fetcher.fetch(Request("http://feed.example/", headers={"x-api-key": Secret(KEY)}))
        fetcher.close()
        assert "authorization" not in transport.sent[0].headers
        assert transport.sent[0].headers["x-api-key"] == KEY


class TestCredentialsInTheAddress:
    @pytest.mark.parametrize(
        ("written", "user", "password"),
        [
            (f"user:{KEY}", "user", KEY),
            (f"us%40er:{KEY}%2F%C3%A9", "us@er", f"{KEY}/é"),
            (f"user:{KEY}:more", "user", f"{KEY}:more"),
            (f"{KEY}", KEY, ""),
        ],
    )
    def test_are_sent_as_basic_authentication(
        self, fetcher: RequestsFetcher, written: str, user: str, password: str
    ) -> None:
        with serving(reply(200, b"{}")) as server:
            fetcher.fetch(Request(server.url.replace("http://", f"http://{written}@"), {"q": "1"}))
        path, headers = server.seen[0]
        assert headers["authorization"] == "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        assert (path, headers["host"]) == ("/taxis?q=1", f"127.0.0.1:{server.server_port}")

    @pytest.mark.parametrize("status", [302, 404, 503])
    def test_are_masked_where_a_feed_repeats_them(self, fetcher: RequestsFetcher, status: int) -> None:
        password, token = f"{KEY}/é", b64encode(f"user:{KEY}/é".encode()).decode()
        said = f"no {password} {KEY}%2F%C3%A9 {token}"
        answer = reply(status, said.encode(), Location=f"http://user:{KEY}%2F%C3%A9@there/?{token}")
        with serving(answer) as server:
            request = Request(server.url.replace("http://", f"http://user:{KEY}%2F%C3%A9@"))
            with pytest.raises(FeedUnavailable) as caught:
                RetryingFetcher(fetcher, default_policy(), Time()).fetch(request)
        assert "***" in caught.value.message
        assert not [part for part in (KEY, token) if part in caught.value.message]
