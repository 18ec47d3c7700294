"""The runner: a run in this process, under a lease of it. It makes the three calls that every orchestrator makes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from millrace.errors import MillraceError
from millrace.glue_workflow.job_kinds import DELETE
from millrace.glue_workflow.jobs import JOBS
from millrace.glue_workflow.ports import JobRecord, Leases, PartitionVersion, RunRecord, RunState
from millrace.glue_workflow.run.begin import RunStart, StartKey, refuse_unreviewed
from millrace.glue_workflow.run.dry_run import DryRunStore
from millrace.glue_workflow.run.end import end
from millrace.glue_workflow.run.job_context import JobContext, JobResult, JobServices, Review
from millrace.glue_workflow.run.step import Progress, RunStep
from millrace.glue_workflow.run.whole_step import make_whole
from millrace.glue_workflow.run_request import RunRequest
from millrace.glue_workflow.versions.retention import remove_candidates
from millrace.glue_workflow.versions.version_names import run_of
from millrace.glue_workflow.workflow import Workflow
from millrace.notify.ports import NullNotifier
from millrace.state.conditional_items import MemoryItems

_TOUCHED = RunRequest()


@dataclass(frozen=True)
class WorkflowRunner:
    """Runs, dry runs and resumes of workflows. The fields are as in RunStep; `pause`: as in `make_whole`."""

    services: JobServices
    leases: Leases
    progress: Progress = lambda _: None
    review: Review | None = None
    jobs: Mapping[str, Callable[[JobContext], JobResult]] = field(default_factory=lambda: JOBS)
    pause: Callable[[float], None] = time.sleep

    def run(self, workflow: Workflow, request: RunRequest = _TOUCHED, start: StartKey | None = None) -> RunRecord:
        """One run over the partitions that are wanted, by default those touched since the last run.

        A failed job ends the run with the state `failed`; readers then see what they saw before. With the key of an
        earlier start, its run is returned as `skipped`. Raises LeaseHeld.
        """
        begin = RunStart(self.services, workflow)
        if (earlier := begin.begun_before(start)) is not None:
            return earlier
        with self.leases.hold(workflow.name):
            run = begin.begin(request, start)
            if run.state is RunState.SKIPPED:
                return run
            run = self._executed(workflow, run)
            if request.is_reviewed and run.state is RunState.SUCCEEDED:
                self._remove_candidates(workflow, lambda version: run_of(version.version) == run.run_id)
        return run

    def dry_run(self, workflow: Workflow, request: RunRequest) -> RunRecord:
        """A dry run: its records are dropped and its candidates removed; `review` must decline. Raises LeaseHeld."""
        store = DryRunStore(self.services.runs)
        services = replace(self.services, runs=store, notifier=NullNotifier(), items=MemoryItems())
        with self.leases.hold(workflow.name):
            before = {version for table in workflow.tables for version in self.services.catalog.unpublished(table)}
            try:
                run = RunStart(services, workflow).begin(request)
                for job in workflow.jobs:
                    if job.kind == DELETE:
                        store.save_job(JobRecord(run.run_id, 1, job.name, RunState.SUCCEEDED, run.started_at))
                return replace(self, services=services)._executed(workflow, run)
            finally:
                self._remove_candidates(workflow, lambda version: version not in before)

    def resume(self, workflow: Workflow, run_id: str) -> RunRecord:
        """The next attempt at a run that failed or died, as it was asked for, from its first job without success.

        Raises LeaseHeld, UnknownName, and UsageError for a run that succeeded, that is not its workflow's newest (a
        later run has removed its output), or that somebody reviews, when nobody does.
        """
        with self.leases.hold(workflow.name):
            if self.review is None:
                refuse_unreviewed(self.services.runs.run(run_id))
            return self._executed(workflow, RunStart(self.services, workflow).begin_again(run_id))

    def _executed(self, workflow: Workflow, run: RunRecord) -> RunRecord:
        """The run after its steps; an error that is Millrace's own is on its record."""
        steps = RunStep(self.services, workflow, self.progress, self.review, jobs=self.jobs)
        try:
            for job in workflow.in_order():
                if make_whole(partial(steps.step, run.run_id, job.name), job, self.pause).ends_run:
                    break
        except MillraceError as error:
            return end(self.services, workflow, run.run_id, error)
        except BaseException as error:
            end(self.services, workflow, run.run_id, error)
            raise
        return end(self.services, workflow, run.run_id)

    def _remove_candidates(self, workflow: Workflow, chosen: Callable[[PartitionVersion], bool]) -> None:
        remove_candidates(self.services.catalog, self.services.storage, workflow.tables, chosen)
