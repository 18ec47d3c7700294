"""The code that made a version: the package's version, and a digest of the statements and rules behind the table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from millrace.athena_sql.statements.table_statements import table_statement, table_statement_names
from millrace.athena_sql.tables import tables
from millrace.glue_workflow.workflow import Workflow

_TABLE_NAME = re.compile(r"\b(?:staging|prod|ops)\.\w+")
_DIGITS = 12


def code_version(package: str, workflow: Workflow, *made: str) -> str:
    """Such as `0.1.0+3fa1c09b77de`, for the tables `made` by a workflow, or for all of its tables together.

    The digest changes whenever a statement from raw to the table, its declared columns or the workflow's rules do.
    """
    digest = hashlib.sha256()
    for text in (*_statements(made or workflow.tables), *_columns(made or workflow.tables), _rules(workflow)):
        digest.update(text.encode() + b"\0")
    return f"{package}+{digest.hexdigest()[:_DIGITS]}"


def _statements(made: Sequence[str]) -> Iterator[str]:
    """The tables' statements and, recursively, those of the tables that they name."""
    known, todo, seen = set(table_statement_names()), list(made), set[str]()
    while todo:
        name = todo.pop()
        if name in known and name not in seen:
            seen.add(name)
            todo += _TABLE_NAME.findall(table_statement(name).sql)
    return (table_statement(name).sql for name in sorted(seen))


def _columns(made: Sequence[str]) -> Iterator[str]:
    for table in tables():
        if table.name in made:
            yield ", ".join(f"{column.name} {column.type}" for column in table.columns)


def _rules(workflow: Workflow) -> str:
    return files("millrace.glue_workflow.quality").joinpath("rules", f"{workflow.rules}.dqdl").read_text("utf-8")
