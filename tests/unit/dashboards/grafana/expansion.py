"""Macros and variables put in as Grafana and its Athena plugin do.

Sources: grafana/athena-datasource `pkg/athena/macros.go` (all these macros are in UTC, to the second), and Grafana's
documentation of variables ("Advanced variable format options": `sqlstring`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Viewer:
    """What a viewer looks at: `since` and `until` with a zone of their own, and the chosen values by variable."""

    since: datetime
    until: datetime
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def sees(self, sql: str) -> str:
        """The statement that Athena is sent."""
        chosen = re.sub(r"\$\{(\w+):sqlstring\}", lambda found: _sqlstring(self.chosen[found[1]]), sql)
        for name, at in (("From", self.since), ("To", self.until)):
            chosen = chosen.replace(f"$__time{name}()", f"TIMESTAMP '{_utc(at):%Y-%m-%d %H:%M:%S}'")
            chosen = chosen.replace(f"$__rawTime{name}('yyyy-MM-dd')", f"'{_utc(at):%Y-%m-%d}'")
        assert "$" not in chosen, chosen
        return chosen


def _sqlstring(values: Sequence[str]) -> str:
    return ",".join("'" + value.replace("'", "''") + "'" for value in values)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
