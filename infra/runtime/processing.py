"""What runs a lake's workflows, and audits what they made."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace import __version__
from millrace.errors import SettingError
from millrace.infra.runtime.context import LakeContext
from millrace.settings import EngineName

if TYPE_CHECKING:
    from datetime import datetime

    from millrace.athena_sql.ports import Column, Engine, Parameter, Statement
    from millrace.glue_workflow.external.begun_crawls import BegunCrawls
    from millrace.glue_workflow.ledger.audit import Audit
    from millrace.glue_workflow.ledger.objects import ObjectAudit
    from millrace.glue_workflow.ports import RunRecord
    from millrace.glue_workflow.routing.router import Router
    from millrace.glue_workflow.run.execution import WorkflowExecution
    from millrace.glue_workflow.run.job_context import JobServices
    from millrace.glue_workflow.run.runner import WorkflowRunner
    from millrace.glue_workflow.run.step import Progress
    from millrace.glue_workflow.workflow import Workflow
    from millrace.infra.runtime.service_logs import ServiceLog
    from millrace.ingestors.ports import OpenData
    from millrace.lake.storage import Storage


class LakeProcessing(LakeContext, ABC):
    """The runs of one lake's workflows and their audits, put together from its adapters."""

    def runner(self, progress: Progress = lambda _: None, engine: EngineName | None = None) -> WorkflowRunner:
        from millrace.glue_workflow.run.runner import WorkflowRunner

        return WorkflowRunner(self.job_services(engine), self.leases, progress)

    def execution(
        self, workflow: str, execution: str, time_left: Callable[[], float] | None = None
    ) -> WorkflowExecution:
        """The run protocol for one execution of an orchestrator. Raises UnknownName for the workflow."""
        from millrace.glue_workflow.run.execution import WorkflowExecution

        return WorkflowExecution(
            self.job_services(), self.execution_leases, self.pipelines.workflow(workflow), execution, time_left
        )

    def has_ended(self, execution: str) -> bool:
        """Whether its orchestrator says that an execution has ended; False where nobody knows."""
        return False

    def begun_crawls(self, execution: str) -> BegunCrawls | None:
        """The crawls that the orchestrator itself began in an execution; None for one that begins none."""
        return None

    def begin_unbegun(self, workflow: Workflow) -> None:
        """Begins the run of the orchestrator's newest execution, if that ended before a process of a job could."""

    def resumed_by_orchestrator(self, execution: str, run_id: str) -> str:
        """The id of a new execution that goes on with a run of this one; "" where nothing else than a process does."""
        return ""

    def service_log(self, run: RunRecord, since: datetime, until: datetime) -> ServiceLog | None:
        """What a service logged of a run between these times; None where its jobs ran in a process of somebody's."""
        return None

    @property
    def router(self) -> Router | None:
        """What drives runs by events; None where another orchestrator, or a process, makes them."""
        return None

    def job_services(self, engine: EngineName | None = None) -> JobServices:
        from millrace.glue_workflow.run.job_context import JobServices

        return JobServices(
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            runs=self.runs,
            engine=self.engine_named(engine),
            clock=self.clock,
            notifier=self.notifier,
            schemas=self._schemas,
            code_version=__version__,
            pipelines=self.pipelines,
            reached=self.reached,
            entity_keys={source.name: source.entity_key for source in self.sources.values() if source.entity_key},
            quarantine=self.quarantine,
            items=self.items,
            given_rows=_write_given_rows,
            crawlers=self.crawlers,
            functions=self.functions,
            open_data=self._open_data,
            queries=self._saved_query,
            place=self._place,
            reader=self._reader(engine),
            release=self.settings.release,
            stage=self.settings.deployed_stage,
            console_page=self._console_page,
        )

    def _reader(self, engine: EngineName | None) -> Callable[[], Engine] | None:
        """Gives what reports are read by, where it is another one than the engine of jobs."""
        return None

    @cached_property
    def _open_data(self) -> OpenData:
        from millrace.ingestors.open_data.addresses import AddressCheck
        from millrace.ingestors.open_data.public_files import PublicFiles

        check = AddressCheck(self.settings.private_hosts)
        found = PublicFiles(self.clock, check, self.settings.aws.endpoint("s3"))
        self._closing.callback(found.http.close)
        return found

    def _saved_query(self, name: str) -> tuple[Statement, dict[str, Parameter]]:
        """Without the defaults that say `newest`. Raises as `Project.query` does."""
        from millrace.athena_sql.statements.saved_queries import NEWEST
        from millrace.athena_sql.statements.typed_parameters import typed_parameters

        query = self.project.query(name)
        given = {key: value for key, value in query.defaults.items() if value != NEWEST}
        return query.statement, typed_parameters(given)

    def _place(self, text: str) -> tuple[Storage, str]:
        if not text.startswith("s3://"):
            return self.storage, text
        from millrace.lake.s3 import S3Storage

        bucket, _, prefix = text.removeprefix("s3://").partition("/")
        return S3Storage(self.clients.s3, bucket), prefix

    def _console_page(self, execution: str) -> str:
        from millrace.infra.runtime.executions import console_page

        if not execution or self.settings.runtime != "aws":
            return ""
        return console_page(execution, self.settings.aws.region or self.clients.session.region_name)

    def audit(self, progress: Callable[[int, int], None] = lambda done, of: None) -> Audit:
        from millrace.glue_workflow.ledger.audit import Audit
        from millrace.glue_workflow.ledger.snapshots import AuditedSource

        if broken := self.project.broken_sources:
            raise broken[0].as_error()  # a ledger without one of the sources would balance for the wrong reason
        staging = {workflow.source: workflow.staging for workflow in self.pipelines.refinements.values()}
        whole = not self.pipelines.broken  # a broken workflow is mended, and takes then what is pending
        return Audit(
            engine=self.engine,
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            runs=self.runs,
            spool=self.spool,
            quarantine=self.quarantine,
            clock=self.clock,
            feed_now=self.feed_now(),
            tables=self.project.tables,
            sources=[
                AuditedSource(
                    source.name,
                    staging.get(source.name),
                    source.entities_path,
                    waits=whole and source.name not in staging,
                    kept=not source.is_polled,
                )
                for source in self.sources.values()
            ],
            progress=progress,
        )

    def object_audit(self, *, deep: bool = False) -> ObjectAudit:
        from millrace.glue_workflow.ledger.kept_objects import KeptObjects
        from millrace.glue_workflow.ledger.objects import ObjectAudit
        from millrace.ingestors.ports import POLLS

        kept = [source.name for source in self.sources.values() if not source.is_polled]
        return ObjectAudit(
            self.engine,
            self.storage,
            self.catalog,
            [*self.project.source_names, POLLS],
            self.pipelines,
            KeptObjects(self.engine, self.storage, self.spool, kept),
            deep,
        )

    @cached_property
    def _schemas(self) -> dict[str, Any]:
        from millrace.firehose.envelope import KeptObject
        from millrace.ingestors.polling.attempts import AttemptRecord
        from millrace.ingestors.ports import POLLS

        of = {one.name: one.schema if one.is_polled else KeptObject for one in self.sources.values()}
        return {**of, POLLS: AttemptRecord}


def _write_given_rows(rows: object, columns: Sequence[Column], target: Path) -> int:
    """As the port GivenRows says. Raises SettingError where there is no DuckDB, such as in a Lambda function."""
    try:
        from millrace.athena_sql.engines.duckdb.given_rows import write_given_rows
    except ImportError:
        raise SettingError(
            "the rows that a script gives are written by DuckDB, which is not installed.",
            hint="Run the workflow's jobs on Glue, or make the table by a statement.",
        ) from None
    return write_given_rows(rows, columns, target)
