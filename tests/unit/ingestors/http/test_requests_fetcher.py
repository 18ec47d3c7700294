"""What feeds answer, or fail to, as the fetcher gives it. (What it keeps secret: `test_fetcher_secrets`.)"""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from millrace.errors import FeedUnavailable, ResponseTooLarge, SettingError
from millrace.ingestors.http.fetcher import Request, Response
from millrace.ingestors.http.requests_fetcher import RequestsFetcher, Timeouts
from millrace.ingestors.http.response_body import BodyReader
from millrace.settings import Secret
from tests.unit.ingestors.loopback import Loopback, hang_up, head, raw, reply, serving

KEY = "k3y"


@pytest.fixture
def impatient() -> Iterator[RequestsFetcher]:
    made = RequestsFetcher(Timeouts(read=0.15))
    yield made
    made.close()


def unavailable(fetcher: RequestsFetcher, server: Loopback, **request: Any) -> FeedUnavailable:
    with pytest.raises(FeedUnavailable) as caught:
        fetcher.fetch(Request(server.url, **request))
    assert server.url in caught.value.message
    return caught.value


def wait_until_over(handler: BaseHTTPRequestHandler) -> None:
    handler.server.over.wait(30)  # type: ignore[attr-defined]


class TestAnAnswer:
    def test_comes_as_it_was_sent(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, b'{"a": 1.2300}\r\n', Content_Type="application/json")) as server:
            response = fetcher.fetch(
                Request(server.url, {"date_time": "2024-05-30T08:00:00"}, {"x-api-key": Secret(KEY)})
            )
        assert (response.status, response.body, response.tries) == (200, b'{"a": 1.2300}\r\n', 1)
        assert response.headers["content-type"] == "application/json"
        path, headers = server.seen[0]
        assert path == "/taxis?date_time=2024-05-30T08%3A00%3A00"
        assert headers["x-api-key"] == KEY
        assert headers["accept-encoding"] == "gzip"
        assert headers["user-agent"].startswith("millrace/")

    def test_of_any_status_is_returned(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(429, b"slow down", Retry_After="7")) as server:
            response = fetcher.fetch(Request(server.url))
        assert (response.status, response.body, response.headers["retry-after"]) == (429, b"slow down", "7")

    def test_in_gzip_is_decompressed(self, fetcher: RequestsFetcher) -> None:
        body = b"".join(b"[103.%06d, 1.%05d], " % (n, 7 * n) for n in range(9000))
        cut = len(body) // 3
        members = gzip.compress(body[:cut]) + gzip.compress(body[cut:])
        for packed in (gzip.compress(body), members):
            with serving(reply(200, packed, Content_Encoding="gzip")) as server:
                assert fetcher.fetch(Request(server.url)).body == body

    def test_in_chunks_is_put_together(self, fetcher: RequestsFetcher) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Transfer_Encoding="chunked")
            handler.wfile.write(b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")

        with serving(answer) as server:
            assert fetcher.fetch(Request(server.url)).body == b"abcdefg"

    def test_that_redirects_is_not_followed(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(302, Location="http://127.0.0.1:1/elsewhere")) as server:
            assert fetcher.fetch(Request(server.url, headers={"x-api-key": Secret(KEY)})).status == 302

    @pytest.mark.parametrize("location", [b"/\xe9\xff", b"http://[::1", b"http://\xe9/", b"//", b"ftp://x:y"])
    def test_that_redirects_nowhere_is_an_answer_too(self, fetcher: RequestsFetcher, location: bytes) -> None:
        data = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 4\r\n\r\nhere" % location
        with serving(raw(data)) as server:
            response = fetcher.fetch(Request(server.url))
        assert (response.status, response.body) == (302, b"here")

    @pytest.mark.parametrize("status", [100, 102, 103, 199])
    def test_that_is_interim_is_skipped(self, fetcher: RequestsFetcher, status: int) -> None:
        interim = b"HTTP/1.1 %d Wait\r\nLink: </style.css>\r\n\r\n" % status
        final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: a/b\r\n\r\n{}"
        with serving(raw(interim * 3 + final)) as server:
            response = fetcher.fetch(Request(server.url))
        assert (response.status, response.body, response.headers["content-type"]) == (200, b"{}", "a/b")
        assert "link" not in response.headers

    def test_that_never_comes_after_interim_ones_is_a_failure(self, fetcher: RequestsFetcher) -> None:
        with serving(raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000)) as server:
            unavailable(fetcher, server)

    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n{}",
            b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n{}",
            b"HTTP/9.9 200 OK\r\n\r\n{}",
            b"HTTP/1.1 999999999999 \r\n\r\n",
            b"\x00\xff\xfe",
            b"",
        ],
        ids=lambda answer: answer[:40],
    )
    def test_that_breaks_http_is_the_feeds_fault(self, fetcher: RequestsFetcher, answer: bytes) -> None:
        with serving(raw(answer)) as server, suppress(FeedUnavailable):
            assert isinstance(fetcher.fetch(Request(server.url)), Response)

    def test_with_two_lengths_says_what_is_wrong(self, fetcher: RequestsFetcher) -> None:
        with serving(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")) as server:
            assert "its headers are invalid" in unavailable(fetcher, server).message

    def test_leaves_no_cookie_behind(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, b"{}", Set_Cookie="who=me; Path=/")) as server:
            for _ in range(2):
                fetcher.fetch(Request(server.url))
        assert "cookie" not in server.seen[1][1]


