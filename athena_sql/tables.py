"""The declared tables, as data: the columns that statements must give and readers may rely on.

A table is declared at the head of its statement's file (`statements.declarations` reads it). `DeclaredTables` holds
those of one project; whoever needs declared tables is given one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from millrace.athena_sql.ports import Column, JsonData, ParquetData, RawData, ReadableData, RowData, Statement
from millrace.errors import MillraceError, UnknownName
from millrace.lake.keys import CRAWLED


@dataclass(frozen=True, slots=True)
class ByDate:
    """Stored in partitions by `dt`, which are flipped one by one."""


@dataclass(frozen=True, slots=True)
class ByColumn:
    """Stored in partitions by the values of one column."""

    name: str


@dataclass(frozen=True, slots=True)
class Whole:
    """Stored in one piece, which is built again when its statement changes, or what that reads."""


@dataclass(frozen=True, slots=True)
class History:
    """Stored in one piece as a slowly changing dimension (type 2): one row for each change of an entity.

    `keys` name the entity; a row holds from `since` until `until`, the end not included, which is NULL in the last one.
    """

    keys: tuple[str, ...]
    since: str
    until: str


StoredAs = ByDate | ByColumn | Whole | History


@dataclass(frozen=True, slots=True)
class Script:
    """A Python file whose `run(context)` makes a table's rows.

    `reads`: the tables that it may read. `code`: its text, with those of the modules in `lib`, the project's shared
    ones, and the names of `wheels` and `jars`, the archives that it needs.
    """

    file: Path
    reads: frozenset[str]
    code: str
    lib: Path
    wheels: tuple[Path, ...] = ()
    jars: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        return self.file.stem


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table, `<layer>.<name>`. In one stored by date the last column is `dt`, which comes from the path.

    `statement` or `script` makes it; without either, the quality gate makes it, from what rules set aside.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    stored: StoredAs = ByDate()
    statement: Statement | None = None
    script: Script | None = None

    @property
    def layer(self) -> str:
        return self.name.partition(".")[0]

    @property
    def partitioned(self) -> bool:
        return isinstance(self.stored, ByDate)

    @property
    def made_by_run(self) -> bool:
        """Whether its rows say which run made them: all tables that depend on data do."""
        return any(column.name == RUN_ID.name for column in self.columns)

    @property
    def data_columns(self) -> tuple[Column, ...]:
        """The columns that its files have: without `dt` where that comes from the path."""
        return self.columns[:-1] if self.partitioned else self.columns

    @property
    def reads(self) -> frozenset[str]:
        """The tables that it is made from, such as `raw.rainfall`; a statement's are found in its text, unparsed."""
        if self.script:
            return self.script.reads
        return tables_named(self.statement.sql) if self.statement else frozenset()


@dataclass(frozen=True)
class DeclaredTables:
    """The declared tables of a project, the gate's own included. `broken`: why a table's file cannot be used, by table.

    Raw tables (`RAW_COLUMNS`), crawled ones and tables of run state are not declared.
    """

    all: tuple[Table, ...]
    broken: Mapping[str, MillraceError] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: Iterable[Table], broken: Mapping[str, MillraceError] | None = None) -> DeclaredTables:
        """These tables, with one of rows set aside for each staging table, and `ops.rows_set_aside` over them all."""
        made = _with_origin(tuple(declared))
        staging = [table.name for table in made if table.layer == "staging"]
        aside = [_set_aside(name) for name in staging]
        return cls((*made, *aside, *([_rows_set_aside(staging)] if staging else [])), broken or {})

    def __iter__(self) -> Iterator[Table]:
        return iter(self.all)

    def table(self, name: str) -> Table:
        """Raises UnknownName, which lists the declared tables; for a broken file, what is wrong in it."""
        for table in self.all:
            if table.name == name:
                return table
        if name in self.broken:
            raise self.broken[name]
        raise UnknownName("table", name, self.names())

    def names(self) -> list[str]:
        return [table.name for table in self.all]

    def read_by(self, name: str) -> set[str]:
        """As `stored_reads`, of a declared table."""
        return stored_reads(name, {table.name: table for table in self.all})

    def statement(self, name: str) -> Statement:
        """The statement that makes a table. Raises UnknownName, which lists the tables that have one."""
        statement = self.table(name).statement
        if statement is None:
            raise UnknownName("statement", name, [table.name for table in self.all if table.statement])
        return statement


ROWS_SET_ASIDE = "ops.rows_set_aside"  # the view of all that is set aside


def set_aside_name(staging: str) -> str:
    """The table of the rows that the quality gate sets aside from a staging table; both are flipped together."""
    return f"{staging}_set_aside"


@lru_cache(maxsize=1000)  # derivation, and each refresh of a page, ask again for the same statements
def tables_named(sql: str) -> frozenset[str]:
    """The tables of any layer that a statement names outside of comments and strings, in small letters.

    As in SQL, case does not count, and each part of a name may be in double quotes.
    """
    named = (match["name"] for match in _TABLE_NAME.finditer(sql))
    return frozenset(re.sub(r'["\s]', "", name).lower() for name in named if name)


