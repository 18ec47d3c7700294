"""The calls that the endpoint makes to a worker process. A worker imports this module: its imports are kept few."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from millrace.athena_sql.endpoint.results.files import PAGE_ROWS, ResultTarget, StoredRows, TextRow
from millrace.athena_sql.engines.duckdb.processes.calls import WorkerSession
from millrace.athena_sql.engines.duckdb.types import NESTED


class TypeTree(msgspec.Struct, frozen=True):
    """A DuckDB type as data, with the attributes of DuckDB's own object."""

    id: str
    text: str
    children: tuple[tuple[str, TypeTree], ...] = ()

    @classmethod
    def of(cls, type_: Any) -> TypeTree:
        children = type_.children if type_.id in NESTED else ()
        # the size of an array is a child, too
        nested = tuple((name, cls.of(child)) for name, child in children if hasattr(child, "id"))
        return cls(type_.id, str(type_), nested)

    def __str__(self) -> str:
        return self.text


class Planned(msgspec.Struct, frozen=True):
    """The columns of a query, and DuckDB's plan of it as JSON."""

    names: tuple[str, ...]
    types: tuple[TypeTree, ...]
    plan: str


class Rows(msgspec.Struct, frozen=True, tag=True):
    """All rows of a statement."""

    answer: ClassVar[Any] = list[list[Any]]
    sql: str

    def run(self, session: WorkerSession) -> list[tuple[Any, ...]]:
        session.check_interrupted()
        return session.connection.execute(self.sql).fetchall()


class PlanQuery(msgspec.Struct, frozen=True, tag=True):
    """A query that is planned and not run."""

    answer: ClassVar[Any] = Planned
    sql: str

    def run(self, session: WorkerSession) -> Planned:
        session.check_interrupted()
        query = session.connection.sql(self.sql)
        # Before the next statement: after it DuckDB binds the query again to tell.
        names, types = tuple(query.columns), tuple(map(TypeTree.of, query.types))
        explained = session.connection.execute(f"EXPLAIN (FORMAT json) SELECT * FROM ({self.sql})").fetchall()
        return Planned(names, types, explained[0][1])


class Store(msgspec.Struct, frozen=True, tag=True):
    """A query whose rows are written as the pages of a result, after a row of the columns' names."""

    answer: ClassVar[Any] = StoredRows
    sql: str
    header: tuple[str, ...]
    target: ResultTarget

    def run(self, session: WorkerSession) -> StoredRows:
        session.check_interrupted()
        with self.target.writer() as writer:
            cursor = session.connection.execute(self.sql)
            page: list[TextRow] = [self.header, *cursor.fetchmany(PAGE_ROWS - 1)]
            while page:
                writer.write(page)
                page = list(cursor.fetchmany(PAGE_ROWS)) if len(page) == PAGE_ROWS else []
                session.check_interrupted()
        return writer.stored()


EngineCall = Rows | PlanQuery | Store
