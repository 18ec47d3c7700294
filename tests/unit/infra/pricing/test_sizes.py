"""The sizes that ship, beside the recorded data that they were measured from."""

from __future__ import annotations

import csv
import gzip
import json
from statistics import mean

import pytest

from millrace.infra.pricing.sizes import default_sizes
from tests.recorded import COUNTS, RESPONSE, needs_recordings


@needs_recordings
def test_taxis_are_as_large_as_recorded() -> None:
    """The feed's own faults, answers without a taxi, are no snapshots. The envelope has some hundred bytes."""
    response = RESPONSE.read_bytes()
    taxis = len(json.loads(response)["features"][0]["geometry"]["coordinates"])
    with COUNTS.open() as file:
        on_average = mean(count for row in csv.DictReader(file) if (count := int(row["taxi_count"])))

    found = default_sizes().of("taxi_availability")
    assert found.record == pytest.approx(on_average * len(response) / taxis, rel=0.01)
    assert found.raw == pytest.approx(on_average * len(gzip.compress(response, 6)) / taxis, rel=0.01)


def test_a_source_that_nobody_knows_has_the_size_of_others() -> None:
    assert default_sizes().of("bikes") == default_sizes().of("other")
