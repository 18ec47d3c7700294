"""Athena's limits on one statement (Athena user guide, service quotas)."""

MAX_QUERY_BYTES = 262_144
MAX_PARTITIONS = 100  # that it writes
