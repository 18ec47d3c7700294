"""How Athena reads each kind of table data: as a table in Glue, as a work table, or as rows in the query's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp, parse_one

from millrace.athena_sql.engines.athena.catalog_tables import CataloguedData
from millrace.athena_sql.engines.athena.types import sql_type
from millrace.athena_sql.engines.athena.work_tables import WorkTable, new_name
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Column, JsonData, ParquetData, RawData, ReadableData, Value
from millrace.athena_sql.tables import RAW_COLUMNS, columns_of
from millrace.errors import QueryError
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.sql_quoting import identifier, literal

_DT = Column("dt", "date")
_LINE = Column("line", "string")
_RAW_KEYS = (Column("dt", "date"), Column("hour", "string"))


@dataclass
class TableRead:
    """The readers of one statement's tables. `given`: names of the tables that the caller passed with this statement.

    `work` collects, by name, the work tables that must exist while the statement runs.
    """

    work_database: str
    given: frozenset[str]
    work: dict[str, WorkTable] = field(default_factory=dict)

    def read(self, data: ReadableData, node: exp.Table) -> exp.Expr:
        """The expression that replaces the table `node` in Athena's own SQL."""
        name = ".".join(part.name for part in node.parts).lower()
        match data:
            case CataloguedData():
                return exp.table_(data.name, db=data.database, quoted=True)
            case ParquetData():
                return self._parquet(data)
            case RawData():
                return self._raw(data, only_these=name in self.given)
            case JsonData():
                raise QueryError(f"{name} is in no catalog.", hint="Let its crawler make the table.")
        return _rows(data.columns, [[row.get(column.name) for column in data.columns] for row in data.rows])

    def _parquet(self, data: ParquetData) -> exp.Expr:
        if not data.files:
            return _rows(columns_of(data), [])
        folders: dict[tuple[str, ...], str] = {
            (one.partition,) if data.partitioned else (): one.location.rpartition("/")[0] + "/" for one in data.files
        }
        return self._table(WorkTable(data.columns, (_DT,) if data.partitioned else (), folders))

    def _raw(self, data: RawData, *, only_these: bool) -> exp.Expr:
        """Raw objects as lines of text, whose fields become columns. A work table reads whole folders:
        `only_these` leaves out other objects in them."""
        if not data.keys:
            return _rows(RAW_COLUMNS, [])
        root = data.root.rstrip("/") + "/"
        folders: dict[tuple[str, ...], str] = {}
        for key in data.keys:
            if place := RAW_LAYOUT.place(key):
                folders[(place.dt, place.hour)] = root + key.rpartition("/")[0] + "/"
        table = self._table(WorkTable((_LINE,), _RAW_KEYS, folders, lines=True))
        columns = ", ".join(f"{of_line(column, len(root))} AS {identifier(column.name)}" for column in RAW_COLUMNS)
        only = (
            f' WHERE "$path" IN ({", ".join(literal(root + key) for key in sorted(data.keys))})' if only_these else ""
        )
        query = parse_one(f"SELECT {columns} FROM lines{only}", dialect=ATHENA)
        query.find(exp.Table).replace(table)  # type: ignore[union-attr]
        return exp.Subquery(this=query)

    def _table(self, table: WorkTable) -> exp.Table:
        name = new_name()
        self.work[name] = table
        return exp.table_(name, db=self.work_database, quoted=True)


def of_line(column: Column, root_length: int) -> str:
    """The SQL of a column of RAW_COLUMNS, from a table of lines. `root_length`: of the address of the lake's root."""
    match column.name:
        case "dt" | "hour":
            return column.name
        case "source_object":
            return f'substr("$path", {root_length + 1})'
        case "payload":
            return "json_format(json_extract(line, '$.payload'))"
    return f"CAST(json_extract_scalar(line, '$.{column.name}') AS {sql_type(column.type)})"


def as_declared(column: Column) -> str:
    """The column, cast to its declared type, under its own name."""
    name = identifier(column.name)
    return f"CAST({name} AS {sql_type(column.type)}) AS {name}"


def _rows(columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> exp.Expr:
    """Rows in the query's text (VALUES); each column is cast, because a NULL alone has no type."""
    casts = ", ".join(map(as_declared, columns))
    names = ", ".join(identifier(column.name) for column in columns)
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows or [[None] * len(columns)])
    condition = "" if rows else " WHERE false"
    return exp.Subquery(
        this=parse_one(f"SELECT {casts} FROM (VALUES {values}) AS given ({names}){condition}", dialect=ATHENA)
    )


def _literal(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value).lower()
    return literal(str(value))
