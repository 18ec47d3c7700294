"""Views in the Glue Data Catalog, as Athena keeps them: a comment with JSON in Base64 (Presto's Hive connector)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import msgspec

from millrace.athena_sql.endpoint.ports import RegisteredTable
from millrace.athena_sql.endpoint.statements.kinds import CATALOG
from millrace.athena_sql.ports import Column

EXPANDED_TEXT = "/* Presto View */"
VIEW_PROPERTIES = {"presto_view": "true", "comment": "Presto View"}
_TEXT = re.compile(r"/\* Presto View: (?P<data>\S+) \*/")
_SQL_TYPES = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary"}


def view_text(view: RegisteredTable) -> str:
    data = {
        "originalSql": view.view,
        "catalog": CATALOG,
        "schema": view.name.database,
        "columns": [{"name": column.name, "type": _sql_type(column)} for column in view.columns],
    }
    return f"/* Presto View: {base64.b64encode(msgspec.json.encode(data)).decode()} */"


def view_query(text: str) -> str:
    """The query of a view. A view of another dialect, such as Spark's, is its text as it is."""
    if found := _TEXT.fullmatch(text.strip()):
        try:
            data: dict[str, Any] = msgspec.json.decode(base64.b64decode(found["data"]), type=dict[str, Any])
            return str(data["originalSql"])
        except (msgspec.DecodeError, binascii.Error, KeyError):
            pass
    return text


def _sql_type(column: Column) -> str:
    return _SQL_TYPES.get(column.type, column.type)
