"""What is measured, each in a process of its own: `python -m tests.bench.cases NAME FOLDER` prints its figures as JSON.

`seconds` is wall time and `cpu` processor time of the measured part alone: imports, sessions and preparation come
before, and garbage is collected as in a command. Where another process works for it (Spark's), `cpu` and `peak_mib`
do not see that.
"""

from __future__ import annotations

import gzip
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from millrace.athena_sql.engines.duckdb import translation
from millrace.cli import collect_seldom
from millrace.ingestors.http.rate_budget import NO_LIMIT
from millrace.settings import Settings
from millrace.usecases.runs import run_workflow
from tests.bench.lake import DAY, WORKFLOW, Lakes, fresh_copy, runtime_of
from tests.bench.report import Figures
from tests.shipped import PROJECT

_POLLS, _WARM = 200, 20
_RECORDS = 600
_RECORD_BYTES = 90_000


@contextmanager
def measured() -> Iterator[Figures]:
    figures: Figures = {}
    cpu, wall = _cpu(), time.perf_counter()
    yield figures
    figures["seconds"] = time.perf_counter() - wall
    figures["cpu"] = _cpu() - cpu
    figures["peak_mib"] = _peak_mib()


def gunzip(lakes: Lakes) -> Figures:
    objects = lakes.objects()
    with measured() as figures:
        figures["bytes"] = sum(len(gzip.decompress(path.read_bytes())) for path in objects)
    figures["objects"] = len(objects)
    return figures


