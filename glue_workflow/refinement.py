"""The refinement: the workflow that takes one source from raw to prod, micro-batch by micro-batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

from millrace.athena_sql.tables import set_aside_name
from millrace.errors import DefinitionError
from millrace.glue_workflow.external.crawlers import DATASET, RAW_CRAWLER
from millrace.glue_workflow.job_kinds import CRAWLER, SCRIPT
from millrace.glue_workflow.run_request import UNBOUNDED
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.lake.keys import PROD, STAGING

# The composition of a refinement.
MICRO_BATCH = (
    Job("crawl"),
    Job("delete", after=("crawl",)),
    Job("create_parquet", after=("delete",)),
    Job("quality_check", after=("create_parquet",)),
    Job("prod", after=("quality_check",)),
)


CRAWL_OF_RAW = Job("crawler", CRAWLER, parameters={DATASET: RAW_CRAWLER})  # of the stages that ask for it


def with_scripts(scripts: Mapping[str, str]) -> tuple[Job, ...]:
    """MICRO_BATCH with a job for each script, in this order, between the gate and `prod`; `scripts`: table by name."""
    *before, prod = MICRO_BATCH
    jobs = list(before)
    for name, table in scripts.items():
        jobs.append(Job(name, SCRIPT, after=(jobs[-1].name,), table=table))
    return (*jobs, replace(prod, after=(jobs[-1].name,)))


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a version is kept after it is replaced. `target`: for the one that a rollback goes to by default."""

    replaced: timedelta
    target: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.replaced <= self.target:
            raise DefinitionError(
                f"retention: replaced versions are kept for {self.replaced}, a rollback's target for {self.target}.",
                hint="Set `replaced` to 0 or more, and `target` to `replaced` or more.",
            )


DEFAULT_RETENTION: Mapping[str, Retention] = {
    STAGING: Retention(replaced=timedelta(days=1), target=timedelta(days=7)),
    PROD: Retention(replaced=timedelta(days=7), target=timedelta(days=7)),
}


@dataclass(frozen=True, kw_only=True)
class Refinement(Workflow):
    """The refinement of one source from raw to prod.

    `staging`, `dimensions`, `prod` and `whole` are table names, each with a statement of the same name. Dimensions do
    not depend on the source's data: they are built when their statement changes. `prod` are built by date, `whole` from
    all data, in this order. `retention` is by layer, staging and prod. `rules` names the rule file, if there is one. A
    partition that the quality gate refuses waits while the others are published; with `all_or_nothing`, all wait.
    `on_objects_every_minutes`: where events drive runs, new raw objects start a run, at most one in so many minutes,
    which divide an hour; 0: the schedule alone does. Raises DefinitionError as Workflow does, for another number of
    minutes, and for `bounds` together with `all_or_nothing`.
    """

    source: str
    staging: str
    prod: tuple[str, ...]
    rules: str = ""
    dimensions: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    retention: Mapping[str, Retention] = field(default_factory=lambda: DEFAULT_RETENTION)
    all_or_nothing: bool = False
    on_objects_every_minutes: int = 0
    jobs: tuple[Job, ...] = MICRO_BATCH

    def __post_init__(self) -> None:
        super().__post_init__()
        minutes = self.on_objects_every_minutes
        if not 0 <= minutes <= 60 or (minutes and 60 % minutes):
            raise DefinitionError(
                f"workflow {self.name}: on_objects_every_minutes is {minutes}.",
                hint="Give it a number that divides 60, such as 5 or 15; 0: objects start no run.",
            )
        if self.all_or_nothing and self.bounds != UNBOUNDED:
            raise DefinitionError(
                f"workflow {self.name}: it has both all_or_nothing and bounds, which publish a part of what waits.",
                hint="Leave one of them out.",
            )

    @property
    def makes_tables(self) -> bool:
        return True

    def with_raw_crawl(self) -> Self:
        """The same, and before all jobs the crawler of the raw tables, as in the stages that ask for it."""
        if CRAWL_OF_RAW in self.jobs:
            return self
        later = [job if job.after else replace(job, after=(CRAWL_OF_RAW.name,)) for job in self.jobs]
        return replace(self, jobs=(CRAWL_OF_RAW, *later))

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that this workflow, and no other, writes."""
        return (self.staging, self.set_aside, *self.dimensions, *self.prod, *self.whole)

    @property
    def set_aside(self) -> str:
        """The rows that the quality gate leaves out of `staging`."""
        return set_aside_name(self.staging)

    @property
    def refined(self) -> tuple[str, ...]:
        """The tables that statements make: all but that of the rows set aside."""
        return (self.staging, *self.dimensions, *self.prod, *self.whole)

    @property
    def partitioned(self) -> tuple[str, ...]:
        """The tables whose partitions are flipped, and rolled back, together: all that are stored by date."""
        return (self.staging, self.set_aside, *self.prod)

    def scripts_before(self, job: Job) -> list[Job]:
        """The jobs of the kind `script` that run before this one."""
        return self._of_kind_before(job, SCRIPT)
