"""The key layout of the lake."""

from __future__ import annotations

from millrace.lake import keys


def test_the_layout() -> None:
    assert keys.version_prefix("staging.taxi_position", "r1-1") == "staging/taxi_position/run=r1-1/"
    assert keys.quarantine_object("taxi", "2024-05-30", "p1") == "quarantine/taxi/dt=2024-05-30/p1.json"


def test_the_partition_of_a_key() -> None:
    assert keys.partition_of("raw/taxi/dt=2024-05-30/hour=08/n.json.gz") == {"dt": "2024-05-30", "hour": "08"}
    assert keys.partition_of("lake.json") == {}
