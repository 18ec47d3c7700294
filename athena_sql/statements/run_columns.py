"""The statement that a run writes: a table's own, with the columns `loaded_at` and `run_id` if it leaves them out."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.history import history_statement
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.tables import DT, RUN_COLUMNS, History, Table


def statement_to_write(table: Table, statement: Statement) -> Statement:
    """The statement with `:loaded_at` and `:run_id` as columns, if the table has them; itself if it has both.

    They are added in the syntax tree to the outermost SELECT, of a UNION to each side: at the end, but before the `dt`
    of a table that is stored by date. The one of a history is made around its own. Raises QueryError for SQL that
    cannot be parsed.
    """
    if isinstance(table.stored, History):
        return history_statement(table, table.stored, statement)
    if not table.made_by_run or all(f":{column.name}" in statement.sql for column in RUN_COLUMNS):
        return statement
    query = parse_query(statement)
    for select in _outermost(query):
        _add(select, before=DT.name if table.partitioned else None)
    return Statement(statement.name, query.sql(ATHENA, pretty=True))


def _outermost(query: exp.Query) -> list[exp.Select]:
    match query:
        case exp.Subquery():
            return _outermost(query.unnest())  # type: ignore[arg-type]
        case exp.SetOperation():
            return [*_outermost(query.left), *_outermost(query.right)]
        case exp.Select():
            return [query]
    return []


def _add(select: exp.Select, before: str | None) -> None:
    """In the order in which they are declared, also where one of them is there already."""
    given = {one.alias_or_name.lower(): one for one in select.expressions}
    added = [
        given.get(column.name) or exp.alias_(exp.Placeholder(this=column.name), column.name) for column in RUN_COLUMNS
    ]
    others = [one for one in select.expressions if one not in added]
    names = [one.alias_or_name.lower() for one in others]
    place = names.index(before) if before in names else len(names)
    select.set("expressions", [*others[:place], *added, *others[place:]])
