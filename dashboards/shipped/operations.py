"""The panels about Millrace at work: what became of its polls, its workflow runs and its quality checks.

Works for every source that there is, and names none.
"""

from __future__ import annotations

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.panel import WHOLE_DAYS, Coverage, Dashboard, Panel, PanelKind, Series, Tone
from millrace.dashboards.shipped.health.storage import PARTITION_SIZES, QUERY_COST
from millrace.dashboards.shipped.health.work import DATA_AGE, JOB_DURATIONS, ROWS_SET_ASIDE, RULES_FAILED, RUN_OUTCOMES

FRESHNESS = Panel(
    name="freshness",
    title="Freshness and gaps",
    description="The outcome of every poll by hour, and the number that the schedule expects (dotted).",
    kind=PanelKind.STACKED_BARS,
    unit="polls per hour",
    statement=Statement(
        "dashboards.freshness",
        # An hour that a clock change repeats is one bar, as it is one place on the local clock.
        """SELECT source, hour_local, min(hour_start) AS hour_start,
    sum(expected) AS expected, sum(attempted) AS attempted, sum(accepted) AS accepted,
    sum(duplicate) AS duplicate, sum(quarantined) AS quarantined, sum(failed) AS failed,
    sum(gaps) AS gaps, max(longest_gap_minutes) AS longest_gap_minutes
FROM prod.poll_freshness
WHERE dt BETWEEN :first_day AND :last_day
GROUP BY source, hour_local
ORDER BY source, hour_local""",
    ),
    parameters=WHOLE_DAYS,
    time="hour_local",
    instant="hour_start",
    category="source",
    series=(
        Series("accepted", "accepted"),
        Series("duplicate", "duplicate", Tone.MUTED),
        Series("quarantined", "quarantined", Tone.WARNING),
        Series("failed", "failed", Tone.BAD),
    ),
    coverage=Coverage("expected", "accepted", "gaps", "longest_gap_minutes", "slots missed"),
)

RUNS = Panel(
    name="runs",
    title="Runs",
    description="The newest run of each workflow, job by job, for any chosen day.",
    kind=PanelKind.RUNS,
    unit="seconds",
    statement=Statement(
        "dashboards.runs",
        """WITH numbered AS (
    SELECT workflow, run_id, state, started_at, finished_at, partitions, held, error,
        row_number() OVER (PARTITION BY workflow ORDER BY started_at DESC) AS age
    FROM ops.runs
), last_jobs AS (
    SELECT run_id, job, state, started_at, finished_at, rows, error, log,
        row_number() OVER (PARTITION BY run_id, job ORDER BY attempt DESC) AS age
    FROM ops.jobs
)
SELECT r.workflow, r.run_id, r.state, r.started_at, r.partitions, r.held, r.error, j.job, j.state AS job_state,
    to_unixtime(j.finished_at) - to_unixtime(j.started_at) AS seconds, j.rows AS job_rows, j.error AS job_error,
    j.log AS job_log
FROM numbered AS r
LEFT JOIN last_jobs AS j ON j.run_id = r.run_id AND j.age = 1
WHERE r.age = 1
ORDER BY r.workflow, j.started_at""",
    ),
    time="",
    category="workflow",
    series=(Series("seconds", "Seconds"),),
    parameters=(),
)

QUALITY = Panel(
    name="quality",
    title="Quality",
    description="What each quality rule found in the newest run, on the partition where it is worst, and what is held.",
    kind=PanelKind.RESULTS,
    unit="results",
    statement=Statement(
        "dashboards.quality",
        """WITH runs AS (
    SELECT "table", run_id, row_number() OVER (PARTITION BY "table" ORDER BY evaluated_at DESC) AS age
    FROM ops.quality_results
), last_checks AS (
    SELECT q.*, row_number() OVER (
        PARTITION BY q."table", q.rule, q.partitions ORDER BY q.attempt DESC, q.check_number DESC, q.evaluated_at DESC
    ) AS age
    FROM ops.quality_results AS q
    JOIN runs AS r ON r."table" = q."table" AND r.run_id = q.run_id
    WHERE r.age = 1
), worst AS (
    SELECT c.*, row_number() OVER (
        PARTITION BY c."table", c.rule ORDER BY CASE c.verdict WHEN 'pass' THEN 1 ELSE 0 END, c.partitions DESC
    ) AS place
    FROM last_checks AS c
    WHERE c.age = 1
), shown AS (
    SELECT "table" AS checked, rule, verdict, "value" AS measured, threshold, message, partitions, evaluated_at
    FROM worst
    WHERE place = 1
    UNION ALL
    SELECT "table" AS checked, rule, 'held' AS verdict, CAST(NULL AS DOUBLE) AS measured, '' AS threshold, message,
        "partition" AS partitions, held_since AS evaluated_at
    FROM ops.held_partitions
)
SELECT checked, rule, verdict, measured, threshold, message, partitions, evaluated_at
FROM shown
ORDER BY CASE verdict WHEN 'held' THEN 0 WHEN 'pass' THEN 2 ELSE 1 END, checked, rule, partitions""",
    ),
    time="",
    category="checked",
    series=(Series("measured", "Measured"),),
    parameters=(),
)

DASHBOARD = Dashboard(
    "Pipeline health",
    (
        *(FRESHNESS, DATA_AGE, QUALITY, RULES_FAILED, ROWS_SET_ASIDE),
        *(RUNS, RUN_OUTCOMES, JOB_DURATIONS, QUERY_COST, PARTITION_SIZES),
    ),
)
