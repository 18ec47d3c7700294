"""call: the job that calls a function by its name; its other parameters are what the function is given."""

from __future__ import annotations

from typing import Any

from millrace.errors import SettingError
from millrace.glue_workflow.run.job_context import JobContext, JobResult

FUNCTION = "function"


def run(context: JobContext) -> JobResult:
    """What the function answers is the job's output: an object as it is, another value as `result`."""
    if context.services.functions is None:
        raise SettingError("no function can be called here.", hint="Give JobServices `functions`.")
    payload: dict[str, Any] = {name: value for name, value in context.job.parameters.items() if name != FUNCTION}
    if context.item:
        payload["item"] = context.item
    answer = context.services.functions.call(str(context.job.parameters[FUNCTION]), payload)
    return JobResult(answer if isinstance(answer, dict) else {"result": answer})
