"""The server over real loopback HTTP: which requests it answers, and which it refuses."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from millrace.dashboards.serving.pages import HttpAnswer
from millrace.dashboards.serving.server import serve
from millrace.errors import LakeError, LeaseHeld, QueryError, UnknownName, UsageError
from millrace.serving.http_server import Address, BackgroundServer

FAULTS = {
    "/unknown": (UnknownName("address", "/unknown", ["/"]), 404),
    "/query": (QueryError("no column x."), 400),
    "/lake": (LakeError("the disk is full."), 500),
    "/busy": (LeaseHeld("busy."), 503),
}


class EchoPages:
    def get(self, path: str, query: dict[str, str]) -> HttpAnswer:
        if path in FAULTS:
            raise FAULTS[path][0]
        return HttpAnswer(json.dumps([path, query]).encode() + b" " * 2000, "application/json", etag="t1")

    def post(self, path: str, body: bytes) -> HttpAnswer:
        return HttpAnswer(body, "application/json")


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with serve(EchoPages(), Address()) as running:
        yield running


def ask(
    server: BackgroundServer, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> http.client.HTTPResponse:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port or 0, timeout=30)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body or None, headers=given)
    answer = connection.getresponse()
    answer.text = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def own(server: BackgroundServer) -> str:
    return server.url.rstrip("/")


def test_the_query_arrives_and_security_headers_go_with_every_answer(server: BackgroundServer) -> None:
    answer = ask(server, "/x?day=2024-05-30&area=A%26B")
    assert json.loads(answer.text) == ["/x", {"day": "2024-05-30", "area": "A&B"}]  # type: ignore[attr-defined]
    assert "default-src 'none'" in str(answer.getheader("Content-Security-Policy"))
    assert answer.getheader("X-Frame-Options") == "DENY"


def test_a_body_with_a_known_etag_is_not_sent_again(server: BackgroundServer) -> None:
    answer = ask(server, "/x", If_None_Match='"t1"')
    assert (answer.status, answer.text) == (304, b"")  # type: ignore[attr-defined]


def test_a_large_answer_is_compressed(server: BackgroundServer) -> None:
    answer = ask(server, "/x", Accept_Encoding="gzip")
    assert answer.getheader("Content-Encoding") == "gzip"
    assert len(answer.text) < 200  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", FAULTS)
def test_an_error_has_its_status_and_its_words(server: BackgroundServer, path: str) -> None:
    error, status = FAULTS[path]
    answer = ask(server, path)
    assert (answer.status, json.loads(answer.text)["error"]) == (status, str(error))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost:1"]
)
def test_a_foreign_name_that_resolves_to_this_machine_is_refused(server: BackgroundServer, host: str) -> None:
    """DNS rebinding: the Host header still has the name of the other site."""
    port = urlsplit(server.url).port
    assert ask(server, "/x", Host=host if ":" in host else f"{host}:{port}").status == 403


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_every_name_of_this_machine_is_accepted(server: BackgroundServer, name: str) -> None:
    assert ask(server, "/x", Host=f"{name}:{urlsplit(server.url).port}").status == 200


def test_the_page_itself_may_send_a_query(server: BackgroundServer) -> None:
    answer = ask(server, "/q", "POST", b"{}", Origin=own(server), Content_Type="application/json")
    assert (answer.status, answer.text) == (200, b"{}")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
def test_another_site_cannot_query_through_the_browser(server: BackgroundServer, changed: dict[str, str]) -> None:
    headers = {"Origin": own(server), "Content_Type": "application/json", **changed}
    headers = {name: value for name, value in headers.items() if value}
    assert ask(server, "/q", "POST", b"{}", **headers).status == 403


def test_a_request_that_is_too_large_is_not_read(server: BackgroundServer) -> None:
    answer = ask(server, "/q", "POST", b"x" * 70_000, Origin=own(server), Content_Type="application/json")
    assert answer.status == 413


def test_a_taken_port_is_a_clear_error(server: BackgroundServer) -> None:
    with pytest.raises(UsageError, match=r"cannot serve on 127\.0\.0\.1, port"):
        serve(EchoPages(), Address(port=urlsplit(server.url).port or 0))


def test_after_closing_no_request_is_answered() -> None:
    server = serve(EchoPages(), Address())
    server.close()
    with pytest.raises(ConnectionError):
        ask(server, "/x")


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("a.example", False)],
)
def test_what_reaches_only_this_machine(host: str, alone: bool) -> None:
    assert Address(host).is_loopback is alone


class SlowPages(EchoPages):
    """Answers once `go_on` is set."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def get(self, path: str, query: dict[str, str]) -> HttpAnswer:
        self.asked.set()
        assert self.go_on.wait(60)
        return super().get(path, query)


def test_closing_waits_for_requests_under_way() -> None:
    pages, closed = SlowPages(), threading.Event()
    server = serve(pages, Address())

    def close() -> None:
        server.close()
        closed.set()

    with ThreadPoolExecutor(2) as others:
        answer = others.submit(ask, server, "/slow")
        assert pages.asked.wait(60)
        closing = others.submit(close)
        assert not closed.wait(0.3)
        pages.go_on.set()
        assert answer.result(60).status == 200
        closing.result(60)


def test_a_connection_that_outlives_the_server_gets_no_more_answers() -> None:
    with serve(EchoPages(), Address()) as server:
        address = urlsplit(server.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port or 0, timeout=30)

        def asked() -> bytes:
            connection.request("GET", "/x")
            return connection.getresponse().read()

        assert asked()
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        asked()
    connection.close()
