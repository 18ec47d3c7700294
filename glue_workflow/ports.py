"""The ports of a workflow: catalog, run store and leases, each after the values that it takes and returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from millrace.athena_sql.ports import WrittenFile
from millrace.glue_workflow.run_request import Only, RunRequest, Touched


@dataclass(frozen=True, slots=True)
class PartitionVersion:
    """One partition of one version of a table.

    `partition` is its dt, or "" in an unpartitioned table; `version` begins with `<run id>-<attempt>` (versions/
    version_names). A partition without rows has no `files`.
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

    `published_at`: when readers first saw the version; None for a candidate. `replaced_at`: since when readers no
    longer see it; None for the current version and for a candidate.
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
    """A partition that was rolled back to `version`.

    `inputs`: the raw objects already known at that time; the pin holds until another arrives.
    """

    table: str
    partition: str
    version: str
    inputs: tuple[str, ...]
    pinned_at: datetime


class Catalog(Protocol):
    """The pointers that decide what readers see: one version per table and partition.

    A publish moves pointers and leaves files alone, so a query in flight keeps what it reads (snapshot isolation).
    """

    def current(self, table: str) -> list[PartitionVersion]:
        """The versions that readers see, in the order of the partitions; empty for a table that was never published."""
        ...

    def register(self, versions: Sequence[PartitionVersion]) -> None:
        """Record versions as candidates, which no reader sees. Raises LakeError for a version that readers see."""
        ...

    def flip(self, versions: Sequence[PartitionVersion]) -> None:
        """Point readers to these registered versions, all at once; the versions that they saw before stay on record.

        Removes the pins of the partitions that change. Raises LakeError for a version that was never registered.
        """
        ...

    def roll_back(self, versions: Sequence[PartitionVersion], inputs: Sequence[str]) -> None:
        """Point readers back to these versions and pin them, all at once.

        Raises LakeError for a version that readers never saw.
        """
        ...

    def pins(self, table: str) -> list[Pin]:
        """The pins of a table, in the order of the partitions."""
        ...

    def release(self, pins: Sequence[Pin]) -> None:
        """Remove pins; a pin that is already gone is ignored."""
        ...

    def history(self, table: str, partition: str | None = None) -> list[VersionRecord]:
        """Every version on record, of one partition or of all, newest first within a partition."""
        ...

    def unpublished(self, table: str) -> list[PartitionVersion]:
        """The candidates: versions that readers never saw."""
        ...

    def replaced(self, table: str, before: datetime) -> list[PartitionVersion]:
        """The versions that readers once saw and that were replaced before this instant."""
        ...

    def forget(self, versions: Sequence[PartitionVersion]) -> None:
        """Remove versions from the record. Raises LakeError for a version that readers see."""
        ...

    def tables(self) -> list[str]:
        """The tables that have a current version, sorted."""
        ...


class RunState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its process died
    SKIPPED = "skipped"  # of a run: a second start with the same key, never stored; of a job: its branch is not taken


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job in one attempt of a run. `output` (JSON) is for later jobs; `log` is its messages, one a line.

    `bytes_scanned`: by the job's queries on an engine that bills by them (Athena), else 0. While it runs, `output` is
    its progress, if it has stored any. `ends_run`: it found nothing for later jobs to do.
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
    ends_run: bool = False


