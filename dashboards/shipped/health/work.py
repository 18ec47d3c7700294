"""How old data was, runs by their outcome, how long jobs took, and what rules found, by the hour.

Times of runs and rules are UTC. A source has hours of its own clock, so a panel about all sources takes whole local
days.
"""

from __future__ import annotations

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.panel import INSTANTS, WHOLE_DAYS, Panel, PanelKind, Series, Tone

DATA_AGE = Panel(
    name="data-age",
    title="Age of data",
    description="How old the newest snapshot became in each hour, as a share of what the source promises: "
    "over 100 it was late.",
    kind=PanelKind.HEATMAP,
    unit="% of the objective",
    statement=Statement(
        "dashboards.data_age",
        """WITH polls AS (
    SELECT source, hour_local, hour_start, requested_at, stale_after_seconds,
        max(observed_at) OVER (PARTITION BY source ORDER BY requested_at) AS newest
    FROM staging.poll
    WHERE dt BETWEEN :first_day AND :last_day
)
SELECT source, hour_local, min(hour_start) AS hour_start,
    max(100 * (to_unixtime(requested_at) - to_unixtime(newest)) / stale_after_seconds) AS age
FROM polls
WHERE newest IS NOT NULL
GROUP BY source, hour_local
ORDER BY source, hour_local""",
    ),
    time="hour_local",
    instant="hour_start",
    category="source",
    series=(Series("age", "% of the objective"),),
    parameters=WHOLE_DAYS,
)

RUN_OUTCOMES = Panel(
    name="run-outcomes",
    title="Runs by outcome",
    description="How the runs of each workflow ended, by the hour in which they began (UTC).",
    kind=PanelKind.STACKED_BARS,
    unit="runs per hour",
    statement=Statement(
        "dashboards.run_outcomes",
        """SELECT workflow, date_trunc('hour', started_at) AS hour,
    count_if(state = 'succeeded') AS succeeded, count_if(state = 'running') AS running,
    count_if(state = 'interrupted') AS interrupted, count_if(state = 'failed') AS failed
FROM ops.runs
WHERE started_at >= :since AND started_at < :until
GROUP BY workflow, date_trunc('hour', started_at)
ORDER BY workflow, hour""",
    ),
    time="hour",
    category="workflow",
    series=(
        Series("succeeded", "succeeded"),
        Series("running", "running", Tone.MUTED),
        Series("interrupted", "interrupted", Tone.WARNING),
        Series("failed", "failed", Tone.BAD),
    ),
    parameters=INSTANTS,
)

JOB_DURATIONS = Panel(
    name="job-durations",
    title="How long jobs took",
    description="The longest time that each job took, by the hour in which it began (UTC).",
    kind=PanelKind.HEATMAP,
    unit="seconds",
    statement=Statement(
        "dashboards.job_durations",
        """SELECT concat(r.workflow, ': ', j.job) AS job, date_trunc('hour', j.started_at) AS hour,
    max(to_unixtime(j.finished_at) - to_unixtime(j.started_at)) AS seconds
FROM ops.jobs AS j
JOIN ops.runs AS r ON r.run_id = j.run_id
WHERE j.started_at >= :since AND j.started_at < :until AND j.finished_at IS NOT NULL
GROUP BY concat(r.workflow, ': ', j.job), date_trunc('hour', j.started_at)
ORDER BY job, hour""",
    ),
    time="hour",
    category="job",
    series=(Series("seconds", "Seconds"),),
    parameters=INSTANTS,
)

RULES_FAILED = Panel(
    name="rules-failed",
    title="Rules that did not pass",
    description="How many results of rules, and of audits of the ledger, did not pass, by table and hour (UTC).",
    kind=PanelKind.HEATMAP,
    unit="results",
    statement=Statement(
        "dashboards.rules_failed",
        """SELECT "table", date_trunc('hour', evaluated_at) AS hour, count_if(verdict <> 'pass') AS failed
FROM ops.quality_results
WHERE evaluated_at >= :since AND evaluated_at < :until
GROUP BY "table", date_trunc('hour', evaluated_at)
ORDER BY "table", hour""",
    ),
    time="hour",
    category="table",
    series=(Series("failed", "Did not pass"),),
    parameters=INSTANTS,
)

ROWS_SET_ASIDE = Panel(
    name="rows-set-aside",
    title="Rows set aside",
    description="How many rows rules left out of what was published, by table and hour of the run (UTC).",
    kind=PanelKind.HEATMAP,
    unit="rows",
    statement=Statement(
        "dashboards.rows_set_aside",
        """SELECT "table", date_trunc('hour', evaluated_at) AS hour, sum(coalesce(failing_rows, 0)) AS set_aside
FROM ops.quality_results
WHERE evaluated_at >= :since AND evaluated_at < :until AND action = 'set_aside'
GROUP BY "table", date_trunc('hour', evaluated_at)
ORDER BY "table", hour""",
    ),
    time="hour",
    category="table",
    series=(Series("set_aside", "Rows"),),
    parameters=INSTANTS,
)
