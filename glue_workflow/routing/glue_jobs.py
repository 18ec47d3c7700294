"""Jobs that Glue makes where events drive runs: each call is a run of a job of Glue, which is given the call.

Sources: Glue API reference, StartJobRun, GetJobRun; EventBridge reference, "AWS Glue events".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from millrace.aws.calls import translated
from millrace.glue_workflow.compilers.glue_triggers import glue_job_name, glue_minutes
from millrace.glue_workflow.routing.ports import JobStarter, RoutedCall
from millrace.glue_workflow.routing.router import is_made_by_glue
from millrace.glue_workflow.workflow import Workflow

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

CALL = "--call"  # the argument with the call, as JSON
_SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True)
class JobsOfGlue:
    """A JobStarter: jobs that say so are runs of Glue's jobs; the others, and `code`, are those of `functions`.

    `workflow`: one of the project, by its name.
    """

    glue: GlueClient
    stage: str
    workflow: Callable[[str], Workflow]
    functions: JobStarter

    @property
    def code(self) -> str:
        return self.functions.code

    def start(self, call: RoutedCall) -> None:
        """As the port says."""
        workflow = self.workflow(call.workflow)
        job = workflow.job(call.job)
        if not is_made_by_glue(job, call.item):
            self.functions.start(call)
            return
        name = f"millrace_{self.stage}_{glue_job_name(workflow, job)}"
        arguments = {"--workflow": call.workflow, "--job": call.job, CALL: msgspec.json.encode(call).decode()}
        longest = glue_minutes(job.longest * (job.retries + 1))
        with translated("glue", f"the job {name}"):
            self.glue.start_job_run(JobName=name, Arguments=arguments, Timeout=longest)


@dataclass(frozen=True)
class EndedJobRun:
    """A run of a job of Glue that has ended. `error`: why, where Glue ended it or its process failed."""

    call: RoutedCall
    error: str


def ended_job_run(glue: GlueClient, job: str, run_id: str) -> EndedJobRun | None:
    """None for a run that no router started. Raises ServiceBusy, ServiceRefused."""
    with translated("glue", f"the job {job}"):
        found = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
    given = found.get("Arguments", {}).get(CALL)
    if given is None:
        return None
    state = str(found.get("JobRunState", ""))
    why = f"{state}: {found.get('ErrorMessage', 'its process died, or was stopped')}"
    return EndedJobRun(msgspec.json.decode(given, type=RoutedCall), "" if state == _SUCCEEDED else why)
