"""What several orchestrators cannot run, with the same words in each compiler."""

from __future__ import annotations

from millrace.errors import DefinitionError
from millrace.glue_workflow.job_kinds import SCRIPT
from millrace.glue_workflow.workflow import Workflow


def refuse_scripts(workflow: Workflow) -> None:
    """Raises DefinitionError for a job that no function can make, since it needs DuckDB."""
    for job in workflow.in_order():
        if job.kind == SCRIPT:
            raise DefinitionError(
                f"workflow {workflow.name}: job {job.name!r} runs a script, which needs DuckDB.",
                hint='The function of jobs has not got it: let Glue run the workflow, orchestrator = "glue".',
            )
