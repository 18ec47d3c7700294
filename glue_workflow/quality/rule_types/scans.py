"""Sources of rows, and the SELECT items that rules need. All items of a source share one SELECT, so one scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.glue_workflow.quality.rule_types.sql_text import table_name


@dataclass(frozen=True, slots=True)
class ScanSource:
    """`sql` is what follows FROM. With `is_query` it is a whole query, and its result is the answer."""

    title: str
    sql: str
    is_query: bool = False


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One aggregate over a source; without `sql`, the whole result of a source that is a query."""

    source: ScanSource
    sql: str = ""


def table_source(table: str) -> ScanSource:
    return ScanSource(f"scan of {table}", table_name(table))


def query_source(title: str, query: str) -> ScanSource:
    return ScanSource(title, query, is_query=True)


def group_source(table: str, columns: Sequence[str], where: str | None, kept: str) -> ScanSource:
    """Groups of equal values with their sizes `n`, of the rows that meet `kept` and the `where`."""
    listed = ", ".join(columns)
    condition = kept if where is None else f"({where}) AND ({kept})"
    query = f"SELECT {listed}, COUNT(*) AS n\n  FROM {table_name(table)}\n  WHERE {condition}\n  GROUP BY {listed}"
    return ScanSource(f"values of {listed} in {table}", f"(\n  {query}\n) AS g")


def select(source: ScanSource, items: Sequence[SelectItem]) -> str:
    """One statement whose columns are the items, in their order."""
    if source.is_query:
        return source.sql
    listed = ",\n  ".join(f"{item.sql} AS m{index}" for index, item in enumerate(items))
    return f"SELECT\n  {listed}\nFROM {source.sql}"
