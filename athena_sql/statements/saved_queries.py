"""Saved queries: one SELECT per file in `queries/` or `checks/`. The first line is the title; parameters have defaults.

-- Gaps between the snapshots of a day, the longest first
-- :day = newest
-- :minutes = 5
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from millrace.athena_sql.ports import Statement
from millrace.errors import DefinitionError, UnknownName

NEWEST = "newest"  # as a default: the newest day with data
QUERIES = "queries"
CHECKS = "checks"  # an operator's checks after ingestion; rows whose column `wrong` is true need attention
_SUFFIX = ".sql"
_TITLE = re.compile(r"--\s*([^:\s].*)")
_DEFAULT = re.compile(r"--\s*:(\w+)\s*=\s*(.*\S)\s*")


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """`title`: the question that it answers. `defaults`: a value for each parameter, as text."""

    name: str
    title: str
    statement: Statement
    defaults: Mapping[str, str]


def saved_queries(folder: str = QUERIES) -> list[SavedQuery]:
    """The saved queries of one folder, in the order of their names."""
    return [saved_query(name, folder) for name in sorted(_names(folder))]


def saved_query(name: str, folder: str = QUERIES) -> SavedQuery:
    """Raises UnknownName, which lists what there is, and DefinitionError for a file without a title."""
    known = _names(folder)
    if name not in known:
        raise UnknownName("saved query", name, known)
    return parse_saved_query(name, (files("millrace.athena_sql") / folder / f"{name}{_SUFFIX}").read_text("utf-8"))


def parse_saved_query(name: str, text: str) -> SavedQuery:
    """A saved query from its file's text: the comment lines at the top, then the statement. Raises DefinitionError."""
    lines = text.splitlines()
    end = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
    title = _TITLE.fullmatch(lines[0]) if end else None
    if title is None:
        raise DefinitionError(
            f"{name}{_SUFFIX} has no title.", hint="Make its first line a comment that says what it answers."
        )
    defaults = [_DEFAULT.fullmatch(line) for line in lines[1:end]]
    sql = "\n".join(lines[end:]).strip() + "\n"
    given = {default[1]: default[2] for default in defaults if default}
    return SavedQuery(name, title[1].strip(), Statement(name, sql), given)


def _names(folder: str) -> list[str]:
    names = [file.name for file in (files("millrace.athena_sql") / folder).iterdir()]
    return [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]
