"""Sources of rows, and the SELECT items that rules need. All items of a source share one SELECT, so one scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.glue_workflow.quality.rule_types.sql_text import table_name


@dataclass(frozen=True, slots=True)
class ScanSource:
    """`sql` is what follows FROM. With `is_query` it is a whole query, and its result is the answer.

    `partition`: SQL of the partition column, by which the items are grouped; "" where one answer is for all partitions.
    `each_partition`: the SQL cannot be grouped, so it is run for each partition, with the table under test bound to it.
    """

    title: str
    sql: str
    is_query: bool = False
    partition: str = ""
    each_partition: bool = False


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One aggregate over a source; without `sql`, the whole result of a source that is a query."""

    source: ScanSource
    sql: str = ""


def table_source(table: str, partition: str = "") -> ScanSource:
    return ScanSource(f"scan of {table}", table_name(table), partition=partition)


def query_source(title: str, query: str, *, each_partition: bool = False) -> ScanSource:
    return ScanSource(title, query, is_query=True, each_partition=each_partition)


def group_source(
    table: str, columns: Sequence[str], where: str | None, condition: str, partition: str = ""
) -> ScanSource:
    """Groups of equal values with their sizes `n`, of the rows that meet `condition` and the `where`."""
    listed = ", ".join(dict.fromkeys([*([partition] if partition else []), *columns]))
    both = condition if where is None else f"({where}) AND ({condition})"
    query = f"SELECT {listed}, COUNT(*) AS n\n  FROM {table_name(table)}\n  WHERE {both}\n  GROUP BY {listed}"
    return ScanSource(f"values of {', '.join(columns)} in {table}", f"(\n  {query}\n) AS g", partition=partition)


def select(source: ScanSource, items: Sequence[SelectItem]) -> str:
    """One statement whose columns are the items, in their order; before them the partition, if it is grouped by one."""
    if source.is_query:
        return source.sql
    listed = ",\n  ".join(f"{item.sql} AS m{index}" for index, item in enumerate(items))
    if not source.partition:
        return f"SELECT\n  {listed}\nFROM {source.sql}"
    return f"SELECT\n  {source.partition} AS dt,\n  {listed}\nFROM {source.sql}\nGROUP BY {source.partition}"
