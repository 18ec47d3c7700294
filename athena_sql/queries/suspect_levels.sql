-- Snapshots whose taxi count fell for a few minutes and recovered
-- :since = 2000-01-01
SELECT dt, observed_at_local, taxis
FROM prod.taxi_availability
WHERE dt >= :since AND suspect
ORDER BY observed_at_local
