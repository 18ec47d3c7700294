"""What a workflow needs from where it runs: the catalog, run state, leases. Values first, then the ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from millrace.athena_sql.ports import WrittenFile


@dataclass(frozen=True, slots=True)
class PartitionVersion:
    """One partition of one version of a table.

    `partition` is its dt, or "" in an unpartitioned table; `version` is `<run id>-<attempt>`. `files` may be empty:
    then the partition has no rows.
    """

    table: str
    partition: str
    version: str
    files: tuple[WrittenFile, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A partition version with its place in time.

    `published_at`: when readers first saw it; None for a candidate that they never saw. `replaced_at`: since when they
    no longer do; None for what they see.
    """

    version: PartitionVersion
    created_at: datetime
    published_at: datetime | None
    replaced_at: datetime | None

    @property
    def is_current(self) -> bool:
        return self.published_at is not None and self.replaced_at is None


@dataclass(frozen=True, slots=True)
class Pin:
    """A partition that was rolled back to `version`. `inputs`: the raw objects that its newest version had then."""

    table: str
    partition: str
    version: str
    inputs: tuple[str, ...]
    pinned_at: datetime


class Catalog(Protocol):
    """What readers see is what this says: per table and partition, one version."""

    def current(self, table: str) -> list[PartitionVersion]:
        """What readers see, in the order of the partitions; empty for a table that was never published."""
        ...

    def register(self, versions: Sequence[PartitionVersion]) -> None:
        """Make versions known as candidates: kept track of, seen by nobody."""
        ...

    def flip(self, versions: Sequence[PartitionVersion]) -> None:
        """Point the readers to these registered versions, all at once; those they saw before stay on record.

        The pins of the partitions that it points elsewhere go.
        """
        ...

    def roll_back(self, versions: Sequence[PartitionVersion], inputs: Sequence[str]) -> None:
        """Point the readers back to these versions and pin them there, all at once.

        Raises LakeError for a version that readers never saw.
        """
        ...

    def pins(self, table: str) -> list[Pin]:
        """In the order of the partitions."""
        ...

    def release(self, pins: Sequence[Pin]) -> None:
        """Take pins off; one that is gone already is no error."""
        ...

    def history(self, table: str, partition: str | None = None) -> list[VersionRecord]:
        """Every version on record, of one partition or all, newest first within a partition."""
        ...

    def unpublished(self, table: str) -> list[PartitionVersion]:
        """The candidates that no flip has ever reached."""
        ...

    def replaced(self, table: str, before: datetime) -> list[PartitionVersion]:
        """What readers once saw, and no longer since before this instant."""
        ...

    def forget(self, versions: Sequence[PartitionVersion]) -> None:
        """Drop versions from the record; one that readers see is refused with LakeError."""
        ...

    def tables(self) -> list[str]: ...


class RunState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its process died


@dataclass(frozen=True, slots=True)
class JobRecord:
    """`output` is what the job hands to later jobs (JSON); `log` is its messages, one a line.

    `bytes_scanned`: by its queries, where they are what is paid for (Athena); else 0.
    """

    run_id: str
    attempt: int
    job: str
    state: RunState
    started_at: datetime
    finished_at: datetime | None = None
    rows: int | None = None
    output: Mapping[str, Any] | None = None
    error: str = ""
    log: str = ""
    bytes_scanned: int = 0


@dataclass(frozen=True, slots=True)
class RunRecord:
    run_id: str
    workflow: str
    attempt: int
    state: RunState
    started_at: datetime
    logical_time: datetime
    partitions: tuple[str, ...] = ()
    finished_at: datetime | None = None
    error: str = ""
    code_version: str = ""
    bytes_scanned: int = 0


@dataclass(frozen=True, slots=True)
class QualityRecord:
    """One rule's result in one run. `value`: what was measured, if it is a number. `verdict`: pass, fail or error.

    `action`: what was done about it: none, warn, set_aside or stop. `labels`: `name=value`, separated by commas.
    `failing_rows` is known for rules about rows. `check_number`: 1 for the candidate as it was staged, 2 for what was
    left of it when rows had been set aside.
    """

    run_id: str
    attempt: int
    table: str
    partitions: str
    rule: str
    value: float | None
    threshold: str
    verdict: str
    message: str
    evaluated_at: datetime
    action: str = "none"
    labels: str = ""
    failing_rows: int | None = None
    check_number: int = 1


class RunStore(Protocol):
    def save_run(self, run: RunRecord) -> None:
        """Insert, or replace the record of the same run_id."""
        ...

    def save_job(self, job: JobRecord) -> None:
        """Insert, or replace the record of the same run, attempt and job."""
        ...

    def run(self, run_id: str) -> RunRecord:
        """Raises UnknownName."""
        ...

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        """Newest first."""
        ...

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        """In the order in which they started, of all attempts; of all runs without a `run_id`."""
        ...

    def save_quality(self, results: Sequence[QualityRecord]) -> None: ...

    def quality(self, *, limit: int | None = None, **wanted: str) -> list[QualityRecord]:
        """Newest first; `wanted`: values of text fields, such as `run_id`, `table`, `rule` or `verdict`."""
        ...


class Leases(Protocol):
    def hold(self, name: str) -> AbstractContextManager[None]:
        """Hold a lease while inside; a process that dies loses it. Raises LeaseHeld, naming the holder."""
        ...
