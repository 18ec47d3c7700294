"""What the tests of publishing share: a Grafana in which nothing is yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.doubles.grafana_server import GrafanaDouble
from tests.end_to_end.grafana.published import Published


@pytest.fixture
def published() -> Iterator[Published]:
    with closing((double := GrafanaDouble()).server):
        yield Published(double, [])
