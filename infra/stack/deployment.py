"""What a stack is made from: the stage, a project's definitions and the packaged code. Concerns are functions of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, Sub

from millrace.athena_sql.statements.saved_queries import SavedQuery
from millrace.glue_workflow.compilers.glue_crawls import is_crawl_of_glue
from millrace.glue_workflow.compilers.glue_triggers import is_in_utc
from millrace.glue_workflow.crawl_jobs import dataset_of
from millrace.glue_workflow.external.crawlers import RAW_CRAWLER
from millrace.glue_workflow.job_kinds import CRAWLER
from millrace.glue_workflow.job_options import JobRuntime
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.infra.stack.packaged.artefacts import RELEASE, Artefacts
from millrace.infra.stages.stage import OWN_TOPIC, Stage
from millrace.ingestors.ports import POLLS
from millrace.lake.datasets import CrawledDataset
from millrace.schedules.names import Duty
from millrace.settings import AwsSettings

if TYPE_CHECKING:
    from millrace.infra.project.project import Project

# Logical ids of resources that more than one concern refers to.
BUCKET, STATE_TABLE, STREAM, NEW_OBJECTS = "LakeBucket", "StateTable", "DeliveryStream", "NewObjects"
LAKE_KEY = "LakeKey"
ALERTS, POLL_FAILURES, DEAD_LETTERS = "Alerts", "PollFailures", "NewObjectsDeadLetters"
TEND, DUTY_FAILURES = "Tend", "DutyFailures"
JOB_FUNCTION, ROUTER, RUN_FAILURES = "Jobs", "Router", "RunFailures"
OBJECTS_TO_CRAWL, CRAWL_DEAD_LETTERS = "NewObjectsToCrawl", "NewObjectsToCrawlDeadLetters"

OWN_KEY = "own"  # instead of a key's ARN: the stack makes one


@dataclass(frozen=True, slots=True)
class ScheduledSource:
    """A source that is polled. `timezone`: of its schedule."""

    name: str
    schedule: str
    timezone: str


@dataclass(frozen=True)
class StackDefinitions:
    """What the stack needs of a project. `raw`: the sources of records, the built-in one included.

    `workflows`: those that refine sources; `composed`: the others. `crawled`: the datasets whose form a crawler infers.
    """

    project: str
    polled: tuple[ScheduledSource, ...]
    raw: tuple[str, ...]
    workflows: tuple[Refinement, ...]
    queries: tuple[SavedQuery, ...] = ()
    crawled: tuple[CrawledDataset, ...] = ()
    composed: tuple[Workflow, ...] = ()

    @property
    def flows(self) -> tuple[Workflow, ...]:
        """All workflows, by name."""
        return tuple(sorted((*self.workflows, *self.composed), key=lambda one: one.name))

    def with_raw_crawls(self) -> StackDefinitions:
        """The same, and each refinement begins with the crawler of the raw tables."""
        return replace(self, workflows=tuple(one.with_raw_crawl() for one in self.workflows))

    @classmethod
    def of(cls, project: Project) -> StackDefinitions:
        """Raises DefinitionError for a broken file: leaving out its pipeline would take that out of the deployment."""
        sources, pipelines, queries = project.sources, project.pipelines, project.queries()
        datasets = project.datasets
        for problem in project.problems:
            raise problem.as_error()
        return cls(
            project.folder.name,
            tuple(
                ScheduledSource(one.name, one.schedule, one.timezone.key)
                for one in sorted(sources.values(), key=lambda one: one.name)
                if one.is_polled
            ),
            tuple(sorted({*sources, POLLS})),
            tuple(workflow for _, workflow in sorted(pipelines.refinements.items())),
            tuple(queries),
            tuple(dataset for _, dataset in sorted(datasets.items())),
            tuple(one for name, one in sorted(pipelines.workflows.items()) if name not in pipelines.refinements),
        )


@dataclass(frozen=True)
class Deployment:
    """One stack: what its concerns are functions of, and the names in it."""

    stage: Stage
    definitions: StackDefinitions
    artefacts: Artefacts = field(default_factory=Artefacts)

    def __post_init__(self) -> None:
        if self.stage.crawls_raw:
            object.__setattr__(self, "definitions", self.definitions.with_raw_crawls())

    @property
    def names(self) -> AwsSettings:
        """The names that Millrace's own settings have by default at this stage."""
        return AwsSettings(stage=self.stage.name)

    @property
    def bucket_name(self) -> Any:
        return self.stage.lake.bucket or Sub(self.bucket_text)

    @property
    def bucket_arn(self) -> Any:
        """The bucket's ARN by its name, for what the bucket itself depends on."""
        return Sub(f"arn:${{AWS::Partition}}:s3:::{self.bucket_text}")

    @property
    def bucket_text(self) -> str:
        """The bucket's name, in which pseudo parameters may stand."""
        return self.stage.lake.bucket or f"millrace-{self.stage.name}-lake-${{AWS::AccountId}}-${{AWS::Region}}"

    @property
    def alerts_name(self) -> str:
        return self.dashed("alerts")

    @property
    def lake_key(self) -> Any:
        """The ARN of the key that encrypts the lake; None: the services' own keys do."""
        key = self.stage.lake.kms_key
        return arn_of(LAKE_KEY) if key == OWN_KEY else key or None

    def duties(self) -> dict[Duty, str]:
        """The expression of each duty that the stage has. Who runs no workflow has no run that is overdue."""
        runs = self.stage.workflow.orchestrator != "none"
        of = {duty: getattr(self.stage.tend, duty.value) for duty in Duty if runs or duty is not Duty.RUNS}
        return {duty: expression for duty, expression in of.items() if expression}

    @property
    def has_crawler(self) -> bool:
        """Whether there is a crawler of the raw tables."""
        crawled = any(job.kind == CRAWLER and dataset_of(job) == RAW_CRAWLER for job in self._jobs_of_composed)
        return crawled or self.stage.crawls_raw

    @property
    def _jobs_of_composed(self) -> list[Job]:
        return [job for flow in self.definitions.composed for job in flow.jobs]

    @property
    def crawls_of_glue(self) -> list[tuple[Workflow, Job]]:
        """The crawls that triggers of Glue start."""
        workflow = self.stage.workflow
        if workflow.orchestrator != "glue" or workflow.jobs == "fused":
            return []
        return [(flow, job) for flow in self.definitions.flows for job in flow.jobs if is_crawl_of_glue(flow, job)]

    @property
    def begun_by_crawls(self) -> list[Workflow]:
        """The workflows that a crawl begins which a trigger of Glue starts."""
        first = {flow.name for flow, job in self.crawls_of_glue if not job.after}
        return [flow for flow in self.definitions.flows if flow.name in first]

    @property
    def has_state_machines(self) -> bool:
        return self.stage.workflow.orchestrator == "stepfunctions" and bool(self.definitions.flows)

    @property
    def has_router(self) -> bool:
        """Whether events drive the runs of workflows."""
        return self.stage.workflow.orchestrator == "events" and bool(self.definitions.flows)

    @property
    def started_by_objects(self) -> list[Refinement]:
        """The workflows that new raw objects start."""
        return [flow for flow in self.definitions.workflows if self.has_router and flow.on_objects_every_minutes]

    @property
    def started_by_scheduler(self) -> list[Workflow]:
        """The workflows that EventBridge Scheduler starts; a trigger of Glue starts those whose schedule is in UTC."""
        timed = [flow for flow in self.definitions.flows if flow.schedule]
        by_orchestrator = {
            "stepfunctions": timed,
            "events": timed,
            "glue": [flow for flow in timed if not is_in_utc(flow)],
        }
        return by_orchestrator.get(self.stage.workflow.orchestrator, [])

    @property
    def jobs_on_glue(self) -> list[tuple[Workflow, Job]]:
        """The jobs that say so themselves, where functions make the others."""
        if not self.has_state_machines and not self.has_router:
            return []
        return [(flow, job) for flow in self.definitions.flows for job in flow.jobs if job.runtime is JobRuntime.GLUE]

    @property
    def tells_alerts(self) -> bool:
        """Whether functions and jobs tell the stack's own topic of events."""
        return OWN_TOPIC in self.stage.alerts.notify

    @property
    def duty_tells_of_ends(self) -> bool:
        """Whether the duty `runs` tells the stack's own topic of jobs and executions that ended badly.

        It tells of those alone that no run has told of; a rule that publishes there itself would tell twice.
        """
        return self.tells_alerts and Duty.RUNS in self.duties()

    def failure_queues(self) -> list[str]:
        """The queues in which nothing lies while all is well."""
        of_duties = [DUTY_FAILURES] if self.duties() else []
        of_runs = [RUN_FAILURES] if self.started_by_scheduler or self.has_router else []
        of_crawls = [CRAWL_DEAD_LETTERS] if self.has_crawler else []
        return [POLL_FAILURES, DEAD_LETTERS, *of_duties, *of_runs, *of_crawls]

    def dashed(self, name: str) -> str:
        return f"millrace-{self.stage.name}-{name}"

    def underscored(self, name: str) -> str:
        return f"millrace_{self.stage.name}_{name}"


