"""Definition files of workflows, `workflows/<name>.toml` or `.py`: they override what is derived from the statements.

A TOML file changes single fields; a Python file has the whole `WORKFLOW = Refinement(...)`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from millrace.athena_sql.tables import DeclaredTables
from millrace.errors import DefinitionError
from millrace.glue_workflow.job_options import JobRuntime
from millrace.glue_workflow.refinement import DEFAULT_RETENTION, Refinement, Retention, with_scripts
from millrace.glue_workflow.run_request import Bounds
from millrace.glue_workflow.workflow import Job
from millrace.notify.ports import NewsOfRuns
from millrace.project.python_files import load_python

_TEXTS = ("schedule", "rules")
_LISTS = ("dimensions", "prod", "whole", "notify")
_MINUTES = "on_objects_every_minutes"
_KEYS = (*_TEXTS, *_LISTS, "all_or_nothing", _MINUTES, "bounds", "retention", "jobs")


def defined(file: Path, derived: Refinement | None, lib: Path | None, tables: DeclaredTables) -> Refinement:
    """The workflow that a definition file gives, `derived` being what it overrides; `tables`: of the project.

    Raises DefinitionError, and whatever a Python file raises.
    """
    if file.suffix == ".py":
        found = getattr(load_python(file, lib), "WORKFLOW", None)
        if not isinstance(found, Refinement):
            raise DefinitionError("it has no WORKFLOW.", hint="Define WORKFLOW = Refinement(name=..., ...) in it.")
        if found.name != file.stem:
            hint = f"Set name={file.stem!r} in it, or rename the file."
            raise DefinitionError(f"it defines the workflow {found.name!r}.", hint=hint)
        return found
    text = file.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"cannot read it: {error}.", hint="Correct the file there.") from None
    if derived is None:
        hint = f"Name the file after a source that a staging table reads, or let one read raw.{file.stem}."
        raise DefinitionError(f"no staging table reads raw.{file.stem}.", hint=hint)
    _refuse_unknown_news(content.get("notify"), text)
    return _overridden(derived, content, tables)


def _refuse_unknown_news(words: Any, text: str) -> None:
    """`text`: of the file, in which the line of the word is looked for."""
    for word in words if isinstance(words, list) else ():
        if isinstance(word, str) and word not in list(NewsOfRuns):
            line = text[: text.index(word, text.index("notify"))].count("\n") + 1 if word in text else 0
            raise DefinitionError(f"notify has {word!r}.", hint=f"Choose of: {', '.join(NewsOfRuns)}.", line=line)


def _overridden(workflow: Refinement, content: Mapping[str, Any], tables: DeclaredTables) -> Refinement:
    if unknown := sorted(content.keys() - set(_KEYS)):
        raise DefinitionError(f"the key {unknown[0]!r} is unknown.", hint=f"Choose of: {', '.join(_KEYS)}.")
    fields = _plain(content)
    if "bounds" in content:
        fields["bounds"] = _bounds(content["bounds"])
    if "retention" in content:
        retention = _of_kind("retention", content["retention"], dict)
        if unknown := sorted(retention.keys() - DEFAULT_RETENTION.keys()):
            hint = f"Choose of: {', '.join(DEFAULT_RETENTION)}."
            raise DefinitionError(f"there is no retention of {unknown[0]!r}.", hint=hint)
        fields["retention"] = {**DEFAULT_RETENTION, **{layer: _retention(one) for layer, one in retention.items()}}
    if "prod" in content:
        workflow = replace(workflow, prod=fields["prod"], jobs=with_scripts(_scripts(fields["prod"], tables)))
    if "jobs" in content:
        changes = _of_kind("jobs", content["jobs"], dict)
        fields["jobs"] = tuple(_job(job, changes.get(job.name, {})) for job in workflow.jobs)
        if unknown := sorted(changes.keys() - {job.name for job in workflow.jobs}):
            known = ", ".join(job.name for job in workflow.jobs)
            raise DefinitionError(f"there is no job {unknown[0]!r}.", hint=f"The jobs are {known}.")
    return replace(workflow, **fields)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are no sections."""
    fields: dict[str, Any] = {}
    for key in (*_TEXTS, *_LISTS, "all_or_nothing", _MINUTES):
        if key in content:
            kind = str if key in _TEXTS else list if key in _LISTS else int if key == _MINUTES else bool
            value = _of_kind(key, content[key], kind)
            fields[key] = _texts(key, value) if kind is list else value
    return fields


