"""A definition file in TOML of a workflow that makes no tables: each job says its kind.

schedule = "cron(0 1 * * ? *)"
zone = "America/New_York"

[jobs.list_days]
kind = "python"

[jobs.report]
kind = "python"
after = ["list_days"]
when = "list_days.days > 0"
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from millrace.errors import DefinitionError
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.glue_workflow.job_options import JobRuntime, Joins, MapOver, OutputCondition, Until
from millrace.glue_workflow.job_parameters import KnownNames, file_of, wrong_parameter
from millrace.glue_workflow.workflow import Job, JobParameter, Workflow
from millrace.project.toml_lines import line_of_key

_KEYS = ("schedule", "zone", "notify", "jobs")
_TEXT, _TEXTS, _FLAG = "a text", "a list of texts", "true or false"
_COUNT, _NUMBER, _TABLE = "a whole number", "a number", "a section"
_JOB_KEYS: Mapping[str, str] = {
    "kind": _TEXT,
    "after": _TEXTS,
    "joins": _TEXT,
    "when": _TEXT,
    "until": _TEXT,
    "every_seconds": _NUMBER,
    "at_most": _COUNT,
    "over": _TEXT,
    "at_once": _COUNT,
    "runtime": _TEXT,
    "wait": _FLAG,
    "retries": _COUNT,
    "timeout_minutes": _NUMBER,
    "parameters": _TABLE,
}
_EVERY_SECONDS = 5
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class ComposedFile:
    """`name`: of the workflow; `job_files` and `known`: what its jobs may name."""

    name: str
    text: str
    job_files: Container[str]
    known: KnownNames

    def workflow(self) -> Workflow:
        """Raises DefinitionError with the line."""
        content = tomllib.loads(self.text)
        if unknown := sorted(content.keys() - set(_KEYS)):
            raise self._error("", unknown[0], f"the key {unknown[0]!r} is unknown.", f"Choose of: {', '.join(_KEYS)}.")
        given = {key: self._value("", key, content[key], kind) for key, kind in _OF_FILE.items() if key in content}
        if "zone" in given and not _is_zone(given["zone"]):
            raise self._error(
                "", "zone", f"there is no time zone {given['zone']!r}.", "Name one such as America/New_York."
            )
        jobs = tuple(self._job(name, section) for name, section in content["jobs"].items())
        try:
            return Workflow(name=self.name, jobs=jobs, **{"schedule": "", **given})
        except DefinitionError as error:
            raise DefinitionError(error.message, hint=error.hint, line=self._line_of(error, jobs)) from None

    def _line_of(self, error: DefinitionError, jobs: tuple[Job, ...]) -> int:
        """That of the job which the message names, else of the key that it is about."""
        for job in jobs:
            if f"job '{job.name}'" in error.message:
                return line_of_key(self.text, f"jobs.{job.name}", "kind")
        key = "notify" if "notify" in error.message else "schedule" if "schedule" in error.message else "jobs"
        return line_of_key(self.text, "", key)

    def _job(self, name: str, section: Any) -> Job:
        where = f"jobs.{name}"
        if not isinstance(section, dict):
            raise self._error("jobs", name, f"{where} is {section!r}.", "Make it a section.")
        if unknown := sorted(section.keys() - _JOB_KEYS.keys()):
            hint = f"Choose of: {', '.join(_JOB_KEYS)}."
            raise self._error(where, unknown[0], f"[{where}] has the key {unknown[0]!r}, which is unknown.", hint)
        given = {key: self._value(where, key, value, _JOB_KEYS[key]) for key, value in section.items()}
        self._require(where, given, "kind", True, "every job says its kind")
        if given["kind"] not in JOB_KINDS:
            hint = f"Choose of: {', '.join(kind for kind, one in JOB_KINDS.items() if not one.refines)}."
            raise self._error(where, "kind", f"[{where}] is of the unknown kind {given['kind']!r}.", hint)
        fields: dict[str, Any] = dict(self._fields(where, given))
        job = Job(name, **fields)
        if (called := file_of(job)) and called not in self.job_files:
            hint = f"Write jobs/{called}.py with `def run(job):`."
            raise self._error(
                where, "kind", f"[{where}] calls jobs/{called}.py, which has no `run`, or is not there.", hint
            )
        if wrong := wrong_parameter(job.kind, job.parameters, self.known):
            section = f"{where}.parameters"
            raise self._error(section, wrong.name, f"[{section}]: {wrong.message}", wrong.hint)
        return job

    def _fields(self, where: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The fields of a job, of the keys that are there."""
        yield "kind", given["kind"]
        yield "after", tuple(given.get("after", ()))
        yield "retries", given.get("retries", 0)
        yield "waits", given.get("wait", True)
        if "timeout_minutes" in given:
            yield "timeout", self._more_than_zero(where, "timeout_minutes", timedelta(minutes=given["timeout_minutes"]))
        if "joins" in given:
            yield "joins", self._one_of(where, "joins", given["joins"], Joins)
        if "runtime" in given:
            yield "runtime", self._one_of(where, "runtime", given["runtime"], JobRuntime)
        if "when" in given:
            yield "when", self._made(where, "when", lambda: OutputCondition.of(given["when"]))
        if given.keys() & {"until", "every_seconds", "at_most"}:
            yield "until", self._until(where, given)
        if given.keys() & {"over", "at_once"}:
            yield "over", self._over(where, given)
        yield "parameters", self._parameters(where, given.get("parameters", {}))

    def _until(self, where: str, given: Mapping[str, Any]) -> Until:
        polls = JOB_KINDS[given["kind"]].polls
        self._require(where, given, "until", not polls, "the other keys are about it")
        self._require(where, given, "at_most", not polls, "a job that is called again has a bound")
        every = given.get("every_seconds", _EVERY_SECONDS)
        at_most = given.get("at_most", math.ceil(given.get("timeout_minutes", 30) * 60 / max(every, 1)))
        return self._made(
            where,
            "until" if "until" in given else "every_seconds",
            lambda: Until(timedelta(seconds=every), at_most, _condition(given.get("until"))),
        )

    def _over(self, where: str, given: Mapping[str, Any]) -> MapOver:
        self._require(where, given, "over", True, "at_once is about it")
        self._require(where, given, "at_once", True, "items are made with a bound: how many at a time")
        job, dot, field = given["over"].partition(".")
        if not (job and dot and field):
            hint = 'Write a job and a field of its output: over = "list_days.days".'
            raise self._error(where, "over", f"[{where}] has over = {given['over']!r}.", hint)
        return self._made(where, "at_once", lambda: MapOver(job, field, given["at_once"]))

    def _parameters(self, where: str, given: Mapping[str, Any]) -> dict[str, JobParameter]:
        found: dict[str, JobParameter] = {}
        for key, value in given.items():
            if isinstance(value, list) and all(isinstance(one, str) for one in value):
                found[key] = tuple(value)
            elif isinstance(value, str | int | float | bool):
                found[key] = value
            else:
                section, hint = f"{where}.parameters", "Give texts, numbers, true, false and lists of texts."
                raise self._error(section, key, f"[{section}] has {key} = {value!r}.", hint)
        return found

    def _require(self, where: str, given: Mapping[str, Any], key: str, needed: bool, why: str) -> None:
        if needed and key not in given:
            raise self._error(where, key, f"[{where}] has no {key}: {why}.", f"Add {key} to it.")

    def _value(self, where: str, key: str, value: Any, kind: str) -> Any:
        if not _IS[kind](value):
            section = f"[{where}] has " if where else ""
            raise self._error(where, key, f"{section}{key} = {value!r}.", f"Make it {kind}.")
        return tuple(value) if kind == _TEXTS else value

    def _one_of(self, where: str, key: str, value: str, known: type[Joins] | type[JobRuntime]) -> Joins | JobRuntime:
        if value not in list(known):
            hint = f"Choose of: {', '.join(known)}."
            raise self._error(where, key, f"[{where}] has {key} = {value!r}.", hint)
        return known(value)

    def _more_than_zero(self, where: str, key: str, value: timedelta) -> timedelta:
        if value <= timedelta(0):
            raise self._error(where, key, f"[{where}] has {key} = 0.", "Give it more than 0.")
        return value

    def _made(self, where: str, key: str, make: Callable[[], _Made]) -> _Made:
        """What `make` gives; its error gets the line of the key."""
        try:
            return make()
        except DefinitionError as error:
            raise self._error(where, key, error.message, error.hint) from None

    def _error(self, where: str, key: str, message: str, hint: str) -> DefinitionError:
        return DefinitionError(message, hint=hint, line=line_of_key(self.text, where, key))


def _condition(text: str | None) -> OutputCondition | None:
    return None if text is None else OutputCondition.of(text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


_IS: Mapping[str, Any] = {
    _TEXT: lambda value: isinstance(value, str),
    _TEXTS: lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    _FLAG: lambda value: isinstance(value, bool),
    _COUNT: lambda value: isinstance(value, int) and _is_number(value),
    _NUMBER: _is_number,
    _TABLE: lambda value: isinstance(value, dict),
}
_OF_FILE: Mapping[str, str] = {"schedule": _TEXT, "zone": _TEXT, "notify": _TEXTS}


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
