-- The jobs that took longest, of all runs
-- :top = 20
WITH timed AS (
    SELECT run_id, job, state, to_unixtime(finished_at) - to_unixtime(started_at) AS seconds, "rows" AS row_count
    FROM ops.jobs
    WHERE finished_at IS NOT NULL
),
ranked AS (
    SELECT run_id, job, state, seconds, row_count,
        row_number() OVER (ORDER BY seconds DESC, run_id, job) AS place
    FROM timed
)
SELECT job, seconds, row_count, state, run_id
FROM ranked
WHERE place <= :top
ORDER BY place
