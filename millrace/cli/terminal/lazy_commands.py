"""The list of commands. Each command is imported only when it is run, so that it starts quickly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_group

# By command, in the order of --help: `module:name` below `millrace.cli`; NAME_app is a group of commands.
COMMANDS = {
    "demo": "demo:demo",
    "poll": "polls:poll",
    "backfill": "polls:backfill",
    "run": "runs:run",
    "query": "queries:query",
    "tables": "tables:tables",
    "files": "tables:files",
    "export": "tables:export",
    "audit": "audit:audit",
    "doctor": "doctor:doctor",
    "check": "queries:check",
    "status": "status:status",
    "versions": "versions:versions",
    "rollback": "versions:rollback",
    "reprocess": "versions:reprocess",
    "vacuum": "versions:vacuum",
    "preview": "page:preview",
    "simulate": "demo:simulate",
    "athena": "athena:athena",
    "up": "schedules:up",
    "generate": "generate:generate",
    "new": "definitions.project:new_app",
    "list": "definitions.project:list_files",
    "validate": "definitions.project:validate",
    "verify": "verify:verify",
    "synth": "deployment.stack:synth",
    "bootstrap": "deployment.bootstrap:bootstrap",
    "preflight": "deployment.preflight:preflight",
    "diff": "deployment.deploy:diff",
    "deploy": "deployment.deploy:deploy",
    "promote": "deployment.promote:promote",
    "destroy": "deployment.destroy:destroy",
    "cost": "deployment.cost:cost",
    "runs": "runs:runs_app",
    "workflows": "definitions.workflows:workflows_app",
    "dashboards": "definitions.dashboards:dashboards_app",
    "quality": "quality:quality_app",
    "quarantine": "quarantine:quarantine_app",
    "schedules": "schedules:schedules_app",
    "notify": "notify:notify_app",
}


class LazyCommands(TyperGroup):
    """The group of all commands, for Typer."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast(Any, _Commands(self.rich_markup_mode))


class _Commands(Mapping[str, Any]):
    """The commands by name. A lookup imports the command's module; listing the names imports nothing."""

    def __init__(self, markup: Any) -> None:
        self._markup = markup

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(import_module(f"millrace.cli.{module}"), attribute)
        app = typer.Typer(rich_markup_mode=self._markup)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
        return get_group(app).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)
