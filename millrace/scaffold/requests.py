"""A new project, and a new source in a project, from one response of its feed to a panel.

What cannot be known from the response is asked, with what is likeliest as the default; where nobody can be asked, the
default is taken, and where there is none, the option to give is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from millrace.clock import Clock
from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.ingestors.http.fetcher import Fetcher
from millrace.ingestors.http.json_path import path_of, steps_of, value_at
from millrace.project.folder import FILE
from millrace.scaffold.columns import Steps
from millrace.scaffold.findings import (
    Findings,
    FoundTime,
    entities_at,
    entities_found,
    keys_found,
    time_at,
    times_found,
)
from millrace.scaffold.new_files import refuse_existing, write_new
from millrace.scaffold.project_files import project_files
from millrace.scaffold.samples import check_address, document_of, fetch_sample, read_sample
from millrace.scaffold.source_file import FeedAddress
from millrace.scaffold.source_files import check_name, source_files, source_paths
from millrace.scaffold.trial import rules_of_trial
from millrace.schedules.expressions import check_schedule, interval_of
from millrace.settings import Secret

Ask = Callable[[str, str], str]  # a question and the default answer; the answer

NO_ADDRESS = "https://example.org/the-address-of-the-feed"
_NONE = "none"


@dataclass(frozen=True)
class SourceRequest:
    """What the user says of a new source; None or empty where nothing is said. `ask`: None where nobody can answer."""

    name: str
    url: str | None = None
    sample: Path | None = None
    documents: Mapping[str, str] = field(default_factory=dict)
    entities_path: str | None = None
    time_path: str | None = None
    key_path: str | None = None
    timezone: str | None = None
    schedule: str | None = None
    ask: Ask | None = None
    api_key: Secret | None = None


def new_project(folder: Path) -> list[Path]:
    """Raises UsageError for a folder that has files already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "has files already" if folder.is_dir() else "is a file"
        raise UsageError(f"{folder} {what}.", hint="Name a new or an empty folder; nothing was written.")
    files = {folder / path: text.encode() for path, text in project_files(folder.absolute().name).items()}
    write_new(files)
    return list(files)


def new_source(
    project: Project,
    asked: SourceRequest,
    clock: Clock,
    fetcher: Fetcher | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """The files that were written. `tell` takes a line for each thing that was found in the response.

    Raises UsageError, FeedUnavailable, and what the project's own files raise.
    """
    if project.folder.is_shipped:
        raise UsageError(
            f"there is no project here: no folder upward has a {FILE}.",
            hint="Make one with `millrace new project DIR`, or name one by --project before the command.",
        )
    check_name(project, asked.name)
    paths = source_paths(project.folder, asked.name)
    refuse_existing(dict.fromkeys(paths.values(), b""))
    body = _sample(asked, clock, fetcher)
    found = findings(asked, document_of(body))
    for line in found.told():
        tell(line)
    feed = _feed(asked, found.timezone)
    files = source_files(project.folder, found, feed, body)
    files["rules"] = rules_of_trial(project.folder, found, files, clock).encode()
    write_new({paths[role]: content for role, content in files.items()})
    return [paths[role] for role in files]


def _sample(asked: SourceRequest, clock: Clock, fetcher: Fetcher | None) -> bytes:
    if asked.sample is not None:
        return read_sample(asked.sample)
    if asked.url is None:
        raise UsageError("a source needs a response to be made from.", hint="Give --url, or a file as --sample.")
    return fetch_sample(asked.url, asked.documents, clock, asked.api_key, fetcher)


def findings(asked: SourceRequest, document: Any) -> Findings:
    """What the sample says, and the user about it. Raises UsageError."""
    entities = _entities(asked, document)
    time = _time(asked, document, entities)
    zone = _zone(asked, time)
    key = _key(asked, value_at(document, path_of(entities)))
    return Findings(asked.name, document, entities, time, zone, key)


def _entities(asked: SourceRequest, document: Any) -> Steps:
    proposed = [path_of(one) for one in entities_found(document)]
    path = asked.entities_path or _answer(asked, "The array with one element per entity (JSON path)", proposed)
    if path is None:
        raise UsageError(
            "the sample has no array of objects, so it cannot be seen what an entity is.",
            hint="Give a sample with entities, or name their array by --entities-path, such as $.data.stations.",
        )
    return entities_at(document, path)


def _time(asked: SourceRequest, document: Any, entities: Steps) -> FoundTime:
    proposed = [one.path for one in times_found(document, entities)]
    path = asked.time_path or _answer(asked, "The time of observation (JSON path)", proposed)
    if path is None:
        raise UsageError(
            "the sample has no time that can be read, so it cannot be known when it was observed.",
            hint="Name it by --time-path, such as $.updated, or $.stations[*].updated for the newest of all.",
        )
    return time_at(document, path)


def _zone(asked: SourceRequest, time: FoundTime) -> ZoneInfo:
    question = "The feed's time zone, whose days are the partitions"
    name = asked.timezone or _answer(asked, question, [] if time.form.needs_zone else ["UTC"])
    if name is None:
        raise UsageError(
            f"the time at {time.path!r} says no offset ({time.form.title}).",
            hint="Give the feed's time zone by --timezone, such as --timezone Asia/Singapore.",
        )
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UsageError(f"there is no time zone {name!r}.", hint="Give one such as Europe/Berlin or UTC.") from None


def _key(asked: SourceRequest, entities: Sequence[Any]) -> Steps | None:
    keys = keys_found(entities)
    proposed = [*(path_of(one) for one in keys), _NONE]
    path = asked.key_path or _answer(asked, "What names an entity (JSON path from it, or none)", proposed)
    if path is None or path == _NONE:
        return None
    if (steps := steps_of(path)) not in keys:
        raise UsageError(
            f"{path!r} does not name an entity: it is not a text or a number in each one, or it repeats.",
            hint=f"Give --key-path as one of: {', '.join(proposed)}.",
        )
    return tuple(one for one in steps or () if one is not None)


def _feed(asked: SourceRequest, zone: ZoneInfo) -> FeedAddress:
    url = asked.url or _answer(asked, "The address of the feed", [NO_ADDRESS]) or NO_ADDRESS
    check_address(url)
    schedule = asked.schedule or _answer(asked, "When to poll it", ["rate(5 minutes)"]) or ""
    check_schedule(schedule, zone)
    return FeedAddress(url, schedule, interval_of(schedule, zone), dict(asked.documents))


def _answer(asked: SourceRequest, question: str, proposed: Sequence[str]) -> str | None:
    """The user's answer, else the first proposal."""
    default = proposed[0] if proposed else ""
    answer = asked.ask(question, default).strip() if asked.ask else default
    return answer or None
