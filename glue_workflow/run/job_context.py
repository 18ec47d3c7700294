"""What a job is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from millrace.athena_sql.ports import Engine, GivenRows, Parameter, ParquetData, Statement
from millrace.clock import Clock
from millrace.commit_points import CommitPointListener, no_listener
from millrace.firehose.ports import Quarantine
from millrace.glue_workflow.external.crawlers import Crawlers
from millrace.glue_workflow.external.functions import NamedFunctions
from millrace.glue_workflow.lake_tables import parquet_table
from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import Catalog, PartitionVersion, RunCode, RunStore
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.run_request import RunRequest
from millrace.glue_workflow.versions.version_names import version_name
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.ingestors.ports import OpenData
from millrace.lake.storage import Storage
from millrace.notify.ports import Notifier
from millrace.pending.ports import PendingList
from millrace.state.conditional_items import ConditionalItems, MemoryItems

STOP_SECONDS = 60.0  # the largest unit of work that can be finished, and its result stored, in the time that is left

# Called with the checked candidates, staging and prod, before the flip; returns whether to publish them.
Review = Callable[[Sequence[PartitionVersion]], bool]


@dataclass(frozen=True)
class JobServices:
    """The adapters that jobs work with, and the project's `pipelines`.

    `code_version`: the package's version; `release`: as in RunCode. `schemas` gives each source's declared raw schema
    (a msgspec type).

    `entity_keys`: the staging column that names an entity, of the sources that name their entities.
    Without a `quarantine`, a record that cannot be read fails the run. `items`: claims, starts and queries under way.
    `given_rows` writes what scripts give. `stage`: the deployed one that commands in messages name; "": none.
    `console_page`: the address of the page about an orchestrator's execution; "" where there is none.

    For jobs of composed workflows, `crawlers`, `functions` and `open_data` reach what is outside of the lake; `queries`
    gives the statement of a saved query with the defaults of its parameters, and `place` the storage and the prefix
    that a text such as `open_data/` or `s3://BUCKET/open_data/` names. `reader` gives what makes their
    queries, where `engine` does not read tables of every form.
    """

    storage: Storage
    catalog: Catalog
    pending: PendingList
    runs: RunStore
    engine: Engine
    clock: Clock
    notifier: Notifier
    schemas: Mapping[str, Any]
    code_version: str
    pipelines: Pipelines
    reached: CommitPointListener = no_listener
    entity_keys: Mapping[str, str] = field(default_factory=dict)
    quarantine: Quarantine | None = None
    items: ConditionalItems = field(default_factory=MemoryItems)
    given_rows: GivenRows | None = None
    crawlers: Crawlers | None = None
    functions: NamedFunctions | None = None
    open_data: OpenData | None = None
    queries: Callable[[str], tuple[Statement, Mapping[str, Parameter]]] | None = None
    place: Callable[[str], tuple[Storage, str]] | None = None
    reader: Callable[[], Engine] | None = None
    release: str = ""
    stage: str = ""
    console_page: Callable[[str], str] = lambda _: ""

    def code(self, workflow: Workflow) -> RunCode:
        """The code by which this process makes steps of a workflow."""
        return RunCode(self.pipelines.code_version(self.code_version, workflow), self.release)


@dataclass(frozen=True)
class JobContext:
    """One job's view of its run.

    `outputs`: the outputs of earlier jobs, by job. `review`: decides before the flip of a reviewed run. `claim`: the
    number of this invocation of the step, from 1. `progress`: what an earlier invocation has stored. `time_left`: the
    seconds until this process is ended; None without such an end. `item`: the one that this call makes, of a job that
    is made for each item of a list.
    """

    workflow: Workflow
    job: Job
    run_id: str
    attempt: int
    logical_time: datetime
    request: RunRequest
    outputs: Mapping[str, Mapping[str, Any]]
    services: JobServices
    log: Callable[[str], None]
    review: Review | None = None
    claim: int = 1
    progress: Mapping[str, Any] | None = None
    store_progress: Callable[[Mapping[str, Any]], None] = lambda _: None
    time_left: Callable[[], float] | None = None
    item: str = ""

    @property
    def refinement(self) -> Refinement:
        """The workflow of a job of a kind that works on tables: no other has such a job."""
        assert isinstance(self.workflow, Refinement)
        return self.workflow

    @property
    def must_stop(self) -> bool:
        """Whether too little time is left to begin anything."""
        return self.time_left is not None and self.time_left() < STOP_SECONDS

    def output_of(self, kind: str) -> Mapping[str, Any]:
        """The output of the job of this kind that ran before this one."""
        return self.outputs[self.workflow.before(self.job, kind).name]

    def code_version(self, *made: str) -> str:
        """The version of the code that makes these tables of the workflow; of all of its tables without a name."""
        return self.services.pipelines.code_version(self.services.code_version, self.workflow, *made)

    def as_table(self, versions: Sequence[PartitionVersion]) -> ParquetData:
        """Versions, at least one and all of one table, as a table that an engine can read."""
        table = self.services.pipelines.tables.table(versions[0].table)
        return parquet_table(self.services.storage, table, versions)

    @property
    def version(self) -> str:
        """The version that this invocation writes: no other writes under its prefix."""
        return version_name(self.run_id, self.attempt, self.claim)


@dataclass(frozen=True, slots=True)
class JobResult:
    """`output` (JSON) is for later jobs; `rows` is shown to people; `finished` ends the run here, successfully.

    `more`: the time was too short, and what is done is in `output`; the step is to be called again.
    """

    output: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None
    finished: bool = False
    more: bool = False
