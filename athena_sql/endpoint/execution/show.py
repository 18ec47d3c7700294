"""SHOW and DESCRIBE: rows of text in the layout that Athena gives and its clients parse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView, DescribedTable
from millrace.athena_sql.endpoint.results.column_types import ResultColumn, text_column
from millrace.athena_sql.endpoint.statements.kinds import Show, TableName
from millrace.athena_sql.ports import Column
from millrace.errors import RequestRefused, StatementFailed
from millrace.sql_quoting import hive_literal

_PARTITION_HEADING = (
    "\t \t ",
    "# Partition Information\t \t ",
    f"{'# col_name':<22}\t{'data_type':<20}\t{'comment':<20}",
    "\t \t ",
)

ColumnsAndRows = tuple[tuple[ResultColumn, ...], list[list[str | None]]]


def show(statement: Show, database: str, catalog: CatalogView) -> ColumnsAndRows:
    """Columns and rows. `database`: the context's. Raises StatementFailed for an unknown table or database."""
    subject = statement.subject.within(database)
    try:
        match statement.substatement:
            case "SHOW_DATABASES":
                return _one_column("database_name", _like(catalog.databases(), statement.pattern))
            case "SHOW_TABLES":
                names = [each.name.name for each in catalog.described(subject.database)]
                return _one_column("tab_name", _like(names, statement.pattern))
            case "SHOW_VIEWS":
                names = [each.name.name for each in catalog.described(subject.database) if each.is_view]
                return _one_column("views", _like(names, statement.pattern))
            case "SHOW_COLUMNS":
                described = catalog.describe(subject)
                names = [column.name for column in (*described.columns, *described.partition_keys)]
                return _one_column("field", [f"{name:<20}" for name in names])
            case "SHOW_PARTITIONS":
                return _one_column("partition", catalog.partitions(subject))
            case "SHOW_CREATE_TABLE":
                return _one_column("createtab_stmt", _create_table(catalog.describe(subject)))
            case "SHOW_CREATE_VIEW":
                return _one_column("Create View", _create_view(catalog.describe(subject)))
            case "SHOW_TBLPROPERTIES":
                return _properties(catalog.describe(subject), statement.pattern)
            case _:
                return _description(catalog.describe(subject))
    except RequestRefused:
        raise _not_found(subject) from None


def _not_found(subject: TableName) -> StatementFailed:
    if subject.name:
        return StatementFailed("FAILED", f"SemanticException [Error 10001]: Table not found {subject}")
    return StatementFailed("FAILED", f"SemanticException [Error 10072]: Database does not exist: {subject.database}")


def _one_column(name: str, values: Sequence[str]) -> ColumnsAndRows:
    return (text_column(name),), [[value] for value in values]


def _like(names: Sequence[str], pattern: str) -> list[str]:
    """The names that match one of Hive's patterns: `*` for anything, `|` for or; SQL's `%` works like `*`."""
    if not pattern:
        return list(names)
    written = "|".join(
        re.escape(part).replace(r"\*", ".*").replace(r"\.\.*", ".*").replace("%", ".*") for part in pattern.split("|")
    )
    return [name for name in names if re.fullmatch(written, name, re.IGNORECASE)]


def _description(described: DescribedTable) -> ColumnsAndRows:
    """Hive's layout: three tab-separated fields in one text, and the partition keys a second time at the end."""
    lines = [_line(column) for column in (*described.columns, *described.partition_keys)]
    if described.partition_keys:
        lines += [*_PARTITION_HEADING, *(_line(column) for column in described.partition_keys)]
    columns = (text_column("col_name"), text_column("data_type"), text_column("comment"))
    return columns, [[line] for line in lines]


def _line(column: Column) -> str:
    return f"{column.name:<20}\t{column.type:<20}\t{column.description:<20}"


def _create_table(described: DescribedTable) -> list[str]:
    lines = [f"CREATE EXTERNAL TABLE `{described.name}`("]
    lines += _listed(described.columns)
    if described.partition_keys:
        lines += ["PARTITIONED BY (", *_listed(described.partition_keys)]
    lines.append("STORED AS PARQUET")
    if described.registered:
        lines += ["LOCATION", f"  '{described.registered.location}'"]
    return lines


def _create_view(described: DescribedTable) -> list[str]:
    """Raises StatementFailed for a table."""
    if described.registered is None or not described.is_view:
        raise StatementFailed("NOT_SUPPORTED", f"line 1:1: {described.name} is a table, not a view")
    return [f"CREATE VIEW {described.name} AS", *described.registered.view.splitlines()]


def _properties(described: DescribedTable, wanted: str) -> ColumnsAndRows:
    """Name and value, tab-separated in one text; of one property the value."""
    if wanted:
        missing = f"Table {described.name} does not have property: {wanted}"
        return _one_column("prpt_name", [described.properties.get(wanted, missing)])
    columns = (text_column("prpt_name"), text_column("prpt_value"))
    return columns, [[f"{name}\t{value}"] for name, value in sorted(described.properties.items())]


def _listed(columns: Sequence[Column]) -> list[str]:
    return [
        f"  `{column.name}` {column.type}{_comment(column)}{',' if at < len(columns) else ')'}"
        for at, column in enumerate(columns, start=1)
    ]


def _comment(column: Column) -> str:
    return f" COMMENT {hive_literal(column.description)}" if column.description else ""
