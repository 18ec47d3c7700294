"""What is known of the table under test before any statement runs: name, columns and logical time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from millrace.athena_sql.ports import Column
from millrace.errors import QueryError
from millrace.glue_workflow.quality.rule_types.scans import ScanSource, table_source
from millrace.glue_workflow.quality.rule_types.sql_text import Family, family_of, quoted_name


@dataclass(frozen=True, slots=True)
class TableUnderTest:
    """The table that rules are evaluated on. `columns` has lower-case names as keys; `now` is what `now()` gives.

    `partitioned`: each rule has a number for each partition (`dt`), else one for the whole table.
    """

    name: str
    columns: dict[str, Column]
    now: datetime
    partitioned: bool = False

    @property
    def partition(self) -> str:
        """SQL of the partition column; "" for a table that is one partition."""
        return quoted_name("dt") if self.partitioned else ""

    @property
    def rows(self) -> ScanSource:
        """The one scan of this table."""
        return table_source(self.name, self.partition)

    def source(self, table: str) -> ScanSource:
        """The scan of a table that a rule names: of this one by partition, of another one as a whole."""
        return self.rows if table == self.name else table_source(table)

    def column(self, wanted: str) -> Column:
        """The column of that name, whatever its case. Raises QueryError that lists the columns."""
        if wanted.lower() not in self.columns:
            known = ", ".join(column.name for column in self.columns.values())
            raise QueryError(f"{self.name} has no column {wanted!r}.", hint=f"Choose one of: {known}.")
        return self.columns[wanted.lower()]

    def quoted(self, wanted: str) -> str:
        """The quoted name of a column. Raises QueryError as `column` does."""
        return quoted_name(self.column(wanted).name)

    def quoted_number(self, wanted: str) -> str:
        """The quoted name of a numeric column. Raises QueryError for another type, too."""
        column = self.column(wanted)
        if family_of(column.type) is not Family.NUMBER:
            raise QueryError(
                f"the column {column.name} is {column.type}, not a number.",
                hint="Name another column, or use another rule type.",
            )
        return quoted_name(column.name)
