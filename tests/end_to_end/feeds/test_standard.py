"""The standard tests of the shipped sources: the taxis by a recorded response, the rain by its simulation.

`tests/contracts/test_parity.py` compares their rows on all engines.
"""

from __future__ import annotations

from millrace.testing import SourceTests
from tests.recorded import RESPONSE, needs_recordings


@needs_recordings
class TestTaxiAvailability(SourceTests):
    source = "taxi_availability"
    engines = ()
    responses = (RESPONSE,)


class TestRainfall(SourceTests):
    source = "rainfall"
    engines = ()
