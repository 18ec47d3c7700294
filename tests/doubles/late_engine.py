"""An engine whose statements run in a service, which goes on when the process that asked dies: here, in a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from millrace.athena_sql.ports import Engine, Parameter, Result, Statement, TableData, WriteRequest, WrittenFile

_TRIES = 3000  # of 10 ms


class LateEngine:
    """A RemoteEngine over another engine. With `dies`, this process is killed while the service writes.

    The service writes its file only once it is told to stop, as late as it can, and its state is final after that.
    """

    def __init__(self, engine: Engine, lake: Path, service: Path, *, dies: bool) -> None:
        self._engine, self._lake, self._service, self._dies = engine, lake, service, dies
        self._note: Callable[[Sequence[str]], None] = lambda _: None

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        return self._engine.query(statement, parameters, tables)

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        if not self._dies:
            return self._engine.write(request)
        query_id = uuid.uuid4().hex
        target = self._lake / request.prefix / f"dt={(request.partitions or ('',))[0]}" / "late.parquet"
        command = [sys.executable, "-m", "tests.doubles.late_engine", str(self._service / query_id), str(target)]
        subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._note([query_id])
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("dead")

    def take_scanned(self) -> int:
        return self._engine.take_scanned()

    def interrupt(self) -> None:
        self._engine.interrupt()

    def close(self) -> None:
        self._engine.close()

    @contextmanager
    def noting(self, note: Callable[[Sequence[str]], None]) -> Iterator[None]:
        self._note = note
        yield

    def settle(self, query_ids: Sequence[str]) -> None:
        for query_id in query_ids:
            (self._service / f"{query_id}.stop").touch()
            _wait_for(self._service / f"{query_id}.final")


def _wait_for(path: Path) -> None:
    for _ in range(_TRIES):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} never came")


def _serve(state: str, target: Path) -> None:
    """The service: one statement, from its start to its final state."""
    _wait_for(Path(f"{state}.stop"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"late")
    Path(f"{state}.final").touch()


if __name__ == "__main__":
    _serve(sys.argv[1], Path(sys.argv[2]))
