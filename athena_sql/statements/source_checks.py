"""Checks of every source: a statement with placeholders, written out once for each source of the project.

    {source}       the source's name
    {staging}      its staging table, such as staging.rain_station
    {entity_key}   the column that names an entity
    {days}         whole days from one poll to the next; 0 for a source that is polled more often than daily

A check without placeholders is one statement, of whatever it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.saved_queries import SavedQuery
from millrace.sql_quoting import identifier

# What a staging table needs, beside the entity key, for checks to be made of it.
NEEDED_COLUMNS = frozenset({"observed_at", "snapshot_id"})

_PLACEHOLDER = re.compile(r"\{(source|staging|entity_key|days)\}")


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """What checks take from the declaration of one source; `entity_key` is "" for a source that names no entities."""

    name: str
    staging: str
    entity_key: str
    days: int

    @property
    def _values(self) -> Mapping[str, str]:
        key = identifier(self.entity_key) if self.entity_key else ""
        return {"source": self.name, "staging": self.staging, "entity_key": key, "days": str(self.days)}

    def check(self, template: SavedQuery) -> SavedQuery | None:
        """The check of this source; None where the source does not declare what the check names."""
        values = self._values
        sql = template.statement.sql
        if not all(values[name] for name in _PLACEHOLDER.findall(sql)):
            return None
        found = replace(template, source=self.name)
        return replace(found, statement=Statement(found.label, _PLACEHOLDER.sub(lambda one: values[one[1]], sql)))


def for_each_source(check: SavedQuery, sources: Iterable[CheckedSource]) -> list[SavedQuery]:
    """The statements of a check: its own, or one for each source that declares what it names."""
    if not _PLACEHOLDER.search(check.statement.sql):
        return [check]
    return [found for source in sources if (found := source.check(check))]
