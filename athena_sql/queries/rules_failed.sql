-- Quality results that did not pass
SELECT evaluated_at, "table" AS checked, partitions, rule, verdict, message, run_id
FROM ops.quality_results
WHERE verdict <> 'pass'
ORDER BY evaluated_at DESC
