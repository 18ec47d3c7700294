"""The tables of a lake: a list of all, or one of them with its columns and partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millrace.glue_workflow.table_report import TableReport
    from millrace.infra.runtime.base import Runtime


def list_tables(runtime: Runtime) -> list[dict[str, Any]]:
    return _report(runtime).summary()


def describe_table(runtime: Runtime, name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Its columns, and its partitions. Raises UnknownName."""
    report = _report(runtime)
    return report.columns(name), report.partitions(name)


def _report(runtime: Runtime) -> TableReport:
    from millrace.glue_workflow.table_report import TableReport

    return TableReport(runtime.tables, runtime.engine, runtime.catalog, runtime.storage)