def arn(service: str, resource: str) -> Any:
    """The ARN of a resource in the stack's account and region."""
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")


def substituted(text: str) -> Any:
    """The text with its `${...}` filled in: Fn::Sub, but where nothing is to be filled in, which cfn-lint refuses."""
    return Sub(text) if "${" in text else text


def arn_of(title: str) -> Any:
    return GetAtt(title, "Arn")


def lake_objects(*prefixes: str) -> list[Any]:
    """The ARNs of the lake's objects below these prefixes, which end with "/"; "" for all; one without it is a key."""
    below = [one if one and not one.endswith("/") else f"{one}*" for one in prefixes]
    return [Sub(f"${{{BUCKET}.Arn}}/{one}") for one in below]


def keys_outside(deployment: Deployment) -> dict[str, str]:
    """Where the API keys are of sources that are polled outside of a VPC, by source."""
    inside = deployment.stage.network.sources
    return {source: place for source, place in deployment.stage.api_keys.items() if source not in inside}


def api_key_setting(source: str) -> str:
    return f"MILLRACE_SOURCE_{source.upper()}_API_KEY_FROM"


def environment(deployment: Deployment) -> dict[str, Any]:
    """The settings of Millrace that functions and jobs have; other names follow from the stage."""
    kept, topics = deployment.stage.alerts.notify_from, told_topics(deployment)
    return {
        **({"MILLRACE_NOTIFY": substituted(",".join(f"sns:{one}" for one in topics))} if topics else {}),
        **({"MILLRACE_NOTIFY_FROM": kept} if kept else {}),
        "MILLRACE_RUNTIME": "aws",
        "MILLRACE_STAGE": deployment.stage.name,
        "MILLRACE_AWS_BUCKET": Ref(BUCKET),
        "MILLRACE_AWS_QUEUE_URL": Ref(NEW_OBJECTS),
        "MILLRACE_AWS_WORKGROUP": deployment.underscored("jobs"),
    }


def told_topics(deployment: Deployment) -> list[str]:
    """The ARNs of the topics that are told of events, for Fn::Sub."""
    own = f"${{{ALERTS}}}"
    return [own if one == OWN_TOPIC else one.removeprefix("sns:") for one in deployment.stage.alerts.notify]


def of_jobs(deployment: Deployment) -> dict[str, str]:
    """The further settings of what runs queries in the workgroup of jobs."""
    crawls = {"MILLRACE_AWS_CRAWLS_RAW": "true"} if deployment.stage.crawls_raw else {}
    return {"MILLRACE_AWS_JOB_QUERIES": str(deployment.stage.athena.job_queries), **crawls}


def of_runs() -> dict[str, Any]:
    """The further settings of what makes steps of runs: a run keeps the release that it was begun by."""
    return {"MILLRACE_RELEASE": Ref(RELEASE)}
