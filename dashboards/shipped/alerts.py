"""The alerts about Millrace at work. Each works for every source that there is, and names none."""

from __future__ import annotations

from datetime import timedelta

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.alert import Alert, AlertCondition, Severity, Side
from millrace.dashboards.definitions.panel import Dashboard
from millrace.glue_workflow.ports import LEDGER_RULE

STALE_DATA = Alert(
    name="stale-data",
    title="Stale data",
    summary="{source}: readers see no data as new as promised",
    description="The age of the newest snapshot, in multiples of what is allowed: at the last poll, of the source's "
    "own objective; since the last poll that readers see, of the schedule's interval and an hour.",
    # Of the time that was asked for, and not of the poll's own: a backfill of the past makes nothing new.
    statement=Statement(
        "alerts.stale_data",
        """WITH polls AS (
    SELECT source, max(requested_at) AS requested_at, max(coalesce(observed_at, :since)) AS observed_at,
        max(stale_after_seconds) AS stale_after_seconds, max(interval_seconds) AS interval_seconds
    FROM staging.poll
    WHERE dt BETWEEN :first_day AND :last_day AND requested_at >= :since AND requested_at < :until
    GROUP BY source
)
SELECT source, greatest(
        (to_unixtime(requested_at) - to_unixtime(observed_at)) / stale_after_seconds,
        (to_unixtime(:until) - to_unixtime(requested_at)) / (interval_seconds + 3600)
    ) AS age
FROM polls""",
    ),
    value="age",
    labels=("source",),
    condition=AlertCondition(Side.ABOVE, 1, timedelta(minutes=10)),
    severity=Severity.CRITICAL,
    runbook="runbooks.md#stale-data",
    looks_back=timedelta(days=7),
)

QUALITY_FAILURE = Alert(
    name="quality-failure",
    title="Quality failure",
    summary="{checked}: rules failed in the newest run",
    description="How many results of the newest run of each table did not pass, without those that only warn.",
    statement=Statement(
        "alerts.quality_failure",
        f"""WITH runs AS (
    SELECT "table", run_id, row_number() OVER (PARTITION BY "table" ORDER BY evaluated_at DESC) AS age
    FROM ops.quality_results
    WHERE rule <> '{LEDGER_RULE}' AND evaluated_at < :until
), last_checks AS (
    SELECT q."table", q.verdict, q.action, row_number() OVER (
        PARTITION BY q."table", q.rule, q.partitions ORDER BY q.attempt DESC, q.check_number DESC, q.evaluated_at DESC
    ) AS age
    FROM ops.quality_results AS q
    JOIN runs AS r ON r."table" = q."table" AND r.run_id = q.run_id
    WHERE r.age = 1
)
SELECT "table" AS checked, sum(CASE WHEN verdict = 'pass' OR action = 'warn' THEN 0 ELSE 1 END) AS failed
FROM last_checks
WHERE age = 1
GROUP BY "table\"""",
    ),
    value="failed",
    labels=("checked",),
    condition=AlertCondition(Side.ABOVE, 0, timedelta(0)),
    severity=Severity.CRITICAL,
    runbook="runbooks.md#quality-failure",
    looks_back=timedelta(days=1),
)

UNUSUAL_LEVEL = Alert(
    name="unusual-level",
    title="Unusual level",
    summary="{source}: not as many entities in a snapshot as in the same hour of past weeks",
    description="By how many percent of the usual level the mean of the last hour lies outside of what the same local "
    "hour had in the four weeks before; 0 inside of it, and where fewer than two weeks are known.",
    statement=Statement(
        "alerts.unusual_level",
        """WITH snapshots AS (
    SELECT source, CAST(entities AS DOUBLE) AS entities, CAST(floor(
            to_unixtime(observed_at) + to_unixtime(hour_local) - to_unixtime(hour_start)
        ) AS BIGINT) AS local_seconds
    FROM staging.poll
    WHERE dt BETWEEN :first_day AND :last_day AND observed_at >= :since AND observed_at < :until
        AND acceptance = 'accepted'
), newest AS (
    SELECT source, max(local_seconds) AS newest
    FROM snapshots
    GROUP BY source
), ages AS (
    SELECT s.source, s.entities, n.newest - s.local_seconds AS age
    FROM snapshots AS s
    JOIN newest AS n ON n.source = s.source
), weeks AS (
    SELECT source, floor(CAST(age AS DOUBLE) / 604800) AS weeks_ago, avg(entities) AS level
    FROM ages
    WHERE mod(age, 604800) < 3600
    GROUP BY source, floor(CAST(age AS DOUBLE) / 604800)
), compared AS (
    SELECT source,
        max(CASE WHEN weeks_ago = 0 THEN level END) AS level,
        min(CASE WHEN weeks_ago > 0 THEN level END) AS low,
        max(CASE WHEN weeks_ago > 0 THEN level END) AS high,
        avg(CASE WHEN weeks_ago > 0 THEN level END) AS usual,
        count(CASE WHEN weeks_ago > 0 THEN level END) AS known
    FROM weeks
    GROUP BY source
)
SELECT source, CASE
        WHEN known < 2 OR level BETWEEN low AND high THEN CAST(0 AS DOUBLE)
        ELSE 100 * greatest(level - high, low - level) / greatest(usual, CAST(1 AS DOUBLE))
    END AS outside
FROM compared""",
    ),
    value="outside",
    labels=("source",),
    condition=AlertCondition(Side.ABOVE, 20, timedelta(minutes=20)),
    severity=Severity.WARNING,
    runbook="runbooks.md#unusual-level",
    looks_back=timedelta(days=28, hours=2),
)

LEDGER_OUT_OF_BALANCE = Alert(
    name="ledger-out-of-balance",
    title="Ledger out of balance",
    summary="{audited}: snapshots are lost, counted twice or wait for too long",
    description="How many partitions did not balance in the last audit of each; no data, where none was made in "
    "two days.",
    statement=Statement(
        "alerts.ledger_out_of_balance",
        f"""WITH audits AS (
    SELECT "table", partitions, verdict, evaluated_at,
        row_number() OVER (PARTITION BY "table", partitions ORDER BY evaluated_at DESC) AS age
    FROM ops.quality_results
    WHERE rule = '{LEDGER_RULE}' AND evaluated_at < :until
)
SELECT "table" AS audited, count_if(verdict <> 'pass') AS unbalanced
FROM audits
WHERE age = 1
GROUP BY "table"
HAVING max(evaluated_at) >= :since""",
    ),
    value="unbalanced",
    labels=("audited",),
    condition=AlertCondition(Side.ABOVE, 0, timedelta(0)),
    severity=Severity.CRITICAL,
    runbook="runbooks.md#ledger-out-of-balance",
    looks_back=timedelta(days=2),
)

DASHBOARD = Dashboard(
    "Alerts", (), alerts=(STALE_DATA, QUALITY_FAILURE, UNUSUAL_LEVEL, LEDGER_OUT_OF_BALANCE)
)  # without a panel there is nothing to show
