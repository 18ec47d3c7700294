"""The operations on catalogs, databases and tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.athena_sql.endpoint.api.paging import page_of
from millrace.athena_sql.endpoint.api.problems import invalid, no_metadata
from millrace.athena_sql.endpoint.lake.catalog_view import SHOWN_CATALOG, CatalogView, DescribedTable, check_catalog
from millrace.athena_sql.endpoint.statements.statement_kinds import TableName
from millrace.athena_sql.ports import Column

MOST = 50
_LONGEST_COMMENT = 255

Input = Mapping[str, Any]
Output = dict[str, Any]


@dataclass(frozen=True)
class MetadataApi:
    catalog: CatalogView

    def operations(self) -> Mapping[str, Callable[[Input], Output]]:
        return {
            "ListDataCatalogs": self.catalogs,
            "GetDataCatalog": self.get_catalog,
            "ListDatabases": self.databases,
            "GetDatabase": self.get_database,
            "ListTableMetadata": self.tables,
            "GetTableMetadata": self.get_table,
        }

    def catalogs(self, asked: Input) -> Output:
        return {"DataCatalogsSummary": [{"CatalogName": SHOWN_CATALOG, "Type": "GLUE"}]}

    def get_catalog(self, asked: Input) -> Output:
        check_catalog(asked["Name"])
        return {"DataCatalog": {"Name": SHOWN_CATALOG, "Type": "GLUE", "Description": "", "Parameters": {}}}

    def databases(self, asked: Input) -> Output:
        check_catalog(asked["CatalogName"])
        found = [{"Name": name} for name in self.catalog.databases()]
        return page_of(found, asked, "DatabaseList", asked.get("MaxResults") or MOST)

    def get_database(self, asked: Input) -> Output:
        check_catalog(asked["CatalogName"])
        name = asked["DatabaseName"].lower()
        if not self.catalog.has_database(name):
            raise no_metadata(f"Database {name} not found.")
        return {"Database": {"Name": name}}

    def tables(self, asked: Input) -> Output:
        check_catalog(asked["CatalogName"])
        found = self.catalog.described(asked["DatabaseName"].lower())
        if expression := asked.get("Expression"):
            pattern = _pattern(expression)
            found = [each for each in found if pattern.fullmatch(each.name.name)]
        shown = [_shown(each) for each in found]
        return page_of(shown, asked, "TableMetadataList", asked.get("MaxResults") or MOST)

    def get_table(self, asked: Input) -> Output:
        check_catalog(asked["CatalogName"])
        name = TableName(asked["DatabaseName"].lower(), asked["TableName"].lower())
        return {"TableMetadata": _shown(self.catalog.describe(name))}


def _pattern(expression: str) -> re.Pattern[str]:
    """A regular expression; a `*` by itself means anything, as Athena's own console writes it."""
    try:
        return re.compile(re.sub(r"(?<![.\])])\*", ".*", expression), re.IGNORECASE)
    except re.error as error:
        raise invalid(f"Expression {expression!r} cannot be read: {error}") from None


def _shown(each: DescribedTable) -> Output:
    location = {"location": each.registered.location} if each.registered else {}
    found: Output = {
        "Name": each.name.name,
        "TableType": "EXTERNAL_TABLE",
        "Columns": [_column(column) for column in each.columns],
        "PartitionKeys": [_column(column) for column in each.partition_keys],
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet", **location},
    }
    return found


def _column(column: Column) -> Output:
    found = {"Name": column.name, "Type": column.type}
    return found | ({"Comment": column.description[:_LONGEST_COMMENT]} if column.description else {})
