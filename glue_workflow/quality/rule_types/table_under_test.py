"""The table that rules are evaluated on, as far as they must know it: names and types, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from millrace.athena_sql.ports import Column
from millrace.errors import QueryError
from millrace.glue_workflow.quality.rule_types.sql_text import Family, family_of, name


@dataclass(frozen=True, slots=True)
class TableUnderTest:
    """The table under test: its columns by their names in lower case, and the time that `now()` stands for."""

    name: str
    columns: dict[str, Column]
    now: datetime

    def column(self, wanted: str) -> Column:
        """Raises QueryError that lists what there is."""
        if wanted.lower() not in self.columns:
            known = ", ".join(column.name for column in self.columns.values())
            raise QueryError(f"{self.name} has no column {wanted!r}.", hint=f"There is: {known}.")
        return self.columns[wanted.lower()]

    def quoted(self, wanted: str) -> str:
        """The column's name as SQL. Raises QueryError as `column` does."""
        return name(self.column(wanted).name)

    def quoted_number(self, wanted: str) -> str:
        """The name of a numeric column as SQL. Raises QueryError also for a column of another type."""
        column = self.column(wanted)
        if family_of(column.type) is not Family.NUMBER:
            raise QueryError(f"the column {column.name} is {column.type}, not a number.")
        return name(column.name)
