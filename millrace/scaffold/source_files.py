"""The files of a new source together, by their paths in the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.ingestors.ports import POLLS
from millrace.project.folder import ProjectFolder
from millrace.scaffold.dashboard_file import dashboard_text
from millrace.scaffold.findings import Findings
from millrace.scaffold.names import RESERVED, snake_case
from millrace.scaffold.source_file import FeedAddress, source_text
from millrace.scaffold.statement_files import prod_text, staging_text
from millrace.scaffold.test_file import test_text
from millrace.sql_quoting import NO_TABLE_NAMES, PLAIN_NAMES


def source_paths(folder: ProjectFolder, name: str) -> dict[str, Path]:
    """Where each file of a source goes, the rules last."""
    return {
        "source": folder.folder("sources") / f"{name}.py",
        "staging": folder.folder("sql") / "staging" / f"{name}.sql",
        "prod": folder.folder("sql") / "prod" / f"{name}.sql",
        "dashboard": folder.folder("dashboards") / f"{name}.py",
        "test": folder.folder("tests") / f"test_{name}.py",
        "response": folder.folder("tests") / "responses" / f"{name}.json",
        "rules": folder.folder("rules") / f"{name}.dqdl",
    }


def source_files(folder: ProjectFolder, found: Findings, feed: FeedAddress, body: bytes) -> dict[str, bytes]:
    """What is in each file; without the rules, which come from the rows."""
    paths = source_paths(folder, found.name)
    response = Path(os.path.relpath(paths["response"], paths["source"].parent)).as_posix()
    root = Path(os.path.relpath(folder.root, paths["test"].parent)).as_posix()
    texts = {
        "source": source_text(found, feed, response),
        "staging": staging_text(found),
        "prod": prod_text(found),
        "dashboard": dashboard_text(found, feed),
        "test": test_text(found, root),
    }
    return {**{role: text.encode() for role, text in texts.items()}, "response": body}


def check_name(project: Project, name: str) -> None:
    """Raises UsageError for a name that is none, or is taken in the project."""
    if snake_case(name) != name or not name[:1].isalpha() or name in {*RESERVED, *NO_TABLE_NAMES, POLLS}:
        raise UsageError(f"{name!r} cannot be the name of a source.", hint=f"Use {PLAIN_NAMES}.")
    if what := next(_taken(project, name), None):
        raise UsageError(f"the project has {what} already.", hint="Choose another name; nothing was written.")


def _taken(project: Project, name: str) -> Iterator[str]:
    if name in project.source_names:
        yield f"a source {name}"
    yield from (
        f"the table {layer}.{name}" for layer in ("staging", "prod") if f"{layer}.{name}" in project.tables.names()
    )
    for what, files in (("rules", project.rule_files), ("a dashboard", project.dashboard_files)):
        if name in files:
            yield f"{what} named {name}"
