"""The simulated feed over real connections, and as a process of its own."""

from __future__ import annotations

import gzip
import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from millrace.clock import ManualClock
from millrace.errors import SettingError
from millrace.ingestors.ports import RateBudget
from millrace.ingestors.simulator.misbehaviour import Switch, body_replaced, hang
from millrace.ingestors.simulator.server import Simulator, accepts_gzip
from millrace.ingestors.simulator.singapore.city import SimulatedCity
from tests.doubles.simulated_feeds import TAXIS, shipped_feeds

CITY = SimulatedCity(1)
PATH = "/v1/transport/taxi-availability"
NOW = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with shipped_feeds(ManualClock(NOW), CITY) as running:
        yield running


@contextmanager
def connected(simulator: Simulator) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(simulator.urls[TAXIS.name])
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)) as connection:
        yield connection


def test_it_serves_the_citys_bytes_for_now_and_for_a_time(simulator: Simulator) -> None:
    now = requests.get(simulator.urls[TAXIS.name], timeout=30)
    assert (now.status_code, now.headers["Content-Type"]) == (200, "application/json")
    assert now.content == CITY.snapshot(NOW).document
    then = requests.get(simulator.urls[TAXIS.name], params={"date_time": "2024-05-30T08:00:00"}, timeout=30)
    assert then.content == CITY.snapshot(datetime(2024, 5, 30, tzinfo=UTC)).document


def test_errors_arrive_as_documents(simulator: Simulator) -> None:
    bad = requests.get(simulator.urls[TAXIS.name], params={"date_time": "yesterday"}, timeout=30)
    assert (bad.status_code, bad.json()["name"]) == (400, "ERROR_PARAMS")
    missing = requests.get(simulator.urls[TAXIS.name].replace("taxi", "bus"), timeout=30)
    assert (missing.status_code, missing.json()["code"]) == (404, 17)


def test_it_is_on_loopback_at_the_real_path(simulator: Simulator) -> None:
    address = urlsplit(simulator.urls[TAXIS.name])
    assert (address.scheme, address.hostname, address.path) == ("http", "127.0.0.1", PATH)


def test_gzip_is_for_clients_that_accept_it(simulator: Simulator) -> None:
    with connected(simulator) as connection:
        connection.request("GET", PATH, headers={"Accept-Encoding": "gzip"})
        zipped = connection.getresponse()
        assert zipped.headers["Content-Encoding"] == "gzip"
        body = zipped.read()
        connection.request("GET", PATH, headers={"Accept-Encoding": "identity"})
        plain = connection.getresponse()
        assert plain.headers["Content-Encoding"] is None
        assert plain.read() == gzip.decompress(body)
        assert len(body) < len(gzip.decompress(body)) / 2


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q = 0.0", False),
        ("deflate", False),
        ("", False),
        ("x-gzip", False),
    ],
)
def test_which_headers_accept_gzip(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


def test_a_connection_serves_many_requests(simulator: Simulator) -> None:
    with connected(simulator) as connection:
        connection.connect()
        first = connection.sock
        for minute in range(5):
            connection.request("GET", f"{PATH}?date_time=2024-05-30T08:0{minute}:00")
            response = connection.getresponse()
            assert response.version == 11
            assert json.loads(response.read())["type"] == "FeatureCollection"
        assert connection.sock is first


def test_concurrent_clients_get_what_they_asked_for(simulator: Simulator) -> None:
    def poll(minute: int) -> bool:
        local = datetime(2024, 5, 30, 8, minute)  # noqa: DTZ001 - the source's local time, as the API takes it
        body = requests.get(simulator.urls[TAXIS.name], params={"date_time": local.isoformat()}, timeout=30).content
        return body == CITY.snapshot(local.replace(tzinfo=UTC) - timedelta(hours=8)).document

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(poll, range(24)))


def test_the_rate_limit_answers_429() -> None:
    with shipped_feeds(ManualClock(NOW), CITY, rate_limit=RateBudget(2, timedelta(seconds=10))) as limited:
        answers = [requests.get(limited.urls[TAXIS.name], timeout=30) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "10"
    assert answers[-1].json()["name"] == "TOO_MANY_REQUESTS"


def test_closing_ends_every_connection_and_frees_the_port() -> None:
    running = shipped_feeds(ManualClock(NOW), CITY, misbehaviours=[body_replaced("ok", "text/plain")])
    port = urlsplit(running.urls[TAXIS.name]).port
    with connected(running) as connection:
        connection.request("GET", PATH)
        assert connection.getresponse().read() == b"ok"
        running.close()
        assert connection.sock.recv(1) == b""
    running.close()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_closing_disconnects_a_client_that_is_kept_waiting() -> None:
    running = shipped_feeds(ManualClock(NOW), CITY, misbehaviours=[hang()])
    with connected(running) as connection:
        connection.request("GET", PATH)
        running.close()
        with pytest.raises(ConnectionError):
            connection.getresponse()


def test_a_waiting_client_is_disconnected_on_release_and_others_are_served_meanwhile() -> None:
    switch = Switch(hang())
    with shipped_feeds(ManualClock(NOW), CITY, misbehaviours=[switch]) as running, connected(running) as waiting:
        waiting.request("GET", PATH)
        waiting.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            waiting.sock.recv(1)
        switch.on = False
        assert requests.get(running.urls[TAXIS.name], timeout=30).status_code == 200
        running.release()
        waiting.sock.settimeout(5)
        assert waiting.sock.recv(1) == b""


def test_a_port_in_use_gives_an_error_that_says_what_to_do(simulator: Simulator) -> None:
    port = urlsplit(simulator.urls[TAXIS.name]).port or 0
    with pytest.raises(SettingError, match=rf"127\.0\.0\.1:{port}.*another port"):
        shipped_feeds(ManualClock(NOW), CITY, port=port)
    with pytest.raises(SettingError, match="another port"):
        shipped_feeds(ManualClock(NOW), CITY, port=70_000)


class TestProcess:
    PROGRAM = (
        "from millrace.infra.project.project import Project\n"
        "from millrace.project.folder import shipped_folder\n"
        "from millrace.usecases.demo import serve_feeds\n"
        "serve_feeds(Project(shipped_folder()), 0, 1, announce=lambda url: print(url, flush=True), misbehaviours=[],"
        " misbehaving=None, exit_with_stdin={})"
    )

    @contextmanager
    def started(self, *, exit_with_stdin: bool) -> Iterator[tuple[subprocess.Popen[str], str]]:
        program = [sys.executable, "-c", self.PROGRAM.format(exit_with_stdin)]
        pipe = subprocess.PIPE
        with subprocess.Popen(program, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
            try:
                assert process.stdout
                yield process, process.stdout.readline().strip()
            finally:
                process.kill()

    def test_it_announces_its_address_and_ends_with_its_standard_input(self) -> None:
        with self.started(exit_with_stdin=True) as (process, url):
            got = requests.get(url, params={"date_time": "2024-05-30T12:30:00"}, timeout=30)
            assert got.content == CITY.snapshot(NOW).document
            assert process.stdin
            process.stdin.close()
            assert process.wait(60) == 0

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_it_ends_cleanly_on_a_signal(self, number: signal.Signals) -> None:
        with self.started(exit_with_stdin=False) as (process, url):
            assert requests.get(url, timeout=30).status_code == 200
            process.send_signal(number)
            assert process.wait(60) == 0
            assert process.stderr
            assert process.stderr.read() == ""
