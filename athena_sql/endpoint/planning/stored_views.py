"""Registered views: what people have made passes the fence each time that it is read, as their queries do."""

from __future__ import annotations

from millrace.athena_sql.endpoint.lake.glue_table_source import StoredView
from millrace.athena_sql.endpoint.planning.name_resolution import KnownTables, resolve_names
from millrace.athena_sql.endpoint.statements.parsing import read_query
from millrace.athena_sql.language.fence import check_allowed
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.ports import Statement, ViewData
from millrace.errors import RequestRefused, StatementFailed


def view_over(view: StoredView, known: KnownTables) -> tuple[ViewData, set[str]]:
    """The view with full names, and the tables that it reads.

    Raises StatementFailed for a view that cannot be read any more, as after its table was dropped.
    """
    try:
        query = read_query(view.statement.sql)
        check_allowed(query.walk())
        reads = resolve_names(query, view.database, known)
    except (RequestRefused, StatementFailed) as error:
        message = f"line 1:1: Failed analyzing stored view 'awsdatacatalog.{view.statement.name}': {error}"
        raise StatementFailed("INVALID_VIEW", message) from None
    statement = Statement(view.statement.name, query.sql(TRINO, comments=False))
    return ViewData(statement), reads