def _scripts(made: tuple[str, ...], tables: DeclaredTables) -> dict[str, str]:
    """Those of these tables that scripts make, by the script's name, in this order."""
    known = {table.name: table.script for table in tables}
    return {script.name: name for name in made if (script := known.get(name))}


def _bounds(content: Any) -> Bounds:
    """Such as `[bounds]` with `partitions = 31` and `megabytes = 500`."""
    given = _numbers("bounds", content, whole=("partitions",), any_=("megabytes",))
    partitions, size = given.get("partitions"), given.get("megabytes")
    return Bounds(None if partitions is None else int(partitions), None if size is None else int(size * 1_000_000))


def _retention(days: Any) -> Retention:
    """Such as `[retention.prod]` with `replaced_days = 7` and `target_days = 14`."""
    given = _numbers("retention", days, any_=("replaced_days", "target_days"))
    replaced = given.get("replaced_days", 0)
    return Retention(timedelta(days=replaced), timedelta(days=given.get("target_days", replaced)))


def _job(job: Job, changes: Any) -> Job:
    """Such as `[jobs.create_parquet]` with `retries = 2`, `timeout_minutes = 60`, `runtime` and `parameters`."""
    section = f"jobs.{job.name}"
    settings = dict(_of_kind(section, changes, dict))
    parameters = _of_kind(f"{section}.parameters", settings.pop("parameters", {}), dict)
    for key, value in parameters.items():
        if not isinstance(value, str | int | float):
            raise DefinitionError(f"[{section}.parameters] has {key} = {value!r}.", hint="Give texts and numbers.")
    runtime = settings.pop("runtime", None)
    if runtime is not None and runtime not in list(JobRuntime):
        raise DefinitionError(f"[{section}] has runtime = {runtime!r}.", hint=f"Choose of: {', '.join(JobRuntime)}.")
    given = _numbers(section, settings, whole=("retries",), any_=("timeout_minutes",))
    if given.get("timeout_minutes") == 0:
        raise DefinitionError(f"[{section}] has timeout_minutes = 0.", hint="Give the job time: more than 0 minutes.")
    timeout = timedelta(minutes=given["timeout_minutes"]) if "timeout_minutes" in given else job.timeout
    retries, where = int(given.get("retries", job.retries)), JobRuntime(runtime) if runtime else None
    return replace(job, retries=retries, timeout=timeout, parameters=parameters, runtime=where)


def _numbers(
    section: str, content: Any, *, whole: tuple[str, ...] = (), any_: tuple[str, ...] = ()
) -> dict[str, float]:
    """The numbers of a section, each 0 or more; `whole` and `any_`: its keys of whole numbers, and of any."""
    given: dict[str, float] = _of_kind(section, content, dict)
    for key, value in given.items():
        kind = int if key in whole else (int, float) if key in any_ else ()
        if isinstance(value, bool) or not isinstance(value, kind) or not 0 <= value < float("inf"):
            hint = f"Give numbers of 0 or more for: {', '.join((*whole, *any_))}."
            hint += f" Whole ones for {', '.join(whole)}." if whole else ""
            raise DefinitionError(f"[{section}] has {key} = {value!r}.", hint=hint)
    return given


def _texts(key: str, values: list[Any]) -> tuple[str, ...]:
    for value in values:
        if not isinstance(value, str):
            raise DefinitionError(f"{key} has {value!r}.", hint=f"Make {key} a list of texts, each in quotes.")
    return tuple(values)


def _of_kind(key: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        wanted = {
            str: "a text",
            list: "a list of texts",
            bool: "true or false",
            int: "a whole number",
            dict: "a section",
        }[kind]
        raise DefinitionError(f"{key} is {value!r}.", hint=f"Make it {wanted}.")
    return value
