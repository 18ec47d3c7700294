"""Writing a SELECT that unnests one array of each row of a subquery: the subquery first, then its elements.

DuckDB plans both as one pipeline, in which every element carries its row's texts (ids, object names), each hashed
anew, and of which no more threads work than the subquery leaves. So the rows are kept in a temporary table; its texts
become ENUMs, which the Parquet writer stores as they are, as dictionaries; and each thread explodes a slice of its own.
The rows are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from athena_sql.duckdb_dialect import DUCKDB
from athena_sql.readers import identifier, literal

_ROWS = "exploded_rows"
_TEXTS = "exploded_texts"
_WHOLE = ("group", "having", "qualify", "windows", "distinct", "order", "limit", "offset", "with", "with_")


@dataclass(frozen=True, slots=True)
class Explosion:
    """`rows` is the subquery; `elements` the SELECT over `_ROWS`, which stands under the name `alias` there.

    `plain`: the columns (in lower case) that the SELECT only hands on.
    """

    rows: str
    elements: exp.Select
    alias: str
    plain: frozenset[str]

    def prepare(self, cursor: duckdb.DuckDBPyConnection, slices: int) -> str:
        """Run the subquery; the SELECT of the elements. What it needs goes with the cursor."""
        cursor.execute(f"CREATE TEMP TABLE {_ROWS} AS {self.rows}")
        described = cursor.execute(f"SELECT * FROM {_ROWS} LIMIT 0").description or []
        texts = [column[0] for column in described if str(column[1]) == "VARCHAR" and column[0].lower() in self.plain]
        counts = ", ".join(["count(*)", *(f"count({identifier(text)})" for text in texts)])
        count, *filled = cursor.execute(f"SELECT {counts} FROM {_ROWS}").fetchall()[0]
        self._store_texts(cursor, [text for text, values in zip(texts, filled, strict=True) if values])
        return " UNION ALL ".join(self._slice(part, slices, count) for part in range(slices))

    def _store_texts(self, cursor: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> None:
        for number, text in enumerate(texts):
            column, name = identifier(text), f"{_TEXTS}_{number}"
            values = f"SELECT DISTINCT {column} FROM {_ROWS} WHERE {column} IS NOT NULL ORDER BY {column}"
            cursor.execute(f"CREATE TEMP TYPE {name} AS ENUM ({values})")
            cursor.execute(f"ALTER TABLE {_ROWS} ALTER {column} TYPE {name}")

    def _slice(self, part: int, slices: int, count: int) -> str:
        select = self.elements.copy()
        first, end = (count * edge // slices for edge in (part, part + 1))
        rowid = exp.column("rowid", table=self.alias, quoted=True)
        inside = exp.and_(rowid >= exp.Literal.number(first), rowid.copy() < exp.Literal.number(end))
        return select.where(inside, copy=False).sql(DUCKDB, comments=False)


def explosion(tree: exp.Query) -> Explosion | None:
    """How to write this SELECT in two steps; None when it is not of that form."""
    if not isinstance(tree, exp.Select) or any(tree.args.get(part) for part in _WHOLE):
        return None
    source = tree.args.get("from_") or tree.args.get("from")
    rows = source.this if isinstance(source, exp.From) else None
    if not isinstance(rows, exp.Subquery) or not rows.alias or not _is_unnest(tree.args.get("joins")):
        return None
    elements = tree.copy()
    copied = elements.find(exp.From)
    assert copied is not None
    copied.set("this", exp.alias_(exp.to_table(_ROWS), rows.alias, table=True, quoted=True))
    if elements.find(exp.AggFunc, exp.Window, exp.Subquery, exp.Star):
        return None
    for column in elements.expressions:
        _as_dictionary(column)
    return Explosion(rows.this.sql(DUCKDB, comments=False), elements, rows.alias, _plain(elements))


def _plain(elements: exp.Select) -> frozenset[str]:
    """An ENUM in an expression would not always behave as its text does."""
    handed_on = [column.unalias() for column in elements.expressions]
    bare = {id(column) for column in handed_on if isinstance(column, exp.Column)}
    others = {column.name.lower() for column in elements.find_all(exp.Column) if id(column) not in bare}
    return frozenset(column.name.lower() for column in handed_on if id(column) in bare) - others


def _is_unnest(joins: Sequence[exp.Join] | None) -> bool:
    return bool(joins) and joins is not None and len(joins) == 1 and isinstance(joins[0].this, exp.Unnest)


def _as_dictionary(column: exp.Expr) -> None:
    """A text that is the same in every row is an ENUM of one value."""
    value = column.this if isinstance(column, exp.Alias) else None
    if isinstance(value, exp.Literal) and value.is_string:
        value.replace(exp.Var(this=f"CAST({literal(value.name)} AS ENUM ({literal(value.name)}))"))
