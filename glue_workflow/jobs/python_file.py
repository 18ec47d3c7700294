"""python: the job that calls the `run` of a Python file of the project; what it returns is the job's output."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from millrace.errors import DefinitionError, JobError, MillraceError, UnknownName
from millrace.glue_workflow.job_parameters import FILE, file_of
from millrace.glue_workflow.pipelines import JobFile
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.workflow import JobParameter
from millrace.lake.storage import Storage
from millrace.project.problems import problem_of
from millrace.project.python_files import load_python


@dataclass(frozen=True, slots=True)
class PythonJob:
    """What `run(job)` is given. `outputs`: those of the jobs before it, by job; `item`: of a job that is made for each.

    `storage`: the lake's objects, by their keys. `log` adds a line to the job's log.
    """

    run_id: str
    logical_time: datetime
    parameters: Mapping[str, JobParameter]
    outputs: Mapping[str, Mapping[str, Any]]
    item: str
    storage: Storage
    log: Callable[[str], None]


def run(context: JobContext) -> JobResult:
    """Raises JobError, with the file's line, for what the file raises, and for an output that is no JSON object."""
    file = _file(context)
    given = PythonJob(
        context.run_id,
        context.logical_time,
        {name: value for name, value in context.job.parameters.items() if name != FILE},
        context.outputs,
        context.item,
        context.services.storage,
        context.log,
    )
    try:
        output = _loaded(file)(given)
    except MillraceError:
        raise
    except Exception as error:
        problem = problem_of(context.job.name, file.path, error)
        raise JobError(f"{problem.place}: {problem.message}", hint=problem.hint) from error
    return JobResult(_checked(output, file))


def _file(context: JobContext) -> JobFile:
    name, known = file_of(context.job), context.services.pipelines.job_files
    if name not in known:
        raise UnknownName("job file", name, known)
    return known[name]


def _loaded(file: JobFile) -> Callable[[PythonJob], object]:
    found: Callable[[PythonJob], object] | None = getattr(load_python(file.path, file.lib), "run", None)
    if not callable(found):
        raise DefinitionError(f"{file.path} has no function `run`.", hint="Define `def run(job):` in it.")
    return found


def _checked(output: object, file: JobFile) -> Mapping[str, Any]:
    """Raises JobError for what later jobs, maybe in other processes, could not be given."""
    try:
        if output is None or isinstance(output, dict):
            read: dict[str, Any] = json.loads(json.dumps(output or {}, allow_nan=False))
            return read
    except (TypeError, ValueError):
        pass
    raise JobError(
        f"{file.path}: `run` returned {output!r:.200}, which is no object of JSON.",
        hint="Return a dict of texts, numbers, true, false, None, lists and such dicts, or nothing.",
    )
