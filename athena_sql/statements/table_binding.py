"""Table binding: each `<layer>.<name>` in a syntax tree is replaced by the engine's reader of its data, or a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from sqlglot import exp

from millrace.athena_sql.ports import Column, ReadableData, TableData, TableSource, ViewData
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.with_names import ctes_around
from millrace.athena_sql.tables import columns_of
from millrace.errors import DefinitionError, UnknownName

# Gives the expression for a table's data in the engine's own SQL; the node is the table, in the SELECT that reads it.
TableReader = Callable[[ReadableData, exp.Table], exp.Expr]


class StatementTables:
    """One statement's tables, looked up in `given`, then in `source`, each once."""

    def __init__(self, source: TableSource, given: Mapping[str, TableData] | None = None) -> None:
        self._source = source
        self.given = {name.lower(): data for name, data in (given or {}).items()}
        self._names: Mapping[str, str] = {}
        self._found: dict[str, TableData] = {}

    @property
    def looked_up(self) -> Set[str]:
        """The names that there was data for."""
        return self._found.keys()

    def data(self, name: str) -> TableData:
        """`name` is in lower case. Raises UnknownName."""
        if name not in self._found:
            self._found[name] = self.given[name] if name in self.given else self._looked_up(name)
        return self._found[name]

    def _looked_up(self, name: str) -> TableData:
        self._names = self._names or {known.lower(): known for known in self._source.names()}
        if name not in self._names:
            raise UnknownName("table", name, {*self._names, *self.given})
        return self._source.table(self._names[name])


@dataclass
class TableBinding:
    """A statement's tables, bound. `columns` collects the names of their columns.

    `write_out_views` comes first, then the checks, which want names of tables, then `read_tables`.
    """

    tables: StatementTables
    read: TableReader
    columns: set[str] = field(default_factory=set)

    def write_out_views(self, tree: exp.Query, inside: tuple[str, ...] = ()) -> exp.Query:
        """Replaces the tree's views by their statements, in place; names of WITH stay. Returns the tree.

        `inside`: the views that this tree is a part of. Raises UnknownName for an unknown table, DefinitionError for
        views that need each other.
        """
        for node in list(tree.find_all(exp.Table)):
            if _is_local(node):
                continue
            name = full_name(node)
            data = self.tables.data(name)
            if not node.alias:
                node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
            if isinstance(data, ViewData):
                parts = {part: node.args.get(part) for part in ("alias", "joins", "laterals", "sample")}
                node.replace(exp.Subquery(this=self._view(data, (*inside, name)), **parts))
            else:
                self.columns.update(column.name for column in columns_of(data))
        return tree

    def columns_of(self, node: exp.Table) -> tuple[Column, ...]:
        """The columns of a table in a tree whose views are written out; () for a name that WITH defines."""
        if _is_local(node):
            return ()
        data = self.tables.data(full_name(node))
        return () if isinstance(data, ViewData) else columns_of(data)

    def read_tables(self, tree: exp.Query) -> exp.Query:
        """Replaces the tree's tables by what reads their data, in place. Returns the tree."""
        for node in list(tree.find_all(exp.Table)):
            if _is_local(node):
                continue
            data = self.tables.data(full_name(node))
            assert not isinstance(data, ViewData)
            node.set("this", self.read(data, node))
            node.set("db", None)
            node.set("catalog", None)
        for column in tree.find_all(exp.Column):
            if f"{column.text('db')}.{column.table}".lower() in self.tables.looked_up:  # else it is a field of a column
                column.set("db", None)  # of `staging.taxi_position.dt`: the engine knows no schemas named like layers
                column.set("catalog", None)
        return tree

    def _view(self, data: ViewData, inside: tuple[str, ...]) -> exp.Query:
        if inside[-1] in inside[:-1]:
            raise DefinitionError(
                f"the views {' -> '.join(inside)} need each other.", hint="Remove one of these references."
            )
        tree = bind(parse_query(data.statement), {}, data.statement.name)
        self.columns.update(tree.named_selects)
        return self.write_out_views(tree, inside)


def full_name(node: exp.Table) -> str:
    """`layer.name`, in lower case."""
    return ".".join(part.name for part in node.parts).lower() if isinstance(node.this, exp.Identifier) else node.sql()


def _is_local(node: exp.Table) -> bool:
    """Whether the name is defined by a WITH around it."""
    if not isinstance(node.this, exp.Identifier) or node.args.get("db"):
        return False
    return any(True for _ in ctes_around(node, node.name))
