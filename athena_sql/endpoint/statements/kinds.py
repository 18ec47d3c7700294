"""The kinds of statement, as values. Queries are syntax trees, not yet checked by the fence.

`statement_type` and `substatement` are as GetQueryExecution shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from millrace.athena_sql.ports import Column

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
class CreateExternalTable:
    """`serde`: as in RegisteredTable; "" where the statement names none. `properties`: those of TBLPROPERTIES."""

    table: TableName
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    location: str
    serde: str
    serde_options: Mapping[str, str]
    properties: Mapping[str, str]
    description: str = ""
    if_not_exists: bool = False
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="CREATE_TABLE", init=False)


@dataclass(frozen=True, slots=True)
class AlterTable:
    """ALTER TABLE. `properties`: to be set; `columns`: to be added, or with `replaces` to stand for all that are not
    partition keys."""

    table: TableName
    properties: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    replaces: bool = False
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="ALTER_TABLE", init=False)


@dataclass(frozen=True, slots=True)
class RepairTable:
    """MSCK REPAIR TABLE."""

    table: TableName
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="MSCK_REPAIR_TABLE", init=False)


@dataclass(frozen=True, slots=True)
class CreateView:
    """`sql`: the text of `query`."""

    view: TableName
    query: exp.Query
    sql: str
    or_replace: bool
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="CREATE_VIEW", init=False)


@dataclass(frozen=True, slots=True)
class DropView:
    view: TableName
    if_exists: bool
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="DROP_VIEW", init=False)


@dataclass(frozen=True, slots=True)
class CreateDatabase:
    name: str
    if_not_exists: bool
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="CREATE_DATABASE", init=False)


@dataclass(frozen=True, slots=True)
class DropDatabase:
    """`cascade`: its tables are dropped, too."""

    name: str
    if_exists: bool
    cascade: bool
    statement_type: str = field(default="DDL", init=False)
    substatement: str = field(default="DROP_DATABASE", init=False)


@dataclass(frozen=True, slots=True)
class Show:
    """SHOW or DESCRIBE. `subject`: the database or table; `pattern`: of LIKE, as it was written, or "". Of
    SHOW TBLPROPERTIES `pattern` is the name of one property, or ""."""

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
CatalogStatement = (
    CreateExternalTable | AlterTable | RepairTable | CreateView | DropView | DropTable | CreateDatabase | DropDatabase
)
ParsedStatement = StatementWithQuery | CatalogStatement | Show | Prepare | Deallocate | Execute
