"""The panels about Millrace at work: what became of its polls, its workflow runs and its quality checks."""

from __future__ import annotations

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.panel import Coverage, Panel, PanelKind, Series, Tone

FRESHNESS = Panel(
    name="freshness",
    title="Freshness and gaps",
    description="The outcome of every poll by hour, and the number that the schedule expects (dotted).",
    kind=PanelKind.STACKED_BARS,
    unit="polls per hour",
    statement=Statement(
        "dashboards.freshness",
        # An hour that a clock change repeats is one bar, as it is one place on the local clock.
        """SELECT source, hour_local, sum(expected) AS expected, sum(attempted) AS attempted, sum(accepted) AS accepted,
    sum(duplicate) AS duplicate, sum(quarantined) AS quarantined, sum(failed) AS failed,
    sum(gaps) AS gaps, max(longest_gap_minutes) AS longest_gap_minutes
FROM prod.poll_freshness
WHERE dt = :day
GROUP BY source, hour_local
ORDER BY source, hour_local""",
    ),
    time="hour_local",
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
    SELECT workflow, run_id, attempt, state, started_at, finished_at, partitions, error,
        row_number() OVER (PARTITION BY workflow ORDER BY started_at DESC) AS age
    FROM ops.runs
)
SELECT r.workflow, r.run_id, r.state, r.started_at, r.partitions, r.error, j.job, j.state AS job_state,
    to_unixtime(j.finished_at) - to_unixtime(j.started_at) AS seconds, j.rows AS job_rows, j.error AS job_error
FROM numbered AS r
LEFT JOIN ops.jobs AS j ON j.run_id = r.run_id AND j.attempt = r.attempt
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
    description="The latest result of each quality rule, for any chosen day.",
    kind=PanelKind.RESULTS,
    unit="results",
    statement=Statement(
        "dashboards.quality",
        """WITH numbered AS (
    SELECT "table", rule, verdict, "value", threshold, message, partitions, evaluated_at,
        row_number() OVER (PARTITION BY "table", rule ORDER BY evaluated_at DESC) AS age
    FROM ops.quality_results
)
SELECT "table" AS checked, rule, verdict, "value" AS measured, threshold, message, partitions, evaluated_at
FROM numbered
WHERE age = 1
ORDER BY CASE verdict WHEN 'pass' THEN 1 ELSE 0 END, "table", rule""",
    ),
    time="",
    category="checked",
    series=(Series("measured", "Measured"),),
    parameters=(),
)

OPERATIONS_PANELS: tuple[Panel, ...] = (FRESHNESS, QUALITY, RUNS)
