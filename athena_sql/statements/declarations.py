"""Declarations of tables: the comments at the head of a statement's file, read into a Table.

-- How much rain fell in the 5 minutes of each snapshot.
--
-- stored: ByDate
-- observed_at timestamp: UTC; the feed's own time of the snapshot
-- stations int: stations with a reading
--
-- Free text: how it is computed, and why so.
SELECT ...

The first paragraph is the description, the second one has how the table is stored (ByDate if it does not say) and its
columns, one a line: name, type, meaning. A line that is indented more goes on with the one before. The `dt` of a table
that is built by date is not declared, nor the columns `loaded_at` and `run_id` of one that depends on data: they come
by themselves, the latter two in tables that are not built by date when all tables are known (`DeclaredTables.of`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from millrace.athena_sql.ports import Column, Statement
from millrace.athena_sql.tables import DT, RUN_COLUMNS, ByDate, History, StoredAs, Table, Whole
from millrace.errors import DefinitionError

HeadLine = tuple[int, str]  # its number in the file, and the text behind the dashes

_COLUMN = re.compile(r"(\w+)\s+([a-z]+(?:\s*\([\d,\s]+\))?)\s*(?::\s*(\S.*))?")
_TYPE = re.compile(r"string|boolean|int|bigint|double|date|timestamp|decimal\(\d{1,2},\d{1,2}\)")
_SAYS_STORED = re.compile(r"stored\s*:")
_STORED = re.compile(r"stored:\s*(\w+)\s*(?:\(([^)]*)\))?\s*")
_KINDS = "Write `-- stored:` with ByDate, Whole, or History(key, since, until) with names of columns."
_BY_ITSELF = {column.name for column in (DT, *RUN_COLUMNS)}


def parse_declaration(name: str, text: str) -> Table:
    """The table `<layer>.<name>` that a file declares. Raises DefinitionError with the line."""
    paragraphs = _paragraphs(text)
    if len(paragraphs) < 2:
        raise DefinitionError(
            f"{name} is not declared at the head of its statement.",
            hint="Begin the file with comments: a description, an empty comment, and a line `-- name type: meaning` "
            "for each column.",
            line=1,
        )
    description = " ".join(line for _, line in paragraphs[0])
    lines = _joined(paragraphs[1])
    head, of_columns = (lines[0], lines[1:]) if _SAYS_STORED.match(lines[0][1]) else (None, lines)
    stored = _stored(name, head) if head else ByDate()
    columns = [_column(name, line) for line in of_columns]
    _refuse_repeated(name, columns, [number for number, _ in of_columns])
    if isinstance(stored, History):
        _refuse_history(name, stored, columns, lines[0][0])
    return Table(name, description, _with_own(name, stored, columns), stored, Statement(name, text))


def _paragraphs(text: str) -> list[list[HeadLine]]:
    """The comment lines at the head of the file, in paragraphs."""
    head: list[HeadLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("--"):
            break
        head.append((number, line.removeprefix("--").removeprefix(" ").rstrip()))
    return [list(lines) for has_text, lines in groupby(head, key=lambda line: bool(line[1])) if has_text]


def _joined(lines: list[HeadLine]) -> list[HeadLine]:
    """Without the line breaks inside of entries: a line that begins with a blank belongs to the one before."""
    joined: list[HeadLine] = []
    for number, line in lines:
        if line.startswith(" ") and joined:
            joined[-1] = (joined[-1][0], f"{joined[-1][1]} {line.strip()}")
        else:
            joined.append((number, line.strip()))
    return joined


def _column(name: str, line: HeadLine) -> Column:
    number, text = line
    match = _COLUMN.fullmatch(text)
    if match is None:
        raise DefinitionError(
            f"{name}: {text!r} is no column.",
            hint="Write `-- name type: meaning`, and free text in a paragraph of its own below the columns.",
            line=number,
        )
    type_ = re.sub(r"\s", "", match[2])
    if not _TYPE.fullmatch(type_):
        raise DefinitionError(
            f"{name}: the column {match[1]} has the type {type_!r}.",
            hint="Choose one of string, boolean, int, bigint, double, date, timestamp, decimal(p,s).",
            line=number,
        )
    return Column(match[1], type_, match[3] or "")


def _stored(name: str, line: HeadLine) -> StoredAs:
    number, text = line
    match = _STORED.fullmatch(text)
    arguments = [part.strip() for part in match[2].split(",")] if match and match[2] else []
    match (match and match[1], arguments):
        case ("ByDate", []):
            return ByDate()
        case ("Whole", []):
            return Whole()
        case ("ByColumn", [_]):
            raise DefinitionError(f"{name} is stored ByColumn, which runs cannot write yet.", hint=_KINDS, line=number)
        case ("History", [first, *more, since, until]):
            return History((first, *more), since, until)
    raise DefinitionError(
        f"{name}: cannot read {text!r}.",
        hint=_KINDS,
        line=number,
    )


def _refuse_history(name: str, stored: History, columns: Sequence[Column], line: int) -> None:
    """Refuse one whose columns are not declared, or whose ends are no times of one type."""
    types = {column.name: column.type for column in columns}
    for column in (*stored.keys, stored.since, stored.until):
        if column not in types:
            raise DefinitionError(
                f"{name}: the history's column {column} is not declared.",
                hint="Declare the keys, the start and the end, each in a line below.",
                line=line,
            )
    if types[stored.since] != types[stored.until] or types[stored.since] not in ("date", "timestamp"):
        raise DefinitionError(
            f"{name}: the history's ends have the types {types[stored.since]} and {types[stored.until]}.",
            hint=f"Declare {stored.since} and {stored.until} both as timestamp, or both as date.",
            line=line,
        )


def _with_own(name: str, stored: StoredAs, columns: list[Column]) -> tuple[Column, ...]:
    """With the columns that come by themselves; views of ops and whole tables are made by no run's micro-batch."""
    declared = tuple(column for column in columns if column.name not in _BY_ITSELF)
    if not isinstance(stored, ByDate):
        return tuple(columns)
    return (*declared, DT) if name.startswith("ops.") else (*declared, *RUN_COLUMNS, DT)


def _refuse_repeated(name: str, columns: list[Column], numbers: list[int]) -> None:
    """`numbers`: the line of each column."""
    seen: set[str] = set()
    for column, number in zip(columns, numbers, strict=True):
        if column.name.lower() in seen:
            raise DefinitionError(
                f"{name} declares the column {column.name} twice.", hint="Remove one of the lines.", line=number
            )
        seen.add(column.name.lower())
