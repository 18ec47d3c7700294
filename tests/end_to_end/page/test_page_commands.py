"""The page's commands as processes: the saved queries, and the server until Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from millrace.athena_sql.statements.saved_queries import parse_saved_query
from millrace.errors import DefinitionError, UnknownName
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer, lake_at, poll_minutes, run
from tests.shipped import PROJECT


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lake")
    with serving(answer) as feed, lake_at(home, feed) as runtime:
        poll_minutes(runtime, [0, 1, 9])
        run(runtime)
    return home


def millrace(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "millrace", *arguments], capture_output=True, text=True, timeout=60)


def test_a_saved_query_runs_with_its_defaults_and_with_given_values(home: Path, tmp_path: Path) -> None:
    asked = ("query", "--home", str(home), "--name", "gaps", "--format", "csv")
    assert millrace(*asked).stdout.splitlines()[1:] == ["2024-05-30 12:00:58,2024-05-30 12:08:58,8.0"]
    assert millrace(*asked, "--param", "minutes=8").stdout.splitlines()[1:] == []
    file = tmp_path / "gaps.csv"
    assert millrace(*asked, "--output", str(file)).returncode == 0
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", "nonsense"], "unknown saved query 'nonsense'"),
        (["--name", "gaps", "SELECT 1"], "either SQL or --name"),
        ([], "either SQL or --name"),
        (["--name", "gaps", "--param", "minutes"], "has no value"),
        (["SELECT :n", "--param", "m=1"], "no value for the parameter :n"),
    ],
)
def test_a_call_that_cannot_be_says_why(home: Path, arguments: list[str], said: str) -> None:
    done = millrace("query", "--home", str(home), *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=lambda told: told.name)
def test_the_page_is_served_until_the_stop_signal(home: Path, told: signal.Signals) -> None:
    command = [sys.executable, "-m", "millrace", "preview", "--home", str(home), "--serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            url = next(word for word in said.split() if word.startswith("http://127.0.0.1:"))
            with urlopen(url, timeout=60) as page:
                assert "Thursday 30 May 2024" in page.read().decode()
        finally:
            process.send_signal(told)
        assert process.wait(60) == (0 if told == signal.SIGTERM else 130)


def test_other_machines_are_let_in_with_a_warning(home: Path) -> None:
    command = [sys.executable, "-m", "millrace", "preview", "--home", str(home), "--serve", "--port", "0"]
    with subprocess.Popen([*command, "--host", "0.0.0.0"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            assert process.stderr.readline().startswith(
                "warning: anyone who can reach 0.0.0.0 can read and query this whole lake"
            )
            process.stderr.readline()
        finally:
            process.send_signal(signal.SIGINT)


def test_a_saved_query_is_read_by_its_header() -> None:
    query = parse_saved_query("x", "-- What it answers\n-- :day = newest\n-- a remark\nSELECT :day AS day\n")
    assert (query.title, query.defaults, query.statement.sql) == (
        "What it answers",
        {"day": "newest"},
        "SELECT :day AS day\n",
    )
    with pytest.raises(DefinitionError, match="has no title"):
        parse_saved_query("x", "SELECT 1\n")
    with pytest.raises(UnknownName, match="gaps"):
        PROJECT.query("../sql/prod/area")
