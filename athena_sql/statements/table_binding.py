"""Table binding: each `<layer>.<name>` in a syntax tree is replaced by the engine's reader of its data, or a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from millrace.athena_sql.ports import ParquetData, RawData, RowData, TableData, TableSource, ViewData
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.tables import columns_of
from millrace.errors import DefinitionError, UnknownName

# Gives the expression for a table's data in the engine's own SQL; the node is the table, in the SELECT that reads it.
TableReader = Callable[[ParquetData | RawData | RowData, exp.Table], exp.Expr]


@dataclass
class TableBinding:
    """One statement's tables, looked up in `given`, then in `source`. `columns` collects the names of their columns."""

    source: TableSource
    given: Mapping[str, TableData]
    read: TableReader
    columns: set[str] = field(default_factory=set)

    def resolve(self, tree: exp.Query, inside: tuple[str, ...] = ()) -> exp.Query:
        """Replaces the tree's tables in place, views by their statements; names of WITH stay. Returns the tree.

        `inside`: the views that this tree is a part of. Raises UnknownName for an unknown table, DefinitionError for
        views that need each other.
        """
        for node in list(tree.find_all(exp.Table)):
            if not _is_local(node):
                self._replace(node, inside)
        for column in tree.find_all(exp.Column):
            column.set("db", None)  # of `staging.taxi_position.dt`: the engine knows no schemas named like layers
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
            raise DefinitionError(
                f"the views {' -> '.join(inside)} need each other.", hint="Remove one of these references."
            )
        tree = bind(parse_query(data.statement), {}, data.statement.name)
        self.columns.update(tree.named_selects)
        return exp.Subquery(this=self.resolve(tree, inside))


def _is_local(node: exp.Table) -> bool:
    """Whether the name is defined by a WITH around it."""
    if not isinstance(node.this, exp.Identifier) or node.args.get("db"):
        return False
    parent = node.parent
    while parent is not None:
        if isinstance(parent, exp.Query) and any(cte.alias.lower() == node.name.lower() for cte in parent.ctes):
            return True
        parent = parent.parent
    return False