class TestABodyThatIsNotWhole:
    def test_because_the_connection_was_cut(self, fetcher: RequestsFetcher) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Content_Length="1000")
            handler.wfile.write(b"x" * 300)
            hang_up(handler)

        with serving(answer) as server:
            error = unavailable(fetcher, server)
        assert (error.status, error.body) == (200, b"x" * 300)
        assert "its body was cut" in error.message

    def test_because_a_chunk_was_cut(self, fetcher: RequestsFetcher) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Transfer_Encoding="chunked")
            handler.wfile.write(b"3\r\nabc\r\n4\r\nde")
            hang_up(handler)

        with serving(answer) as server:
            error = unavailable(fetcher, server)
        assert "cut" in error.message
        assert error.body == b"abcde"

    def test_because_its_gzip_data_was_cut_where_no_length_was_stated(self, fetcher: RequestsFetcher) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Content_Encoding="gzip", Connection="close")
            handler.wfile.write(gzip.compress(b"x" * 300)[:-9])
            hang_up(handler)

        with serving(answer) as server:
            error = unavailable(fetcher, server)
        assert "gzip data was cut" in error.message
        assert error.body.startswith(b"x")

    def test_because_its_gzip_data_is_not_gzip(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, b"<html>not found</html>", Content_Encoding="gzip")) as server:
            error = unavailable(fetcher, server)
        assert "gzip data is broken" in error.message
        assert error.body == b"<html>not found</html>"

    def test_because_its_encoding_was_not_asked_for(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, b"\x0b", Content_Encoding="br")) as server:
            error = unavailable(fetcher, server)
        assert "'br'" in error.message
        assert error.body == b"\x0b"

    def test_but_a_gzip_member_that_is_whole_needs_no_length(self, fetcher: RequestsFetcher) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Content_Encoding="gzip", Content_Length="1000")
            handler.wfile.write(gzip.compress(b"{}"))
            hang_up(handler)

        with serving(answer) as server:
            assert fetcher.fetch(Request(server.url)).body == b"{}"


class TestALargeBody:
    def test_at_the_limit_is_taken(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, b"x" * 200_000)) as server:
            assert len(fetcher.fetch(Request(server.url, body_limit=200_000)).body) == 200_000

    def test_over_the_limit_is_not_read_to_its_end(self, fetcher: RequestsFetcher) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Content_Length=str(10**12))
            while True:
                handler.wfile.write(b"x" * 65536)

        with serving(answer) as server:
            error = unavailable(fetcher, server, body_limit=200_000)
        assert isinstance(error, ResponseTooLarge)
        assert (error.status, error.body) == (200, b"x" * 65536)
        assert "more than 200000 bytes" in error.message

    def test_counts_after_decompression(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, gzip.compress(bytes(50_000_000), 1), Content_Encoding="gzip")) as server:
            assert isinstance(unavailable(fetcher, server, body_limit=8 * 1024 * 1024), ResponseTooLarge)

    def test_is_decompressed_piece_by_piece(self) -> None:
        packed = gzip.compress(bytes(60_000_000))
        pieces = iter([packed[:60_000], packed[60_000:]])
        reader = BodyReader("http://feed.example", 200, 1_000_000, lambda: False)
        tracemalloc.start()
        try:
            with pytest.raises(ResponseTooLarge):
                reader.read(lambda _: next(pieces), "gzip")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 4_000_000

    def test_that_decompresses_to_nothing_ends_too(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, gzip.compress(b"") * 5000, Content_Encoding="gzip")) as server:
            assert isinstance(unavailable(fetcher, server, body_limit=50_000), ResponseTooLarge)


