"""From table names to what stands behind them: every `<layer>.<name>` in a syntax tree becomes a reader or a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.table_data import columns_of
from millrace.athena_sql.ports import ParquetData, RawData, RowData, TableData, TableSource, ViewData
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.errors import DefinitionError, UnknownName

# What stands for a table's data in the engine's own SQL; the node is the table, in the SELECT that reads it.
Read = Callable[[ParquetData | RawData | RowData, exp.Table], exp.Expr]


@dataclass
class TableBinding:
    """One statement's tables: `given` goes before `source`. `columns` collects the names that the tables offer."""

    source: TableSource
    given: Mapping[str, TableData]
    read: Read
    columns: set[str] = field(default_factory=set)

    def resolve(self, tree: exp.Query, inside: tuple[str, ...] = ()) -> exp.Query:
        """The tree with its tables replaced, views inlined.

        Names of WITH are respected. Raises UnknownName for a table that is not there, DefinitionError for views that
        need each other.
        """
        for node in list(tree.find_all(exp.Table)):
            if not _is_local(node):
                self._replace(node, inside)
        for column in tree.find_all(exp.Column):
            column.set("db", None)  # `staging.taxi_position.dt`: the layer is no schema of the engine's
            column.set("catalog", None)
        return tree

    def _replace(self, node: exp.Table, inside: tuple[str, ...]) -> None:
        name = ".".join(part.name for part in node.parts).lower()
        data = self._data(name if isinstance(node.this, exp.Identifier) else node.sql())
        if not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
        if isinstance(data, ViewData):
            node.set("this", self._view(data, (*inside, name)))
        else:
            self.columns.update(column.name for column in columns_of(data))
            node.set("this", self.read(data, node))
        node.set("db", None)
        node.set("catalog", None)

    def _data(self, name: str) -> TableData:
        given = {known.lower(): data for known, data in self.given.items()}
        if name in given:
            return given[name]
        known = {known.lower(): known for known in self.source.names()}
        if name not in known:
            raise UnknownName("table", name, {*known, *given})
        return self.source.table(known[name])

    def _view(self, data: ViewData, inside: tuple[str, ...]) -> exp.Expr:
        if inside[-1] in inside[:-1]:
            raise DefinitionError(f"the views {' -> '.join(inside)} need each other.")
        tree = bind(parse_query(data.statement), {}, data.statement.name)
        self.columns.update(tree.named_selects)
        return exp.Subquery(this=self.resolve(tree, inside))


def _is_local(node: exp.Table) -> bool:
    """Whether the name is one of a WITH around it."""
    if not isinstance(node.this, exp.Identifier) or node.args.get("db"):
        return False
    around = node.parent
    while around is not None:
        if isinstance(around, exp.Query) and any(cte.alias.lower() == node.name.lower() for cte in around.ctes):
            return True
        around = around.parent
    return False
