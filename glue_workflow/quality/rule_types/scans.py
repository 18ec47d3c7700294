"""What statements read, and what rules ask of it. All that is asked of one source goes into one SELECT: one scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.glue_workflow.quality.rule_types.sql_text import table_name


@dataclass(frozen=True, slots=True)
class ScanSource:
    """`sql` is what follows FROM; or, when `is_query`, a whole query whose result is the answer."""

    title: str
    sql: str
    is_query: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One aggregate over a source."""

    source: ScanSource
    sql: str = ""


def of_table(table: str) -> ScanSource:
    return ScanSource(f"scan of {table}", table_name(table))


def whole(title: str, query: str) -> ScanSource:
    return ScanSource(title, query, is_query=True)


def grouped(table: str, columns: Sequence[str], where: str | None, kept: str) -> ScanSource:
    """Groups of equal values with their sizes `n`; rows outside `kept` or the `where` are left out."""
    listed = ", ".join(columns)
    condition = kept if where is None else f"({where}) AND ({kept})"
    query = f"SELECT {listed}, COUNT(*) AS n\n  FROM {table_name(table)}\n  WHERE {condition}\n  GROUP BY {listed}"
    return ScanSource(f"values of {listed} in {table}", f"(\n  {query}\n) AS g")


def select(source: ScanSource, asks: Sequence[Ask]) -> str:
    """The statement that answers all the asks, in their order."""
    if source.is_query:
        return source.sql
    items = ",\n  ".join(f"{ask.sql} AS m{index}" for index, ask in enumerate(asks))
    return f"SELECT\n  {items}\nFROM {source.sql}"
