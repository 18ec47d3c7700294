-- Hours with gaps, or with polls that failed
-- :day = newest
SELECT source, hour_local, expected, accepted, failed, quarantined, gaps, longest_gap_minutes, gaps > 0 AS wrong
FROM prod.poll_freshness
WHERE dt = :day AND (gaps > 0 OR failed > 0 OR quarantined > 0)
ORDER BY source, hour_local
