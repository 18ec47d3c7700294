-- Snapshots whose level fell for a moment and came back
-- :since = 2000-01-01
SELECT dt, observed_at_local, taxis
FROM prod.taxi_availability
WHERE dt >= :since AND suspect
ORDER BY observed_at_local
