"""The operations on catalogs, databases and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from millrace.athena_sql.endpoint.api.paging import page_of
from millrace.athena_sql.endpoint.api.shapes import Input, Operation, Output
from millrace.athena_sql.endpoint.lake.catalog_view import SHOWN_CATALOG, CatalogView, DescribedTable, check_catalog
from millrace.athena_sql.endpoint.problems import invalid, metadata_not_found
from millrace.athena_sql.endpoint.statements.kinds import TableName
from millrace.athena_sql.ports import Column

MAX_RESULTS = 50
_MAX_COMMENT = 255


@dataclass(frozen=True)
class MetadataApi:
    catalog: CatalogView

    def operations(self) -> Mapping[str, Operation]:
        return {
            "ListDataCatalogs": self.catalogs,
            "GetDataCatalog": self.get_catalog,
            "ListDatabases": self.databases,
            "GetDatabase": self.get_database,
            "ListTableMetadata": self.tables,
            "GetTableMetadata": self.get_table,
        }

    def catalogs(self, request: Input) -> Output:
        return {"DataCatalogsSummary": [{"CatalogName": SHOWN_CATALOG, "Type": "GLUE"}]}

    def get_catalog(self, request: Input) -> Output:
        check_catalog(request["Name"])
        return {"DataCatalog": {"Name": SHOWN_CATALOG, "Type": "GLUE", "Description": "", "Parameters": {}}}

    def databases(self, request: Input) -> Output:
        check_catalog(request["CatalogName"])
        found = [{"Name": name} for name in self.catalog.databases()]
        return page_of(found, request, "DatabaseList", request.get("MaxResults") or MAX_RESULTS)

    def get_database(self, request: Input) -> Output:
        check_catalog(request["CatalogName"])
        name = request["DatabaseName"].lower()
        if not self.catalog.has_database(name):
            raise metadata_not_found(f"Database {name} not found.")
        return {"Database": {"Name": name}}

    def tables(self, request: Input) -> Output:
        check_catalog(request["CatalogName"])
        found = self.catalog.described(request["DatabaseName"].lower())
        if expression := request.get("Expression"):
            pattern = _pattern(expression)
            found = [each for each in found if pattern.fullmatch(each.name.name)]
        shown = [_shown(each) for each in found]
        return page_of(shown, request, "TableMetadataList", request.get("MaxResults") or MAX_RESULTS)

    def get_table(self, request: Input) -> Output:
        check_catalog(request["CatalogName"])
        name = TableName(request["DatabaseName"].lower(), request["TableName"].lower())
        return {"TableMetadata": _shown(self.catalog.describe(name))}


def _pattern(expression: str) -> re.Pattern[str]:
    """Pattern of the names wanted; a `*` on its own matches anything, as Athena's console writes it."""
    try:
        return re.compile(re.sub(r"(?<![.\])])\*", ".*", expression), re.IGNORECASE)
    except re.error as error:
        raise invalid(f"Expression {expression!r} is not a regular expression: {error}") from None


def _shown(each: DescribedTable) -> Output:
    location = {"location": each.registered.location} if each.registered and each.registered.location else {}
    found: Output = {
        "Name": each.name.name,
        "TableType": each.type,
        "Columns": [_column(column) for column in each.columns],
        "PartitionKeys": [_column(column) for column in each.partition_keys],
        "Parameters": {**each.properties, **location},
    }
    return found


def _column(column: Column) -> Output:
    found = {"Name": column.name, "Type": column.type}
    return found | ({"Comment": column.description[:_MAX_COMMENT]} if column.description else {})
