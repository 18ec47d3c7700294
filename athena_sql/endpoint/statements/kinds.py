"""The kinds of statement, as values. Queries are syntax trees, not yet checked by the fence.

`statement_type` and `substatement` are as GetQueryExecution shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

CATALOG = "awsdatacatalog"


def database_named(text: str) -> str:
    """The database named by a query's context, in the catalog's spelling."""
    return text.strip('`"').lower()


@dataclass(frozen=True, slots=True)
class TableName:
    """A table as a statement names it. `database`: "" where the query's context supplies it."""

    database: str
    name: str

    def within(self, database: str) -> TableName:
        """The full name; `database` is the context's."""
        return self if self.database else TableName(database, self.name)

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


@dataclass(frozen=True, slots=True)
class Select:
    query: exp.Query
    statement_type: str = field(default="DML", init=False)
    substatement: str = field(default="SELECT", init=False)


@dataclass(frozen=True, slots=True)
class CreateTableAs:
    """`properties`: those of WITH, by lower-case name; an ARRAY is a tuple."""

    table: TableName
    query: exp.Query
    properties: Mapping[str, str | tuple[str, ...]]
    if_not_exists: bool = False
    with_data: bool = True
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="CREATE_TABLE_AS_SELECT", init=False)


@dataclass(frozen=True, slots=True)
class InsertInto:
    table: TableName
    columns: tuple[str, ...]
    query: exp.Query
    statement_type: str = field(default="DML", init=False)
    substatement: str = field(default="INSERT", init=False)


@dataclass(frozen=True, slots=True)
class Unload:
    query: exp.Query
    location: str
    properties: Mapping[str, str | tuple[str, ...]]
    statement_type: str = field(default="DML", init=False)
    substatement: str = field(default="UNLOAD", init=False)


@dataclass(frozen=True, slots=True)
class DropTable:
    table: TableName
    if_exists: bool
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="DROP_TABLE", init=False)


@dataclass(frozen=True, slots=True)
class CreateDatabase:
    name: str
    if_not_exists: bool
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="CREATE_DATABASE", init=False)


@dataclass(frozen=True, slots=True)
class Show:
    """SHOW or DESCRIBE. `subject`: the database or table; `pattern`: of LIKE, as it was written, or ""."""

    substatement: str
    subject: TableName
    pattern: str = ""
    statement_type: str = field(default="UTILITY", init=False)


@dataclass(frozen=True, slots=True)
class Prepare:
    name: str
    sql: str
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="PREPARE", init=False)


@dataclass(frozen=True, slots=True)
class Deallocate:
    name: str
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="DEALLOCATE_PREPARE", init=False)


@dataclass(frozen=True, slots=True)
class Execute:
    """EXECUTE ... USING: a prepared statement's name and its arguments, each the text of an expression."""

    name: str
    arguments: tuple[str, ...]
    statement_type: str = field(default="DML", init=False)
    substatement: str = field(default="EXECUTE", init=False)


StatementWithQuery = Select | CreateTableAs | InsertInto | Unload
ParsedStatement = StatementWithQuery | DropTable | CreateDatabase | Show | Prepare | Deallocate | Execute
