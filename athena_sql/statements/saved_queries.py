"""Saved queries: one SELECT per file. The first line is the title; parameters have defaults.

-- Gaps between the snapshots of a day, the longest first
-- :day = newest
-- :minutes = 5
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from millrace.athena_sql.ports import Statement
from millrace.errors import DefinitionError

NEWEST = "newest"  # as a default: the newest day with data
_SUFFIX = ".sql"
_TITLE = re.compile(r"--\s*([^:\s].*)")
_DEFAULT = re.compile(r"--\s*:(\w+)\s*=\s*(.*\S)\s*")


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """`title`: the question that it answers. `defaults`: a value for each parameter, as text.

    `lines_before`: of its file, before the statement's first. `source`: of a check that is made of every source, the
    one that this statement is about; else "".
    """

    name: str
    title: str
    statement: Statement
    defaults: Mapping[str, str]
    lines_before: int
    source: str = ""

    @property
    def label(self) -> str:
        """The name that no other query or check has."""
        return f"{self.name} of {self.source}" if self.source else self.name


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
    begin = next((at for at, line in enumerate(lines) if at >= end and line.strip()), end)
    sql = "\n".join(lines[begin:]).strip() + "\n"
    given = {default[1]: default[2] for default in defaults if default}
    return SavedQuery(name, title[1].strip(), Statement(name, sql), given, begin)
