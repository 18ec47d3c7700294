"""A worker process: what it answers, how it fails, and how it is stopped."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from millrace.athena_sql.engines.duckdb.processes.failures import CallFailed, MemoryExhausted, ProcessEnded
from millrace.athena_sql.engines.duckdb.processes.process import ProcessOptions, QueryProcess
from millrace.athena_sql.engines.duckdb.session import SessionLimits, session_spec
from millrace.athena_sql.engines.duckdb.session_spec import SessionSpec
from millrace.errors import StatementFailed
from tests.unit.athena_sql.engines.duckdb.processes.served_calls import (
    Allocate,
    Fail,
    Hang,
    ReadRows,
    Refuse,
    ServedCall,
    Signal,
)

CALLS = "tests.unit.athena_sql.engines.duckdb.processes.served_calls:ServedCall"
MIB = 1024**2
ENDLESS = "SELECT count(*) FROM range(1000000000) AS a (x), range(1000000000) AS b (y) WHERE x < y"


@pytest.fixture(autouse=True)
def calls_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker has this process's sys.path, on which pytest itself does not need the tests."""
    monkeypatch.syspath_prepend(Path(__file__).parents[6])


@contextmanager
def worker(root: Path, spec: SessionSpec | None = None, grace: float = 30.0) -> Iterator[QueryProcess]:
    spec = spec or session_spec(root, SessionLimits(1, "100MB"), ordered=True, macros=[("twice(x)", "2 * x")])
    process = QueryProcess(ProcessOptions(spec, CALLS, memory=256 * MIB, grace=grace))
    try:
        yield process
    finally:
        process.end()
        process.join()


def never() -> bool:
    return False


def at_once() -> bool:
    return True


def answers(process: QueryProcess) -> bool:
    return process.is_usable and process.ask(ReadRows("SELECT twice(21), NULL, 'å'"), never) == [[42, None, "å"]]


def test_it_answers_one_call_after_another(tmp_path: Path) -> None:
    with worker(tmp_path) as process:
        assert answers(process)
        assert answers(process)
        assert process.asked == 2
    assert process.has_ended
    assert not process.is_usable


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (ReadRows("SELECT nothing"), duckdb.BinderException, 'Referenced column "nothing" was not found'),
        (ReadRows("SELECT * FROM read_csv('/etc/passwd')"), duckdb.PermissionException, "disabled by configuration"),
        (Refuse(), StatementFailed, "CODE: in words"),
    ],
    ids=["duckdb", "fence", "statement"],
)
def test_an_error_of_a_call_arrives_as_what_it_was(
    tmp_path: Path, call: ServedCall, error: type[Exception], text: str
) -> None:
    with worker(tmp_path) as process:
        with pytest.raises(error, match=text) as raised:
            process.ask(call, never)
        assert type(raised.value) is error
        assert answers(process)


def test_after_an_unexpected_error_the_process_is_not_used_again(tmp_path: Path) -> None:
    with worker(tmp_path) as process:
        with pytest.raises(CallFailed, match="KeyError: 'missing'"):
            process.ask(Fail(), never)
        assert not process.is_usable


@pytest.mark.parametrize(
    "call",
    [Allocate(300 * MIB), ReadRows("SELECT list_transform(range(10000), lambda i: repeat('x', 100_000) || i)")],
    ids=["python", "duckdb"],
)
def test_memory_beyond_the_limit_is_refused(tmp_path: Path, call: ServedCall) -> None:
    with worker(tmp_path) as process:
        assert process.ask(Allocate(100 * MIB), never) == 100 * MIB
        with pytest.raises(MemoryExhausted):
            process.ask(call, never)
        assert not process.is_usable


@pytest.mark.parametrize(
    ("number", "error"),
    [(signal.SIGABRT, MemoryExhausted), (signal.SIGKILL, ProcessEnded), (signal.SIGSEGV, ProcessEnded)],
    ids=lambda each: getattr(each, "name", ""),
)
def test_the_end_of_a_process_is_distinguished_by_its_signal(
    tmp_path: Path, number: signal.Signals, error: type[Exception]
) -> None:
    with worker(tmp_path) as process:
        with pytest.raises(error, match="aborted" if number is signal.SIGABRT else number.name):
            process.ask(Signal(number), never)
        assert not process.is_usable


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_signals_that_are_meant_for_the_parent_do_not_end_it(tmp_path: Path, number: signal.Signals) -> None:
    with worker(tmp_path) as process:
        assert process.ask(Signal(number), never) == number.name
        assert answers(process)


def test_a_query_that_is_over_is_interrupted_and_the_next_one_is_not(tmp_path: Path) -> None:
    with worker(tmp_path) as process:
        assert answers(process)
        with pytest.raises(duckdb.InterruptException):
            process.ask(ReadRows(ENDLESS), at_once)
        assert answers(process)


def test_a_call_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "runs"
    with worker(tmp_path, grace=0.1) as process:
        with pytest.raises(duckdb.InterruptException):
            process.ask(Hang(str(mark)), mark.exists)
        assert process.has_ended


def test_a_process_whose_answer_was_not_read_is_not_used_again(tmp_path: Path) -> None:
    def ctrl_c() -> bool:
        raise KeyboardInterrupt

    with worker(tmp_path) as process:
        assert answers(process)
        with pytest.raises(KeyboardInterrupt):
            process.ask(ReadRows(ENDLESS), ctrl_c)
        assert not process.is_usable


def test_a_session_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with worker(tmp_path, SessionSpec({}, ("SELECT nothing",))) as process:
        with pytest.raises(duckdb.BinderException, match="nothing"):
            process.open(never)
        assert not process.is_usable
