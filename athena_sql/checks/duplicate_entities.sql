-- Entities that readers see more than once in a snapshot
-- :day = newest
SELECT
    '{source}' AS source,
    observed_at,
    CAST({entity_key} AS VARCHAR) AS entity,
    count(*) AS times,
    TRUE AS wrong
FROM {staging}
WHERE dt = :day AND {entity_key} IS NOT NULL
GROUP BY observed_at, snapshot_id, {entity_key}
HAVING count(*) > 1
ORDER BY observed_at, entity