def copy(lakes: Lakes) -> Figures:
    """The least that DuckDB can do: each position with its time and id, unsorted, unchecked, as it comes."""
    import duckdb

    target = lakes.folder / "copy.parquet"
    paths = ", ".join(f"'{path}'" for path in lakes.objects())
    payload = "STRUCT(features STRUCT(geometry STRUCT(coordinates DOUBLE[][]))[])"
    columns = f"{{observed_at: 'TIMESTAMP', snapshot_id: 'VARCHAR', payload: '{payload}'}}"
    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    with measured() as figures:
        figures["rows"] = connection.execute(
            "COPY (SELECT observed_at, snapshot_id, pair[1] AS longitude, pair[2] AS latitude FROM (SELECT observed_at,"
            " snapshot_id, unnest(payload.features[1].geometry.coordinates) AS pair FROM read_json("
            f"[{paths}], columns = {columns}, format = 'newline_delimited', compression = 'gzip',"
            f" maximum_object_size = 16777216))) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()[0][0]
    figures["bytes"] = target.stat().st_size
    return figures


def workflow(lakes: Lakes) -> Figures:
    home = lakes.folder / "workflow"
    fresh_copy(lakes, home)
    return _run(home)


def history_1(lakes: Lakes) -> Figures:
    return _run(lakes.published, touch=True)


def history_long(lakes: Lakes) -> Figures:
    return _run(lakes.long, touch=True)


def _run(home: Path, *, touch: bool = False) -> Figures:
    """One run, crawl to prod; and how long each job took."""
    with runtime_of(home) as runtime:
        if touch:
            runtime.pending.add(WORKFLOW, DAY, runtime.clock.now())
        runtime.runner()  # what a process that runs for long has imported, as the rewrites of statements are
        for rewrites in walk_packages(translation.__path__, f"{translation.__name__}."):
            import_module(rewrites.name)
        with measured() as figures:
            record = run_workflow(runtime, WORKFLOW, [], full=False, progress=lambda _: None)
        assert record.state == "succeeded", record.error
        for job in runtime.runs.jobs(record.run_id):
            assert job.finished_at is not None
            figures[f"job.{job.job}"] = (job.finished_at - job.started_at).total_seconds()
        versions = [one for one in runtime.catalog.current("staging.taxi_position") if one.partition == DAY]
        figures["rows"], figures["bytes"] = versions[0].rows, versions[0].size
    return figures


def deliver(lakes: Lakes) -> Figures:
    """Acknowledgements, one record a call, each durable; delivery to objects included."""
    from millrace.firehose.ports import Record

    home = lakes.folder / "deliver"
    shutil.rmtree(home, ignore_errors=True)
    lines = [_padded(line) for path in lakes.objects()[:40] for line in gzip.decompress(path.read_bytes()).splitlines()]
    records = [
        Record(WORKFLOW, f"bench-{number}", DAY, "08", lines[number % len(lines)] + b"\n") for number in range(_RECORDS)
    ]
    with runtime_of(home) as runtime:
        runtime.stream.put([Record(WORKFLOW, "bench-first", DAY, "08", records[0].data)])
        with measured() as figures:
            for record in records:
                runtime.stream.put([record])
        figures["a_second"] = _RECORDS / figures["seconds"]
    shutil.rmtree(home)
    return figures


def _padded(line: bytes) -> bytes:
    """A record of just 90 KB: a larger one cut, a smaller one repeated."""
    return (line * (_RECORD_BYTES // len(line) + 1))[: _RECORD_BYTES - 1]


def poll(lakes: Lakes) -> Figures:
    """Processor time of this process for a poll over HTTP: request, checks, durable record, delivery."""
    home = lakes.folder / "poll"
    shutil.rmtree(home, ignore_errors=True)
    start = datetime.fromisoformat(f"{DAY}T00:00:00+08:00").astimezone(UTC)
    command = [sys.executable, "-m", "millrace", "simulate", "--port", "0", "--exit-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        assert simulator.stdin is not None
        settings = Settings(home=home, feed="simulated", source_urls={WORKFLOW: simulator.stdout.readline().strip()})
        figures = _polls(settings, start)
        simulator.stdin.close()
    shutil.rmtree(home)
    return figures


def _polls(settings: Settings, start: datetime) -> Figures:
    from millrace.clock import ManualClock
    from millrace.infra.runtime.local import LocalRuntime

    source, clock = PROJECT.source(WORKFLOW), ManualClock(start)
    with LocalRuntime(settings, feed_clock=clock) as runtime:
        handler = runtime.poll_handler(NO_LIMIT)
        slots = [start + timedelta(minutes=7 * number + 1) for number in range(_WARM + _POLLS)]

        def polled(slot: datetime) -> None:
            clock.set(slot)
            assert handler.poll(source, slot, historical=True).dt

        for slot in slots[:_WARM]:
            polled(slot)
        with measured() as figures:
            for slot in slots[_WARM:]:
                polled(slot)
            runtime.stream.flush(everything=True)
    figures["cpu_ms_a_poll"] = figures["cpu"] / _POLLS * 1000
    return figures


def query(lakes: Lakes) -> Figures:
    """A panel's statement, from the shell: the whole command, start to end."""
    sql = "SELECT observed_at_local, taxis_hundreds FROM prod.taxi_availability WHERE business_hours ORDER BY 1"
    command = [str(Path(sys.executable).with_name("millrace")), "query", sql, "--format", "csv"]
    with measured() as figures:
        subprocess.run([*command, "--home", str(lakes.published)], check=True, stdout=subprocess.DEVNULL)
    return figures


def pieces(lakes: Lakes) -> Figures:
    from tests.bench.profile import pieces as read_piece_by_piece

    with measured() as figures:
        found = read_piece_by_piece(lakes)
    return figures | found


def spark(lakes: Lakes) -> Figures:
    from tests.bench.rivals import spark_create

    return spark_create(lakes, measured)


def dlt(lakes: Lakes) -> Figures:
    from tests.bench.rivals import dlt_tenth

    return dlt_tenth(lakes, measured)


def page(lakes: Lakes) -> Figures:
    from tests.bench.page import refresh

    return refresh(lakes, measured)


def athena(lakes: Lakes) -> Figures:
    from tests.bench.endpoint import overhead

    return overhead(lakes, measured)


def dashboard(lakes: Lakes) -> Figures:
    from tests.bench.dashboard import refresh

    return refresh(lakes, measured)


CASES: dict[str, Callable[[Lakes], Figures]] = {
    "a": gunzip,
    "b": copy,
    "c": workflow,
    "d": spark,
    "e": dlt,
    "pieces": pieces,
    "history_1": history_1,
    "history_90": history_long,
    "deliver": deliver,
    "poll": poll,
    "query": query,
    "page": page,
    "athena": athena,
    "dashboard": dashboard,
}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_mib() -> float:
    """Of this process alone: getrusage's figure would begin with that of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main(arguments: list[str]) -> None:
    name, folder = arguments
    collect_seldom()
    figures: Any = CASES[name](Lakes(Path(folder)))
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
