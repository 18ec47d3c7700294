"""The statement that makes a history: of the rows that a table's own statement gives, one for each change.

It is made from all rows at once, so their order of arrival does not matter (a gaps-and-islands query).
"""

from __future__ import annotations

from collections.abc import Iterable

from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.tables import RUN_COLUMNS, History, Table
from millrace.sql_quoting import identifier


def history_statement(table: Table, stored: History, statement: Statement) -> Statement:
    """`statement` gives all columns but the end of validity; :loaded_at and :run_id are added.

    Of rows with the same key and start, the smallest in the order of the columns counts. Raises QueryError for SQL that
    cannot be parsed.
    """
    own = [column.name for column in RUN_COLUMNS]
    given = [column.name for column in table.columns if column.name not in (*own, stored.until)]
    attributes = [name for name in given if name not in (*stored.keys, stored.since)]
    keys, since = _listed(stored.keys), identifier(stored.since)
    ordered = f"OVER (PARTITION BY {keys} ORDER BY {since})"
    same_start = ", ".join(f"{identifier(name)} NULLS FIRST" for name in attributes) or since
    differs = [f"{identifier(name)} IS DISTINCT FROM lag({identifier(name)}) {ordered}" for name in attributes]
    changed = " OR ".join([f"row_number() {ordered} = 1", *differs])
    made = {name: f":{name} AS {name}" for name in own}
    made[stored.until] = f"lead({since}) {ordered} AS {identifier(stored.until)}"
    selected = ", ".join(made.get(column.name, identifier(column.name)) for column in table.columns)
    return Statement(
        statement.name,
        f"""SELECT {selected}
FROM (
    SELECT {_listed(given)}, {changed} AS millrace_changed
    FROM (
        SELECT {_listed(given)}, row_number() OVER (PARTITION BY {keys}, {since} ORDER BY {same_start}) AS millrace_nth
        FROM (
{parse_query(statement).sql(ATHENA, pretty=True)}
        ) AS millrace_given
        WHERE {since} IS NOT NULL
    ) AS millrace_numbered
    WHERE millrace_nth = 1
) AS millrace_compared
WHERE millrace_changed
ORDER BY {keys}, {since}
""",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(identifier, names))
