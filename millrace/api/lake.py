"""An open lake, for programs and notebooks: SQL, polls, runs and the audit.

Use cases are imported by the methods that need them, as they are by the commands.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

from millrace import environment
from millrace.api.libraries import Load
from millrace.api.query_result import QueryResult
from millrace.athena_sql.ports import Column, Parameter
from millrace.errors import UsageError
from millrace.infra.runtime.selection import runtime_class
from millrace.settings import EngineName

if TYPE_CHECKING:
    import pandas as pd

    from millrace.glue_workflow.ports import RunRecord
    from millrace.infra.runtime.base import Runtime
    from millrace.ingestors.polling.backfill import BackfillSummary
    from millrace.ingestors.ports import PollResult
    from millrace.usecases.audit import LakeAudit
    from millrace.usecases.queries import LakeQuery
    from millrace.usecases.tables import TableFile

PartitionDate = str | date  # `2024-05-30`
Moment = str | datetime  # as the command line takes it; without an offset, the source's local time


def open(  # noqa: A001 - called as `millrace.open`
    home: str | Path | None = None,
    *,
    project: str | Path | None = None,
    create: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Lake:
    """The lake in this folder, by default as the settings name it (`MILLRACE_HOME`, or `./.millrace`).

    `project`: the folder of its pipelines, by default as for the commands. `create`: a lake that does not exist yet is
    made by its first poll. `environ`: settings in the place of those in the environment.
    Raises LakeError for a lake that is missing or broken, SettingError for a setting that is wrong, UsageError for a
    folder that is no project.
    """
    folder, pipelines = _path(home), _path(project)
    if environ is None:
        loaded = environment.load(folder, project=pipelines)
    else:
        loaded = environment.load(folder, environ, project=pipelines)
    runtime = runtime_class(loaded)
    return Lake(runtime.existing_or_new(loaded) if create else runtime.existing(loaded))


class Lake:
    """An open lake, to be used by one thread, and closed (`with` does it). `load` imports optional libraries."""

    def __init__(self, runtime: Runtime, load: Load = importlib.import_module) -> None:
        self._runtime, self._load = runtime, load
        self._open = ExitStack()
        self._open.enter_context(runtime)
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Lake({self._runtime.address!r})"

    def close(self) -> None:
        """Results that were not fetched by then cannot be."""
        self._closed = True
        self._open.close()

    def sql(self, text: str, /, **parameters: Parameter) -> QueryResult:
        """One SELECT in Athena's dialect over raw.x, staging.x, prod.x and ops.x. `:name` takes the parameter `name`.

        It is run when its rows are asked for.
        """
        from millrace.usecases.queries import LakeQuery

        query = LakeQuery(self._use().engine, text, parameters)
        return QueryResult(query, self._folder, self._load, self._frame_of(query))

    @property
    def tables(self) -> tuple[str, ...]:
        """The names that SQL can use, sorted."""
        return tuple(self._use().tables.names())

    def columns(self, table: str) -> tuple[Column, ...]:
        """The declared columns of a table, with their meaning; empty for raw tables. Raises UnknownName."""
        return self._use().tables.columns(table)

    def files(self, table: str, partitions: Sequence[PartitionDate] = ()) -> list[TableFile]:
        """The files of what readers see now. Raises UnknownName, BadTime, UsageError."""
        from millrace.usecases.tables import table_files

        return table_files(self._use(), table, [str(day) for day in partitions])

    def poll(self, source: str, at: Moment | None = None) -> PollResult:
        """One poll of a source, now or for a past time. A failure of the feed is a result, not an error.

        Raises UnknownName, BadTime, WrongLakeKind, DeliveryError.
        """
        from millrace.usecases.polls import poll_once

        return poll_once(self._use(), source, None if at is None else _text(at)).result

    def backfill(
        self, source: str, start: Moment, end: Moment, *, every: str | timedelta = "1m", rate: float | None = None
    ) -> BackfillSummary:
        """Polls for past times, `end` included; times that were answered before are skipped.

        `rate`: requests a second; 0: no limit; None: the source's own budget. Raises as `poll` does, and UsageError.
        """
        from millrace.usecases.polls import backfill_between

        step = f"{every / timedelta(seconds=1):.15g}s" if isinstance(every, timedelta) else every
        made = backfill_between(self._use(), source, _text(start), _text(end), step, rate, lambda done, of: None)
        return made.summary

    def run(
        self,
        workflow: str,
        partitions: Sequence[PartitionDate] = (),
        *,
        full: bool = False,
        engine: EngineName | str | None = None,
    ) -> RunRecord:
        """One run over the partitions with new data, over these, or (`full`) over all that raw has.

        A job that fails, and partitions that the gate holds, are in the record (`state`, `error`, `held`).
        Raises UnknownName, BadTime, UsageError, LeaseHeld.
        """
        from millrace.usecases.runs import run_workflow

        days = [str(day) for day in partitions]
        chosen = EngineName.named(engine) if engine else None
        return run_workflow(self._use(), workflow, days, full=full, progress=lambda _: None, engine=chosen)

    def audit(self, partitions: Sequence[PartitionDate] = (), *, deep: bool = False) -> LakeAudit:
        """The ledgers, and what does not add up. `deep`: published files are read whole. Raises BadTime."""
        from millrace.usecases.audit import audit_lake

        return audit_lake(self._use(), [str(day) for day in partitions], lambda done, of: None, deep=deep)

    def _use(self) -> Runtime:
        if self._closed:
            raise UsageError(f"the lake {self._runtime.address} is closed.", hint="Open it again: millrace.open().")
        return self._runtime

    def _folder(self) -> Path:
        self._use()
        return self._temporary

    @cached_property
    def _temporary(self) -> Path:
        return Path(self._open.enter_context(TemporaryDirectory(prefix="millrace-rows-"))).resolve()

    def _frame_of(self, query: LakeQuery) -> Any:
        """How Athena's rows become a DataFrame; None where they come as those of every engine do."""
        if self._runtime.settings.runtime != "aws":
            return None
        from millrace.api.athena_frames import read_frame
        from millrace.athena_sql.engines.athena.engine import AthenaEngine
        from millrace.infra.runtime.aws import AwsRuntime

        runtime, engine = self._runtime, self._runtime.engine
        if not (isinstance(runtime, AwsRuntime) and isinstance(engine, AthenaEngine)):
            return None

        def frame() -> pd.DataFrame:
            self._use()
            return read_frame(runtime, engine, query, self._load)

        return frame


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)


def _text(moment: Moment) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else moment
