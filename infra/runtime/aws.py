"""The adapters of AWS: S3, Glue, DynamoDB, Firehose, SQS, and Athena or Spark."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from millrace.aws.calls import translated
from millrace.aws.glue_layout import crawled_database, databases, work_database
from millrace.errors import UsageError
from millrace.infra.runtime.base import Runtime
from millrace.lake.keys import CRAWLED, EXPORTS
from millrace.lake.s3 import S3Storage
from millrace.pending.s3_events import HIDDEN_SECONDS, S3EventPendingList
from millrace.settings import AwsSettings, EngineName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from millrace.athena_sql.engines.athena.query_slots import QuerySlots
    from millrace.athena_sql.ports import FormInference, StreamingEngine
    from millrace.firehose.ports import DeliveryStream
    from millrace.glue_workflow.external.begun_crawls import BegunCrawls
    from millrace.glue_workflow.external.crawlers import Crawlers
    from millrace.glue_workflow.external.functions import NamedFunctions
    from millrace.glue_workflow.ports import ExecutionLeases, Leases, RunRecord, RunStore
    from millrace.glue_workflow.routing.router import Router
    from millrace.glue_workflow.stores.aws.catalog import GlueCatalog
    from millrace.glue_workflow.stores.aws.leases import DynamoLeases
    from millrace.glue_workflow.stores.aws.table_migration import TableMigration
    from millrace.glue_workflow.workflow import Workflow
    from millrace.infra.runtime.executions import ExecutionStates
    from millrace.infra.runtime.service_logs import ServiceLog
    from millrace.ingestors.health.feed_health import HealthStore
    from millrace.ingestors.ports import RateReservations
    from millrace.lake.storage import ObjectInfo
    from millrace.pending.ports import PendingList
    from millrace.schedules.ports import ScheduleSwitches
    from millrace.state.conditional_items import ConditionalItems
    from millrace.state.dynamo import StateTable

RESULTS = f"{EXPORTS}/athena/"  # `millrace vacuum` removes the query results below it


class AwsRuntime(Runtime):
    """One lake in a bucket."""

    hidden_seconds: ClassVar[int] = HIDDEN_SECONDS

    no_lake_hint = "The first poll makes it; check --stage, or MILLRACE_AWS_BUCKET and MILLRACE_AWS_PREFIX."

    @property
    def address(self) -> str:
        return self.storage.location("")

    @property
    def _aws(self) -> AwsSettings:
        return self.settings.aws

    @cached_property
    def storage(self) -> S3Storage:
        return S3Storage(self.clients.s3, self._aws.required_bucket(), self._aws.prefix)

    @cached_property
    def table(self) -> StateTable:
        from millrace.state.dynamo import StateTable

        return StateTable(self.clients.dynamodb, self._aws.state_table, self.storage)

    def state_orphans(self, before: datetime) -> Sequence[ObjectInfo]:
        return self.table.orphans(before)

    @cached_property
    def pending(self) -> PendingList:
        from millrace.pending.dynamo import DynamoPendingList

        return S3EventPendingList(
            DynamoPendingList(self.table),
            self.clients.sqs,
            self._queue_url,
            root=f"{self._aws.prefix}/" if self._aws.prefix else "",
            hidden_seconds=self.hidden_seconds,
        )

    @cached_property
    def _queue_url(self) -> str:
        name = self._aws.queue_name
        with translated("sqs", f"the queue {name}"):
            return self._aws.queue or self.clients.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    @cached_property
    def switches(self) -> ScheduleSwitches:
        from millrace.schedules.dynamo import DynamoScheduleSwitches

        return DynamoScheduleSwitches(self.table)

    @cached_property
    def stream(self) -> DeliveryStream:
        from millrace.firehose.firehose_stream import FirehoseDeliveryStream

        return FirehoseDeliveryStream(self.clients.firehose, self._aws.stream_name, self.storage, self.clock)

    @property
    def spool(self) -> None:
        """None: Firehose does not show the records that it has not delivered yet."""
        return

    @cached_property
    def forms(self) -> FormInference:
        from millrace.athena_sql.engines.athena.catalog_tables import CataloguedForms

        return CataloguedForms(self.clients.glue, crawled_database(self._aws.stage))

    @cached_property
    def crawlers(self) -> Crawlers:
        from millrace.glue_workflow.external.glue_crawlers import GlueCrawlers

        return GlueCrawlers(self.clients.glue, self._aws.stage)

    @cached_property
    def functions(self) -> NamedFunctions:
        from millrace.glue_workflow.external.lambda_functions import LambdaFunctions

        return LambdaFunctions(lambda: self.clients.client("lambda"))

    @cached_property
    def health(self) -> HealthStore:
        from millrace.ingestors.health.dynamo import DynamoHealth

        return DynamoHealth(self.table)

    @cached_property
    def reservations(self) -> RateReservations:
        from millrace.ingestors.http.shared_reservations import DynamoReservations

        return DynamoReservations(self.table)

    @cached_property
    def catalog(self) -> GlueCatalog:
        from millrace.glue_workflow.stores.aws.catalog import GlueCatalog

        return GlueCatalog(
            self.clients.glue,
            self.table,
            self.storage,
            self._aws.stage,
            self.clock,
            describe=self.project.tables.table,
            reached=self.reached,
        )

    @cached_property
    def migration(self) -> TableMigration:
        """Of the tables that readers see, to their declarations."""
        from millrace.glue_workflow.stores.aws.glue_batches import GlueBatches
        from millrace.glue_workflow.stores.aws.table_migration import TableMigration

        return TableMigration(
            GlueBatches(self.clients.glue, self.table.check_fences),
            self.storage,
            self._aws.stage,
            describe=self.project.tables.table,
            settle=self.catalog.complete_flips,
        )

    @cached_property
    def runs(self) -> RunStore:
        from millrace.glue_workflow.stores.aws.runs import DynamoRunStore

        return DynamoRunStore(self.table)

    @property
    def items(self) -> ConditionalItems:
        return self.table

    @cached_property
    def leases(self) -> Leases:
        return self._leases

    @property
    def execution_leases(self) -> ExecutionLeases:
        return self._leases

    @cached_property
    def _leases(self) -> DynamoLeases:
        from millrace.glue_workflow.stores.aws.leases import DynamoLeases

        return DynamoLeases(self.table, clock=self.clock, has_ended=self.has_ended)

    def has_ended(self, execution: str) -> bool:
        return self._executions.has_ended(execution)

    def begun_crawls(self, execution: str) -> BegunCrawls | None:
        from millrace.glue_workflow.external.begun_crawls import BegunCrawls
        from millrace.glue_workflow.external.glue_run_crawls import GlueRunCrawls
        from millrace.infra.runtime.executions import run_of_glue

        found = run_of_glue(execution)
        return BegunCrawls(GlueRunCrawls(self.clients.glue, self._aws.stage, *found)) if found else None

    def begin_unbegun(self, workflow: Workflow) -> None:
        from millrace.infra.runtime.executions import asked_of_glue, ended_before_begin

        if workflow.name not in self._aws.begun_by_crawls:
            return
        newest = next(iter(self.runs.runs(workflow.name, limit=1)), None)
        execution = ended_before_begin(self.clients, self._aws.stage, workflow.name, newest)
        if execution:
            asked = asked_of_glue(self.clients, execution)
            self.execution(workflow.name, execution).begin_as_asked(**asked)

    def resumed_by_orchestrator(self, execution: str, run_id: str) -> str:
        from millrace.infra.runtime import executions

        if executions.is_by_events(execution):
            return executions.resumed_by_router(self.clients, self._aws.stage, self.runs.run(run_id))
        by_glue = executions.resumed_by_glue(self.clients, execution, run_id)
        return by_glue or executions.resumed_by_state_machine(self.clients, execution, run_id)

    @property
    def router(self) -> Router | None:
        from millrace.infra.runtime.routing import aws_router

        return aws_router(self, self.clients, self._aws) if self._aws.job_function else None

    def service_log(self, run: RunRecord, since: datetime, until: datetime) -> ServiceLog | None:
        from millrace.infra.runtime.service_logs import CloudWatchLogs

        if not run.execution:
            return None
        return CloudWatchLogs(self.clients.client("logs"), self._aws.stage).of_step(run.run_id, since, until)

    @cached_property
    def _executions(self) -> ExecutionStates:
        from millrace.infra.runtime.executions import ExecutionStates

        return ExecutionStates(self.clients, lambda name: next(iter(self.runs.runs(name, limit=1)), None))

    @property
    def engine(self) -> StreamingEngine:
        """On AWS, the audit uses the jobs' engine."""
        return self.engine_named(None)

    def engine_named(self, name: EngineName | None) -> StreamingEngine:
        match name or self.settings.engine or EngineName.ATHENA:
            case EngineName.ATHENA:
                return self._athena
            case EngineName.SPARK:
                return self._spark
            case EngineName.DUCKDB:
                raise UsageError("DuckDB cannot read a lake on AWS.", hint="Use --engine athena or spark.")

    def _reader(self, engine: EngineName | None) -> Callable[[], StreamingEngine] | None:
        """Spark does not take rows apart that lie in an array of a table of crawled JSON."""
        is_spark = (engine or self.settings.engine) is EngineName.SPARK
        return (lambda: self._athena) if is_spark else None

    @property
    def athena_output(self) -> str:
        """The s3:// address of query results."""
        return self.settings.athena_output or self.storage.location(RESULTS)

    def readers_engine(self, name: EngineName | None = None) -> StreamingEngine:
        """In a workgroup of readers, where there is one: their limits hold, and no query takes a slot of the jobs'."""
        asked = name or self.settings.engine or EngineName.ATHENA
        is_theirs = self._aws.readers is not None and asked is EngineName.ATHENA
        return self._readers_athena if is_theirs else self.engine_named(name)

    @cached_property
    def _athena(self) -> StreamingEngine:
        from millrace.athena_sql.engines.athena.query_slots import DynamoQuerySlots

        slots = DynamoQuerySlots(self.table, self._aws.job_queries) if self._aws.job_queries else None
        return self._athena_in(self._aws.workgroup, self.athena_output, slots)

    @cached_property
    def _readers_athena(self) -> StreamingEngine:
        readers = self._aws.readers
        assert readers is not None, "asked for only where there is one"
        return self._athena_in(readers.name, readers.output, None)

    def _athena_in(self, workgroup: str, output: str, slots: QuerySlots | None) -> StreamingEngine:
        from millrace.athena_sql.engines.athena.catalog_tables import CataloguedTables
        from millrace.athena_sql.engines.athena.engine import AthenaEngine
        from millrace.athena_sql.engines.athena.result_objects import S3ResultObjects
        from millrace.athena_sql.engines.athena.session import AthenaQueries, AthenaSettings
        from millrace.athena_sql.engines.athena.work_tables import WorkTables

        settings = AthenaSettings(workgroup, output, reuse_minutes=self._aws.reuse_minutes)
        layers = {**databases(self._aws.stage), CRAWLED: crawled_database(self._aws.stage)}
        engine = AthenaEngine(
            AthenaQueries(self.clients.athena, settings, self.clock, slots=slots),
            WorkTables(self.clients.glue, work_database(self._aws.stage), self.clock),
            CataloguedTables(self.tables, self.project.tables, self.clients.glue, layers),
            self.storage,
            S3ResultObjects(self.clients.s3),
        )
        self._closing.callback(engine.close)
        return engine

    @cached_property
    def _spark(self) -> StreamingEngine:
        from millrace.athena_sql.engines.spark.engine import SparkEngine
        from millrace.athena_sql.engines.spark.s3 import hadoop_of_spark, s3_settings

        settings = s3_settings(self._aws.endpoint("s3"), self._aws.region, hadoop_of_spark())
        engine = SparkEngine(self.tables, self.storage.location(""), settings=settings)
        self._closing.callback(engine.close)
        return engine