def reads_datasets(sql: str) -> bool:
    """Whether what a statement gives depends on the files of datasets, which no run makes."""
    return any(name.startswith(f"{CRAWLED}.") for name in tables_named(sql))


def stored_reads(name: str, known: Mapping[str, Table]) -> set[str]:
    """The tables that a table reads, with views replaced by what these read; `known`: the declared ones, by name."""
    found: set[str] = set()
    todo, seen = list(known[name].reads), set[str]()
    while todo:
        read = todo.pop()
        view = known.get(read) if read.startswith("ops.") else None
        if view is None:
            found.add(read)
        elif read not in seen:
            seen.add(read)
            todo += view.reads
    return found


def columns_of(data: ReadableData) -> tuple[Column, ...]:
    """All columns that readers of these data see, `dt` included."""
    match data:
        case ParquetData(columns, _, partitioned):
            return (*columns, Column("dt", "date")) if partitioned else columns
        case RawData():
            return RAW_COLUMNS
        case RowData(columns) | JsonData(columns):
            return columns


# Table names; what can hide one comes first, so that it is passed over whole: comments, strings, then quoted names.
_TABLE_NAME = re.compile(
    r"""
    --[^\n]* | /\*.*?\*/ | '(?:[^']|'')*'
    | (?P<name> (?:\b(?:raw|staging|prod|ops|crawled) | "(?:raw|staging|prod|ops|crawled)") \s*\.\s* (?:\w+ | "\w+"))
    | "(?:[^"]|"")*"
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)

DT = Column("dt", "date", "the source's local date of observed_at; the partition")
LOADED_AT = Column("loaded_at", "timestamp", "UTC; logical time of the run that made this row")
RUN_ID = Column("run_id", "string", "the run that made this row")

# Every table that depends on data ends with these, one that is built by date with `dt` after them; its declaration and
# its statement may leave them out.
RUN_COLUMNS = (LOADED_AT, RUN_ID)

# In the staging table of a source that names its entities; the gate sets aside every row but the first.
REPETITION = Column("repetition", "int", "1 for the first row of its entity in the snapshot, in the payload's order")

# Columns that say which object, run and time made a row: they differ in every version.
AUDIT_COLUMNS = frozenset({"source_object", LOADED_AT.name, RUN_ID.name})

_SNAPSHOT_ID = Column("snapshot_id", "string", "the snapshot: source, observed_at and digest of the payload")

RAW_COLUMNS = (
    Column("source", "string", "the feed"),
    _SNAPSHOT_ID,
    Column("requested_at", "timestamp", "UTC; the time that was asked for"),
    Column("observed_at", "timestamp", "UTC; the feed's own time of the snapshot"),
    Column("observed_at_local", "timestamp", "the same in the source's local time"),
    Column("polled_at", "timestamp", "UTC; when the response came"),
    DT,
    Column("hour", "string", "local hour of observed_at, two digits"),
    Column("payload", "string", "the response as JSON: the same values; spacing and zeros are the engine's"),
    Column("source_object", "string", "key of the raw object that this row came from"),
)

_UNION = "\nUNION ALL\n"

_SET_ASIDE = (
    Column("rule", "string", "the rules of the file that the row breaks, one a line"),
    Column("reason", "string", "what the row has instead, one line for each rule"),
    _SNAPSHOT_ID,
    Column("row", "string", "the row's columns as a JSON object"),
    *RUN_COLUMNS,
)


def _set_aside(staging: str) -> Table:
    description = f"The rows that the quality gate set aside from {staging}."
    return Table(set_aside_name(staging), description, (*_SET_ASIDE, DT))


def _with_origin(declared: Sequence[Table]) -> tuple[Table, ...]:
    """With the run's columns at the end of tables that are not stored by date and depend on data."""
    known = {table.name: table for table in declared}
    own = {column.name for column in RUN_COLUMNS}
    return tuple(
        replace(table, columns=(*(one for one in table.columns if one.name not in own), *RUN_COLUMNS))
        if not table.partitioned and table.layer != "ops" and _depends_on_data(table.name, known)
        else table
        for table in declared
    )


def _depends_on_data(name: str, known: Mapping[str, Table]) -> bool:
    todo, seen = [name], set[str]()
    while todo:
        one = todo.pop()
        if one.startswith(("raw.", "staging.")):
            return True
        if one in known and one not in seen:
            seen.add(one)
            todo += known[one].reads
    return False


def _rows_set_aside(staging: Iterable[str]) -> Table:
    name, columns = ROWS_SET_ASIDE, ", ".join(column.name for column in (*_SET_ASIDE, DT))
    selects = [
        f"SELECT '{table}' AS source_table, {columns}\nFROM {set_aside_name(table)}" for table in sorted(staging)
    ]
    description = "Every row that a quality rule set aside instead of stopping the run, with the rule and the reason."
    return Table(
        name,
        description,
        (Column("source_table", "string", "the staging table that the row was left out of"), *_SET_ASIDE, DT),
        statement=Statement(name, f"-- {description}\n{_UNION.join(selects)}\n"),
    )