class RunCode(NamedTuple):
    """The one code that makes a run's steps. `code_version`: of the package and of what makes the workflow's tables.

    `release`: the hash of the release, "" where the code is not packaged.
    """

    code_version: str
    release: str

    def __str__(self) -> str:
        return f"{self.code_version} of release {self.release}" if self.release else self.code_version


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a workflow. A resumed run keeps its `run_id` and gets the next `attempt`.

    `logical_time`: what the run takes as now, of a composed workflow the time that it was scheduled for.
    `bytes_scanned`: as in JobRecord, over all attempts. `held`: those of the partitions that the gate refused.
    `request`: None in records of older versions, which did not keep it. `execution`: the orchestrator's execution that
    began it, such as a state machine execution's ARN; empty for a process.
    `code_version`, `release`: as in RunCode. `counts_from`: the first attempt by this code; steps before do not count.
    """

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
    held: tuple[str, ...] = ()
    request: RunRequest | None = None
    execution: str = ""
    release: str = ""
    counts_from: int = 1

    @property
    def code(self) -> RunCode:
        return RunCode(self.code_version, self.release)

    def counts(self, job: JobRecord) -> bool:
        """Whether a job's record of this run is of its code."""
        return job.attempt >= self.counts_from

    @property
    def asked(self) -> RunRequest:
        """What a resume asks for again."""
        return self.request or RunRequest(Only(self.partitions) if self.partitions else Touched())


LEDGER_RULE = "LedgerBalances"  # the name under which audits are among the results of rules


@dataclass(frozen=True, slots=True)
class QualityRecord:
    """One rule's result on one partition in one run.

    `partitions`: the partition's dt, "" in an unpartitioned table; older runs list all that they checked together.
    `value`: what was measured, if it is a number. `verdict`: pass, fail or error. `action`: the consequence: none,
    warn, set_aside or stop. `labels`: `name=value`, separated by commas. `failing_rows` is known for rules about rows.
    `check_number`: 1 for the candidate as it was staged, 2 for the rest of it after rows were set aside.
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


@dataclass(frozen=True, slots=True)
class HeldPartition:
    """A partition that the gate refused: what readers see of it stays as it was.

    `objects`: the raw objects that were refused. `rule` and `message`: the first failed rule. `code_version`: the code
    that refused it; another one is tried again. `held_since`: the first refusal after the last publish.
    """

    workflow: str
    partition: str
    run_id: str
    table: str
    rule: str
    message: str
    objects: tuple[str, ...]
    code_version: str
    held_since: datetime


class RunStore(Protocol):
    """The record of runs, jobs and quality results, and of the partitions that are held."""

    def save_run(self, run: RunRecord) -> None:
        """Upsert: insert, or replace the record of the same run_id."""
        ...

    def save_job(self, job: JobRecord) -> None:
        """Upsert: insert, or replace the record of the same run, attempt and job."""
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

    def quality(self, *, limit: int | None = None, **filters: str) -> list[QualityRecord]:
        """Newest first; `filters`: values of text fields, such as `run_id`, `table`, `rule` or `verdict`."""
        ...

    def hold(self, partitions: Sequence[HeldPartition]) -> None:
        """Upsert: insert, or replace the record of the same workflow and partition."""
        ...

    def held(self, workflow: str | None = None) -> list[HeldPartition]:
        """By workflow and partition, in this order."""
        ...

    def release(self, partitions: Sequence[HeldPartition]) -> None:
        """Remove these records; one that is already gone is ignored."""
        ...


class Leases(Protocol):
    """Exclusive leases of processes, by name: they keep two runs of one workflow apart."""

    def hold(self, name: str) -> AbstractContextManager[None]:
        """Hold the lease inside the context; a process that dies loses it. Raises LeaseHeld, which names the holder."""
        ...


class ExecutionLeases(Protocol):
    """Exclusive leases, by the same names, of executions, which work in one process after another.

    An execution is a run of an orchestrator's own, such as a state machine execution; its id is unique.
    """

    def hold_for(self, name: str, execution: str, lasts: timedelta) -> AbstractContextManager[None]:
        """Take or renew the lease for an execution; writes inside the context are fenced by it, and it stays taken.

        Another may take it when this execution is known to have ended, or has not renewed it for as long as it `lasts`.
        Raises LeaseHeld, which names the holder.
        """
        ...

    def release_for(self, name: str, execution: str) -> None:
        """Free the lease, if this execution still has it."""
        ...
