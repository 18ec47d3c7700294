"""An engine for tests of those who read: it answers as the test says, and has nothing to write, stop or count."""

from __future__ import annotations

from collections.abc import Mapping

from millrace.athena_sql.ports import Parameter, Result, Statement, TableData, WriteRequest, WrittenFile

GivenParameters = Mapping[str, Parameter]
GivenTables = Mapping[str, TableData]


class ReadingEngine:
    """The Engine port over `answer`, which subclasses define."""

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        """What a query of the statement gives."""
        raise NotImplementedError

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        return self.answer(statement, parameters or {}, tables or {})

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        raise NotImplementedError

    def take_scanned(self) -> int:
        return 0

    def interrupt(self) -> None: ...

    def close(self) -> None: ...
