"""A trial of a new pipeline: its files, in a project and a lake of their own, take the sample from poll to prod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from millrace.clock import Clock
from millrace.errors import MillraceError, UsageError
from millrace.glue_workflow.quality import suggest
from millrace.glue_workflow.run_request import All, RunRequest
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.http.fetcher import Response, ScriptedFetcher
from millrace.ingestors.ports import HttpFeed, Outcome, RateBudget
from millrace.notify.ports import NullNotifier
from millrace.project.folder import FILE, ProjectFolder, load_folder
from millrace.project.problems import Problem
from millrace.scaffold.findings import Findings
from millrace.scaffold.rule_file import rules_text
from millrace.scaffold.source_files import source_paths
from millrace.settings import Settings

_FEED = "http://sample.invalid/"


def rules_of_trial(own: ProjectFolder, found: Findings, files: Mapping[str, bytes], clock: Clock) -> str:
    """The rule file, after a run that it lets pass.

    Raises UsageError where the sample does not come through, with the paths that the files have in the `own` project.
    """
    with TemporaryDirectory(prefix="millrace-new-") as temporary:
        root = Path(temporary)
        (root / FILE).write_text("")
        folder = load_folder(root)
        try:
            return _rules(folder, found, files, clock)
        except MillraceError as error:
            message, paths = error.message, source_paths(own, found.name)
            for role, path in source_paths(folder, found.name).items():
                message = message.replace(str(path), str(paths[role]))
            raise UsageError(message.replace(temporary, str(own.root)), hint=error.hint) from error


def _rules(folder: ProjectFolder, found: Findings, files: Mapping[str, bytes], clock: Clock) -> str:
    root = folder.root
    for role, path in source_paths(folder, found.name).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if role in files:
            path.write_bytes(files[role])
    settings = Settings(home=root / "lake", feed="simulated", source_urls={found.name: _FEED})
    with _lake(settings, found.name, clock) as runtime:
        _poll(runtime, found.name, files["response"])
        _simulate(runtime, found.name)
        _run(runtime, found.name)
        table = f"staging.{found.name}"
        columns, tables = runtime.tables.columns(table), {table: runtime.tables.table(table)}
        text = rules_text(found, suggest(runtime.engine, table, columns, tables))
    source_paths(folder, found.name)["rules"].write_text(text, encoding="utf-8")
    with _lake(settings, found.name, clock) as runtime:
        _run(runtime, found.name)
    return text


def _lake(settings: Settings, name: str, clock: Clock) -> LocalRuntime:
    project = _project(settings.home.parent, name)
    return LocalRuntime(settings, project=project, clock=clock, notifier=NullNotifier())


def _project(root: Path, name: str) -> Project:
    """With the source asked for one document at an address of its own: the sample is whole."""
    written = Project(load_folder(root), tell=_say_nothing).source(name)
    origin = HttpFeed(_FEED, RateBudget(0, timedelta(seconds=1)))
    return Project(load_folder(root), {name: replace(written, origin=origin)}, _say_nothing)


def _say_nothing(_: Problem) -> None:
    """The files of a trial are gone before anybody could look; what ends it is raised."""


def _poll(runtime: LocalRuntime, name: str, body: bytes) -> None:
    handler = runtime.poll_handler(fetcher=ScriptedFetcher([Response(200, body)]))
    result = handler.poll(runtime.sources[name], runtime.clock.now())
    runtime.stream.flush(everything=True)
    if result.outcome is not Outcome.DELIVERED:
        raise UsageError(
            f"the sample is no plausible snapshot: {result.reason}.",
            hint="Give another sample, or another --time-path, --entities-path or --timezone.",
        )


def _simulate(runtime: LocalRuntime, name: str) -> None:
    """Raises DefinitionError where the source cannot read its own response with another time."""
    source = runtime.sources[name]
    if source.simulation is not None:
        source.simulation.snapshots(source, seed=0)


def _run(runtime: LocalRuntime, name: str) -> None:
    record = runtime.runner().run(runtime.pipelines.workflow(name), RunRequest(All()))
    if record.state != "succeeded" or record.held:
        raise UsageError(
            f"the sample does not come through the proposed tables: {record.error or 'a rule holds it back.'}",
            hint="This is a fault of Millrace: please report it with the sample. Nothing was written.",
        )
