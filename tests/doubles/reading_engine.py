"""An engine for tests of those who read: it answers as the test says, and has nothing to write, stop or count."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from millrace.athena_sql.ports import Parameter, Result, Statement, TableData, WriteRequest, WrittenFile

GivenParameters = Mapping[str, Parameter]
GivenTables = Mapping[str, TableData]


class ReadingEngine:
    """The Engine port over `answer`, what a query of a statement gives: a method that each subclass defines."""

    answer: Callable[[Statement, GivenParameters, GivenTables], Result]

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        return self.answer(statement, parameters or {}, tables or {})

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        raise AssertionError(f"{request} is written by who only reads")

    def take_scanned(self) -> int:
        return 0

    def interrupt(self) -> None: ...

    def close(self) -> None: ...
