"""Queries worth keeping: one SELECT a file in `queries/` or `checks/`, titled by its first line, with defaults for its
parameters.

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

NEWEST = "newest"  # a default: the newest day with data
QUERIES = "queries"
CHECKS = "checks"  # what an operator asks after ingestion; a row whose column `wrong` is true needs a look
_SUFFIX = ".sql"
_TITLE = re.compile(r"--\s*([^:\s].*)")
_DEFAULT = re.compile(r"--\s*:(\w+)\s*=\s*(.*\S)\s*")


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """`defaults`: for each parameter, as text."""

    name: str
    title: str
    statement: Statement
    defaults: Mapping[str, str]


def saved_queries(folder: str = QUERIES) -> list[SavedQuery]:
    """Those of one folder, in the order of their names."""
    found = (files("millrace.athena_sql") / folder).iterdir()
    names = sorted(_name(file.name) for file in found if file.name.endswith(_SUFFIX))
    return [saved_query(name, folder) for name in names]


def saved_query(name: str, folder: str = QUERIES) -> SavedQuery:
    """Raises UnknownName, which lists what there is, and DefinitionError for a file without a title."""
    place = files("millrace.athena_sql") / folder
    known = [_name(file.name) for file in place.iterdir() if file.name.endswith(_SUFFIX)]
    if name not in known:
        raise UnknownName("saved query", name, known)
    return read(name, (place / f"{name}{_SUFFIX}").read_text("utf-8"))


def read(name: str, text: str) -> SavedQuery:
    """The header is the comment lines at the top; the rest is the statement. Raises DefinitionError."""
    lines = text.splitlines()
    end = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
    title = _TITLE.fullmatch(lines[0]) if end else None
    if title is None:
        raise DefinitionError(
            f"{name}{_SUFFIX} has no title.", hint="Its first line is a comment that says what it answers."
        )
    defaults = [_DEFAULT.fullmatch(line) for line in lines[1:end]]
    sql = "\n".join(lines[end:]).strip() + "\n"
    return SavedQuery(name, title[1].strip(), Statement(name, sql), {found[1]: found[2] for found in defaults if found})


def _name(file: str) -> str:
    return file.removesuffix(_SUFFIX)
