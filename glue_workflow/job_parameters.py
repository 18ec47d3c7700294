"""The parameters of jobs in composed workflows: what each kind is given, and what is wrong with what a file gives.

A kind that is not here takes any parameters. Kinds whose further parameters go on to a query or a function take these,
too: `others` says whether.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from millrace.glue_workflow.external.crawlers import RAW_CRAWLER
from millrace.glue_workflow.job_kinds import CALL, COPY, CRAWLER, PYTHON, REPORT
from millrace.glue_workflow.workflow import Job
from millrace.lake.keys import OWN_FOLDERS
from millrace.sql_quoting import is_plain_name

_TEXT, _WHOLE, _TEXTS = "a text", "a whole number above 0", "a text or a list of texts"
_PREFIX = re.compile(r"(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/)?([\w.=-]+/)*[\w.=-]+/")
_FUNCTION = re.compile(r"[\w-]{1,64}")

FILE = "file"  # of a job of the kind `python`: the file that it calls; by default it has the job's name


def file_of(job: Job) -> str:
    """The name of the file that a job calls; "" for a job of a kind that calls none."""
    return str(job.parameters.get(FILE, job.name)) if job.kind == PYTHON else ""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names in a project that parameters may have. `queries`: with the parameters of each."""

    datasets: Collection[str] = ()
    queries: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrongParameter:
    """What is wrong with a parameter, and what to do."""

    name: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class _ParameterRule:
    """`wrong`: what is wrong with a value that is of the type; ""."""

    type: str
    required: bool = False
    wrong: Callable[[Any, KnownNames], str] = lambda value, known: ""


def wrong_parameter(kind: str, given: Mapping[str, Any], known: KnownNames) -> WrongParameter | None:
    """The first parameter of a job that cannot be used; None where all can."""
    rules = _RULES.get(kind)
    if rules is None:
        return None
    for name, rule in rules.items():
        if name not in given and rule.required:
            return WrongParameter(name, f"there is no {name}.", f"Give {name} = {rule.type}.")
    for name, value in given.items():
        if name not in rules:
            if _takes_others(kind, name, given, known):
                continue
            return WrongParameter(name, f"{name} is unknown.", f"Choose of: {', '.join(rules)}.")
        if not _IS[rules[name].type](value):
            return WrongParameter(name, f"{name} is {value!r}.", f"Make it {rules[name].type}.")
        if hint := rules[name].wrong(value, known):
            return WrongParameter(name, f"{name} is {value!r}.", hint)
    return None


def _takes_others(kind: str, name: str, given: Mapping[str, Any], known: KnownNames) -> bool:
    """Whether a parameter without a rule goes on: to the function, or to the query that has one of this name."""
    return kind == CALL or (kind == REPORT and name in known.queries.get(str(given.get("query")), ()))


def _one_of(what: str, names: Collection[str]) -> str:
    return f"Name one of the {what}: {', '.join(sorted(names)) or 'there is none'}."


def _dataset(value: str, known: KnownNames) -> str:
    return "" if value in (*known.datasets, RAW_CRAWLER) else _one_of("datasets", known.datasets)


def _query(value: str, known: KnownNames) -> str:
    if value not in known.queries:
        return _one_of("saved queries", known.queries)
    has_day = "day" in known.queries[value]
    return "" if has_day else "Give the query a parameter `:day`: as its second line, `-- :day = newest`."


def _plain(value: str, known: KnownNames) -> str:
    return "" if is_plain_name(value) else "Use small letters, digits and underscores."


def _target(value: str, known: KnownNames) -> str:
    if not _PREFIX.fullmatch(value) or ".." in value:
        return "Give a prefix that ends with a slash, such as open_data/ or s3://BUCKET/open_data/."
    if value.split("/")[0] in OWN_FOLDERS:
        return f"Choose another folder: {value.split('/')[0]}/ is Millrace's own."
    return ""


def _origins(value: Any, known: KnownNames) -> str:
    wrong = [one for one in _texts(value) if not one.startswith(("s3://", "https://", "http://"))]
    return f"{wrong[0]!r} is no address: begin with s3://, https:// or http://." if wrong else ""


def _date(value: str, known: KnownNames) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "Write the date as YYYY-MM-DD."
    return ""


def _function(value: str, known: KnownNames) -> str:
    return "" if _FUNCTION.fullmatch(value) else "Give the function's name: letters, digits, hyphens and underscores."


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


_IS: Mapping[str, Callable[[Any], bool]] = {
    _TEXT: lambda value: isinstance(value, str) and bool(value),
    _WHOLE: lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
    _TEXTS: lambda value: bool(value) and isinstance(value, str | tuple),
}
_RULES: Mapping[str, Mapping[str, _ParameterRule]] = {
    CRAWLER: {"dataset": _ParameterRule(_TEXT, True, _dataset)},
    REPORT: {"query": _ParameterRule(_TEXT, True, _query), "name": _ParameterRule(_TEXT, False, _plain)},
    CALL: {"function": _ParameterRule(_TEXT, True, _function)},
    COPY: {
        "origin": _ParameterRule(_TEXTS, True, _origins),
        "target": _ParameterRule(_TEXT, True, _target),
        "objects": _ParameterRule(_WHOLE, True),
        "megabytes": _ParameterRule(_WHOLE, True),
        "region": _ParameterRule(_TEXT),
        "pattern": _ParameterRule(_TEXT),
        "from": _ParameterRule(_TEXT, False, _date),
        "to": _ParameterRule(_TEXT, False, _date),
        "first": _ParameterRule(_WHOLE),
        "last": _ParameterRule(_WHOLE),
    },
}
