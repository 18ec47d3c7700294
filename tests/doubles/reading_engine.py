"""An engine for tests of those who read: it answers as the test says, and has nothing to write, stop or count."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from millrace.athena_sql.ports import Parameter, Result, Statement, TableData, WriteRequest, WrittenFile

GivenParameters = Mapping[str, Parameter]
GivenTables = Mapping[str, TableData]


class ReadingEngine(ABC):
    """The Engine port over `answer`, which subclasses define."""

    @abstractmethod
    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        """What a query of the statement gives."""

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        return self.answer(statement, parameters or {}, tables or {})

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        raise AssertionError("this engine has nothing to write")

    def take_scanned(self) -> int:
        return 0

    def interrupt(self) -> None: ...  # noqa: B027 - nothing runs

    def close(self) -> None: ...  # noqa: B027 - nothing is open
