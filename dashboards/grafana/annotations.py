"""What is marked on every chart: where polling had a gap.

The columns are those that the Athena data source asks for: `time`, `text`, `tags` (its documentation, "Annotations").
"""

from __future__ import annotations

from collections.abc import Iterator

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.foreign_texts import foreign_text
from millrace.dashboards.definitions.panel import RANGE, Tone
from millrace.dashboards.grafana.fields import colour
from millrace.dashboards.grafana.parameters import LakeFacts, texts_of
from millrace.dashboards.grafana.targets import DATASOURCE, TABLE, Json, target

_MOST = 1_000
_FRESHNESS = "prod.poll_freshness"
_GAPS = Statement(
    "dashboards.grafana.gaps",
    f"""SELECT hour_start AS "time", source AS tags,
    concat(source, ': ', CAST(gaps AS VARCHAR), ' snapshots missing, at most ',
        CAST(longest_gap_minutes AS VARCHAR), ' minutes between two') AS text
FROM {_FRESHNESS}
WHERE dt BETWEEN :first_day AND :last_day AND hour_start >= :since AND hour_start < :until AND gaps > 0
ORDER BY "time", source""",
)


def marks(facts: LakeFacts) -> Iterator[Json]:
    """Those of the tables that there are."""
    yield _by_hand()
    if _FRESHNESS in facts.by_date and facts.has(_FRESHNESS):
        yield {
            "name": "Gaps in polling",
            "datasource": DATASOURCE,
            "enable": True,
            "hide": False,
            "iconColor": colour(Tone.WARNING),
            "target": target(foreign_text(_GAPS, texts_of(RANGE, None, facts), _MOST), TABLE),
        }


def _by_hand() -> Json:
    """What people mark themselves, which Grafana keeps."""
    return {
        "name": "Annotations & Alerts",
        "builtIn": 1,
        "type": "dashboard",
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
        "enable": True,
        "hide": True,
        "iconColor": colour(Tone.ACCENT),
    }
