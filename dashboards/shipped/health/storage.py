"""What queries scanned and cost, and what each partition has in the lake."""

from __future__ import annotations

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.panel import INSTANTS, WHOLE_DAYS, Panel, PanelKind, Series

QUERY_COST = Panel(
    name="query-cost",
    title="Bytes scanned, and their cost",
    description="What queries scanned in each hour (UTC), as bars, and what all of the range have cost so far, as a "
    "line: at Athena's list price, which a lake in a folder does not pay.",
    kind=PanelKind.LINE_OVER_BARS,
    unit="USD",
    statement=Statement(
        "dashboards.query_cost",
        """WITH hours AS (
    SELECT date_trunc('hour', started_at) AS hour, sum(cost_usd) AS cost,
        CAST(sum(bytes_scanned) AS DOUBLE) / 1000000 AS megabytes
    FROM ops.queries
    WHERE started_at >= :since AND started_at < :until
    GROUP BY date_trunc('hour', started_at)
)
SELECT hour, sum(cost) OVER (ORDER BY hour) AS cost_to_date, megabytes
FROM hours
ORDER BY hour""",
    ),
    time="hour",
    series=(Series("cost_to_date", "cost to date"), Series("megabytes", "MB scanned")),
    parameters=INSTANTS,
    point_noun="hour",
)

PARTITION_SIZES = Panel(
    name="partition-sizes",
    title="Objects and bytes per partition",
    description="What readers see of each partition, and of tables that are stored whole: its size, and by how much "
    "the version before it was smaller.",
    kind=PanelKind.RANKING,
    unit="MB",
    statement=Statement(
        "dashboards.partition_sizes",
        """WITH seen AS (
    SELECT concat("table", coalesce(concat(' ', CAST(dt AS VARCHAR)), '')) AS "partition", is_current, files, bytes,
        "rows", row_number() OVER (PARTITION BY "table", dt, is_current ORDER BY replaced_at DESC) AS age
    FROM ops.versions
    WHERE published_at IS NOT NULL AND (dt IS NULL OR dt BETWEEN :first_day AND :last_day)
), earlier AS (
    SELECT "partition", bytes
    FROM seen
    WHERE age = 1 AND NOT is_current
)
SELECT s."partition", CAST(s.bytes AS DOUBLE) / 1000000 AS megabytes,
    CAST(s.bytes - e.bytes AS DOUBLE) / 1000000 AS change, s.files, s."rows"
FROM seen AS s
LEFT JOIN earlier AS e ON e."partition" = s."partition"
WHERE s.is_current
ORDER BY megabytes DESC, s."partition\"""",
    ),
    time="",
    category="partition",
    series=(
        Series("megabytes", "MB"),
        Series("change", "Change in MB"),
        Series("files", "Objects"),
        Series("rows", "Rows"),
    ),
    parameters=WHOLE_DAYS,
    half_width=True,
)
