"""A lake for tests of SQL: raw objects as the stream writes them, and tables built by their own statements."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import (
    Parameter,
    ParquetData,
    ParquetFile,
    RawData,
    Result,
    Statement,
    StreamingEngine,
    TableData,
    WriteRequest,
    WrittenFile,
)
from millrace.errors import UnknownName
from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from tests.shipped import TABLES

SINGAPORE = ZoneInfo("Asia/Singapore")
RUN: Mapping[str, Parameter] = {"loaded_at": datetime(2024, 5, 31, 1, 2, 3), "run_id": "run-1"}  # noqa: DTZ001 - stored times are naive UTC


@dataclass
class SampleTables:
    """The TableSource port over a dictionary."""

    data: dict[str, TableData] = field(default_factory=dict)

    def table(self, name: str) -> TableData:
        if name not in self.data:
            raise UnknownName("table", name, self.data)
        return self.data[name]

    def names(self) -> list[str]:
        return sorted(self.data)


@dataclass
class SqlLake:
    """A lake in a folder, with an engine over it."""

    root: Path
    engine: StreamingEngine
    tables: SampleTables

    def deliver(self, source: str, *objects: Sequence[Record]) -> list[str]:
        """Write each list of records as one raw object, under the first record's partition; the new keys."""
        keys = []
        for number, records in enumerate(objects):
            first = records[0]
            key = f"raw/{source}/dt={first.dt}/hour={first.hour}/test-{len(self._keys(source)) + number:04d}.json.gz"
            path = self.root / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(b"".join(record.data for record in records), mtime=0))
            keys.append(key)
        self.tables.data[f"raw.{source}"] = RawData(str(self.root), (*self._keys(source), *keys))
        return keys

    def build(
        self, name: str, *partitions: str, parameters: Mapping[str, Parameter] | None = None
    ) -> list[WrittenFile]:
        """Write a declared table by its statement, and let readers see it."""
        declared = TABLES.table(name)
        given = RUN if parameters is None else parameters
        request = WriteRequest(
            TABLES.statement(name),
            declared.columns,
            f"{name.replace('.', '/')}/run=run-1-1/",
            partitions if declared.partitioned else None,
            given if declared.partitioned else {},
        )
        files = self.engine.write(request)
        self.tables.data[name] = ParquetData(
            declared.data_columns,
            tuple(ParquetFile(str(self.root / file.key), file.partition) for file in files),
            declared.partitioned,
        )
        return files

    def sql(self, sql: str, **parameters: Parameter) -> Result:
        return self.engine.query(Statement("test", sql), parameters)

    def rows(self, sql: str, **parameters: Parameter) -> list[tuple[Any, ...]]:
        return self.sql(sql, **parameters).rows

    def _keys(self, source: str) -> tuple[str, ...]:
        data = self.tables.data.get(f"raw.{source}")
        return data.keys if isinstance(data, RawData) else ()


def local(text: str, zone: ZoneInfo = SINGAPORE) -> datetime:
    """`2024-05-30 08:00:00` in the zone, or the instant of a text with an offset."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def taxis(observed: str, positions: Iterable[Sequence[Any]], *, polled: str | None = None, note: str = "") -> Record:
    """A snapshot observed and polled at these local times. Another `note` gives another payload, and so another id."""
    at = local(observed)
    coordinates = ", ".join(f"[{', '.join(str(part) for part in position)}]" for position in positions)
    payload = f'{{"features": [{{"geometry": {{"coordinates": [{coordinates}]}}, "note": "{note}"}}]}}'
    polled_at = local(polled) if polled else at + timedelta(seconds=2)
    return to_record(Snapshot("taxi_availability", SINGAPORE, at, at, polled_at, payload.encode()))


def attempt(
    number: int, requested: str, outcome: str = "delivered", *, zone: ZoneInfo = SINGAPORE, **fields: Any
) -> Record:
    """A poll of taxi_availability at a local time. A delivered one observed `observed` (local), else that time."""
    asked = local(requested, zone)
    observed = local(fields.pop("observed", requested), zone) if outcome == "delivered" else None
    polled = local(fields.pop("polled", requested), zone)
    source = fields.get("source", "taxi_availability")
    payload = {
        "poll_id": f"poll-{number:04d}",
        "source": source,
        "requested_at": _utc(asked),
        "polled_at": _utc(polled),
        "outcome": outcome,
        "snapshot_id": f"{source}-{_utc(observed)}" if observed else None,
        "observed_at": _utc(observed) if observed else None,
        "http_status": 200 if outcome != "failed" else None,
        "tries": 1,
        "duration_ms": 120,
        "bytes": 90_000,
        "entities": 4_000 if observed else None,
        "reason": "" if observed else "not plausible",
        "interval_seconds": 60,
        "stale_after_seconds": 300,
        **fields,
    }
    return to_record(Snapshot("polls", zone, asked, observed or asked, polled, json.dumps(payload).encode()))


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
