"""`millrace athena` as a process: started, warned about, killed, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.end_to_end.athena_api.athena_lake import Served, finished, make_lake, rows, wait
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer
from tests.unit.athena_sql.endpoint.fenced_lake import ENDLESS
from tests.unit.athena_sql.endpoint.worker_processes import wait_until_at_work, wait_until_ended, workers_of


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("process") / "lake"
    make_lake(home)
    return home


@contextmanager
def process(lake: Path, *words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], Served, list[str]]]:
    """The process, a client's view of it, and what it said."""
    command = [sys.executable, "-m", "millrace", "athena", "--port", "0", "--home", str(lake), *words]
    given = {**os.environ, "MILLRACE_FEED": "simulated", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=given) as running:
        said: list[str] = []
        assert running.stdout is not None
        try:
            for line in running.stdout:
                said.append(line)
                if "http://" in line:
                    break
            url = next(word for word in "".join(said).split() if word.startswith("http://"))
            yield running, Served(url.replace("0.0.0.0", "127.0.0.1"), lake), said
        finally:
            running.kill()


def test_what_had_ended_outlives_a_kill_and_what_had_not_is_failed(lake: Path) -> None:
    with process(lake) as (running, served, _):
        athena = served.client()
        done = finished(athena, "SELECT max(taxis) AS most FROM prod.taxi_availability")["QueryExecutionId"]
        cut = athena.start_query_execution(QueryString=ENDLESS)["QueryExecutionId"]
        named = athena.create_named_query(Name="n", Database="prod", QueryString="SELECT 1")["NamedQueryId"]
        running.send_signal(signal.SIGKILL)
        running.wait()
    with process(lake) as (_, served, _):
        athena = served.client()
        kept = athena.get_query_results(QueryExecutionId=done)["ResultSet"]["Rows"]
        assert [row["Data"][0]["VarCharValue"] for row in kept] == ["most", "7"]
        status = wait(athena, cut)["Status"]
        assert status["State"] == "FAILED"
        reason = status["StateChangeReason"]
        assert reason.startswith("INTERNAL_ERROR: the endpoint stopped while this query was running")
        assert athena.get_named_query(NamedQueryId=named)["NamedQuery"]["QueryString"] == "SELECT 1"
        assert athena.list_query_executions()["QueryExecutionIds"][:2] == [cut, done]


def test_its_worker_processes_end_when_it_is_killed(lake: Path) -> None:
    with process(lake) as (running, served, _):
        athena = served.client()
        assert rows(athena, "SELECT 1") == [["1"]]
        (worker,) = workers_of(running.pid)
        athena.start_query_execution(QueryString=ENDLESS)
        wait_until_at_work(worker)
        running.send_signal(signal.SIGKILL)
        running.wait()
        wait_until_ended([worker])


def test_another_endpoint_over_the_same_lake_leaves_its_queries_alone(lake: Path) -> None:
    with process(lake) as (_, first, _):
        athena = first.client()
        id_ = athena.start_query_execution(QueryString=ENDLESS)["QueryExecutionId"]
        with process(lake) as (_, second, _):
            assert rows(second.client(), "SELECT 1") == [["1"]]
            found = second.client().get_query_execution(QueryExecutionId=id_)["QueryExecution"]
            assert found["Status"]["State"] in ("QUEUED", "RUNNING")
        athena.stop_query_execution(QueryExecutionId=id_)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=lambda told: told.name)
def test_it_ends_at_the_stop_signal(lake: Path, told: signal.Signals) -> None:
    with process(lake) as (running, served, said):
        assert "the Athena endpoint is at http://127.0.0.1:" in said[-1]
        assert "warning" not in "".join(said)
        cut = served.client().start_query_execution(QueryString=ENDLESS)["QueryExecutionId"]
        running.send_signal(told)
        assert running.wait(60) == (0 if told == signal.SIGTERM else 130)
    with process(lake) as (_, served, _):
        assert wait(served.client(), cut)["Status"]["AthenaError"]["Retryable"]


def test_an_address_that_others_reach_is_warned_of_unless_requests_are_signed(lake: Path) -> None:
    with process(lake, "--host", "0.0.0.0") as (_, served, said):
        assert "warning: anyone who can reach 0.0.0.0 can query this whole lake" in "".join(said)
        assert rows(served.client(), "SELECT 1") == [["1"]]
    keys = {"MILLRACE_ATHENA_ACCESS_KEY": "AKIDEXAMPLE", "MILLRACE_ATHENA_SECRET_KEY": "secret"}
    with process(lake, "--host", "0.0.0.0", **keys) as (_, served, said):
        assert "warning" not in "".join(said)
        assert rows(served.client(aws_secret_access_key="secret"), "SELECT 1") == [["1"]]


def post(url: str, body: bytes, **headers: str) -> tuple[int, dict[str, str]]:
    request = Request(url, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())


def test_requests_that_are_none(lake: Path) -> None:
    with process(lake) as (_, served, _):
        target = {"X_Amz_Target": "AmazonAthena.ListWorkGroups"}
        assert post(served.url, b"{}", **target)[0] == 200
        status, answer = post(served.url, b"{}", Origin="http://evil.example", **target)
        assert (status, answer["__type"]) == (403, "AccessDeniedException")
        for none in ({}, {"X_Amz_Target": "ListWorkGroups"}, {"X_Amz_Target": "AmazonAthena.listworkgroups"}):
            status, answer = post(served.url, b"{}", **none)
            assert (status, answer["__type"]) == (400, "UnknownOperationException")
        unreadable = {"__type": "SerializationException"}
        for body in (b"", b"{", b'{"MaxResults": 1,}', b"null", b"1", b'"x"', b"\xff"):
            assert post(served.url, body, **target) == (400, unreadable), body
        for body, message in (
            (b"[]", "Start of list found where not expected"),
            (b'{"MaxResults": "1"}', "STRING_VALUE can not be converted to an Integer"),
        ):
            assert post(served.url, body, **target) == (400, {**unreadable, "Message": message})
        with urlopen(served.url) as answer_:
            assert "Athena endpoint" in json.loads(answer_.read())["Message"]


def test_up_serves_it_too(tmp_path: Path) -> None:
    home = tmp_path / "lake"
    make_lake(home)
    with serving(lambda asked: answer(asked or datetime.now(UTC))) as feed:
        given = {**os.environ, "MILLRACE_FEED": "simulated", "MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": feed}
        command = [sys.executable, "-m", "millrace", "up", "--no-page", "--athena", "0", "--home", str(home)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=given) as up:
            try:
                assert up.stdout is not None
                url = next(line["url"] for line in map(json.loads, up.stdout) if line.get("url"))
                assert rows(Served(url, home).client(), "SELECT count(*) FROM prod.area") == [["55"]]
                up.send_signal(signal.SIGTERM)
                up.communicate(timeout=60)
                assert up.returncode == 0
            finally:
                up.kill()