class TestASlowFeed:
    def test_that_does_not_answer(self, impatient: RequestsFetcher) -> None:
        with serving(wait_until_over) as server:
            error = unavailable(impatient, server)
        assert error.status is None
        assert "no answer within 0.15 s" in error.message

    def test_that_stops_in_mid_body(self, impatient: RequestsFetcher) -> None:
        def stop(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Content_Length="1000")
            handler.wfile.write(b"x")
            wait_until_over(handler)

        answers = iter([reply(200, b"{}"), stop])  # the first one makes the connection, which takes time
        with serving(lambda handler: next(answers)(handler)) as server:
            impatient.fetch(Request(server.url))
            error = unavailable(impatient, server)
        assert "no data of its body came for 0.15 s" in error.message
        assert error.body == b"x"

    def test_that_sends_a_byte_at_a_time_is_given_up_after_the_total_time(self) -> None:
        def drip(handler: BaseHTTPRequestHandler) -> None:
            head(handler, Content_Length="1000000")
            while not handler.server.over.is_set():  # type: ignore[attr-defined]
                handler.wfile.write(b"x")

        seconds = itertools.count()  # one second passes at each look at the timer
        fetcher = RequestsFetcher(Timeouts(read=10.0, total=5.0), timer=lambda: float(next(seconds)))
        with serving(drip) as server:
            error = unavailable(fetcher, server)
        fetcher.close()
        assert "came too slowly" in error.message
        assert next(seconds) == 7


class TestNoConnection:
    def test_refused(self, fetcher: RequestsFetcher) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound but not listening
            with pytest.raises(FeedUnavailable, match="Connection refused"):
                fetcher.fetch(Request(f"http://127.0.0.1:{taken.getsockname()[1]}/"))

    def test_closed_without_an_answer(self, fetcher: RequestsFetcher) -> None:
        with serving(hang_up) as server:
            assert "closed before it answered" in unavailable(fetcher, server).message

    def test_an_answer_that_is_not_http(self, fetcher: RequestsFetcher) -> None:
        with serving(raw(b"garbage\r\n\r\n")) as server:
            assert "no usable answer (it is not valid HTTP)" in unavailable(fetcher, server).message

    @pytest.mark.parametrize(
        "url", ["", "feed", "ftp://feed.example/", "http://", "http://[::1", "http://a b/", "http://*x/"]
    )
    def test_an_invalid_address_is_a_setting_error(self, fetcher: RequestsFetcher, url: str) -> None:
        with pytest.raises(SettingError, match="MILLRACE_SOURCE_<NAME>_URL"):
            fetcher.fetch(Request(url))

    @pytest.mark.parametrize(
        ("variable", "value", "words"),
        [
            ("http_proxy", "http://", "proxy's address"),
            ("http_proxy", "http://[::1", "proxy's address"),
            ("REQUESTS_CA_BUNDLE", "/no/such/file.pem", "no certificates at /no/such/file.pem"),
        ],
    )
    def test_a_wrong_environment_is_a_setting_error(
        self, fetcher: RequestsFetcher, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
    ) -> None:
        for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(variable, value)
        with pytest.raises(SettingError, match=words):
            fetcher.fetch(Request("http://feed.example/"))


class TestConnections:
    def test_are_kept_for_the_same_thread_only(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, gzip.compress(b"{}"), Content_Encoding="gzip")) as server:
            for _ in range(3):
                fetcher.fetch(Request(server.url))
            thread = threading.Thread(target=fetcher.fetch, args=(Request(server.url),))
            thread.start()
            thread.join()
        assert len(set(server.clients[:3])) == 1
        assert server.clients[3] not in server.clients[:3]

    def test_are_not_kept_after_a_body_that_was_given_up(self, fetcher: RequestsFetcher) -> None:
        with serving(reply(200, b"x" * 500_000)) as server:
            unavailable(fetcher, server, body_limit=10)
            assert fetcher.fetch(Request(server.url)).body == b"x" * 500_000

    def test_to_this_machine_use_no_proxy(self, fetcher: RequestsFetcher, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.delenv("no_proxy", raising=False)
        with serving(reply(200, b"{}")) as server:
            assert fetcher.fetch(Request(server.url)).body == b"{}"
        with pytest.raises(FeedUnavailable, match="proxy"):
            fetcher.fetch(Request("http://feed.example/"))


def test_a_transport_can_be_given() -> None:
    with serving(reply(200, b"{}")) as server:
        fetcher = RequestsFetcher(transport=lambda: HTTPAdapter(pool_connections=1))
        assert fetcher.fetch(Request(server.url)).body == b"{}"
        fetcher.close()
