"""A local lake with its delivery stream, for tests."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from millrace.clock import ManualClock
from millrace.commit_points import CommitPointListener, no_listener
from millrace.firehose.local_spool import Buffering, LocalDeliveryStream
from millrace.firehose.ports import Record
from millrace.lake.local import LocalStorage
from millrace.lake.storage import Storage
from millrace.pending.sqlite import SqlitePendingList
from millrace.state.sqlite import STATE_FILE, StateFile

START = datetime(2024, 5, 30, 0, 0, tzinfo=UTC)
SMALL = Buffering(size=1000, interval=timedelta(seconds=300))


def record(number: int, dt: str = "2024-05-30", hour: str = "08", size: int = 100, source: str = "taxi") -> Record:
    """A record of exactly `size` bytes (at least 95), whose line says its own snapshot_id and place."""
    snapshot_id = f"{source}-{number:08}"
    fields = {"snapshot_id": snapshot_id, "source": source, "dt": dt, "hour": hour, "payload": ""}
    frame = json.dumps(fields, separators=(",", ":")).encode() + b"\n"
    return Record(source, snapshot_id, dt, hour, frame[:-3] + b"x" * max(size - len(frame), 0) + frame[-3:])


def records(numbers: Sequence[int], **options: str | int) -> list[Record]:
    return [record(number, **options) for number in numbers]  # type: ignore[arg-type]


def delivered(storage: Storage) -> dict[str, list[str]]:
    """The snapshot_ids in each raw object, by key, in their order."""
    return {
        found.key: [json.loads(line)["snapshot_id"] for line in gzip.decompress(storage.get(found.key)).splitlines()]
        for found in storage.list("raw/")
    }


@dataclass
class SpooledLake:
    """A lake whose `open()` gives a stream as a new process would have it: its own connection to the same files."""

    folder: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    buffering: Buffering = SMALL
    storage: Storage | None = None
    states: list[StateFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.storage = self.storage or LocalStorage(self.folder / "lake")
        self.state = self._state()
        self.pending = SqlitePendingList(self.state)

    def open(self, reached: CommitPointListener = no_listener, state: StateFile | None = None) -> LocalDeliveryStream:
        assert self.storage is not None
        state = state or self._state()
        return LocalDeliveryStream(
            state, self.storage, SqlitePendingList(state), self.clock, buffering=self.buffering, reached=reached
        )

    def delivered(self) -> dict[str, list[str]]:
        assert self.storage is not None
        return delivered(self.storage)

    def touched(self, source: str = "taxi") -> list[str]:
        return [touch.dt for touch in self.pending.touched(source)]

    def close(self) -> None:
        for state in self.states:
            state.close()

    def _state(self) -> StateFile:
        self.states.append(StateFile(self.folder / STATE_FILE))
        return self.states[-1]
