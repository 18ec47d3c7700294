"""Readers and runs at the same time."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer, expected, imbalances, lake_at, poll_minutes, run, seen


def test_a_reader_sees_each_version_whole_while_runs_publish(tmp_path: Path) -> None:
    home, stop = tmp_path / "lake", Event()
    views: list[list[int]] = []
    errors: list[BaseException] = []

    def read() -> None:
        try:
            with LocalRuntime(Settings(home=home)) as reader:
                while not stop.is_set():
                    views.append(seen(reader))
        except BaseException as error:
            errors.append(error)
            raise

    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [0])
        run(runtime)
        reader = Thread(target=read)
        reader.start()
        try:
            for minute in range(1, 9):
                poll_minutes(runtime, [minute])
                run(runtime)
        finally:
            stop.set()
            reader.join()
        assert errors == []
        allowed = [expected(range(count)) for count in range(1, 10)]
        positions = [allowed.index(view) for view in views]  # a view that no run published is not in the list
        assert positions == sorted(positions)
        assert len(set(positions)) > 2
        assert imbalances(runtime) == []
