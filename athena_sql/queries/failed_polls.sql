-- Polls that gave no new snapshot, by outcome and reason
-- :day = newest
SELECT source, outcome, reason, count(*) AS polls, min(polled_at) AS first, max(polled_at) AS last
FROM staging.poll
WHERE dt = :day AND outcome <> 'accepted'
GROUP BY source, outcome, reason
ORDER BY polls DESC, source, outcome, reason
