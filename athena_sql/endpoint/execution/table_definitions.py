"""The statements that change the registry alone: external tables, properties, columns, partitions, views.

The lake's own tables are left alone: Millrace's workflows define them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
from millrace.athena_sql.endpoint.lake.glue_table_source import check_readable
from millrace.athena_sql.endpoint.ports import ObjectStore, RegisteredTable, TableRegistry
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.endpoint.statements.kinds import (
    AlterTable,
    CatalogStatement,
    CreateDatabase,
    CreateExternalTable,
    CreateView,
    DropDatabase,
    DropTable,
    DropView,
    RepairTable,
    TableName,
)
from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.ports import Column
from millrace.errors import DefinitionError, StatementFailed

# What an external table has without being told, as Athena writes it.
_EXTERNAL = {"EXTERNAL": "TRUE"}
ColumnsOf = Callable[[CreateView], tuple[Column, ...]]


@dataclass(frozen=True)
class TableDefinitions:
    """`schema`: where names without a database are looked up. `registry` and `objects`: None without an object store.

    `columns_of`: plans a view's query and gives its columns.
    """

    catalog: CatalogView
    registry: TableRegistry | None
    objects: ObjectStore | None
    schema: str
    columns_of: ColumnsOf

    def run(self, statement: CatalogStatement) -> list[str]:
        """The lines that the statement shows, most often none. Raises StatementFailed."""
        match statement:
            case CreateExternalTable():
                self._create(statement)
            case AlterTable():
                self._alter(statement)
            case RepairTable():
                return self._repair(statement)
            case CreateView():
                self._create_view(statement)
            case DropView():
                self._drop_view(statement)
            case DropTable():
                self._drop(statement)
            case CreateDatabase():
                self._create_database(statement)
            case DropDatabase():
                self._drop_database(statement)
        return []

    def writable(self, name: TableName) -> TableName:
        """The full name. Raises StatementFailed for one of the lake's own tables."""
        table = name.within(self.schema)
        if self.catalog.is_lake_table(table):
            raise unsupported(f"line 1:1: {table} is written by Millrace's workflows only; choose another table")
        return table

    def _create(self, statement: CreateExternalTable) -> None:
        table, registry = self.writable(statement.table), self._registry()
        for column in (*statement.columns, *statement.partition_keys):
            _check_type(column)
        if registry.table(table) is not None:
            if statement.if_not_exists:
                return
            raise StatementFailed("FAILED", f"AlreadyExistsException: Table {table.name} already exists")
        made = RegisteredTable(
            table,
            statement.columns,
            statement.partition_keys,
            statement.location.rstrip("/") + "/",
            description=statement.description,
            serde=statement.serde,
            serde_options=statement.serde_options,
            properties={**_EXTERNAL, **statement.properties},
        )
        check_readable(made)
        registry.create(made)

    def _alter(self, statement: AlterTable) -> None:
        found = self._known_table(statement.table)
        columns = statement.columns if statement.replaces else (*found.columns, *statement.columns)
        for column in statement.columns:
            _check_type(column)
        names = [column.name for column in (*columns, *found.partition_keys)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise StatementFailed("FAILED", f"SemanticException: Duplicate column name: {twice[0]}")
        properties = {**found.properties, **statement.properties}
        self._registry().replace(replace(found, columns=columns, properties=properties))

    def _repair(self, statement: RepairTable) -> list[str]:
        """Register each folder `<key>=<value>/...` below the table's location that has objects."""
        found = self._known_table(statement.table)
        if not found.partition_keys:
            raise StatementFailed("FAILED", f"SemanticException: {found.name} is not a partitioned table")
        known = {values for values, _ in found.partitions}
        new = {values: place for values, place in self._folders(found) if values not in known}
        if not new:
            return []
        self._registry().add_partitions(found, sorted(new.items()))
        keys = [key.name for key in found.partition_keys]
        names = ["/".join(map("=".join, zip(keys, values, strict=True))) for values in sorted(new)]
        return [
            "Partitions not in metastore:\t" + "\t".join(f"{found.name.name}:{name}" for name in names),
            *(f"Repair: Added partition to metastore {found.name.name}:{name}" for name in names),
        ]

    def _folders(self, table: RegisteredTable) -> list[tuple[tuple[str, ...], str]]:
        """For each object in folders named after the keys, in their order: the values, and the folder's address."""
        assert self.objects is not None
        keys, found = [key.name for key in table.partition_keys], []
        for address, _ in self.objects.list(table.location):
            parts = address.removeprefix(table.location).split("/")[: len(keys)]
            if address.endswith("/") or [part.partition("=")[0].lower() for part in parts] != keys:
                continue
            found.append((tuple(part.partition("=")[2] for part in parts), f"{table.location}{'/'.join(parts)}/"))
        return found

    def _create_view(self, statement: CreateView) -> None:
        view, registry = self.writable(statement.view), self._registry()
        found = registry.table(view)
        if found is not None and not found.view:
            raise StatementFailed("TABLE_ALREADY_EXISTS", f"line 1:1: Table already exists: 'awsdatacatalog.{view}'")
        if found is not None and not statement.or_replace:
            raise StatementFailed("ALREADY_EXISTS", f"line 1:1: View already exists: 'awsdatacatalog.{view}'")
        made = RegisteredTable(view, self.columns_of(statement), (), "", view=statement.sql)
        if found is not None:
            registry.replace(made)
        else:
            registry.create(made)

    def _drop_view(self, statement: DropView) -> None:
        view = self.writable(statement.view)
        found = self.registry.table(view) if self.registry else None
        if found is not None and not found.view:
            raise StatementFailed("TABLE_NOT_FOUND", f"line 1:1: 'awsdatacatalog.{view}' is a table; use DROP TABLE")
        if found is not None:
            self._registry().drop(view)
        elif not statement.if_exists:
            raise StatementFailed("TABLE_NOT_FOUND", f"line 1:1: View 'awsdatacatalog.{view}' does not exist")

    def _drop(self, statement: DropTable) -> None:
        table = self.writable(statement.table)
        if self.registry is not None and self.registry.table(table) is not None:
            self.registry.drop(table)
        elif not statement.if_exists:
            raise _unknown(table)

    def _create_database(self, statement: CreateDatabase) -> None:
        if self.catalog.has_database(statement.name):
            if statement.if_not_exists:
                return
            raise StatementFailed("FAILED", f"Database {statement.name} already exists")
        self._registry().create_database(statement.name)

    def _drop_database(self, statement: DropDatabase) -> None:
        if not self.catalog.has_database(statement.name):
            if statement.if_exists:
                return
            raise StatementFailed(
                "FAILED", f"SemanticException [Error 10072]: Database does not exist: {statement.name}"
            )
        if self.catalog.is_layer(statement.name):
            raise unsupported(f"line 1:1: {statement.name} is written by Millrace's workflows only")
        registry = self._registry()
        if registry.tables(statement.name) and not statement.cascade:
            raise StatementFailed(
                "FAILED",
                f"InvalidOperationException: Database {statement.name} is not empty. One or more tables exist.",
            )
        registry.drop_database(statement.name)

    def _known_table(self, name: TableName) -> RegisteredTable:
        table = self.writable(name)
        found = self._registry().table(table)
        if found is None:
            raise _unknown(table)
        if found.view:
            raise StatementFailed("FAILED", f"SemanticException: {table} is a view")
        return found

    def _registry(self) -> TableRegistry:
        if self.registry is None:
            raise unsupported("line 1:1: this endpoint has no catalog to write to; set MILLRACE_AWS_ENDPOINT_URL")
        return self.registry


def _unknown(table: TableName) -> StatementFailed:
    return StatementFailed("FAILED", f"SemanticException [Error 10001]: Table not found {table}")


def _check_type(column: Column) -> None:
    try:
        to_duckdb(column.type)
    except DefinitionError as error:
        raise unsupported(f"line 1:1: the column {column.name}: {error}") from None
