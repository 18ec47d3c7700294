"""The time zones of what the page shows: its own, and that of the source behind each panel or chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from millrace.athena_sql.tables import tables_named
from millrace.dashboards.definitions.panel import Panel


@dataclass(frozen=True, slots=True)
class LocalZones:
    """The zones of local times.

    `page`: that of instants that belong to no source, such as when the page was made. `tables`: by table, that of the
    source whose rows it holds; a table that holds those of many has none. `sources`: by name of the source.
    """

    page: ZoneInfo
    tables: Mapping[str, ZoneInfo] = field(default_factory=dict)
    sources: Mapping[str, ZoneInfo] = field(default_factory=dict)

    def of_panel(self, panel: Panel) -> ZoneInfo:
        """That of the tables the panel reads; the page's, if they have none or several."""
        return self.of_tables(panel.statement.sql) or self.page

    def of_chart(self, panel: Panel, category: str) -> ZoneInfo:
        """That of the panel; in a panel about all sources, that of the source which the chart is about."""
        return self.of_tables(panel.statement.sql) or self.sources.get(category, self.page)

    def of_tables(self, sql: str) -> ZoneInfo | None:
        """That of the tables a statement reads; None, if they have none or several."""
        named = tables_named(sql)
        found = {self.tables[name].key: self.tables[name] for name in named if name in self.tables}
        return next(iter(found.values())) if len(found) == 1 else None
